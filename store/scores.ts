import type { Cell, Segment } from '../domain/cell.ts';
import { compareWindows } from '../domain/compare.ts';
import { adjustedEstimate } from '../domain/interval.ts';
import { add, ZERO } from '../domain/nps.ts';
import { compareEstimates, type Estimate } from '../domain/quantification.ts';
import { type Scope, visibleCells } from '../domain/scope.ts';
import { type Basis, groupCells, type ScoreName, type ScoreRow, scoreRow } from '../domain/score.ts';
import { mapInSlices, Slice } from '../domain/slices.ts';
import type { TimeRange } from '../domain/time-windows.ts';
import { GroupCounts, TooManyRows } from './group-counts.ts';
import { readChampion } from './models.ts';
import { type CountedClasses, eachInterval } from './rollups.ts';
import { type GuardDeps, guardedFor, openGuard, type ScoreColumn } from './score-guard.ts';

export type ScoreDeps = GuardDeps;

export interface ScoreQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  /** Attributes to group by. */
  readonly groupBy: readonly string[];
  /** The windows asked for, any number, overlapping or not; edges are whole minutes. */
  readonly windows: readonly ScoreWindow[];
  /** Absent: any number. */
  readonly mostRows?: number;
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
 * @throws TooManyRows where there would be more than `query.mostRows`.
 */
export async function readScores(deps: ScoreDeps, scope: Scope, query: ScoreQuery): Promise<ScoreRow[]> {
  const visible = visibleCells(scope, ['readScore'], deps.cells, query.segment);
  const groups = groupCells(visible, query.groupBy);
  const edges = edgesOf(query.windows);
  const places = new Map(edges.map((edge, index) => [edge, index]));
  const windowPlaces = query.windows.map(
    ({ from, until }) => [places.get(from) ?? 0, places.get(until) ?? 0] as const,
  );
  const champion = query.basis === 'SURVEYED' ? null : await readChampion(deps.store);
  const classes = countedClasses(query.basis, champion?.id);
  const guarded = guardedFor(scope, deps.cells, query.basis);
  const parts = await Promise.all(
    classes.map((one) => {
      const closed = guarded[one.kind === 'surveyed' ? 'surveyed' : 'inferred'];
      const open = closed.length === 0 ? visible : without(visible, closed);
      return countGroups(deps, query, one, { groups, open, edges });
    }),
  );
  const model = champion?.id ?? null;
  const guard = await openGuard(deps, scope, guarded, { ...query, model }, groups);
  const listed = groups
    .map((group, place) => ({ ...group, place }))
    .filter(
      ({ place }) =>
        query.groupBy.length === 0 || parts.some((part) => part.has(place)) || guard.lists(place),
    );
  const { mostRows = Number.POSITIVE_INFINITY } = query;
  if (listed.length * query.windows.length > mostRows) throw new TooManyRows(mostRows);
  const slice = new Slice();
  const columns = await mapInSlices(
    listed,
    (group): ScoreColumn => {
      const ofPart = (part: GroupCounts | undefined) =>
        part && windowPlaces.map(([from, until]) => part.between(group.place, from, until));
      const [first, second] = [ofPart(parts[0]), ofPart(parts[1])];
      const counts = query.windows.map((_, i) => add(first?.[i] ?? ZERO, second?.[i] ?? ZERO));
      return { ...group, counts, inferred: champion ? (second ?? first) : undefined };
    },
    slice,
  );
  return rowsOf(query, champion, await guard.tell(columns), slice);
}

/** All edges of the windows, ascending. */
function edgesOf(windows: readonly TimeRange[]): number[] {
  return [...new Set(windows.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
}

async function rowsOf(
  query: ScoreQuery,
  champion: Awaited<ReturnType<typeof readChampion>>,
  columns: readonly ScoreColumn[],
  slice: Slice,
): Promise<ScoreRow[]> {
  const { basis, confidence } = query;
  const model = champion?.id ?? null;
  const segments = columns.map(({ group }) => narrowed(query.segment, group));
  const rows: ScoreRow[] = [];
  for (const [index, { from, until, time = from }] of query.windows.entries())
    for (const [place, { group, counts, inferred, told }] of columns.entries()) {
      if (slice.isOver()) await slice.next();
      const segment = segments[place] as Segment;
      const name: ScoreName = { from, until, segment, basis, confidence, model };
      const part = champion && inferred && { counts: inferred[index] ?? ZERO, confusion: champion.confusion };
      const shown = told?.[index] === false ? null : (counts[index] ?? ZERO);
      rows.push(scoreRow(name, time, group, shown, part ?? null));
    }
  return rows;
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

/** The counts of each group that has some. Without groups the record sums all cells itself. */
async function countGroups(
  deps: ScoreDeps,
  { groupBy, windows, mostRows = Number.POSITIVE_INFINITY }: ScoreQuery,
  classes: CountedClasses,
  { groups, open, edges }: Grouped,
): Promise<GroupCounts> {
  const byCell = groupBy.length > 0;
  const groupOf = new Map(groups.flatMap(({ cells }, place) => cells.map(({ id }) => [id, place] as const)));
  const counts = new GroupCounts(Math.max(0, edges.length - 1));
  const query = { edges, cellIds: open.map(({ id }) => id), byCell, now: deps.now(), classes };
  await eachInterval(deps.store, query, (row) => {
    counts.add(byCell ? (groupOf.get(row.cellId) ?? 0) : 0, row.interval, row);
    if (byCell && counts.size * windows.length > mostRows) throw new TooManyRows(mostRows);
  });
  return counts.total();
}

interface Grouped {
  readonly groups: ReturnType<typeof groupCells>;
  /** Cells whose answers the caller may read. */
  readonly open: readonly Cell[];
  readonly edges: readonly number[];
}

function without(cells: readonly Cell[], others: readonly Cell[]): Cell[] {
  const ids = new Set(others.map(({ id }) => id));
  return cells.filter(({ id }) => !ids.has(id));
}

/** The segment of one group: its values in the place of what the query left open. */
function narrowed(segment: Segment, group: Readonly<Record<string, string>>): Segment {
  const values = Object.entries(group).map(([attribute, value]) => [attribute, [value]]);
  return { ...segment, ...Object.fromEntries(values) };
}
