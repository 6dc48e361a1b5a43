import { isProtected, readsAllAnswers, type Scope } from '../../domain/access/scope.ts';
import type { Slot } from '../../domain/memory/memory.ts';
import { type Basis, groupCells } from '../../domain/scores/score.ts';
import type { Cell, CellDictionary, Segment } from '../../domain/segments/cell.ts';
import { matchesSegment } from '../../domain/segments/cell.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type GuardDeps, openGuard, protectedFor } from '../disclosure/score-guard.ts';
import { journalHead } from '../journal/journal.ts';
import { idsOf, readChampion } from '../models/models.ts';

/** Values of one dimension that no response visible to the caller has, and those that one has. */
export interface UnknownValues {
  readonly attribute: string;
  readonly unknown: readonly string[];
  readonly known: readonly string[];
}

/**
 * The values of a dimension that the caller may know, within the segment, sorted: those of cells whose
 * responses or scores they read, and for protected cells those with a release in the disclosure ledger. These
 * are the values that a score grouped by the dimension has rows for.
 */
export async function readDimensionValues(
  deps: GuardDeps,
  scope: Scope,
  attribute: string,
  segment: Segment,
): Promise<string[]> {
  const cells = deps.cells
    .all()
    .filter((cell) => isNear(scope, cell) && matchesSegment(segment, cell.attributes));
  const behind = await cellsBehind(deps.store);
  const values = new Set<string>();
  const closed: Cell[] = [];
  for (const cell of cells) {
    if (!behind.has(cell.id)) continue;
    if (isOpen(scope, cell)) values.add(valueIn(cell.attributes, attribute));
    else closed.push(cell);
  }
  const groups = groupCells(closed, [attribute]).filter(
    ({ group }) => !values.has(group[attribute] as string),
  );
  for (const basis of ['SURVEYED', 'COMBINED'] as const)
    for (const value of await listedIn(deps, scope, basis, groups)) values.add(value);
  return [...values].sort();
}

/** The values of groups that have a release of their own: one response must not create a value. */
async function listedIn(
  deps: GuardDeps,
  scope: Scope,
  basis: Basis,
  groups: ReturnType<typeof groupCells>,
): Promise<string[]> {
  if (groups.length === 0) return [];
  const models = basis === 'SURVEYED' ? [] : idsOf((await readChampion(deps.store))?.parts ?? []);
  const protectedCells = protectedFor(scope, deps.cells, basis);
  const guard = await openGuard(deps, scope, protectedCells, { basis, windows: [], models }, groups);
  return groups.flatMap(({ group }, place) => (guard.lists(place) ? Object.values(group) : []));
}

/** Whether the caller reads anything of the cell. */
const isNear = (scope: Scope, cell: Cell) =>
  scope.allows('readScore', cell) || scope.allows('readResponse', cell);

/** Whether the caller may know that the cell has responses. */
const isOpen = (scope: Scope, cell: Cell) =>
  scope.allows('readResponse', cell) || !isProtected(scope, cell, 'surveyed');

const BEHIND = statement('cells_behind', `SELECT coalesce(array_agg(id), '{}') AS ids FROM cell`);

/** The cells that the caller's database role sees, whatever the program does. */
async function cellsBehind(scopedReader: Session): Promise<Set<number>> {
  const [row] = await scopedReader.rows<{ ids: number[] }>(BEHIND, []);
  return new Set(row?.ids);
}

/** Values that a scope may know, in one version of the cells. */
interface Known {
  readonly version: number;
  readonly values: Map<string, Set<string>>;
  /** As listed, by dimension, with the state of the database. */
  readonly listed: Map<string, { readonly at: string; readonly values: readonly string[] }>;
}

const FOUND: Slot<WeakMap<Scope, Known>> = { begin: () => new WeakMap() };

/** The segment's values that no response visible to the caller has. */
export async function unknownValues(
  deps: GuardDeps,
  scope: Scope,
  segment: Segment,
): Promise<UnknownValues[]> {
  const perDimension: UnknownValues[] = [];
  for (const [attribute, values] of Object.entries(segment)) {
    const known = knownOf(scope, deps.cells, attribute);
    if (values.every((value) => known.has(value))) continue;
    const there = await listedOf(deps, scope, attribute);
    for (const value of there) known.add(value);
    const unknown = [...new Set(values)].filter((value) => !known.has(value));
    if (unknown.length > 0) perDimension.push({ attribute, unknown, known: there });
  }
  return perDimension;
}

/** The values of a dimension, read again when there may be others. */
async function listedOf(deps: GuardDeps, scope: Scope, attribute: string): Promise<readonly string[]> {
  const { listed } = entryOf(scope, deps.cells);
  const at = await stateOf(deps, scope);
  const before = listed.get(attribute);
  if (before?.at === at) return before.values;
  const values = await readDimensionValues(deps, scope, attribute, {});
  listed.set(attribute, { at, values });
  return values;
}

/**
 * Unchanged while the ledgers, which decide about protected cells, cannot change: nothing was committed, and no
 * day passed.
 */
async function stateOf({ record, now }: GuardDeps, scope: Scope): Promise<string> {
  if (readsAllAnswers(scope, 'surveyed')) return '';
  const { xact, position } = await journalHead(record);
  return `${xact} ${position} ${Math.floor(now() / DAY_MS)}`;
}

/** Whether all values of the segment are known already: then nothing is read. */
export function knowsAll(deps: GuardDeps, scope: Scope, segment: Segment): boolean {
  return Object.entries(segment).every(([attribute, values]) => {
    const known = knownOf(scope, deps.cells, attribute);
    return values.every((value) => known.has(value));
  });
}

/** What the scope may know, in the current version of the cells. */
function entryOf(scope: Scope, cells: CellDictionary): Known {
  const byScope = cells.memory.of(FOUND);
  const before = byScope.get(scope);
  if (before?.version === cells.version) return before;
  const known: Known = { version: cells.version, values: new Map(), listed: new Map() };
  byScope.set(scope, known);
  return known;
}

/** The values that the scope may know, as far as they were requested. */
function knownOf(scope: Scope, cells: CellDictionary, attribute: string): Set<string> {
  const known = entryOf(scope, cells).values;
  const present = known.get(attribute);
  if (present) return present;
  const values = new Set<string>();
  for (const cell of cells.all())
    if (isNear(scope, cell) && isOpen(scope, cell)) values.add(valueIn(cell.attributes, attribute));
  known.set(attribute, values);
  return values;
}
