import { adjustedEstimate, criticalValue } from '../nps/interval.ts';
import { type Counts, npsScore, ZERO } from '../nps/nps.ts';
import { countsOfDay, type DayCounts } from './baseline.ts';
import type { Fired } from './fired.ts';
import type { WatchRule } from './rule.ts';

/** Whole weeks, so that weekdays do not differ between the windows. */
export const JUDGED_DAYS = 28;
const CONFIDENCE = 0.95;
/** Fewer answers before or after show nothing. */
const LEAST_ANSWERS = 20;

export const VERDICTS = ['REAL', 'NOT_REAL', 'UNDECIDED'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * Whether later answers bear out what a rule fired about. The answers of the 28 days after it fired, none of which it had seen, are compared
 * with those of the 28 days before the change began, within the strata of the rule's mix: REAL if the 95 % interval of the difference
 * lies on the side that the rule named. A threshold: REAL if the score of as many days as its window is beyond the bound again. UNDECIDED
 * if these days are not over at `end` (days since 1970, the first not counted), or one side has fewer than 20 answers.
 * Source of the stratified difference: Cochran, Sampling Techniques, 5A.9; of the interval: domain/nps/interval.ts.
 */
export function judge(rule: WatchRule, days: readonly DayCounts[], fired: Fired, end: number): Verdict {
  const length = rule.kind === 'threshold' ? rule.windowDays : JUDGED_DAYS;
  if (fired.day + 1 + length > end) return 'UNDECIDED';
  const after = within(days, fired.day + 1, length);
  if (rule.kind === 'threshold') {
    const score = npsScore(after.map(countsOfDay).reduce(sum, ZERO));
    if (score === null) return 'UNDECIDED';
    return (rule.below === null ? score > (rule.above ?? 0) : score < rule.below) ? 'REAL' : 'NOT_REAL';
  }
  const before = within(days, fired.since - length, length);
  const interval = stratifiedDifference(strataOf(before, rule.kind), strataOf(after, rule.kind));
  if (!interval) return 'UNDECIDED';
  return (fired.direction === 'FALL' ? interval.high < 0 : interval.low > 0) ? 'REAL' : 'NOT_REAL';
}

const within = (days: readonly DayCounts[], from: number, length: number) =>
  days.filter(({ day }) => day >= from && day < from + length);

const sum = (a: Counts, b: Counts): Counts => ({
  promoters: a.promoters + b.promoters,
  passives: a.passives + b.passives,
  detractors: a.detractors + b.detractors,
});

/** The answers of each stratum. For a spike a detractor counts 1 and every other answer 0, so that a score is the detractors' share. */
function strataOf(days: readonly DayCounts[], kind: 'change' | 'spike'): Map<number, Counts> {
  const strata = new Map<number, Counts>();
  for (const day of days)
    for (const [stratum, promoters, passives, detractors] of day.strata) {
      const counts =
        kind === 'change'
          ? { promoters, passives, detractors }
          : { promoters: detractors, passives: promoters + passives, detractors: 0 };
      strata.set(stratum, sum(strata.get(stratum) ?? ZERO, counts));
    }
  return strata;
}

const answersOf = ({ promoters, passives, detractors }: Counts) => promoters + passives + detractors;

/** after - before over the strata that both have, weighted as after; null: one side has too few answers. */
function stratifiedDifference(
  before: ReadonlyMap<number, Counts>,
  after: ReadonlyMap<number, Counts>,
): { readonly low: number; readonly high: number } | null {
  const shared = [...after].flatMap(([stratum, later]) => {
    const earlier = before.get(stratum);
    return earlier ? [{ earlier, later }] : [];
  });
  const answers = (side: 'earlier' | 'later') => shared.reduce((n, one) => n + answersOf(one[side]), 0);
  const all = answers('later');
  if (Math.min(all, answers('earlier')) < LEAST_ANSWERS) return null;
  let [delta, variance] = [0, 0];
  for (const { earlier, later } of shared) {
    const weight = answersOf(later) / all;
    const [a, b] = [adjustedEstimate(earlier), adjustedEstimate(later)];
    delta += weight * (b.theta - a.theta);
    variance += weight ** 2 * (a.standardError ** 2 + b.standardError ** 2);
  }
  const reach = criticalValue(CONFIDENCE) * Math.sqrt(variance);
  return { low: delta - reach, high: delta + reach };
}
