import { normalQuantile } from './normal.ts';
import { type Counts, total } from './nps.ts';

/** SCORE: Tango's score interval. ADJUSTED_WALD: Rocks' adjusted Wald interval. */
export type IntervalMethod = 'SCORE' | 'ADJUSTED_WALD';

/** Bounds in score points, within -100..100. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What is added to promoters, passives and detractors before a Wald interval is taken. */
export type Adjustment = readonly [promoters: number, passives: number, detractors: number];

/** Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70 (2016): 3/4, 3/2, 3/4. */
export const ROCKS: Adjustment = [0.75, 1.5, 0.75];
/** From this n on the adjusted Wald interval covers as it says; below, Tango's does. */
const SMALL_SAMPLE = 30;

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

/** The plain Wald interval; too narrow for small n and near the ends, here for comparison. */
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
  const n = total(counts);
  if (n === 0) throw new RangeError('an interval needs at least one answer');
  const { promoters, passives, detractors } = counts;
  const theta = (promoters - detractors) / n;
  const excess = (t: number) => {
    const b = promoters * (1 + t) + detractors * (1 - t);
    const c = -promoters * t + detractors * t + passives * t * t;
    const s = (b + Math.sqrt(Math.max(0, b * b + 4 * n * c))) / (2 * n);
    return (theta - t) ** 2 * n - z * z * Math.max(0, s - t * t);
  };
  return points(bound(excess, theta, -1), bound(excess, theta, 1));
}

/** Where `excess` turns from negative (inside) to positive between the estimate and the end; the end if it never does. */
function bound(excess: (t: number) => number, theta: number, end: -1 | 1): number {
  // At the end itself s = t², so excess is 0 or more; a step inside tells whether the interval reaches it.
  if (theta === end || excess(end * (1 - 1e-12)) <= 0) return end;
  let inside = theta;
  let outside: number = end;
  for (let i = 0; i < 100 && Math.abs(outside - inside) > 1e-15; i++) {
    const middle = (inside + outside) / 2;
    if (excess(middle) <= 0) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}

/** The interval of a score by the method fit for its n; null without answers. */
export function npsInterval(
  counts: Counts,
  confidence: number,
): (Interval & { method: IntervalMethod }) | null {
  const n = total(counts);
  if (n === 0) return null;
  return n < SMALL_SAMPLE
    ? { ...tango(counts, confidence), method: 'SCORE' }
    : { ...adjustedWald(counts, confidence), method: 'ADJUSTED_WALD' };
}

// Each row of a series asks for the same few levels.
const criticalValues = new Map<number, number>();

/**
 * z of a two-sided interval.
 * @throws RangeError unless 0 < confidence < 1.
 */
export function criticalValue(confidence: number): number {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence ${confidence} is not between 0 and 1`);
  let z = criticalValues.get(confidence);
  if (z === undefined) {
    z = normalQuantile(0.5 + confidence / 2);
    if (criticalValues.size < 100) criticalValues.set(confidence, z);
  }
  return z;
}

function points(low: number, high: number): Interval {
  return { low: 100 * Math.max(-1, low), high: 100 * Math.min(1, high) };
}
