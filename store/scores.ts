import type { Cell, Segment } from '../domain/cell.ts';
import { compareWindows } from '../domain/compare.ts';
import { adjustedEstimate } from '../domain/interval.ts';
import { add, type Counts, subtract, total, ZERO } from '../domain/nps.ts';
import { compareEstimates, type Estimate } from '../domain/quantification.ts';
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
import { readChampion } from './models.ts';
import { type CountedClasses, countIntervals, type IntervalCounts } from './rollups.ts';
import { type GuardDeps, guardCounts, guardedFor, type ScoreColumn } from './score-guard.ts';

export type ScoreDeps = GuardDeps;

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
 * those are listed that have a response in any of the windows. Of cells whose answers the caller may not read, rows
 * tell what the disclosure ledger does, and their groups are listed once they have a lot.
 */
export async function readScores(deps: ScoreDeps, scope: Scope, query: ScoreQuery): Promise<ScoreRow[]> {
  const visible = visibleCells(scope, ['readScore'], deps.cells, query.segment);
  const edges = [...new Set(query.windows.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
  const place = new Map(edges.map((edge, index) => [edge, index]));
  const champion = query.basis === 'SURVEYED' ? null : await readChampion(deps.store);
  const classes = countedClasses(query.basis, champion?.id);
  const guarded = guardedFor(scope, deps.cells, query.basis);
  const parts = await Promise.all(
    classes.map((one) => {
      const closed = guarded[one.kind === 'surveyed' ? 'surveyed' : 'inferred'];
      return readIntervals(deps, query, one, closed.length === 0 ? visible : without(visible, closed), edges);
    }),
  );
  const columns = groupCells(visible, query.groupBy).map(({ group, cells }): ScoreColumn => {
    const keys = query.groupBy.length > 0 ? cells.map(({ id }) => id) : [ALL_CELLS];
    const ofWindows = parts.map((intervals) => {
      const rows = keys.flatMap((key) => intervals.get(key) ?? []);
      const sums = prefixSums(addUp(rows, edges.length - 1));
      const at = (edge: number) => sums[place.get(edge) ?? 0] ?? ZERO;
      return query.windows.map(({ from, until }) => subtract(at(until), at(from)));
    });
    const counts = query.windows.map((_, i) =>
      ofWindows.reduce((sum, one) => add(sum, one[i] ?? ZERO), ZERO),
    );
    return { group, cells, counts, inferred: champion ? ofWindows.at(-1) : undefined };
  });
  const model = champion?.id ?? null;
  const all = await guardCounts(deps, scope, guarded, { ...query, model }, columns);
  return rowsOf(query, champion, all);
}

function rowsOf(
  query: ScoreQuery,
  champion: Awaited<ReturnType<typeof readChampion>>,
  columns: readonly ScoreColumn[],
): ScoreRow[] {
  const listed =
    query.groupBy.length === 0
      ? columns
      : columns.filter(({ counts, listed }) => listed || counts.some((one) => total(one) > 0));
  const { basis, confidence } = query;
  return query.windows.flatMap((window, index) =>
    listed.map(({ group, counts, inferred, told }) => {
      const { from, until, time = from } = window;
      const model = champion?.id ?? null;
      const segment = narrowed(query.segment, group);
      const name: ScoreName = { from, until, segment, basis, confidence, model };
      const part = champion && inferred && { counts: inferred[index] ?? ZERO, confusion: champion.confusion };
      return scoreRow(
        name,
        time,
        group,
        told?.[index] === false ? null : (counts[index] ?? ZERO),
        part ?? null,
      );
    }),
  );
}

/**
 * The number that a score's id names, as it stands now. Null where it counts classes of a model that is the champion no
 * more: its number cannot be stated by the present one.
 */
export async function readScore(deps: ScoreDeps, scope: Scope, name: ScoreName): Promise<ScoreRow | null> {
  const { segment, basis, confidence, from, until } = name;
  const query = { segment, basis, confidence, groupBy: [], windows: [{ from, until }] };
  const [row] = await readScores(deps, scope, query);
  return row && row.model === name.model ? row : null;
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
  const change = changeOf(before, after, query.confidence);
  const { difference = null, low = null, high = null, pValue = null } = change ?? {};
  return { before, after, difference, low, high, pValue };
}

function changeOf(before: ScoreRow, after: ScoreRow, confidence: number) {
  if (!before.counts || !after.counts || before.score === null || after.score === null) return null;
  const [a, b] = [estimateOf(before), estimateOf(after)];
  // Only where a model inferred something: surveyed scores have the published comparison.
  return before.estimate || after.estimate
    ? a && b && compareEstimates(a, b, confidence)
    : compareWindows(before.counts, after.counts, confidence);
}

function estimateOf({ estimate, counts }: ScoreRow): Estimate | null {
  if (estimate || !counts) return estimate;
  const { theta, standardError } = adjustedEstimate(counts);
  return { theta, variance: standardError ** 2 };
}

/** What is counted on that basis, the model's part last. COMBINED takes the model only where nobody gave a number. */
function countedClasses(basis: Basis, model: number | undefined): CountedClasses[] {
  const inferred = (kind: 'inferred' | 'alone'): CountedClasses[] =>
    model === undefined ? [] : [{ kind, model }];
  if (basis === 'INFERRED') return inferred('inferred');
  return [{ kind: 'surveyed' }, ...(basis === 'COMBINED' ? inferred('alone') : [])];
}

/** Stands for the sum over all cells where they are not told apart. */
const ALL_CELLS = 0;

/** The interval counts of each cell (or of all under ALL_CELLS). */
async function readIntervals(
  deps: ScoreDeps,
  query: ScoreQuery,
  classes: CountedClasses,
  visible: readonly Cell[],
  edges: readonly number[],
) {
  const intervals = new Map<number, IntervalCounts[]>();
  const cellIds = visible.map(({ id }) => id);
  const byCell = query.groupBy.length > 0;
  const counted = { edges, cellIds, byCell, now: deps.now(), classes };
  for (const row of await countIntervals(deps.store, counted)) {
    const list = intervals.get(row.cellId);
    if (list) list.push(row);
    else intervals.set(row.cellId, [row]);
  }
  return intervals;
}

function without(cells: readonly Cell[], others: readonly Cell[]): Cell[] {
  const ids = new Set(others.map(({ id }) => id));
  return cells.filter(({ id }) => !ids.has(id));
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
