import { twoSidedP } from '../statistics/normal.ts';
import { adjustedEstimate, criticalValue } from './interval.ts';
import { type Counts, npsScore, total } from './nps.ts';

/** after - before, in score points. */
export interface Comparison {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
}

/**
 * The difference of two scores over disjoint responses: Δ ± z sqrt(SE₁² + SE₂²) with the adjusted (Rocks)
 * estimates, and the two-sided p-value of Δ / SE. `difference` is that of the scores as shown; null when a
 * window is empty.
 * @throws RangeError for a confidence outside of 0..1.
 */
export function compareWindows(before: Counts, after: Counts, confidence: number): Comparison | null {
  const z = criticalValue(confidence);
  const [first, second] = [npsScore(before), npsScore(after)];
  if (first === null || second === null) return null;
  const [a, b] = [adjustedEstimate(before), adjustedEstimate(after)];
  const delta = b.theta - a.theta;
  const standardError = Math.hypot(a.standardError, b.standardError);
  return {
    difference: second - first,
    low: Math.max(-200, 100 * (delta - z * standardError)),
    high: Math.min(200, 100 * (delta + z * standardError)),
    pValue: twoSidedP(delta / standardError),
  };
}

/** One stratum: its responses and its share of the population (weights are relative to their sum). */
export interface Stratum {
  readonly counts: Counts;
  readonly weight: number;
}

/** A weighted score and its standard error in score points; `effectiveN` in answers. */
export interface PostStratified {
  readonly score: number;
  readonly standardError: number;
  readonly effectiveN: number;
}

/**
 * Post-stratified score: Σ W θ with variance Σ W² σ² / n, and Kish's effective n = (Σw)² / Σw² for the weight W/n of
 * each answer. Null when a stratum with weight has no answers. Source: Cochran, Sampling Techniques, 5A.9; Kish 1965.
 * @throws RangeError for a weight that is negative or not finite.
 */
export function postStratified(strata: readonly Stratum[]): PostStratified | null {
  for (const { weight } of strata) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`weight ${weight} of a stratum is not a number from 0 up`);
    }
  }
  const whole = strata.reduce((sum, { weight }) => sum + weight, 0);
  const used = strata.filter(({ weight }) => weight > 0);
  if (used.length === 0 || used.some(({ counts }) => total(counts) === 0)) return null;
  let score = 0;
  let variance = 0;
  let squares = 0;
  for (const { counts, weight } of used) {
    const share = weight / whole;
    const n = total(counts);
    const { theta, standardError } = adjustedEstimate(counts, [0, 0, 0]);
    score += share * theta;
    variance += (share * standardError) ** 2;
    squares += share ** 2 / n;
  }
  return { score: 100 * score, standardError: 100 * Math.sqrt(variance), effectiveN: 1 / squares };
}
