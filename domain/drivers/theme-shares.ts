import type { Estimate } from '../models/quantification.ts';
import { criticalValue, type Interval, ROCKS } from '../nps/interval.ts';
import { ZERO } from '../nps/nps.ts';
import {
  answersOf,
  eachClass,
  estimateOf,
  inferredValuesOf,
  sumOf,
  type Tally,
  type WindowTally,
  weightOf,
  wholeCounts,
  wholeTally,
} from './tally.ts';

/**
 * Wilson's score interval of a share, within 0..1; null without answers. Source: Wilson, JASA 22 (1927); Brown, Cai and DasGupta,
 * Statistical Science 16 (2001).
 * @throws RangeError for a confidence outside of 0..1.
 */
export function shareInterval(part: number, n: number, confidence: number): Interval | null {
  const z = criticalValue(confidence);
  if (n === 0) return null;
  const share = part / n;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const reach = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** A number of score points with its interval. */
export interface Contribution extends Interval {
  readonly value: number;
}

/**
 * How many points the score would change if the answers of the group had not been given, with the sign turned: the score of all
 * minus that of the rest, which is share × (score of the group - score of the rest). Null if there is no group or no rest. The
 * interval takes the share as given. Groups may share answers, so these do not add up.
 * @throws RangeError for a confidence outside of 0..1.
 */
export function contributionOf(window: WindowTally, group: Tally, confidence: number): Contribution | null {
  const z = criticalValue(confidence);
  const values = inferredValuesOf(window);
  const whole = (tally: Tally) => {
    const { surveyed, inferred } = wholeCounts(tally, window.confusions.length);
    return wholeTally(surveyed, ...inferred);
  };
  const [all, inside] = [whole(window.all), whole(group)];
  const rest = all.map((portion, i) => ({
    ...portion,
    surveyed: difference(portion.surveyed, inside[i]?.surveyed ?? ZERO),
    inferred: difference(portion.inferred, inside[i]?.inferred ?? ZERO),
  }));
  const [n, outside] = [answersOf(inside), answersOf(rest)];
  if (n === 0 || outside === 0) return null;
  const share = n / (n + outside);
  const gap = sumOf(inside, values) / n - sumOf(rest, values) / outside;
  const [a, b] = [inside, rest].map((tally) => estimateOf(tally, values, window.confusions)) as [
    Estimate,
    Estimate,
  ];
  const reach = z * Math.sqrt(a.variance + b.variance);
  const bound = (sign: number) => 100 * share * (a.theta - b.theta + sign * reach);
  const value = 100 * share * gap;
  // The estimates of very few answers are far from their scores.
  return { value, low: Math.min(value, bound(-1)), high: Math.max(value, bound(1)) };
}

const difference = (a: Tally[number]['surveyed'], b: Tally[number]['surveyed']) => ({
  promoters: a.promoters - b.promoters,
  passives: a.passives - b.passives,
  detractors: a.detractors - b.detractors,
});

/**
 * The part of a group in the change from one window to the next: mix and rate of `decompose` together, Σ w(x - S) / n after minus
 * before, with the interval of that difference of two means (a few answers are added, as Rocks does). Null if a window is empty.
 * @throws RangeError for a confidence outside of 0..1.
 */
export function contributionToChange(
  before: WindowTally,
  after: WindowTally,
  group: { readonly before: Tally; readonly after: Tally },
  confidence: number,
): Contribution | null {
  const z = criticalValue(confidence);
  const windows = [
    { ...before, of: group.before },
    { ...after, of: group.after },
  ].map((window) => {
    const values = inferredValuesOf(window);
    const n = weightOf(window.all);
    return { values, n, score: sumOf(window.all, values) / n, of: window.of };
  });
  const [first, second] = windows as [(typeof windows)[number], (typeof windows)[number]];
  if (first.n === 0 || second.n === 0) return null;
  const middle = (first.score + second.score) / 2;
  const [a, b] = [meanOf(first, middle), meanOf(second, middle)];
  const value = b.mean - a.mean;
  const reach = z * Math.sqrt(a.variance + b.variance);
  return { value: 100 * value, low: 100 * (value - reach), high: 100 * (value + reach) };
}

/** The mean over all answers of w(x - middle), which is 0 for those outside of the group, and its variance. */
function meanOf(
  { of, values, n }: { of: Tally; values: Parameters<typeof sumOf>[1]; n: number },
  middle: number,
): { mean: number; variance: number } {
  const [p, passives, d] = ROCKS;
  const added = wholeTally({ promoters: p, passives, detractors: d }, ZERO);
  const sums = (tally: Tally) => {
    let [sum, squares] = [0, 0];
    eachClass(tally, values, (count, value, among) => {
      sum += (count * (value - middle)) / among;
      squares += count * ((value - middle) / among) ** 2;
    });
    return { sum, squares };
  };
  const adjusted = sums([...of, ...added]);
  const size = n + p + passives + d;
  const variance = (adjusted.squares / size - (adjusted.sum / size) ** 2) / size;
  return { mean: sums(of).sum / n, variance: Math.max(0, variance) };
}
