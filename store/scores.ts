import type { Cell, CellDictionary, Segment } from '../domain/cell.ts';
import { compareWindows } from '../domain/compare.ts';
import { add, type Counts, subtract, total, ZERO } from '../domain/nps.ts';
import { type Scope, visibleCells } from '../domain/scope.ts';
import {
  type Basis,
  groupCells,
  prefixSums,
  type ScoreName,
  type ScoreRow,
  scoreRow,
} from '../domain/score.ts';
import type { TimeRange } from '../domain/time-windows.ts';
import type { Session } from './client.ts';
import { countIntervals, type IntervalCounts } from './rollups.ts';

export interface ScoreDeps {
  readonly store: Session;
  readonly cells: CellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface ScoreQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  /** Attributes to group by. */
  readonly groupBy: readonly string[];
  /** The windows asked for, any number, overlapping or not; edges are whole minutes. */
  readonly windows: readonly ScoreWindow[];
}

/** One window; `time` is the start of its bucket where that is not the start of the window. */
export interface ScoreWindow extends TimeRange {
  readonly time?: number;
}

export interface ScoreChange {
  readonly before: ScoreRow;
  readonly after: ScoreRow;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly pValue: number | null;
}

/**
 * One row per window and group, window by window. Without groups every window has its row, empty or not; with groups
 * those are listed that have a response in any of the windows.
 */
export async function readScores(deps: ScoreDeps, scope: Scope, query: ScoreQuery): Promise<ScoreRow[]> {
  const visible = visibleCells(scope, ['readScore'], deps.cells, query.segment);
  const edges = [...new Set(query.windows.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
  const place = new Map(edges.map((edge, index) => [edge, index]));
  const intervals = await readIntervals(deps, query, visible, edges);
  const columns = groupCells(visible, query.groupBy).map(({ group, cells }) => {
    const keys = query.groupBy.length > 0 ? cells.map(({ id }) => id) : [ALL_CELLS];
    const sums = prefixSums(
      addUp(
        keys.flatMap((key) => intervals.get(key) ?? []),
        edges.length - 1,
      ),
    );
    const at = (edge: number) => sums[place.get(edge) ?? 0] ?? ZERO;
    const counts = query.windows.map(({ from, until }) => subtract(at(until), at(from)));
    return { group, cells, counts };
  });
  const listed =
    query.groupBy.length === 0
      ? columns
      : columns.filter(({ counts }) => counts.some((one) => total(one) > 0));
  const { basis, confidence } = query;
  return query.windows.flatMap((window, index) =>
    listed.map(({ group, cells, counts }) => {
      const { from, until, time = from } = window;
      const name: ScoreName = { from, until, segment: narrowed(query.segment, group), basis, confidence };
      return scoreRow(scope, name, time, group, cells, counts[index] ?? ZERO);
    }),
  );
}

/** The two windows' rows and their difference (after minus before), null where either row is empty or suppressed. */
export async function readChange(
  deps: ScoreDeps,
  scope: Scope,
  query: Omit<ScoreQuery, 'windows' | 'groupBy'> & { before: TimeRange; after: TimeRange },
): Promise<ScoreChange> {
  const [before, after] = await readScores(deps, scope, {
    ...query,
    groupBy: [],
    windows: [query.before, query.after],
  });
  if (!before || !after) throw new Error('a score without groups has a row for each window');
  const change =
    before.counts && after.counts ? compareWindows(before.counts, after.counts, query.confidence) : null;
  const { difference = null, low = null, high = null, pValue = null } = change ?? {};
  return { before, after, difference, low, high, pValue };
}

/** Stands for the sum over all cells where they are not told apart. */
const ALL_CELLS = 0;

/** The interval counts of each cell (or of all under ALL_CELLS). */
async function readIntervals(
  deps: ScoreDeps,
  query: ScoreQuery,
  visible: readonly Cell[],
  edges: readonly number[],
) {
  const intervals = new Map<number, IntervalCounts[]>();
  // No model has inferred anything yet: an inferred score has no responses, a combined one is the surveyed.
  if (query.basis === 'INFERRED') return intervals;
  const cellIds = visible.map(({ id }) => id);
  const byCell = query.groupBy.length > 0;
  for (const row of await countIntervals(deps.store, { edges, cellIds, byCell, now: deps.now() })) {
    const list = intervals.get(row.cellId);
    if (list) list.push(row);
    else intervals.set(row.cellId, [row]);
  }
  return intervals;
}

function addUp(rows: readonly IntervalCounts[], length: number): Counts[] {
  const sums: Counts[] = Array.from({ length: Math.max(0, length) }, () => ZERO);
  for (const row of rows) sums[row.interval] = add(sums[row.interval] ?? ZERO, row);
  return sums;
}

/** The segment of one group: its values in the place of what the query left open. */
function narrowed(segment: Segment, group: Readonly<Record<string, string>>): Segment {
  const values = Object.entries(group).map(([attribute, value]) => [attribute, [value]]);
  return { ...segment, ...Object.fromEntries(values) };
}
