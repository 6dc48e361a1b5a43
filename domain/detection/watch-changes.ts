import { addDay, type Baseline, type DayCounts, levelled, noSums } from './baseline.ts';
import { type Shares, scoreOf, varianceOf } from './shares.ts';
import type { ChartReading } from './watch-charts.ts';
import {
  type Change,
  overStrata,
  RECOVERY,
  type WatchEvent,
  type WatchPlan,
  type WatchState,
  YEAR_DAYS,
} from './watch-state.ts';

/* What becomes of a change: found, moved again, back, or adopted as the baseline. */

const LEAST_RECOVERY = 0.03;
/** Answers that the size of a change is taken from, when its first day is estimated. */
const LEAST_LATEST = 50;
/** The least change that a first day is estimated for: what the chart is tuned to, or that of the EWMA. */
const leastOf = (chart: string): number => Number(/ (\d+(?:\.\d+)?)$/.exec(chart)?.[1] ?? EWMA_POINTS) / 100;
const EWMA_POINTS = 10;

type Alarm = Omit<ChartReading, 'limit'> & { readonly limit: number | null };

/** A chart passed its limit. With a change in force, the level moved again. */
export function found(state: WatchState, baseline: Baseline, alarm: Alarm): WatchEvent {
  const day = state.day as number;
  if (state.change) return movedAgain(state, state.change, baseline, alarm);
  const change: Change = {
    direction: alarm.chart.includes('RISE') ? 'RISE' : 'FALL',
    since:
      onsetOf(state.pending, baseline.at, alarm.chart.includes('RISE') ? 1 : -1, {
        since: alarm.since,
        least: leastOf(alarm.chart),
      }) ?? day,
    foundOn: day,
    chart: alarm.chart,
    statistic: alarm.value,
    limit: alarm.limit as number,
    answersPerDay: state.perDay,
    answers: 0,
    difference: 0,
    variance: varianceOf(baseline.shares),
    error: baseline.errorAt(day),
    before: 100 * scoreOf(baseline.shares),
  };
  begin(state, change, baseline.at);
  return { kind: 'FOUND', day, change: { ...change } };
}

/**
 * The day on which the change began: where the sum of the differences from what was expected, less half of the change for each answer, is
 * largest, which is the maximum likelihood estimate of the change point of a known change. The change is that of the latest half of the
 * answers since the chart left 0, and at least `least`. Source: Hinkley, Biometrika 57 (1970).
 */
function onsetOf(
  pending: readonly DayCounts[],
  expected: (day: number, stratum: number) => Shares | null,
  sign: 1 | -1,
  { since, least }: { readonly since: number; readonly least: number },
): number | null {
  const days = pending.toReversed().map((counts) => {
    let [n, difference] = [0, 0];
    overStrata(counts, expected, (of, shares) => {
      const size = of.promoters + of.passives + of.detractors;
      n += size;
      difference += sign * (of.promoters - of.detractors - size * scoreOf(shares));
    });
    return { day: counts.day, n, difference };
  });
  const answersSince = days.reduce((sum, { day, n }) => (day >= since ? sum + n : sum), 0);
  let [answers, difference] = [0, 0];
  for (const one of days) {
    if (answers >= Math.max(LEAST_LATEST, answersSince / 2)) break;
    answers += one.n;
    difference += one.difference;
  }
  const half = Math.max(least, difference / Math.max(1, answers)) / 2;
  let [sum, most] = [0, 0];
  let onset: number | null = null;
  for (const one of days) {
    sum += one.difference - half * one.n;
    if (sum > most) [most, onset] = [sum, one.day];
  }
  return onset;
}

/** The level since the alarm against that before the change: it is back, nearer, or farther. */
function movedAgain(state: WatchState, change: Change, baseline: Baseline, alarm: Alarm): WatchEvent {
  const day = state.day as number;
  const moved = 100 * (baseline.change.promoters - baseline.change.detractors);
  const by = { since: alarm.since, least: leastOf(alarm.chart) };
  const sign = alarm.chart.includes('RISE') ? 1 : -1;
  // The chart of a recovery is tuned to the very change: its last 0 is the estimate.
  const since =
    alarm.chart === RECOVERY
      ? Math.min(day, alarm.since)
      : (onsetOf(state.pending, baseline.at, sign, by) ?? day);
  const level: Change = { ...change, since, answers: 0, difference: 0 };
  for (const counts of state.pending) if (counts.day >= since) add(level, counts, baseline.before);
  const { size, low, high } = sizeOf(level, 1.96);
  if ((low <= 0 && high >= 0) || Math.abs(size) < Math.abs(moved) / 4) {
    // What was between is no part of the baseline.
    state.pending = state.pending.filter((counts) => counts.day >= since);
    state.since = null;
    state.change = null;
    state.charts = {};
    return { kind: 'RECOVERED', day, change: level };
  }
  const next: Change = {
    ...level,
    direction: size < 0 ? 'FALL' : 'RISE',
    foundOn: day,
    chart: alarm.chart,
    statistic: alarm.value,
    limit: alarm.limit as number,
    answersPerDay: state.perDay,
    answers: 0,
    difference: 0,
  };
  state.sums = levelled(state.sums, state.since ?? noSums(), 'before');
  begin(state, next, baseline.before);
  return { kind: Math.abs(size) < Math.abs(moved) ? 'PARTLY' : 'FURTHER', day, change: { ...next } };
}

/** From that day on answers are a level of their own, with the charts at 0. */
function begin(
  state: WatchState,
  change: Change,
  expected: (day: number, stratum: number) => Shares | null,
): void {
  state.since = noSums();
  for (const counts of state.pending) {
    const isSince = counts.day >= change.since;
    addDay(isSince ? state.since : state.sums, counts, isSince);
    if (isSince) add(change, counts, expected);
  }
  state.pending = [];
  state.change = change;
  state.charts = {};
}

/** Adds the difference of a day's answers from what they would have been before the change. */
function add(
  change: Change,
  counts: DayCounts,
  expected: (day: number, stratum: number) => Shares | null,
): void {
  overStrata(counts, expected, (of, shares) => {
    const n = of.promoters + of.passives + of.detractors;
    change.answers += n;
    change.difference += of.promoters - of.detractors - n * scoreOf(shares);
  });
}

/** Adds a day to the change in force. */
export function follow(state: WatchState, baseline: Baseline, counts: DayCounts): void {
  if (state.change) add(state.change, counts, baseline.before);
}

/** The size of a change in score points, with its interval at that many standard errors; both levels of equal mix. */
export function sizeOf(change: Change, z: number): { size: number; low: number; high: number } {
  const size = change.difference / Math.max(1, change.answers);
  const reach = z * Math.sqrt(change.variance / Math.max(1, change.answers) + change.error ** 2);
  return { size: 100 * size, low: 100 * (size - reach), high: 100 * (size + reach) };
}

/** Whether the level is back: its chart tests the level before the change against the level since (Lorden's bound gives the limit). */
export function recovery(plan: WatchPlan, state: WatchState, baseline: Baseline): WatchEvent[] | null {
  const { change } = state;
  const chart = state.charts[RECOVERY];
  const moved = baseline.change.promoters - baseline.change.detractors;
  if (!change || !chart || Math.abs(moved) < LEAST_RECOVERY) return null;
  const limit = Math.log(Math.max(100, (state.perDay * YEAR_DAYS) / plan.falseAlarmsPerYear));
  if (chart.value <= limit) return null;
  return [movedAgain(state, change, baseline, { chart: RECOVERY, ...chart, limit })];
}

/** The change has lasted so long that its level is the baseline. */
export function adopted(state: WatchState): WatchEvent {
  const change = state.change as Change;
  state.sums = levelled(state.sums, state.since ?? noSums(), 'since');
  state.since = null;
  state.change = null;
  state.charts = {};
  return { kind: 'ADOPTED', day: state.day as number, change };
}
