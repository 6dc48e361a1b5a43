import { total } from '../nps/nps.ts';
import { addDay, type Baseline, countsOfDay, type DayCounts, fitBaseline, fitSeason } from './baseline.ts';
import { explain } from './explained.ts';
import { adopted, follow, found, recovery } from './watch-changes.ts';
import { type ChartReading, FAR_CUSUM, isFarBelow, move, readCharts, stateOf } from './watch-charts.ts';
import { limitOf } from './watch-limits.ts';
import {
  EWMA,
  RAW,
  RAW_POINTS,
  type WatchEvent,
  type WatchPlan,
  type WatchState,
  YEAR_DAYS,
} from './watch-state.ts';

/* The watch over a score, day by day (decision 0115). */

const LEAST_BASELINE = 100;
/** The newest days are not part of the baseline, and none since a chart left 0 by much; but no day waits longer than the last. */
const LAG_DAYS = 14;
const MOST_PENDING_DAYS = 120;
const SUSPICIOUS = 3;
const VOLUME_DAYS = 28;
const ADOPTED_DAYS = 182;
/** After something was explained, it is not explained again at once. */
const QUIET_DAYS = 60;

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

/** How near each chart is to its limit at the end of the last day; none before there is a baseline. */
export function chartReadings(plan: WatchPlan, state: WatchState): ChartReading[] {
  const baseline = fitBaseline(state.sums, state.since, fitSeason(state.all));
  return baseline && baseline.answers >= LEAST_BASELINE ? readCharts(plan, state, baseline) : [];
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
