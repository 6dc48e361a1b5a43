import { normalQuantile } from '../statistics/normal.ts';
import { cusumRunLength, ewmaRunLength, type Step } from './run-length.ts';

/** The mean overshoot over a boundary in standard deviations, twice (Siegmund 1985). */
const OVERSHOOT = 1.166;
const MOST_LIMIT = 60;
const LOG_PRECISION = 0.002;

/** Mean and variance of a step. */
function momentsOf(steps: readonly Step[]): { mean: number; variance: number } {
  const mean = steps.reduce((sum, { probability, value }) => sum + probability * value, 0);
  const square = steps.reduce((sum, { probability, value }) => sum + probability * value * value, 0);
  return { mean, variance: square - mean * mean };
}

/**
 * The mean run length of a CUSUM in closed form, for first guesses and for differences; within a fifth for the charts used here.
 * Source: Siegmund, "Sequential Analysis" (1985), equation 2.56, with the root of E exp(root value) = 1 for that of normal steps.
 */
export function approximateRunLength(steps: readonly Step[], limit: number): number {
  const { mean, variance } = momentsOf(steps);
  const height = limit + OVERSHOOT * Math.sqrt(variance);
  let root = (-2 * mean) / variance;
  if (Math.abs(root * height) < 1e-3) return height ** 2 / variance;
  for (let i = 0; i < 4; i++) {
    let [value, slope] = [-1, 0];
    for (const step of steps) {
      const part = step.probability * Math.exp(root * step.value);
      value += part;
      slope += part * step.value;
    }
    if (Math.abs(slope) < 1e-12) break;
    root -= value / slope;
  }
  const x = root * height;
  return (Math.exp(x) - x - 1) / (root * -mean);
}

/** The limit at which a one-sided CUSUM has that mean run length (answers). */
export function cusumLimit(steps: readonly Step[], runLength: number): number {
  const aim = Math.log(runLength);
  let limit = bisect((h) => approximateRunLength(steps, h) >= runLength);
  // The logarithm of the run length is nearly linear in the limit: a few secant steps from the approximation.
  let [before, beforeLog] = [0, 0];
  for (let i = 0; i < 8; i++) {
    const found = Math.log(cusumRunLength(steps, limit));
    if (Math.abs(found - aim) < LOG_PRECISION) return limit;
    const slope = i === 0 ? 1 : (found - beforeLog) / (limit - before);
    [before, beforeLog] = [limit, found];
    limit = Math.max(0.05, limit + (aim - found) / (slope > 0.05 ? slope : 1));
  }
  return limit;
}

/** The limit at which a two-sided EWMA has that mean run length, in standard deviations of the statistic. */
export function ewmaLimit(steps: readonly Step[], lambda: number, runLength: number): number {
  const { variance } = momentsOf(steps);
  const deviation = Math.sqrt((variance * lambda) / (2 - lambda));
  let [low, high] = [0.5, 12];
  for (let i = 0; i < 14; i++) {
    const middle = (low + high) / 2;
    if (ewmaRunLength(steps, lambda, middle * deviation) < runLength) low = middle;
    else high = middle;
  }
  return high;
}

/** Nodes of the standard normal distribution with equal weights. */
const NODES = Array.from({ length: 41 }, (_, i) => normalQuantile((i + 0.5) / 41));

/**
 * What to add to a CUSUM's limit because its baseline is an estimate: then the rate of false alarms, on average over the error of the
 * baseline (normal, of that standard error), is that of a chart with a known baseline. Null if no limit achieves it: the baseline is too
 * short for this shift. `stepsAt` gives the steps where the true score is that much higher than the baseline, in proportions.
 * Source of the problem: Jensen, Jones-Farmer, Champ and Woodall, "Effects of parameter estimation on control chart properties",
 * Journal of Quality Technology 38 (2006).
 */
export function limitForEstimate(
  stepsAt: (error: number) => readonly Step[],
  standardError: number,
  runLength: number,
  limit: number,
): number | null {
  // From the closed form's own limit, so that only the difference is approximate.
  const exact = bisect((h) => approximateRunLength(stepsAt(0), h) >= runLength);
  const charts = NODES.map((node) => stepsAt(node * standardError));
  const isQuiet = (h: number) =>
    charts.reduce((sum, steps) => sum + 1 / approximateRunLength(steps, h), 0) / charts.length <=
    1 / runLength;
  if (!isQuiet(limit + MOST_ADDED)) return null;
  const needed = bisect(isQuiet);
  return limit + Math.max(0, needed - exact);
}

/** A chart whose limit grew by more would need several times as many answers: it waits for a longer baseline. */
const MOST_ADDED = 5;

/** The smallest limit, up to a thousandth, for which the condition holds; it holds for all larger ones. */
function bisect(holds: (limit: number) => boolean): number {
  let [low, high] = [0, MOST_LIMIT];
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
