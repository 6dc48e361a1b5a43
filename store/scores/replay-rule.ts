import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { startReplay } from '../../domain/detection/fired.ts';
import type { WatchRule } from '../../domain/detection/rule.ts';
import { seriesOf } from '../../domain/detection/series.ts';
import { Slice } from '../../domain/text/slices.ts';
import { DAY_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import type { GuardDeps } from '../disclosure/score-guard.ts';
import { readDayCounts } from './day-counts.ts';

/** What the baseline is learnt from: answers of at most so many days before the end. */
export const REPLAYED_DAYS = 1_461;

/**
 * The moments, within the range, at which the rule would have raised an alert or said that it has become worse: ends of UTC days. It
 * counts the cells whose scores and answers the caller may read one by one: moments are made of single days, however few answered.
 */
export async function replayRule(
  deps: Pick<GuardDeps, 'store' | 'cells'>,
  scope: Scope,
  rule: WatchRule,
  { from, until }: TimeRange,
): Promise<number[]> {
  const cells = visibleCells(scope, ['readScore', 'readResponse'], deps.cells, rule.segment ?? {});
  const end = Math.floor(until / DAY_MS);
  const replay = startReplay(rule);
  const names: string[] = [];
  const moments: number[] = [];
  const slice = new Slice();
  const ids = cells.map(({ id }) => id);
  for await (const rows of readDayCounts(deps.store, ids, end - REPLAYED_DAYS, end))
    for (const day of seriesOf(rows, cells, rule.mix, names)) {
      const moment = (day.day + 1) * DAY_MS;
      if (replay.take(day) && moment > from) moments.push(moment);
      if (slice.isOver()) await slice.next();
    }
  return moments;
}
