import { criticalValue } from '../nps/interval.ts';

/** One prediction and its true label. */
export interface Judged {
  readonly probabilities: readonly number[];
  readonly label: number;
}

/** How good class probabilities are, on examples that no part of the model was fitted on. */
export interface ClassificationReport {
  readonly n: number;
  readonly accuracy: number;
  /** Mean of the classes' F1; a class that is neither predicted nor true counts as 0. */
  readonly macroF1: number;
  /** Mean of the classes' recall, over classes that occur. */
  readonly macroRecall: number;
  readonly logLoss: number;
  /** Sum over classes of squared differences, mean over examples (Brier 1950): 0 to 2. */
  readonly brier: number;
  /** Ranked probability score (Epstein 1969) over the classes in their order, divided by classes - 1: 0 to 1. */
  readonly rankedProbabilityScore: number;
  /** Expected calibration error of the predicted class: ten bins of equal width (Naeini et al. 2015). */
  readonly ece: number;
  /** confusion[true][predicted]. */
  readonly confusion: readonly (readonly number[])[];
}

const BINS = 10;

/** @throws Error without examples. */
export function judge(examples: readonly Judged[]): ClassificationReport {
  const classes = examples[0]?.probabilities.length;
  if (!classes) throw new Error('nothing to judge: no examples');
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const bins = Array.from({ length: BINS }, () => ({ n: 0, confidence: 0, right: 0 }));
  let [logLoss, brier, ranked] = [0, 0, 0];
  for (const { probabilities, label } of examples) {
    const predicted = probabilities.indexOf(Math.max(...probabilities));
    const row = confusion[label];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
    const confidence = probabilities[predicted] ?? 0;
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (bin) {
      bin.n += 1;
      bin.confidence += confidence;
      bin.right += predicted === label ? 1 : 0;
    }
    logLoss -= Math.log(Math.max(probabilities[label] ?? 0, 1e-12));
    brier += probabilities.reduce((sum, p, i) => sum + (p - (i === label ? 1 : 0)) ** 2, 0);
    ranked += rankedScore(probabilities, label);
  }
  const n = examples.length;
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return {
    n,
    accuracy: right / n,
    ...macroScores(confusion),
    logLoss: logLoss / n,
    brier: brier / n,
    rankedProbabilityScore: ranked / n,
    ece: bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0) / n,
    confusion,
  };
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Intervals of the figures that are means over the examples. */
export interface ReportIntervals {
  readonly accuracy: Interval;
  readonly brier: Interval | null;
  readonly rankedProbabilityScore: Interval | null;
}

/**
 * The accuracy's interval is Wilson's (1927); those of the scores are mean and standard error, null with fewer than two
 * examples.
 */
export function intervalsOf(examples: readonly Judged[], confidence: number): ReportIntervals {
  const z = criticalValue(confidence);
  const n = examples.length;
  const right = examples.filter(
    ({ probabilities, label }) => probabilities.indexOf(Math.max(...probabilities)) === label,
  ).length;
  const meanOf = (score: (example: Judged) => number): Interval | null => {
    if (n < 2) return null;
    const scores = examples.map(score);
    const mean = scores.reduce((a, b) => a + b, 0) / n;
    const variance = scores.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
    const reach = z * Math.sqrt(variance / n);
    return { low: Math.max(0, mean - reach), high: mean + reach };
  };
  return {
    accuracy: wilson(right, n, z),
    brier: meanOf(({ probabilities, label }) =>
      probabilities.reduce((sum, p, i) => sum + (p - (i === label ? 1 : 0)) ** 2, 0),
    ),
    rankedProbabilityScore: meanOf(({ probabilities, label }) => rankedScore(probabilities, label)),
  };
}

function wilson(hits: number, n: number, z: number): Interval {
  const share = hits / n;
  const scale = 1 + z ** 2 / n;
  const centre = (share + z ** 2 / (2 * n)) / scale;
  const reach = (z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))) / scale;
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

/** How a challenger's probabilities compare with the champion's on the same labels; below 0 the challenger is better. */
export interface PairedComparison {
  readonly n: number;
  /** Mean difference of the ranked probability scores, challenger - champion. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** The stated rule: the whole interval lies below 0. */
  readonly better: boolean;
}

/**
 * Compares two models on the same examples: mean and standard error of the paired differences of the ranked probability
 * score. Null with fewer than two examples.
 */
export function comparePaired(
  examples: readonly {
    readonly champion: readonly number[];
    readonly challenger: readonly number[];
    readonly label: number;
  }[],
  confidence: number,
): PairedComparison | null {
  const n = examples.length;
  if (n < 2) return null;
  const differences = examples.map(
    ({ champion, challenger, label }) => rankedScore(challenger, label) - rankedScore(champion, label),
  );
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
  const reach = criticalValue(confidence) * Math.sqrt(variance / n);
  return { n, difference: mean, low: mean - reach, high: mean + reach, better: mean + reach < 0 };
}

/** The ranked probability score of one prediction: 0 (sure and right) to 1. */
export function rankedScore(probabilities: readonly number[], label: number): number {
  let [cumulative, sum] = [0, 0];
  for (let i = 0; i < probabilities.length - 1; i++) {
    cumulative += probabilities[i] ?? 0;
    sum += (cumulative - (label <= i ? 1 : 0)) ** 2;
  }
  return sum / (probabilities.length - 1);
}

function macroScores(confusion: readonly (readonly number[])[]) {
  const scores = confusion.map((row, index) => {
    const truly = row.reduce((a, b) => a + b, 0);
    const predicted = confusion.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    const hits = row[index] ?? 0;
    return {
      truly,
      recall: truly ? hits / truly : 0,
      f1: truly + predicted ? (2 * hits) / (truly + predicted) : 0,
    };
  });
  const occurring = scores.filter(({ truly }) => truly > 0);
  return {
    macroF1: scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length,
    macroRecall: occurring.reduce((sum, { recall }) => sum + recall, 0) / occurring.length,
  };
}
