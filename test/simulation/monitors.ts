import { countsOfDay, type DayCounts } from '../../domain/detection/baseline.ts';
import { takeDay } from '../../domain/detection/score-watch.ts';
import { newWatch, type WatchEvent, type WatchPlan } from '../../domain/detection/watch-state.ts';
import { compareWindows } from '../../domain/nps/compare.ts';
import { add, npsScore, ZERO } from '../../domain/nps/nps.ts';

export const PLAN: WatchPlan = {
  tuned: [5, 10, 20].flatMap((points) => [
    { kind: 'FALL' as const, points },
    { kind: 'RISE' as const, points },
  ]),
  withEwma: true,
  falseAlarmsPerYear: 0.2,
};
const WINDOW = 30;
/** A fixed threshold is set so many points below the true score. */
const BELOW = 10;

/** What happened to a watched segment. */
export function watchAll(days: readonly DayCounts[]): WatchEvent[] {
  const state = newWatch();
  return days.flatMap((day) => takeDay(PLAN, state, day));
}

/** The days on which the score monitor raises an alert. */
export const monitorAlarms = (days: readonly DayCounts[]): number[] =>
  watchAll(days).flatMap(({ kind, day }) => (kind === 'FOUND' || kind === 'FURTHER' ? [day] : []));

const sumOf = (days: readonly DayCounts[]) => days.reduce((sum, day) => add(sum, countsOfDay(day)), ZERO);

/** The days on which a condition over the last days begins to hold. */
function beginnings(days: readonly DayCounts[], holds: (until: number) => boolean): number[] {
  let was = false;
  return days.flatMap(({ day }, i) => {
    const is = i + 1 >= 2 * WINDOW && holds(i + 1);
    const begins = is && !was;
    was = is;
    return begins ? [day] : [];
  });
}

/** A z-test every day, of 30 days against the 30 before, at p < .05. */
export const zTestAlarms = (days: readonly DayCounts[]): number[] =>
  beginnings(days, (until) => {
    const [before, after] = [
      days.slice(until - 2 * WINDOW, until - WINDOW),
      days.slice(until - WINDOW, until),
    ];
    return (compareWindows(sumOf(before), sumOf(after), 0.95)?.pValue ?? 1) < 0.05;
  });

/** A fixed threshold on the score of 30 days. */
export const thresholdAlarms = (days: readonly DayCounts[], score: number): number[] =>
  beginnings(days, (until) => (npsScore(sumOf(days.slice(until - WINDOW, until))) ?? score) < score - BELOW);
