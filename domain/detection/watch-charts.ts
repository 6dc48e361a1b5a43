import { type Baseline, countsOfDay, type DayCounts } from './baseline.ts';
import { logLikelihoodRatio, scoreOf } from './shares.ts';
import { EWMA_WEIGHT, ewmaLimitOf, limitOf, type Tuned, tunedTo } from './watch-limits.ts';
import {
  EWMA,
  overStrata,
  RAW,
  RAW_POINTS,
  RECOVERY,
  type WatchPlan,
  type WatchState,
  YEAR_DAYS,
} from './watch-state.ts';

/* The charts of a watch: how a day moves them, and how near they are to their limits. */

/** A memory of a hundred answers needs a baseline of many more. */
const LEAST_EWMA_BASELINE = 500;
/** Below these no chart is at its limit, which is then not computed. */
export const FAR_CUSUM = 2;
const FAR_EWMA = 0.06;
export const isFarBelow = ({ chart, value }: { chart: string; value: number }) =>
  value < (chart.startsWith(EWMA) ? FAR_EWMA : FAR_CUSUM);
/**
 * Charts of one direction mostly pass their limits together: they have the rate of so many that do not. Measured by test/simulation/,
 * together with what is gained because a chart moves once a day.
 */
const SIDES_PART = 1.25;

/** The key of a chart's state: the EWMA has one for both directions. */
export const stateOf = (chart: string): string => (chart.startsWith(EWMA) ? EWMA : chart);
const chartName = ({ kind, points }: Tuned): string => `${kind} ${points}`;

/** How near a chart is to its limit. */
export interface ChartReading {
  readonly chart: string;
  readonly value: number;
  /** Null: the baseline is still too short for it. */
  readonly limit: number | null;
  readonly since: number;
}

/** Adds to a chart; at 0 or below it starts again. */
function step(state: WatchState, name: string, day: number, by: number): void {
  const chart = state.charts[name] ?? { value: 0, since: day };
  const value = Math.max(0, chart.value + by);
  state.charts[name] = { value, since: value === 0 ? day + 1 : chart.since };
}

/** Moves every chart by the answers of a day. */
export function move(plan: WatchPlan, state: WatchState, baseline: Baseline, counts: DayCounts): void {
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

/** Every chart of the plan with its limit: all of them together have the stated rate. */
export function readCharts(
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
