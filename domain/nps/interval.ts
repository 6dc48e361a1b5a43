import { normalQuantile } from '../statistics/normal.ts';
import { type Counts, total } from './nps.ts';

/** SCORE: Tango's score interval. ADJUSTED_WALD: Rocks' adjusted Wald interval. */
export type IntervalMethod = 'SCORE' | 'ADJUSTED_WALD';

/** Bounds in score points, within -100..100. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Added to promoters, passives and detractors before taking a Wald interval. */
export type Adjustment = readonly [promoters: number, passives: number, detractors: number];

/** Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70 (2016): 3/4, 3/2, 3/4. */
export const ROCKS: Adjustment = [0.75, 1.5, 0.75];
/** From this n on the adjusted Wald interval has its nominal coverage; below, Tango's does. */
export const SMALL_SAMPLE = 30;

/** The score and its standard error (both in proportions, not points) after the adjustment. */
export function adjustedEstimate(counts: Counts, [p, n, d]: Adjustment = ROCKS) {
  const promoters = counts.promoters + p;
  const detractors = counts.detractors + d;
  const size = promoters + counts.passives + n + detractors;
  const theta = (promoters - detractors) / size;
  const variance = ((promoters + detractors) / size - theta * theta) / size;
  return { theta, standardError: Math.sqrt(Math.max(0, variance)) };
}

/**
 * Wald interval after adding to the counts: theta ± z sqrt((p + d - theta²) / n).
 * @throws RangeError for a confidence outside of 0..1 or without any answer.
 */
export function adjustedWald(counts: Counts, confidence: number, adjustment: Adjustment = ROCKS): Interval {
  const z = criticalValue(confidence);
  if (total(counts) === 0) throw new RangeError('an interval needs at least one answer');
  const { theta, standardError } = adjustedEstimate(counts, adjustment);
  return points(theta - z * standardError, theta + z * standardError);
}

/**
 * The plain Wald interval, for comparison; too narrow for small n and near the ends.
 * @throws RangeError for a confidence outside of 0..1 or without any answer.
 */
export function wald(counts: Counts, confidence: number): Interval {
  return adjustedWald(counts, confidence, [0, 0, 0]);
}

/**
 * Tango's score interval: all t with (theta - t)² n <= z² (s(t) - t²), where s is the larger root of
 * -n s² + [P(1+t) + D(1-t)] s + (-P t + D t + N t²) = 0 (the restricted maximum likelihood estimate of p + d).
 * Source: Tango, Statistics in Medicine 17 (1998) 891-908; (P - D)/n is McNemar's paired difference.
 * @throws RangeError for a confidence outside of 0..1 or without any answer.
 */
export function tango(counts: Counts, confidence: number): Interval {
  const z = criticalValue(confidence);
  if (total(counts) === 0) throw new RangeError('an interval needs at least one answer');
  const mirrored = { ...counts, promoters: counts.detractors, detractors: counts.promoters };
  return points(distanceFromEnd(mirrored, z) - 1, 1 - distanceFromEnd(counts, z));
}

/**
 * How far below 1 Tango's upper bound is. By bisection from the estimate (always inside) to 1 (outside, unless
 * the estimate is 1 itself), in u = 1 - t, which keeps its digits when the interval is narrow and near the end.
 */
function distanceFromEnd(counts: Counts, z: number): number {
  const n = total(counts);
  const estimate = (counts.passives + 2 * counts.detractors) / n;
  let [inside, outside] = [estimate, 0];
  for (let i = 0; i < 200; i++) {
    const u = (inside + outside) / 2;
    if (u === inside || u === outside) break;
    if ((u - estimate) ** 2 * n <= z * z * restrictedVariance(counts, u)) inside = u;
    else outside = u;
  }
  return inside;
}

/**
 * s(t) - t² of Tango's interval at t = 1 - u. With s = t + 2q, q the estimate of the rarer class, the equation for s
 * becomes 2n q² + (2N t + D(2 - 3u) - P u) q - D t u = 0 and s - t² becomes t u + 2q: the same numbers without
 * subtracting nearly equal ones, which for large n cost all digits.
 */
function restrictedVariance({ promoters, passives, detractors }: Counts, u: number): number {
  const t = 1 - u;
  if (t < 0) {
    return restrictedVariance({ promoters: detractors, passives, detractors: promoters }, 2 - u);
  }
  const n = promoters + passives + detractors;
  const b = 2 * passives * t + detractors * (2 - 3 * u) - promoters * u;
  const root = Math.sqrt(b * b + 8 * n * detractors * t * u);
  const q = b > 0 ? (2 * detractors * t * u) / (b + root) : (root - b) / (4 * n);
  return t * u + 2 * q;
}

/**
 * The interval of a score by the method for its n, in score points within -100..100; null without responses.
 * @throws RangeError for a confidence outside of 0..1.
 */
export function npsInterval(
  counts: Counts,
  confidence: number,
): (Interval & { method: IntervalMethod }) | null {
  const n = total(counts);
  if (n === 0) return null;
  const method = n < SMALL_SAMPLE ? 'SCORE' : 'ADJUSTED_WALD';
  const { low, high } = (method === 'SCORE' ? tango : adjustedWald)(counts, confidence);
  return { low, high, method };
}

// Cache: each row of a series uses the same few levels; bounded, because callers choose them.
const criticalValues = new Map<number, number>();

/**
 * z of a two-sided interval.
 * @throws RangeError unless 0 < confidence < 1.
 */
export function criticalValue(confidence: number): number {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence ${confidence} is not between 0 and 1, such as 0.95`);
  let z = criticalValues.get(confidence);
  if (z === undefined) {
    // From the lower tail: 0.5 + confidence / 2 would round to 1 for the highest levels.
    z = Math.abs(normalQuantile((1 - confidence) / 2));
    if (criticalValues.size < 100) criticalValues.set(confidence, z);
  }
  return z;
}

function points(low: number, high: number): Interval {
  return { low: 100 * Math.max(-1, low), high: 100 * Math.min(1, high) };
}
