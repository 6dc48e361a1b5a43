import type { ScopedSession } from '../database/client.ts';
import type { StoredCellDictionary } from '../responses/cell-dictionary.ts';
import { followedCounts } from './followed-counts.ts';

/**
 * Begins an operation: the session sees the cells, and what memory has of them, that any process committed before the call. It is one
 * statement for all that wait at once; where counts are in memory it is the one that brings those up to date, and the parts of an
 * operation that only reads do not repeat it. `now`: epoch milliseconds. Never fails.
 */
export async function beginOperation(
  { seen }: ScopedSession,
  cells: StoredCellDictionary,
  { now, isReadOnly }: { readonly now: number; readonly isReadOnly: boolean },
): Promise<void> {
  // The embedded database has no other process: what adds a cell there knows it.
  if (seen?.store.backend !== 'postgres') return;
  try {
    if (!isReadOnly) return await cells.catchUp(seen.store);
    const since = performance.now();
    const days = followedCounts(seen.store, 'DAY');
    await days.current(now);
    const highest = days.highestCellSince(since);
    if (highest === undefined || highest > cells.highest) await cells.catchUp(seen.store);
    seen.since = since;
  } catch {
    // The parts of the operation that need the database say what is wrong with it.
  }
}
