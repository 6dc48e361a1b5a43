import { createHash } from 'node:crypto';
import { calibrate, chooseCalibration, type LabelledLogits, logLoss } from '../domain/models/calibration.ts';
import { type ClassificationReport, judge } from '../domain/models/classification.ts';
import { type ModelArtefact, storeHead } from './model.ts';
import { fitOrdinal } from './ordinal-regression.ts';
import { type Example, fitSoftmax, type LinearHead, logitsOf } from './softmax-regression.ts';

/** A head with its evaluation. */
export interface FittedHead {
  readonly head: ModelArtefact['heads']['nps'];
  readonly kind: HeadKind;
  readonly l2: number;
  /** On the last part, which neither weights nor calibration saw. */
  readonly report: ClassificationReport;
}

/** Ordinal: for ordered classes, few enough parameters for little data. */
export type HeadKind = 'softmax' | 'ordinal';
const FITTERS = { softmax: fitSoftmax, ordinal: fitOrdinal } as const;

/** Kinds and penalties to try; the one with the least log loss on the calibration part wins. */
export const PENALTIES = [3e-5, 3e-4, 3e-3];
const FIT_SHARE = 0.7;
const CALIBRATE_SHARE = 0.15;

/**
 * Fits a head on the first 70 % of the examples, chooses kind, penalty and calibration on the next 15 %, and
 * judges it on the rest. The examples are in order of time, so it is judged on later ones than it learnt from.
 * @throws Error when there are too few for three parts.
 */
export function fitHead(
  examples: readonly Example[],
  classes: number,
  kinds: readonly HeadKind[] = ['softmax'],
): FittedHead {
  const [fitOn, calibrateOn, judgeOn] = parts(examples);
  if (judgeOn.length === 0 || calibrateOn.length < 2)
    throw new Error(`${examples.length} labelled examples are too few to fit, calibrate and judge a head`);
  const candidates = kinds.flatMap((kind) => PENALTIES.map((l2) => ({ kind, l2 })));
  const tried = candidates.map(({ kind, l2 }) => {
    const fitted = FITTERS[kind](fitOn, classes, { l2 });
    const logits = labelledLogits(fitted, calibrateOn);
    const calibration = calibrationOf(logits);
    return { kind, l2, fitted, calibration, loss: logLoss(calibration, logits) };
  });
  const best = tried.reduce((a, b) => (b.loss < a.loss ? b : a));
  const report = judge(
    labelledLogits(best.fitted, judgeOn).map(({ logits, label }) => ({
      probabilities: calibrate(best.calibration, logits),
      label,
    })),
  );
  return { head: storeHead(best.fitted, best.calibration), kind: best.kind, l2: best.l2, report };
}

/**
 * As `fitHead`, and then fits the chosen kind and penalty again for use: weights on the first 85 % of the examples, calibration on the
 * newest 15 %, which these weights did not see. The report stays that of the head that was judged (decision 0183).
 * @throws Error when there are too few for three parts.
 */
export function fitHeadForUse(
  examples: readonly Example[],
  classes: number,
  kinds: readonly HeadKind[] = ['softmax'],
): FittedHead {
  const judged = fitHead(examples, classes, kinds);
  const begin = Math.floor(examples.length * (1 - CALIBRATE_SHARE));
  const fitted = FITTERS[judged.kind](examples.slice(0, begin), classes, { l2: judged.l2 });
  const calibration = calibrationOf(labelledLogits(fitted, examples.slice(begin)));
  return { ...judged, head: storeHead(fitted, calibration) };
}

/** Half to fit each kind of calibration, half to choose among them. */
export function calibrationOf(logits: readonly LabelledLogits[]) {
  return chooseCalibration(
    logits.filter((_, i) => i % 2 === 0),
    logits.filter((_, i) => i % 2 === 1),
  );
}

function parts(examples: readonly Example[]) {
  const fit = Math.floor(examples.length * FIT_SHARE);
  const calibration = Math.floor(examples.length * (FIT_SHARE + CALIBRATE_SHARE));
  return [examples.slice(0, fit), examples.slice(fit, calibration), examples.slice(calibration)] as const;
}

/** The head's logits for the examples. */
export function labelledLogits(
  head: LinearHead,
  examples: readonly Pick<Example, 'inputs' | 'label'>[],
): LabelledLogits[] {
  return examples.map(({ inputs, label }) => ({ logits: logitsOf(head, inputs), label }));
}

/** SHA-256 over the training set's members in order: identifies it without storing it. */
export function trainingSetHash(members: readonly string[]): string {
  const hash = createHash('sha256');
  for (const member of members) hash.update(`${member}\n`);
  return hash.digest('hex');
}
