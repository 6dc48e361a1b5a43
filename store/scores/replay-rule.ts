import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import type { DayCounts } from '../../domain/detection/baseline.ts';
import { type Fired, startReplay } from '../../domain/detection/fired.ts';
import { judge, type Verdict } from '../../domain/detection/judged.ts';
import type { WatchRule } from '../../domain/detection/rule.ts';
import { seriesOf } from '../../domain/detection/series.ts';
import { Slice } from '../../domain/text/slices.ts';
import { DAY_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import type { GuardDeps } from '../disclosure/score-guard.ts';
import { readDayCounts } from './day-counts.ts';

/** What the baseline is learnt from: answers of at most so many days before the end. */
export const REPLAYED_DAYS = 1_461;

/** A rule would have fired: the end of a UTC day, and whether later answers bear it out. */
export interface Firing {
  readonly moment: number;
  readonly verdict: Verdict;
}

/**
 * The moments, within the range, at which the rule would have raised an alert or said that it has become worse, each
 * judged by the answers that followed until the end of the range. It counts the cells whose scores and answers the caller may read one by one: moments are made of single days, however few answered.
 */
export async function replayRule(
  deps: Pick<GuardDeps, 'store' | 'cells'>,
  scope: Scope,
  rule: WatchRule,
  { from, until }: TimeRange,
): Promise<Firing[]> {
  const cells = visibleCells(scope, ['readScore', 'readResponse'], deps.cells, rule.segment ?? {});
  const end = Math.floor(until / DAY_MS);
  const replay = startReplay(rule);
  const names: string[] = [];
  const fired: Fired[] = [];
  const days: DayCounts[] = [];
  const slice = new Slice();
  const ids = cells.map(({ id }) => id);
  for await (const rows of readDayCounts(deps.store, ids, end - REPLAYED_DAYS, end))
    for (const day of seriesOf(rows, cells, rule.mix, names)) {
      const found = replay.take(day);
      if (found && endOf(day.day) > from) fired.push(found);
      days.push(day);
      if (slice.isOver()) await slice.next();
    }
  return fired.map((one) => ({ moment: endOf(one.day), verdict: judge(rule, days, one, end) }));
}

const endOf = (day: number) => (day + 1) * DAY_MS;
