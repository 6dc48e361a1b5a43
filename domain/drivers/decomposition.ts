import { criticalValue } from '../nps/interval.ts';
import { estimateOf, inferredValuesOf, sumOf, type Tally, type WindowTally, weightOf } from './tally.ts';

/** One group's part of the difference of two scores, in score points; null if a window has no answers. */
export interface DifferencePart {
  /** Because the group is a larger or smaller part of the answers. */
  readonly mix: number | null;
  /** Because the group answers otherwise. */
  readonly rate: number | null;
  /** Interval of the rate part; null if the group has answers in only one of the windows. */
  readonly low: number | null;
  readonly high: number | null;
}

/** One group: its answers before and after. */
export interface GroupTallies {
  readonly before: Tally;
  readonly after: Tally;
}

const NOTHING: DifferencePart = { mix: null, rate: null, low: null, high: null };

/**
 * The difference of two windows' scores in parts, two for each group. With the share w and the score s of a group, before (0) and
 * after (1), and S the mean of the two scores of all:
 *
 *     mix = (w1 - w0) ((s0 + s1) / 2 - S)        rate = (w0 + w1) / 2 (s1 - s0)
 *
 * Source: Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955), which divides the interaction equally; as a
 * regression on the groups it is the twofold decomposition of Oaxaca (1973) and Blinder (1973) with equal weights. The shares sum to 1, so S
 * cancels in the sum; it makes the part of a group independent of the zero of the scale, so that growth of a group that scores
 * like the whole has no part (normalisation: Yun, "A Simple Solution to the Identification Problem in Detailed Wage
 * Decompositions", Economic Inquiry 43, 2005). A group with answers in only one window is all mix.
 *
 * If the groups together are all answers, the parts add up to the difference, but for the rounding of doubles (below 1e-9 points).
 * Inferred answers count as `correctedValues` says. The interval takes the shares as given, and is that
 * of a comparison of the group's two scores (domain/nps/compare.ts) times the mean share.
 * @throws RangeError for a confidence outside of 0..1.
 */
export function decompose(
  before: WindowTally,
  after: WindowTally,
  groups: readonly GroupTallies[],
  confidence: number,
): DifferencePart[] {
  const z = criticalValue(confidence);
  const sides = [before, after].map((window) => {
    const values = inferredValuesOf(window);
    return { ...window, values, n: weightOf(window.all), sum: sumOf(window.all, values) };
  });
  const [first, second] = sides as [(typeof sides)[number], (typeof sides)[number]];
  if (first.n === 0 || second.n === 0) return groups.map(() => NOTHING);
  const middle = (first.sum / first.n + second.sum / second.n) / 2;
  return groups.map((group) => {
    const [w0, w1] = [weightOf(group.before), weightOf(group.after)];
    const [share0, share1] = [w0 / first.n, w1 / second.n];
    const s0 = sumOf(group.before, first.values) / w0;
    const s1 = sumOf(group.after, second.values) / w1;
    if (w0 === 0 && w1 === 0) return { mix: 0, rate: 0, low: null, high: null };
    if (w0 === 0 || w1 === 0) {
      const mix = 100 * (share1 - share0) * ((w0 === 0 ? s1 : s0) - middle);
      return { mix, rate: 0, low: null, high: null };
    }
    const share = (share0 + share1) / 2;
    const rate = 100 * share * (s1 - s0);
    const mix = 100 * (share1 - share0) * ((s0 + s1) / 2 - middle);
    const a = estimateOf(group.before, first.values, before.confusions);
    const b = estimateOf(group.after, second.values, after.confusions);
    const reach = z * Math.sqrt(a.variance + b.variance);
    const bound = (sign: number) => 100 * share * (b.theta - a.theta + sign * reach);
    // The estimates of very few answers are far from their scores.
    return { mix, rate, low: Math.min(rate, bound(-1)), high: Math.max(rate, bound(1)) };
  });
}
