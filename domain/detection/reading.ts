import { npsInterval } from '../nps/interval.ts';
import { add, type Counts, npsScore, subtract, total, ZERO } from '../nps/nps.ts';
import { countsOfDay, type DayCounts } from './baseline.ts';
import { isBeyond } from './fired.ts';
import type { WatchRule } from './rule.ts';
import { chartReadings, takeDay } from './score-watch.ts';
import { sizeOf } from './watch-changes.ts';
import { type Change, newWatch, type WatchEvent, type WatchPlan } from './watch-state.ts';

/** A change that is in force. Days count from 1970 in UTC, sizes are in score points. */
export interface ReadChange {
  readonly direction: 'FALL' | 'RISE';
  /** The first day of it, as estimated, also where it went further or was repaired in part later. */
  readonly since: number;
  readonly foundOn: number;
  readonly phase: 'FOUND' | 'FURTHER' | 'PARTLY';
  /** The first day of its last step in the same direction; `since`: there was none. */
  readonly stepOn: number;
  /** The first day of the present level. */
  readonly movedOn: number;
  readonly chart: string;
  readonly statistic: number;
  readonly limit: number;
  /** Beside the same mix and time of the year, with its 95 % interval; of a threshold: how far beyond it. */
  readonly size: number;
  readonly low: number;
  readonly high: number;
  readonly answers: number;
  /** How often a year charts of a segment where nothing changes come so far by chance; 0: the rule states no rate. */
  readonly falseAlarmsPerYear: number;
}

/** What a rule says of one segment at the end of the last day that it has taken. */
export interface Reading {
  readonly answers: number;
  readonly perDay: number;
  /** The first and the last day with answers; null: there was none. */
  readonly from: number | null;
  readonly until: number | null;
  readonly change: ReadChange | null;
  /** The chart that is nearest to its limit; null while the baseline is too short. */
  readonly nearest: { readonly chart: string; readonly value: number; readonly limit: number } | null;
  /** The last movement that follows from who answered or from the time of the year. */
  readonly explained: Extract<WatchEvent, { kind: 'MIX' | 'SEASON' }> | null;
  /** How the last change ended. */
  readonly over: { readonly kind: 'RECOVERED' | 'ADOPTED'; readonly day: number } | null;
}

/** A rule over one segment, day after day. */
export interface Watching {
  take(day: DayCounts): void;
  read(): Reading;
}

/** Starts before the first day. */
export function startWatching(rule: WatchRule): Watching {
  return rule.kind === 'threshold' ? watchThreshold(rule) : watchCharts(rule.plan);
}

/** Days and answers so far. */
function counted() {
  let [answers, from, until] = [0, null as number | null, null as number | null];
  return {
    take: (day: DayCounts) => {
      const n = total(countsOfDay(day));
      if (n === 0) return;
      answers += n;
      from ??= day.day;
      until = day.day;
    },
    read: () => {
      const perDay = from === null || until === null ? 0 : answers / (until - from + 1);
      return { answers, perDay, from, until };
    },
  };
}

/** What is remembered of the change in force: how it began, and how much evidence there was at most. */
interface Origin {
  readonly since: number;
  readonly stepOn: number;
  readonly foundOn: number;
  phase: ReadChange['phase'];
  /** As it was when the charts found it, or found that it had moved. */
  found: Change;
  excess: number;
}

function watchCharts(plan: WatchPlan): Watching {
  const days = counted();
  const state = newWatch();
  let origin: Origin | null = null;
  let explained: Reading['explained'] = null;
  let over: Reading['over'] = null;
  const note = (event: WatchEvent) => {
    if (!('change' in event)) explained = event;
    else if (event.kind === 'RECOVERED' || event.kind === 'ADOPTED') {
      over = { kind: event.kind, day: event.day };
      origin = null;
    } else {
      const { kind: phase, change: found, day } = event;
      const isSame = origin !== null && origin.found.direction === found.direction;
      origin = {
        since: isSame && origin ? origin.since : found.since,
        stepOn: isSame && origin && phase === 'PARTLY' ? origin.stepOn : found.since,
        foundOn: isSame && origin ? origin.foundOn : day,
        phase,
        found,
        excess: Math.max(isSame && origin ? origin.excess : 0, beyondLimit(found)),
      };
    }
  };
  return {
    take: (day) => {
      days.take(day);
      for (const event of takeDay(plan, state, day)) note(event);
      if (origin && state.change)
        origin.excess = Math.max(
          origin.excess,
          beyondLimit(origin.found) + evidence(origin.found, state.change),
        );
    },
    read: () => {
      const readings = chartReadings(plan, state).flatMap(({ chart, value, limit }) =>
        limit === null ? [] : [{ chart, value, limit }],
      );
      const [nearest = null] = readings.sort((a, b) => b.value / b.limit - a.value / a.limit);
      const change = state.change && origin && readChange(plan, state.change, origin);
      return { ...days.read(), change, nearest, explained, over };
    },
  };
}

function readChange(plan: WatchPlan, change: Change, origin: Origin): ReadChange {
  const { direction, since: movedOn, chart, statistic, limit, answers } = change;
  const { since, stepOn, foundOn, phase, excess } = origin;
  const falseAlarmsPerYear = plan.falseAlarmsPerYear * Math.exp(-excess);
  const found = { direction, since, stepOn, foundOn, phase, movedOn, chart, statistic, limit };
  return { ...found, ...sizeOf(change, 1.96), answers, falseAlarmsPerYear };
}

/** How far a likelihood ratio passed its limit; the EWMA has another unit. */
const beyondLimit = ({ chart, statistic, limit }: Change): number =>
  chart.startsWith('EWMA') ? 0 : Math.max(0, statistic - limit);

/**
 * The log likelihood ratio of the answers since the change was found: of the change as it was found, against none. It was not
 * used to find it, so its exponential is at most 1 on average where nothing changed. Normal approximation.
 */
function evidence(found: Change, now: Change): number {
  const size = found.difference / Math.max(1, found.answers);
  const answers = now.answers - found.answers;
  const difference = now.difference - found.difference;
  return (size * difference - (answers * size * size) / 2) / found.variance;
}

function watchThreshold(rule: Extract<WatchRule, { kind: 'threshold' }>): Watching {
  const days = counted();
  const window: { day: number; counts: Counts }[] = [];
  let sum = ZERO;
  let since: number | null = null;
  let over: Reading['over'] = null;
  return {
    take: (day) => {
      days.take(day);
      const counts = countsOfDay(day);
      window.push({ day: day.day, counts });
      sum = add(sum, counts);
      while (window[0] && window[0].day <= day.day - rule.windowDays)
        sum = subtract(sum, (window.shift() as (typeof window)[number]).counts);
      if (isBeyond(rule, sum)) since ??= day.day;
      else if (since !== null) {
        since = null;
        over = { kind: 'RECOVERED', day: day.day };
      }
    },
    read: () => {
      const read = days.read();
      const change = since === null || read.until === null ? null : beyond(rule, sum, since);
      return { ...read, change, nearest: null, explained: null, over };
    },
  };
}

function beyond(rule: Extract<WatchRule, { kind: 'threshold' }>, counts: Counts, since: number): ReadChange {
  const bound = rule.below ?? rule.above ?? 0;
  const interval = npsInterval(counts, rule.confidence);
  const score = npsScore(counts) ?? bound;
  return {
    direction: rule.below === null ? 'RISE' : 'FALL',
    since,
    foundOn: since,
    phase: 'FOUND',
    stepOn: since,
    movedOn: since,
    chart: rule.below === null ? 'ABOVE' : 'BELOW',
    statistic: score,
    limit: bound,
    size: score - bound,
    low: (interval?.low ?? score) - bound,
    high: (interval?.high ?? score) - bound,
    answers: total(counts),
    falseAlarmsPerYear: 0,
  };
}
