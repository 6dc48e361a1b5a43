import { adjustedEstimate, criticalValue } from './interval.ts';
import { twoSidedP } from './normal.ts';
import { type Counts, total } from './nps.ts';

/** Of held-out examples how many of each true class were predicted as which: confusion[true][predicted]. */
export type Confusion = readonly (readonly number[])[];

/** A share difference (promoters - detractors) in proportions, and its variance. */
export interface Estimate {
  readonly theta: number;
  readonly variance: number;
}

/** Promoters count 1, passives 0, detractors -1; in the order of the classes (detractor, passive, promoter). */
const VALUES = [-1, 0, 1];
/** Added to each cell of the confusion, so that a class that was never mistaken is not held to be infallible. */
const SMOOTHING = 0.5;

/**
 * The score of what a classifier predicted, corrected for how it is known to err: black-box shift estimation (Lipton, Wang
 * and Smola 2018), also known as adjusted count. With C[i][j] = P(predicted j | true i) and predicted shares q, the true
 * shares are those of q = Cᵀπ, so θ = wᵀq with w = C⁻¹·values. The variance has, by the delta method, a part of the
 * sample, (Σw²q - θ²)/n, and one of the held-out examples, Σ π_i² (Σ_j w_j²C_ij - (Σ_j w_jC_ij)²)/m_i.
 * θ is cut to [-1, 1]. null without predictions, or where the classifier cannot tell the classes apart.
 */
export function correctedEstimate(predicted: Counts, confusion: Confusion): Estimate | null {
  const n = total(predicted);
  if (n === 0) return null;
  const rows = confusion.map((row) => row.map((count) => count + SMOOTHING));
  const sizes = rows.map((row) => row.reduce((a, b) => a + b, 0));
  const rates = rows.map((row, i) => row.map((count) => count / (sizes[i] ?? 1)));
  const w = solve(rates, VALUES);
  if (!w) return null;
  const q = [predicted.detractors / n, predicted.passives / n, predicted.promoters / n];
  const theta = sumOf(w, q);
  const sample =
    (sumOf(
      w.map((x) => x * x),
      q,
    ) -
      theta ** 2) /
    n;
  const shares = trueShares(rates, q);
  const heldOut = rates.reduce((sum, row, i) => {
    const spread =
      sumOf(
        w.map((x) => x * x),
        row,
      ) -
      sumOf(w, row) ** 2;
    return sum + ((shares[i] ?? 0) ** 2 * Math.max(0, spread)) / (sizes[i] ?? 1);
  }, 0);
  return { theta: Math.max(-1, Math.min(1, theta)), variance: Math.max(0, sample) + heldOut };
}

/**
 * The true shares behind predicted ones (detractor, passive, promoter): the solution of q = Cᵀπ, brought back to shares
 * where it lies outside of them. `rates[i][j]` = P(predicted j | true i).
 */
export function trueShares(rates: readonly (readonly number[])[], q: readonly number[]): number[] {
  const transposed = rates.map((_, j) => rates.map((row) => row[j] ?? 0));
  const solved = solve(transposed, q) ?? q;
  const positive = solved.map((share) => Math.max(0, share));
  const sum = positive.reduce((a, b) => a + b, 0);
  return positive.map((share) => share / sum);
}

/** Two sets of responses that share none, taken together: each weighs with its number. */
export function combinedEstimate(surveyed: Counts, inferred: Counts, confusion: Confusion): Estimate | null {
  const [a, b] = [total(surveyed), total(inferred)];
  const corrected = correctedEstimate(inferred, confusion);
  if (b > 0 && !corrected) return null;
  if (a + b === 0) return null;
  // The score is of the answers as they are; only the variance is adjusted (Rocks).
  const theta = a === 0 ? 0 : (surveyed.promoters - surveyed.detractors) / a;
  const error = a === 0 ? 0 : adjustedEstimate(surveyed).standardError;
  return {
    theta: (a * theta + b * (corrected?.theta ?? 0)) / (a + b),
    variance: ((a * error) ** 2 + b ** 2 * (corrected?.variance ?? 0)) / (a + b) ** 2,
  };
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

function sumOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}

/** x with M x = b by Gauss-Jordan elimination with pivoting; null where M is (nearly) singular. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    const below = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivot = column + below.indexOf(Math.max(...below));
    const [chosen, present] = [rows[pivot], rows[column]];
    if (!chosen || !present || Math.abs(chosen[column] ?? 0) < 1e-6) return null;
    rows[pivot] = present;
    rows[column] = chosen.map((value) => value / (chosen[column] ?? 1));
    for (const [i, row] of rows.entries()) {
      const factor = row[column] ?? 0;
      if (i !== column) rows[i] = row.map((value, j) => value - factor * (rows[column]?.[j] ?? 0));
    }
  }
  return rows.map((row) => row[n] ?? 0);
}
