import type { Scope } from '../../domain/access/scope.ts';
import { total } from '../../domain/nps/nps.ts';
import type { Basis, ScoreRow } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange, WindowLength } from '../../domain/time/time-windows.ts';
import { scoreAsKnownAt } from '../../proof/as-of.ts';
import type { ScopedReader } from '../../store/access/scoped-views.ts';
import type { Store } from '../../store/database/client.ts';
import type { JournalPosition } from '../../store/journal/journal.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { ReadPlace } from '../../store/scores/read-place.ts';
import { readScores } from '../../store/scores/scores.ts';
import { LIMITS } from '../limits.ts';
import { isUnknown } from './row-changes.ts';

/** What one live query shows: everything that its rows depend on, except the scope. */
export interface LiveQueryDefinition {
  readonly segment: Segment;
  readonly window: WindowLength;
  readonly basis: Basis;
  readonly groupBy: readonly string[];
}

/** What the rows of live queries are read with. */
export interface LiveRowsDeps {
  readonly store: Store;
  readonly scopedReader: ScopedReader;
  readonly cells: StoredCellDictionary;
  readonly now: () => number;
}

/** The confidence level of live rows; npsUpdates has no argument for it. */
const CONFIDENCE = 0.95;
const MOST_KNOWN = 20;

/** The rows of a live query as they are now; `place` learns which position of the journal they are of. */
export function readLiveRows(
  { scopedReader, store: record, cells, now }: LiveRowsDeps,
  scope: Scope,
  { segment, basis, groupBy }: LiveQueryDefinition,
  range: TimeRange,
  place: ReadPlace | undefined,
): Promise<ScoreRow[]> {
  const asked = { segment, basis, groupBy, confidence: CONFIDENCE, windows: [range] };
  const query = { ...asked, mostRows: LIMITS.rows, notes: place };
  return readScores({ store: scopedReader.as(scope), record, cells, now }, scope, query);
}

/** The rows as they were at that position; as they are now if the caller may not read what would show it. */
export async function liveRowsAt(
  { store, cells, now }: LiveRowsDeps,
  scope: Scope,
  { groupBy }: LiveQueryDefinition,
  rows: readonly ScoreRow[],
  place: JournalPosition,
): Promise<ScoreRow[]> {
  const known = rows.slice(0, MOST_KNOWN).map(async (row) => {
    const found = await scoreAsKnownAt({ store, cells, now }, scope, row, { place }).catch(isUnknown);
    if (!found) return row;
    return found.known.model === row.model ? found.known.inGroup(row.group) : row;
  });
  const all = [...(await Promise.all(known)), ...rows.slice(MOST_KNOWN)];
  // A group is listed once it has a response.
  return groupBy.length === 0 ? all : all.filter(({ counts }) => !counts || total(counts) > 0);
}
