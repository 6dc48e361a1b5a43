import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { compareEstimates, type Estimate } from '../../domain/models/quantification.ts';
import { compareWindows } from '../../domain/nps/compare.ts';
import { adjustedEstimate } from '../../domain/nps/interval.ts';
import { add, type Counts, ZERO } from '../../domain/nps/nps.ts';
import type { Basis, ScoreName, ScoreRow } from '../../domain/scores/score.ts';
import type { Cell } from '../../domain/segments/cell.ts';
import { mapInSlices, Slice } from '../../domain/text/slices.ts';
import { edgesOf, placesAmong } from '../../domain/time/edges.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import { dividedGroups } from '../disclosure/divided-groups.ts';
import { type GuardDeps, openGuard, protectedFor, type ScoreColumn } from '../disclosure/score-guard.ts';
import { idsOf, readChampion } from '../models/models.ts';
import { type CellGroups, groupsOfCells } from './cell-groups.ts';
import { GroupCounts, TooManyRowsError, type WindowPlaces } from './group-counts.ts';
import { type CountedClasses, eachInterval } from './rollups.ts';
import type { ScoreQuery } from './score-query.ts';
import { ScoreTable } from './score-table.ts';

export type { ScoreQuery, ScoreWindow } from './score-query.ts';

export type ScoreDeps = GuardDeps;

export interface ScoreChange {
  readonly before: ScoreRow;
  readonly after: ScoreRow;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly pValue: number | null;
}

/**
 * When windows without responses are left out: how many intervals with responses, and windows of protected
 * groups, are read per row.
 */
const ENTRIES_A_ROW = 5;
const GUARDED_A_ROW = 50;

/**
 * One row per window and group, window by window. Without groups every window has its row, empty or not; with
 * groups, those with a response in any of the windows are listed. For protected cells, rows show the disclosure
 * ledger, and their groups are listed once they have a release.
 * @throws TooManyRowsError for more than `query.mostRows`.
 */
export async function readScores(deps: ScoreDeps, scope: Scope, query: ScoreQuery): Promise<ScoreRow[]> {
  const visible = visibleCells(scope, ['readScore'], deps.cells, query.segment);
  const inGroups = groupsOfCells(deps.cells, visible, query.groupBy);
  const { groups } = inGroups;
  const windows = query.before ? [query.before, ...query.windows] : query.windows;
  const edges = edgesOf(windows);
  const places: readonly WindowPlaces[] = placesAmong(edges, windows);
  const champion = query.basis === 'SURVEYED' ? null : await readChampion(deps.store);
  // A statement says which model counts, also where none does yet.
  if (query.basis !== 'SURVEYED') query.notes?.note(null, []);
  const models = idsOf(champion?.parts ?? []);
  const classes = countedClasses(query.basis, models);
  const protectedCells = protectedFor(scope, deps.cells, query.basis);
  const parts = await Promise.all(
    classes.map((one) => {
      const closed = protectedCells[one.kind === 'surveyed' ? 'surveyed' : 'inferred'];
      return countGroups(deps, query, one, { inGroups, closed, edges });
    }),
  );
  const guard = await openGuard(deps, scope, protectedCells, { ...query, windows, models }, groups);
  const asked = query.before ? places.slice(1) : places;
  const isListed = (place: number) => parts.some((part) => part.has(place, asked)) || guard.lists(place);
  const listed = groups
    .map((group, place) => ({ ...group, place }))
    .filter(({ place }) => query.groupBy.length === 0 || isListed(place));
  const table = new ScoreTable(query, windows, champion);
  const filled = table.windowsFor(listed.length);
  if (table.isFilled) table.check(listed.length * filled);
  const slice = new Slice();
  const columns = await mapInSlices(
    listed,
    ({ group, cells, place }): ScoreColumn => {
      const at = (window: number) => {
        const [from, until] = places[window] as WindowPlaces;
        const counts = parts.map((part) => part.between(place, from, until));
        return {
          counts: counts.length === 1 ? (counts[0] as Counts) : counts.reduce(add, ZERO),
          inferred: champion ? counts.slice(counts.length - models.length) : undefined,
        };
      };
      return { group, cells, place, at, isProtected: guard.isProtected(place) };
    },
    slice,
  );
  if (!table.isFilled) {
    const inProtected = columns.filter(({ isProtected }) => isProtected).length * windows.length;
    table.check(inProtected / GUARDED_A_ROW);
  }
  const withAnswers = (place: number) => {
    const found = parts.flatMap((part) => part.windowsOf(place, places));
    return parts.length < 2 ? found : [...new Set(found)].sort((a, b) => a - b);
  };
  return table.rowsOf(await guard.tell(columns), { withAnswers, filled }, slice);
}

/** The current number of a score's id. Null if it counts classes of a model that is no longer the champion. */
export async function readScore(deps: ScoreDeps, scope: Scope, name: ScoreName): Promise<ScoreRow | null> {
  const { segment, basis, confidence, from, until } = name;
  const query = { segment, basis, confidence, groupBy: [], windows: [{ from, until }] };
  const [row] = await readScores(deps, scope, query);
  return row && row.model === name.model ? row : null;
}

/**
 * The two windows' rows and their difference (after minus before), null if either row is empty or suppressed.
 */
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

/** after - before with its interval; null if either is empty or suppressed. */
export function changeOf(before: ScoreRow, after: ScoreRow, confidence: number) {
  if (!before.counts || !after.counts || before.score === null || after.score === null) return null;
  const [a, b] = [estimateOf(before), estimateOf(after)];
  // Only if a model inferred something: surveyed scores have the published comparison.
  return before.estimate || after.estimate
    ? a && b && compareEstimates(a, b, confidence)
    : compareWindows(before.counts, after.counts, confidence);
}

function estimateOf({ estimate, counts }: ScoreRow): Estimate | null {
  if (estimate || !counts) return estimate;
  const { theta, standardError } = adjustedEstimate(counts);
  return { theta, variance: standardError ** 2 };
}

/**
 * What is counted on that basis, what each of the versions inferred last, in their order. COMBINED uses them only for responses
 * without a number.
 */
export function countedClasses(basis: Basis, models: readonly number[]): CountedClasses[] {
  const inferred = (kind: 'inferred' | 'alone'): CountedClasses[] => models.map((model) => ({ kind, model }));
  if (basis === 'INFERRED') return inferred('inferred');
  return [{ kind: 'surveyed' }, ...(basis === 'COMBINED' ? inferred('alone') : [])];
}

/** The counts of each group that has some. Without groups the database sums all cells itself. */
async function countGroups(
  deps: ScoreDeps,
  { groupBy, fill = true, mostRows = Number.POSITIVE_INFINITY, notes }: ScoreQuery,
  classes: CountedClasses,
  { inGroups, closed, edges }: Grouped,
): Promise<GroupCounts> {
  const byCell = groupBy.length > 0;
  const { ids: cellIds, idsOf } = closed.length === 0 ? inGroups : openIn(deps, inGroups, closed);
  const counts = new GroupCounts();
  const lists = byCell && { groups: idsOf.filter(({ length }) => length > 0) };
  const query = { edges, cellIds, byCell, ...lists, now: deps.now(), classes, notes };
  await eachInterval(deps.store, query, (row) => {
    counts.add(byCell ? inGroups.placeOf(row.cellId) : 0, row.interval, row);
    if (byCell && counts.entries > ENTRIES_A_ROW * mostRows) throw new TooManyRowsError(mostRows, fill);
  });
  return counts.total();
}

interface Grouped {
  readonly inGroups: CellGroups;
  /** Cells whose responses the caller may not read: the disclosure ledger shows them. */
  readonly closed: readonly Cell[];
  readonly edges: readonly number[];
}

/** The ids of the other cells. */
function openIn({ cells }: ScoreDeps, { groups }: CellGroups, closed: readonly Cell[]) {
  const { open, openOf } = dividedGroups(cells, groups, closed);
  return { ids: open, idsOf: openOf };
}
