import { total } from '../nps/nps.ts';
import {
  addDay,
  type Baseline,
  countsOfDay,
  type DayCounts,
  fitBaseline,
  fitSeason,
  levelled,
  noSums,
  type Sums,
} from './baseline.ts';
import { type Explained, explain } from './explained.ts';
import { logLikelihoodRatio, type Shares, scoreOf, varianceOf } from './shares.ts';
import { EWMA_WEIGHT, ewmaLimitOf, limitOf, type Tuned, tunedTo } from './watch-limits.ts';

/** What a watch looks for, and how often it may be wrong. */
export interface WatchPlan {
  readonly tuned: readonly Tuned[];
  readonly withEwma: boolean;
  /** Of all its charts together. */
  readonly falseAlarmsPerYear: number;
}

/** One chart; `since` is the first day after it was last at 0. */
export interface ChartState {
  value: number;
  since: number;
}

/** A change that was found and is in force. Days count from 1970 in UTC. */
export interface Change {
  readonly direction: 'FALL' | 'RISE';
  /** The first day of it, as estimated. */
  readonly since: number;
  readonly foundOn: number;
  readonly chart: string;
  readonly statistic: number;
  readonly limit: number;
  readonly answersPerDay: number;
  /** Answers since then, and the sum of their difference from the baseline before. */
  answers: number;
  difference: number;
  /** Variance of one answer, and standard error of the baseline's score. */
  readonly variance: number;
  readonly error: number;
  /** The baseline's score, in points. */
  readonly before: number;
}

/** What is remembered of a watched segment; JSON, of bounded size, and the same however its days were handed over. */
export interface WatchState {
  readonly version: 1;
  /** The last day that was taken. */
  day: number | null;
  /** Answers a day. */
  perDay: number;
  /** The baseline; with a change in force, `since` is what came after it. */
  sums: Sums;
  since: Sums | null;
  /** The whole history as it was, for the times of the year. */
  all: Sums;
  /** Days that are not yet part of the baseline. */
  pending: DayCounts[];
  charts: Record<string, ChartState>;
  change: Change | null;
  /** No explanation is looked for until that day. */
  quietUntil: number;
}

/** What happened on a day. */
export type WatchEvent =
  | { readonly kind: 'FOUND' | 'FURTHER'; readonly day: number; readonly change: Change }
  /** PARTLY: the level moved towards the one before the change. ADOPTED: it has lasted so long that it is the baseline now. */
  | { readonly kind: 'RECOVERED' | 'PARTLY' | 'ADOPTED'; readonly day: number; readonly change: Change }
  /** The score moved because other strata answered, or because of the time of the year: not a change. */
  | ({ readonly kind: 'MIX' | 'SEASON'; readonly day: number } & Explained);

const LEAST_BASELINE = 100;
/** The newest days are not part of the baseline, and none since a chart left 0 by much; but no day waits longer than the last. */
const LAG_DAYS = 14;
const MOST_PENDING_DAYS = 120;
const SUSPICIOUS = 3;
/** A memory of a hundred answers needs a baseline of many more. */
const LEAST_EWMA_BASELINE = 500;
/** Below these no chart is at its limit, which is then not computed. */
const [FAR_CUSUM, FAR_EWMA] = [2, 0.06];
const isFarBelow = ({ chart, value }: { chart: string; value: number }) =>
  value < (chart.startsWith(EWMA) ? FAR_EWMA : FAR_CUSUM);
/**
 * Charts of one direction mostly pass their limits together: they have the rate of so many that do not. Measured by test/simulation/,
 * together with what is gained because a chart moves once a day.
 */
const SIDES_PART = 1.25;
const VOLUME_DAYS = 28;
const ADOPTED_DAYS = 182;
/** After something was explained, it is not explained again at once. */
const QUIET_DAYS = 60;
const EWMA = 'EWMA';
const RECOVERY = 'RECOVERY';
const RAW = ['RAW FALL', 'RAW RISE'] as const;
const RAW_POINTS = 10;
const LEAST_RECOVERY = 0.03;

/** The state before the first day. */
export const newWatch = (): WatchState => ({
  version: 1,
  day: null,
  perDay: 0,
  sums: noSums(),
  since: null,
  all: noSums(),
  pending: [],
  charts: {},
  change: null,
  quietUntil: 0,
});

/** The key of a chart's state: the EWMA has one for both directions. */
const stateOf = (chart: string): string => (chart.startsWith(EWMA) ? EWMA : chart);
const chartName = ({ kind, points }: Tuned): string => `${kind} ${points}`;

/** How near a chart is to its limit. */
export interface ChartReading {
  readonly chart: string;
  readonly value: number;
  /** Null: the baseline is still too short for it. */
  readonly limit: number | null;
  readonly since: number;
}

/**
 * Takes one day after the other; days without answers may be left out. A chart moves once a day, by all answers of the day: it is
 * reset to 0 less often than answer by answer, so that its false alarms are at most as frequent as stated.
 */
export function takeDay(plan: WatchPlan, state: WatchState, counts: DayCounts): WatchEvent[] {
  const events: WatchEvent[] = [];
  if (state.day !== null && counts.day <= state.day)
    throw new RangeError(`day ${counts.day} is not after ${state.day}, which was taken`);
  for (let day = (state.day ?? counts.day - 1) + 1; day <= counts.day; day++)
    events.push(...oneDay(plan, state, day === counts.day ? counts : { day, strata: [] }));
  return events;
}

function oneDay(plan: WatchPlan, state: WatchState, counts: DayCounts): WatchEvent[] {
  const { day } = counts;
  const n = total(countsOfDay(counts));
  const isFirst = state.day === null;
  state.perDay = isFirst ? n : state.perDay + (n - state.perDay) / VOLUME_DAYS;
  state.day = day;
  state.pending.push(counts);
  addDay(state.all, counts, false);
  const baseline = fitBaseline(state.sums, state.since, fitSeason(state.all));
  const events: WatchEvent[] = [];
  if (baseline && baseline.answers >= LEAST_BASELINE) {
    follow(state, baseline, counts);
    move(plan, state, baseline, counts);
    const readings = readCharts(plan, state, baseline, isFarBelow);
    // Evidence against a baseline that is too short counts for nothing once it is long enough.
    for (const reading of readings)
      if (reading.limit === null && !isFarBelow(reading)) delete state.charts[stateOf(reading.chart)];
    const alarm = readings.find(({ value, limit }) => limit !== null && value > limit);
    if (alarm) events.push(found(state, baseline, alarm));
    else events.push(...(recovery(plan, state, baseline) ?? explanation(plan, state, baseline)));
    if (state.change && day - state.change.foundOn >= ADOPTED_DAYS) events.push(adopted(state));
  }
  flush(state);
  return events;
}

/** Adds to a chart; at 0 or below it starts again. */
function step(state: WatchState, name: string, day: number, by: number): void {
  const chart = state.charts[name] ?? { value: 0, since: day };
  const value = Math.max(0, chart.value + by);
  state.charts[name] = { value, since: value === 0 ? day + 1 : chart.since };
}

/** Sum over the strata that the baseline knows. */
function overStrata(
  { day, strata }: DayCounts,
  sharesAt: (day: number, stratum: number) => Shares | null,
  take: (
    counts: { promoters: number; passives: number; detractors: number },
    shares: Shares,
    stratum: number,
  ) => void,
): void {
  for (const [stratum, promoters, passives, detractors] of strata) {
    const shares = sharesAt(day, stratum);
    if (shares) take({ promoters, passives, detractors }, shares, stratum);
  }
}

function move(plan: WatchPlan, state: WatchState, baseline: Baseline, counts: DayCounts): void {
  const { day } = counts;
  for (const tuned of plan.tuned) {
    let sum = 0;
    overStrata(counts, baseline.at, (of, shares) => {
      sum += logLikelihoodRatio(of, shares, tunedTo(tuned, shares));
    });
    step(state, chartName(tuned), day, sum);
  }
  if (plan.withEwma) moveEwma(state, baseline, counts);
  // The same without strata and seasons: what only these charts see is explained by them.
  const all = countsOfDay(counts);
  step(
    state,
    RAW[0],
    day,
    logLikelihoodRatio(all, baseline.shares, tunedTo({ kind: 'FALL', points: RAW_POINTS }, baseline.shares)),
  );
  step(
    state,
    RAW[1],
    day,
    logLikelihoodRatio(all, baseline.shares, tunedTo({ kind: 'RISE', points: RAW_POINTS }, baseline.shares)),
  );
  if (!state.change) return;
  let sum = 0;
  overStrata(counts, baseline.at, (of, shares, stratum) => {
    const before = baseline.before(day, stratum);
    if (before) sum += logLikelihoodRatio(of, shares, before);
  });
  step(state, RECOVERY, day, sum);
}

/** Source: Roberts, Technometrics 1 (1959). The answers of a day count in any order: each as their mean. */
function moveEwma(state: WatchState, baseline: Baseline, counts: DayCounts): void {
  let [n, sum] = [0, 0];
  overStrata(counts, baseline.at, (of, shares) => {
    const size = of.promoters + of.passives + of.detractors;
    n += size;
    sum += of.promoters - of.detractors - size * scoreOf(shares);
  });
  const chart = state.charts[EWMA] ?? { value: 0, since: counts.day };
  const kept = (1 - EWMA_WEIGHT) ** n;
  const value = n === 0 ? chart.value : kept * chart.value + (1 - kept) * (sum / n);
  const since = value * chart.value > 0 ? chart.since : counts.day;
  state.charts[EWMA] = { value, since };
}

/** How near each chart is to its limit at the end of the last day; none before there is a baseline. */
export function chartReadings(plan: WatchPlan, state: WatchState): ChartReading[] {
  const baseline = fitBaseline(state.sums, state.since, fitSeason(state.all));
  return baseline && baseline.answers >= LEAST_BASELINE ? readCharts(plan, state, baseline) : [];
}

/** Every chart of the plan with its limit: all of them together have the stated rate. */
function readCharts(
  plan: WatchPlan,
  state: WatchState,
  baseline: Baseline,
  isFar: (reading: Omit<ChartReading, 'limit'>) => boolean = () => false,
): ChartReading[] {
  const parts = SIDES_PART * new Set(plan.tuned.map(({ kind }) => kind)).size;
  const query = {
    shares: baseline.shares,
    error: baseline.errorAt(state.day ?? 0),
    runLength: (state.perDay * YEAR_DAYS * parts) / plan.falseAlarmsPerYear,
  };
  const readings = plan.tuned.map((tuned): ChartReading => {
    const chart = chartName(tuned);
    const { value, since } = state.charts[chart] ?? { value: 0, since: state.day ?? 0 };
    const reading = { chart, value, since };
    return { ...reading, limit: isFar(reading) ? null : limitOf(tuned, query) };
  });
  if (!plan.withEwma) return readings;
  const { value, since } = state.charts[EWMA] ?? { value: 0, since: state.day ?? 0 };
  const ewma = { chart: value < 0 ? 'EWMA FALL' : 'EWMA RISE', value: Math.abs(value), since };
  const isShort = baseline.answers < LEAST_EWMA_BASELINE;
  return [...readings, { ...ewma, limit: isShort || isFar(ewma) ? null : ewmaLimitOf(query) }];
}

const YEAR_DAYS = 365.25;

/** A chart passed its limit. With a change in force, the level moved again. */
function found(state: WatchState, baseline: Baseline, alarm: Alarm): WatchEvent {
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

type Alarm = Omit<ChartReading, 'limit'> & { readonly limit: number | null };

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

/** Answers that the size of a change is taken from, when its first day is estimated. */
const LEAST_LATEST = 50;
/** The least change that a first day is estimated for: what the chart is tuned to, or that of the EWMA. */
const leastOf = (chart: string): number => Number(/ (\d+(?:\.\d+)?)$/.exec(chart)?.[1] ?? EWMA_POINTS) / 100;
const EWMA_POINTS = 10;

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

function follow(state: WatchState, baseline: Baseline, counts: DayCounts): void {
  if (state.change) add(state.change, counts, baseline.before);
}

/** The size of a change in score points, with its interval at that many standard errors; both levels of equal mix. */
export function sizeOf(change: Change, z: number): { size: number; low: number; high: number } {
  const size = change.difference / Math.max(1, change.answers);
  const reach = z * Math.sqrt(change.variance / Math.max(1, change.answers) + change.error ** 2);
  return { size: 100 * size, low: 100 * (size - reach), high: 100 * (size + reach) };
}

/** Whether the level is back: its chart tests the level before the change against the level since (Lorden's bound gives the limit). */
function recovery(plan: WatchPlan, state: WatchState, baseline: Baseline): WatchEvent[] | null {
  const { change } = state;
  const chart = state.charts[RECOVERY];
  const moved = baseline.change.promoters - baseline.change.detractors;
  if (!change || !chart || Math.abs(moved) < LEAST_RECOVERY) return null;
  const limit = Math.log(Math.max(100, (state.perDay * YEAR_DAYS) / plan.falseAlarmsPerYear));
  if (chart.value <= limit) return null;
  return [movedAgain(state, change, baseline, { chart: RECOVERY, ...chart, limit })];
}

function adopted(state: WatchState): WatchEvent {
  const change = state.change as Change;
  state.sums = levelled(state.sums, state.since ?? noSums(), 'since');
  state.since = null;
  state.change = null;
  state.charts = {};
  return { kind: 'ADOPTED', day: state.day as number, change };
}

/** A movement that only the charts without strata and seasons see. */
function explanation(plan: WatchPlan, state: WatchState, baseline: Baseline): WatchEvent[] {
  const day = state.day as number;
  if (day < state.quietUntil) return [];
  const query = {
    shares: baseline.shares,
    error: baseline.errorAt(day),
    runLength: (state.perDay * YEAR_DAYS) / plan.falseAlarmsPerYear,
  };
  for (const [i, name] of RAW.entries()) {
    const chart = state.charts[name];
    if (!chart || chart.value < FAR_CUSUM) continue;
    const limit = limitOf({ kind: i === 0 ? 'FALL' : 'RISE', points: RAW_POINTS }, query);
    if (limit === null || chart.value <= limit) continue;
    const explained = explain(
      baseline,
      state.pending.filter((counts) => counts.day >= chart.since),
      chart.since,
    );
    delete state.charts[name];
    if (!explained) continue;
    state.quietUntil = day + QUIET_DAYS;
    const kind = Math.abs(explained.mix) >= Math.abs(explained.season) ? 'MIX' : 'SEASON';
    return [{ kind, day, ...explained }];
  }
  return [];
}

/** Moves days into the baseline, but for the newest and for those since a chart became suspicious. */
function flush(state: WatchState): void {
  const day = state.day as number;
  let until = day - LAG_DAYS;
  for (const [name, { value, since }] of Object.entries(state.charts))
    if (name !== EWMA && !name.startsWith('RAW') && value > SUSPICIOUS) until = Math.min(until, since);
  until = Math.max(until, day - MOST_PENDING_DAYS);
  const isChanged = state.since !== null;
  let first = 0;
  for (const counts of state.pending) {
    if (counts.day >= until) break;
    addDay(state.since ?? state.sums, counts, isChanged);
    first += 1;
  }
  state.pending = state.pending.slice(first);
}
