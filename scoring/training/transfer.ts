import { calibrate, fitTemperature, type LabelledLogits } from '../../domain/models/calibration.ts';
import { type ClassificationReport, type Judged, judge } from '../../domain/models/classification.ts';
import { softmax } from '../../domain/models/probabilities.ts';
import { minimise } from '../lbfgs.ts';
import { type ModelArtefact, readyHead, storeHead } from '../model.ts';
import { type Example, fitSoftmax, type LinearHead, logitsOf } from '../softmax-regression.ts';
import { fitThemes, type ThemeExample, thresholdsOf } from '../themes.ts';
import { calibrationOf, labelledLogits } from '../train.ts';
import { isClose } from './closeness.ts';

/*
 * Transfer of a head to other languages: weights from labelled English and from sentences that the project wrote; one constant for
 * each class, the calibration and the choice of the penalty from sentences of the other languages, each read by weights that saw
 * neither it nor one that may say the same (decisions 0202 and 0215).
 */

/** A sentence of another language, as the head reads it. */
export interface Foreign {
  readonly language: string;
  readonly inputs: Float64Array;
  readonly label: number;
}

/** A sentence that the project wrote, with its embedding centred by language (closeness.ts). */
export interface Written extends Foreign {
  readonly centred: Float64Array;
}

/** What a head is fitted on. */
export interface Corpus {
  /** Labelled English of others. */
  readonly english: readonly Example[];
  /** Sentences of the project for the weights, of all languages; calibration sentences may be among them. */
  readonly written: readonly Written[];
  /** For constants, calibration and the choice of the penalty. */
  readonly calibration: readonly Written[];
}

/** A transferred head; each language is judged by weights, constants and calibration that were fitted on the others. */
export interface TransferredHead {
  readonly head: ModelArtefact['heads']['nps'];
  readonly l2: number;
  readonly report: ClassificationReport;
  readonly languages: Readonly<
    Record<string, Pick<ClassificationReport, 'n' | 'accuracy' | 'macroF1' | 'ece'>>
  >;
}

const PENALTIES = [3e-5, 1e-4, 3e-4];
/** Of a sentence of the project, where one of the English sets has 1: they are few, and of the kind that the head will read. */
const WRITTEN_WEIGHT = 16;
/** Groups of languages whose calibration sentences are left out together. */
const FOLDS = 7;

/** Fits the head with each penalty; the one with the least log loss on sentences left out wins. */
export function fitTransferred(corpus: Corpus, classes: number): TransferredHead {
  const tried = PENALTIES.map((l2) => {
    const logits = leftOut(corpus, classes, l2);
    return { l2, logits, unseen: judgedByOthers(logits) };
  });
  const best = tried.reduce((a, b) => (judge(b.unseen).logLoss < judge(a.unseen).logLoss ? b : a));
  const fitted = fitSoftmax(examplesOf(corpus.english, corpus.written), classes, { l2: best.l2 });
  const constants = constantsOf(best.logits);
  const calibration = calibrationOf(best.logits.map((one) => shifted(one, constants)));
  const languages = Object.fromEntries(
    languagesOf(corpus.calibration).map((language) => {
      const own = judge(best.unseen.filter((one) => one.language === language));
      return [language, { n: own.n, accuracy: own.accuracy, macroF1: own.macroF1, ece: own.ece }];
    }),
  );
  return {
    head: storeHead(addConstants(fitted, constants), calibration),
    l2: best.l2,
    report: judge(best.unseen),
    languages,
  };
}

const languagesOf = (foreign: readonly Pick<Foreign, 'language'>[]) => [
  ...new Set(foreign.map(({ language }) => language)),
];

/** The English examples, then the written sentences, whose classes weigh the same. */
function examplesOf(english: readonly Example[], written: readonly Written[]): Example[] {
  const labels = new Set(written.map(({ label }) => label)).size;
  const count = (label: number) => written.filter((one) => one.label === label).length;
  const weights = [0, 1, 2].map((label) => (WRITTEN_WEIGHT * written.length) / labels / count(label));
  return [
    ...english,
    ...written.map(({ inputs, label }) => ({ inputs, label, weight: weights[label] ?? 0 })),
  ];
}

type Unseen = LabelledLogits & { readonly language: string };

/** The logits of each calibration sentence by weights that saw neither it nor one that may say the same. */
function leftOut({ english, written, calibration }: Corpus, classes: number, l2: number): Unseen[] {
  const languages = languagesOf(calibration);
  const groups = Array.from({ length: Math.min(FOLDS, languages.length) }, (_, fold) =>
    calibration.filter(({ language }) => languages.indexOf(language) % FOLDS === fold),
  );
  const logits = new Map<Written, number[]>();
  for (const group of groups) {
    const held = group.map(({ centred }) => centred);
    const apart = written.filter(({ centred }) => !isClose(centred, held));
    const head = fitSoftmax(examplesOf(english, apart), classes, { l2 });
    for (const one of group) logits.set(one, logitsOf(head, one.inputs));
  }
  return calibration.map((one) => ({
    language: one.language,
    label: one.label,
    logits: logits.get(one) ?? [],
  }));
}

/** Every language's predictions with constants and calibration of the others. */
function judgedByOthers(logits: readonly Unseen[]): (Judged & { language: string })[] {
  return languagesOf(logits).flatMap((language) => {
    const others = logits.filter((one) => one.language !== language);
    const constants = constantsOf(others);
    const calibration = calibrationOf(others.map((one) => shifted(one, constants)));
    return logits
      .filter((one) => one.language === language)
      .map((one) => ({
        language,
        label: one.label,
        probabilities: calibrate(calibration, shifted(one, constants).logits),
      }));
  });
}

const shifted = ({ logits, label }: LabelledLogits, constants: readonly number[]): LabelledLogits => ({
  logits: logits.map((logit, c) => logit + (constants[c] ?? 0)),
  label,
});

/** Keeps the constants finite where a class is separable. */
const RIDGE = 1e-3;

/**
 * One constant for each class: those of the least log loss together with a temperature, which calibration fits again. A language's
 * offset in the embeddings is a constant of each class too, so the embeddings need no centring.
 */
function constantsOf(labelled: readonly LabelledLogits[]): number[] {
  const classes = labelled[0]?.logits.length ?? 0;
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
  return Array.from({ length: classes }, (_, c) => (found[c] as number) / scale);
}

const addConstants = ({ weights, bias }: LinearHead, constants: readonly number[]): LinearHead => ({
  weights,
  bias: bias.map((value, c) => value + (constants[c] ?? 0)),
});

/** The head with the constants that suit the sentences. */
export const withConstants = (head: LinearHead, labelled: readonly LabelledLogits[]): LinearHead =>
  addConstants(head, constantsOf(labelled));

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
