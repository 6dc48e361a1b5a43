import { calibrate, fitTemperature, type LabelledLogits } from '../../domain/models/calibration.ts';
import { type ClassificationReport, type Judged, judge } from '../../domain/models/classification.ts';
import { softmax } from '../../domain/models/probabilities.ts';
import { minimise } from '../lbfgs.ts';
import { type ModelArtefact, readyHead, storeHead } from '../model.ts';
import { type Example, fitSoftmax, type LinearHead, logitsOf } from '../softmax-regression.ts';
import { fitThemes, type ThemeExample, thresholdsOf } from '../themes.ts';
import { calibrationOf, labelledLogits, PENALTIES } from '../train.ts';

/*
 * Transfer of a head to other languages than it was trained on: weights from labelled English, and what is fitted on the other
 * languages is one constant for each class, the calibration and the choice of the penalty (decision 0202).
 */

/** A sentence of another language, as the head reads it. */
export interface Foreign {
  readonly language: string;
  readonly inputs: Float64Array;
  readonly label: number;
}

/** A transferred head; each language is judged by constants and calibration that were fitted on the others. */
export interface TransferredHead {
  readonly head: ModelArtefact['heads']['nps'];
  readonly l2: number;
  readonly report: ClassificationReport;
  readonly languages: Readonly<
    Record<string, Pick<ClassificationReport, 'n' | 'accuracy' | 'macroF1' | 'ece'>>
  >;
}

/** Fits the head on the English examples with each penalty; the one with the least log loss on languages left out wins. */
export function fitTransferred(
  english: readonly Example[],
  foreign: readonly Foreign[],
  classes: number,
): TransferredHead {
  const tried = PENALTIES.map((l2) => {
    const fitted = fitSoftmax(english, classes, { l2 });
    return { l2, fitted, unseen: leavingOut(fitted, foreign) };
  });
  const best = tried.reduce((a, b) => (judge(b.unseen).logLoss < judge(a.unseen).logLoss ? b : a));
  const { head, calibration } = adapted(best.fitted, foreign);
  const languages = Object.fromEntries(
    languagesOf(foreign).map((language) => {
      const own = judge(best.unseen.filter((one) => one.language === language));
      return [language, { n: own.n, accuracy: own.accuracy, macroF1: own.macroF1, ece: own.ece }];
    }),
  );
  return { head: storeHead(head, calibration), l2: best.l2, report: judge(best.unseen), languages };
}

const languagesOf = (foreign: readonly Foreign[]) => [...new Set(foreign.map(({ language }) => language))];

/** Every language's predictions by a head that was adapted to the others. */
function leavingOut(fitted: LinearHead, foreign: readonly Foreign[]): (Judged & { language: string })[] {
  return languagesOf(foreign).flatMap((language) => {
    const { head, calibration } = adapted(
      fitted,
      foreign.filter((one) => one.language !== language),
    );
    return foreign
      .filter((one) => one.language === language)
      .map(({ inputs, label }) => ({
        language,
        label,
        probabilities: calibrate(calibration, logitsOf(head, inputs)),
      }));
  });
}

function adapted(fitted: LinearHead, foreign: readonly Foreign[]) {
  const head = withConstants(fitted, labelledLogits(fitted, foreign));
  return { head, calibration: calibrationOf(labelledLogits(head, foreign)) };
}

/** Keeps the constants finite where a class is separable. */
const RIDGE = 1e-3;

/**
 * The head with one constant added to each class: those of the least log loss together with a temperature, which calibration fits
 * again. A language's offset in the embeddings is a constant of each class too, so the embeddings need no centring.
 */
export function withConstants(head: LinearHead, labelled: readonly LabelledLogits[]): LinearHead {
  const classes = head.weights.length;
  const at = (x: Float64Array, logits: readonly number[]) =>
    softmax(logits.map((logit, c) => logit * Math.exp(x[classes] as number) + (x[c] as number)));
  const found = minimise(
    (x, gradient) => {
      let loss = 0;
      for (let i = 0; i < x.length; i++) {
        gradient[i] = RIDGE * (x[i] as number);
        loss += (RIDGE / 2) * (x[i] as number) ** 2;
      }
      for (const { logits, label } of labelled) {
        const probabilities = at(x, logits);
        loss -= Math.log(Math.max(probabilities[label] ?? 0, 1e-12)) / labelled.length;
        for (const [c, p] of probabilities.entries()) {
          const error = (p - Number(c === label)) / labelled.length;
          gradient[c] = (gradient[c] as number) + error;
          gradient[classes] =
            (gradient[classes] as number) + error * (logits[c] as number) * Math.exp(x[classes] as number);
        }
      }
      return loss;
    },
    new Float64Array(classes + 1),
    { maxIterations: 200, tolerance: 1e-7 },
  );
  const scale = Math.exp(found[classes] as number);
  return { weights: head.weights, bias: head.bias.map((bias, c) => bias + (found[c] as number) / scale) };
}

/** A sentence of another language with its theme. */
export interface ForeignTheme extends Omit<Foreign, 'label'> {
  readonly theme: string;
}

/** Theme heads fitted on the taxonomy's English sentences; constants, temperature and thresholds on those of other languages. */
export function transferThemes(
  names: readonly string[],
  english: readonly ThemeExample[],
  foreign: readonly ForeignTheme[],
): ModelArtefact['heads']['themes'] {
  return fitThemes(names, english).map(({ name, head: stored }) => {
    const labelled = foreign.map(({ inputs, theme }) => ({ inputs, label: Number(theme === name) }));
    const fitted = readyHead(stored);
    const head = withConstants(fitted, labelledLogits(fitted, labelled));
    const logits = labelledLogits(head, labelled);
    const calibration = fitTemperature(logits);
    const judged = logits.map((one) => ({
      probability: calibrate(calibration, one.logits)[1] ?? 0,
      label: one.label,
    }));
    return { name, head: storeHead(head, calibration), thresholds: thresholdsOf(judged) };
  });
}
