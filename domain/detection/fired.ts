import { npsInterval } from '../nps/interval.ts';
import { add, type Counts, subtract, total, ZERO } from '../nps/nps.ts';
import { countsOfDay, type DayCounts } from './baseline.ts';
import type { WatchRule } from './rule.ts';
import { takeDay } from './score-watch.ts';
import { newWatch } from './watch-state.ts';

/** A rule would have raised an alert at the end of `day`, or said that it has become worse. Days count from 1970 in UTC. */
export interface Fired {
  readonly day: number;
  /** Which way the score went; of a spike, the share of detractors. */
  readonly direction: 'FALL' | 'RISE';
  /** The first day of the change, as estimated; of a threshold, the day itself. */
  readonly since: number;
}

/** A rule over past days, one after the other. */
export interface Replaying {
  /** What the rule would have said at the end of that day; null: nothing. */
  take(day: DayCounts): Fired | null;
}

/** Starts a rule before the first day of the history. */
export function startReplay(rule: WatchRule): Replaying {
  if (rule.kind === 'threshold') return thresholdReplay(rule);
  const state = newWatch();
  return {
    take: (day) => {
      for (const event of takeDay(rule.plan, state, day))
        if (event.kind === 'FOUND' || event.kind === 'FURTHER') {
          const direction = rule.kind === 'spike' ? 'RISE' : event.change.direction;
          return { day: day.day, direction, since: event.change.since };
        }
      return null;
    },
  };
}

/** Whether a score's interval lies wholly on the wrong side of the bound. */
export function isBeyond(rule: Extract<WatchRule, { kind: 'threshold' }>, counts: Counts): boolean {
  const interval = total(counts) > 0 ? npsInterval(counts, rule.confidence) : null;
  if (!interval) return false;
  return rule.below === null ? interval.low > (rule.above ?? 0) : interval.high < rule.below;
}

function thresholdReplay(rule: Extract<WatchRule, { kind: 'threshold' }>): Replaying {
  const window: { day: number; counts: Counts }[] = [];
  let sum = ZERO;
  let wasBeyond = false;
  return {
    take: (day) => {
      const counts = countsOfDay(day);
      window.push({ day: day.day, counts });
      sum = add(sum, counts);
      while (window[0] && window[0].day <= day.day - rule.windowDays)
        sum = subtract(sum, (window.shift() as (typeof window)[number]).counts);
      const before = wasBeyond;
      wasBeyond = isBeyond(rule, sum);
      if (!wasBeyond || before) return null;
      return { day: day.day, direction: rule.below === null ? 'RISE' : 'FALL', since: day.day };
    },
  };
}
