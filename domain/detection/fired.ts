import { npsInterval } from '../nps/interval.ts';
import { add, type Counts, subtract, total, ZERO } from '../nps/nps.ts';
import { countsOfDay, type DayCounts } from './baseline.ts';
import type { WatchRule } from './rule.ts';
import { newWatch, takeDay } from './score-watch.ts';

/** A rule over past days, one after the other. */
export interface Replaying {
  /** Whether the rule would have raised an alert at the end of that day, or said that it has become worse. */
  take(day: DayCounts): boolean;
}

/** Starts a rule before the first day of the history. */
export function startReplay(rule: WatchRule): Replaying {
  if (rule.kind === 'threshold') return thresholdReplay(rule);
  const state = newWatch();
  return {
    take: (day) => takeDay(rule.plan, state, day).some(({ kind }) => kind === 'FOUND' || kind === 'FURTHER'),
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
      return wasBeyond && !before;
    },
  };
}
