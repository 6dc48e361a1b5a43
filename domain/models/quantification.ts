import { adjustedEstimate, criticalValue } from '../nps/interval.ts';
import { type Counts, total } from '../nps/nps.ts';
import { twoSidedP } from '../statistics/normal.ts';

/** How many held-out examples of each true class were predicted as which: confusion[true][predicted]. */
export type Confusion = readonly (readonly number[])[];

/** A share difference (promoters - detractors) in proportions, and its variance. */
export interface Estimate {
  readonly theta: number;
  readonly variance: number;
}

/** Added to each cell of the confusion, so that a class without errors does not count as infallible. */
const SMOOTHING = 0.5;
/**
 * The expected deviation of the true shares from those of the held-out examples, one standard deviation. It
 * hardly matters where the classifier separates classes; where it does not, it is the only regularisation.
 */
const PRIOR_DEVIATION = 0.2;

type Pair = readonly [number, number];
/** Of a symmetric matrix: [[a, b], [b, c]]. */
type Symmetric = readonly [a: number, b: number, c: number];

/**
 * The score of a classifier's predictions, corrected for its known errors: black-box shift estimation (Lipton,
 * Wang and Smola 2018; the adjusted count), regularised towards the held-out shares (as Azizzadenesheli et al.
 * 2019), because the plain inverse explodes when two classes are hardly separated.
 *
 * With C[i][j] = P(predicted j | true i) the predicted shares are q = Cᵀπ + noise; the noise has the covariance
 * that these n responses (given their true classes) and the m_i held-out examples of each class leave open: S =
 * Σ (π_i/n + π_i²/m_i)(diag C_i - C_iC_iᵀ). With a normal prior for (detractors, promoters) of deviation τ
 * around the held-out shares x₀ and q = c + Ax: x = x₀ + M⁻¹AᵀS⁻¹(q - c - Ax₀), M = AᵀS⁻¹A + I/τ². The variance
 * of the score is that of M⁻¹ and, as for surveyed scores, that of the sample. null without predictions.
 */
export function correctedEstimate(predicted: Counts, confusion: Confusion): Estimate | null {
  const n = total(predicted);
  if (n === 0) return null;
  const { at, open } = correction(n, confusion);
  const [detractors, promoters] = at([predicted.detractors / n, predicted.promoters / n]);
  const shares = asShares([detractors, 1 - detractors - promoters, promoters]);
  const theta = (shares[2] ?? 0) - (shares[0] ?? 0);
  const sample = ((shares[0] ?? 0) + (shares[2] ?? 0) - theta ** 2) / n;
  return { theta, variance: Math.max(0, open) + Math.max(0, sample) };
}

/** What one answer of each class adds to a sum whose mean is the score (in proportions, not points). */
export interface ClassValues {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** What surveyed answers add. */
export const SURVEYED_VALUES: ClassValues = { promoters: 1, passives: 0, detractors: -1 };

/**
 * What each predicted answer adds, so that the mean over all of them is their corrected score: the correction is affine in the
 * shares of the predicted classes, but for its cut to 0..1, which moves every answer alike. Sums over groups of these answers
 * then add up to the corrected score of all.
 */
export function correctedValues(predicted: Counts, confusion: Confusion): ClassValues {
  const n = total(predicted);
  const whole = correctedEstimate(predicted, confusion);
  if (!whole) return SURVEYED_VALUES;
  const { at } = correction(n, confusion);
  const value = (detractors: number, promoters: number) => {
    const [d, p] = at([detractors, promoters]);
    return p - d;
  };
  const [promoters, passives, detractors] = [value(0, 1), value(0, 0), value(1, 0)];
  const mean =
    (promoters * predicted.promoters + passives * predicted.passives + detractors * predicted.detractors) / n;
  const cut = whole.theta - mean;
  return { promoters: promoters + cut, passives: passives + cut, detractors: detractors + cut };
}

/** The correction for that many predictions: of the predicted shares (detractors, promoters), and the variance that it leaves. */
function correction(n: number, confusion: Confusion): { at: (predicted: Pair) => Pair; open: number } {
  const rows = confusion.map((row) => row.map((count) => count + SMOOTHING));
  const sizes = rows.map((row) => row.reduce((a, b) => a + b, 0));
  const known = sizes.reduce((a, b) => a + b, 0);
  const rates = rows.map((row, i) => row.map((count) => count / (sizes[i] ?? 1)));
  const [d, p, r] = rates as [number[], number[], number[]];
  const of = (row: readonly number[], j: number) => row[j] ?? 0;
  const prior: Pair = [(sizes[0] ?? 0) / known, (sizes[2] ?? 0) / known];
  const a = [
    [of(d, 0) - of(p, 0), of(r, 0) - of(p, 0)],
    [of(d, 2) - of(p, 2), of(r, 2) - of(p, 2)],
  ] as const;
  const [s0, s1, s2] = inverse(noise(rates, sizes, n, prior));
  const expected = a.map((row, k) => of(p, 2 * k) + row[0] * prior[0] + row[1] * prior[1]);
  const information = (k: 0 | 1, l: 0 | 1) =>
    a[0][k] * (s0 * a[0][l] + s1 * a[1][l]) + a[1][k] * (s1 * a[0][l] + s2 * a[1][l]);
  const ridge = 1 / PRIOR_DEVIATION ** 2;
  const left = inverse([information(0, 0) + ridge, information(0, 1), information(1, 1) + ridge]);
  const at = ([detractors, promoters]: Pair): Pair => {
    const gap: Pair = [detractors - (expected[0] ?? 0), promoters - (expected[1] ?? 0)];
    const weighted: Pair = [s0 * gap[0] + s1 * gap[1], s1 * gap[0] + s2 * gap[1]];
    const pull: Pair = [
      a[0][0] * weighted[0] + a[1][0] * weighted[1],
      a[0][1] * weighted[0] + a[1][1] * weighted[1],
    ];
    return [
      prior[0] + left[0] * pull[0] + left[1] * pull[1],
      prior[1] + left[1] * pull[0] + left[2] * pull[1],
    ];
  };
  return { at, open: left[0] - 2 * left[1] + left[2] };
}

/** S for the predicted shares of detractors and promoters. */
function noise(
  rates: readonly (readonly number[])[],
  sizes: readonly number[],
  n: number,
  [detractors, promoters]: Pair,
): Symmetric {
  const shares = [detractors, 1 - detractors - promoters, promoters];
  return rates.reduce<Symmetric>(
    ([a, b, c], row, i) => {
      const share = shares[i] ?? 0;
      const weight = share / n + share ** 2 / (sizes[i] ?? 1);
      const [x = 0, , y = 0] = row;
      return [a + weight * x * (1 - x), b - weight * x * y, c + weight * y * (1 - y)];
    },
    [1e-12, 0, 1e-12],
  );
}

function inverse([a, b, c]: Symmetric): Symmetric {
  const determinant = a * c - b * b;
  return [c / determinant, -b / determinant, a / determinant];
}

/** Freely estimated shares, projected to 0..1 with sum 1. */
function asShares(shares: readonly number[]): number[] {
  const positive = shares.map((share) => Math.max(0, share));
  const sum = positive.reduce((x, y) => x + y, 0);
  return positive.map((share) => share / sum);
}

/** What one classifier predicted, and its known errors. */
export interface InferredPart {
  readonly counts: Counts;
  readonly confusion: Confusion;
}

/**
 * Disjoint sets of responses taken together, weighted by their numbers: surveyed ones, and those of each classifier, corrected for its
 * own errors. The classifiers' held-out examples are different ones, so the variances add up. Null without responses.
 */
export function combinedEstimate(surveyed: Counts, inferred: readonly InferredPart[]): Estimate | null {
  // The score uses the counts as they are; only the variance is adjusted (Rocks).
  const a = total(surveyed);
  let n = a;
  let sum = a === 0 ? 0 : a * ((surveyed.promoters - surveyed.detractors) / a);
  let variance = a === 0 ? 0 : (a * adjustedEstimate(surveyed).standardError) ** 2;
  for (const { counts, confusion } of inferred) {
    const corrected = correctedEstimate(counts, confusion);
    if (!corrected) continue;
    const b = total(counts);
    n += b;
    sum += b * corrected.theta;
    variance += b ** 2 * corrected.variance;
  }
  return n === 0 ? null : { theta: sum / n, variance: variance / n ** 2 };
}

/** The estimate's interval in score points, θ ± z·SE cut to -100..100. @throws RangeError for a confidence outside 0..1 */
export function estimateInterval(
  { theta, variance }: Estimate,
  confidence: number,
): { low: number; high: number } {
  const reach = criticalValue(confidence) * Math.sqrt(variance);
  return { low: Math.max(-100, 100 * (theta - reach)), high: Math.min(100, 100 * (theta + reach)) };
}

/** b - a of two estimates that share no responses, in score points, with interval and two-sided p-value. */
export function compareEstimates(a: Estimate, b: Estimate, confidence: number) {
  const difference = b.theta - a.theta;
  const error = Math.sqrt(a.variance + b.variance);
  const reach = criticalValue(confidence) * error;
  return {
    difference: 100 * difference,
    low: Math.max(-200, 100 * (difference - reach)),
    high: Math.min(200, 100 * (difference + reach)),
    pValue: error === 0 ? null : twoSidedP(difference / error),
  };
}
