import { normalQuantile } from './normal.ts';

/**
 * Kaplan and Meier's product-limit estimate (JASA 53, 1958) with Greenwood's variance, and intervals by the log-log transformation
 * (Kalbfleisch and Prentice), which stay within 0..1. At one time, events come before those who are no longer watched.
 */

/** How long a unit was watched, and whether the event ended it. */
export interface Watched {
  /** How many of them; one if absent. */
  readonly units?: number;
  readonly time: number;
  readonly event: boolean;
}

/** The estimate after the events of one time. */
export interface SurvivalStep {
  readonly time: number;
  /** Watched just before. */
  readonly atRisk: number;
  readonly events: number;
  readonly survival: number;
  /** Greenwood's. */
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/** The steps of the curve, in order of time. */
export function kaplanMeier(units: readonly Watched[], confidence: number): SurvivalStep[] {
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const sorted = [...units].sort((a, b) => a.time - b.time);
  const steps: SurvivalStep[] = [];
  let [survival, sum, i] = [1, 0, 0];
  let left = units.reduce((all, { units: count = 1 }) => all + count, 0);
  while (i < sorted.length) {
    const { time } = sorted[i] as Watched;
    const atRisk = left;
    let events = 0;
    for (; sorted[i]?.time === time; i++) {
      const { event, units: count = 1 } = sorted[i] as Watched;
      left -= count;
      if (event) events += count;
    }
    if (events === 0) continue;
    survival *= (atRisk - events) / atRisk;
    sum += events / (atRisk * (atRisk - events));
    steps.push({ time, atRisk, events, survival, ...spread(survival, sum, z) });
  }
  return steps;
}

/** Greenwood's error and the interval; where none or all are left the transformation has no bounds of its own. */
function spread(survival: number, sum: number, z: number) {
  if (survival <= 0) return { standardError: 0, low: 0, high: 0 };
  const standardError = survival * Math.sqrt(sum);
  const width = (z * Math.sqrt(sum)) / -Math.log(survival);
  return { standardError, low: survival ** Math.exp(width), high: survival ** Math.exp(-width) };
}

/** A share with its interval. */
export interface Survived {
  readonly share: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The share that is left after that time; null where no one was watched for so long and the share is not known. Without an event before
 * it there is no interval.
 */
export function survivalAt(units: readonly Watched[], time: number, confidence: number): Survived | null {
  const step = kaplanMeier(units, confidence)
    .filter((one) => one.time <= time)
    .at(-1);
  const isKnown = step?.survival === 0 || units.some((unit) => unit.time >= time);
  if (!isKnown) return null;
  if (!step) return { share: 1, low: null, high: null };
  return { share: step.survival, low: step.low, high: step.high };
}

/** A curve at one time. */
export interface SurvivalPoint extends Survived {
  readonly time: number;
  /** Watched for longer. */
  readonly watched: number;
  /** Until then. */
  readonly events: number;
}

/** The curve at those times, which ascend; it ends where no one was watched for so long and the share is not known. */
export function survivalCurve(
  units: readonly Watched[],
  times: readonly number[],
  confidence: number,
): SurvivalPoint[] {
  const steps = kaplanMeier(units, confidence);
  const longest = units.reduce((most, { time }) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  const points: SurvivalPoint[] = [];
  let [i, events] = [0, 0];
  for (const time of times) {
    for (; steps[i] && (steps[i] as SurvivalStep).time <= time; i++)
      events += (steps[i] as SurvivalStep).events;
    const step = steps[i - 1];
    if (time > longest && step?.survival !== 0) break;
    const watched = units.reduce((all, { time: end, units: n = 1 }) => all + (end > time ? n : 0), 0);
    points.push({
      ...{ time, watched, events, share: step?.survival ?? 1 },
      ...{ low: step?.low ?? null, high: step?.high ?? null },
    });
  }
  return points;
}

/** The first time at which at most half are left, with the times at which the interval's bounds are; null where it is not reached. */
export function medianTime(units: readonly Watched[], confidence: number) {
  const steps = kaplanMeier(units, confidence);
  const first = (bound: 'survival' | 'low' | 'high') =>
    steps.find((step) => step[bound] <= 0.5)?.time ?? null;
  return { median: first('survival'), low: first('low'), high: first('high') };
}
