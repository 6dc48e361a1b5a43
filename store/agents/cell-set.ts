import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import { isOfStaff, STAFF_CELLS } from '../access/staff-rows.ts';

/**
 * The cells that a row of agents was made of: their ids, or everything, present and future; staff: everything, and about a member of
 * staff, so that it needs `readStaff` too.
 */
export type CellSet = 'everything' | 'staff' | readonly number[];

/** As PostgreSQL's multirange. An empty list is seen by scopes of everything only. */
export function cellSetText(cells: CellSet): string {
  if (cells === 'everything') return '{(,)}';
  return cells === 'staff' ? STAFF_CELLS : `{${cells.map((id) => `[${id},${id + 1})`).join(',')}}`;
}

/** The set that PostgreSQL writes so. */
export function parseCellSet(text: string): CellSet {
  if (text === STAFF_CELLS) return 'staff';
  if (text.includes('(')) return 'everything';
  const ranges = [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(
    ([, from, to]) => [Number(from), Number(to)] as const,
  );
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, place) => from + place));
}

/** The cells whose rows of agents a caller sees, as PostgreSQL's multirange; null: of everything. */
export type Seen = string | null;

/** Rows of agents count subsets of answers: what a caller needs of each of their cells (decision 0101). */
export const SEEN_BY = [
  'readScore',
  'readResponse',
  'readPrediction',
] as const satisfies readonly FieldGroup[];

/** Which rows of agents the scope sees. The scoped views have the same rule: each holds alone. */
export function seenBy(scope: Scope, cells: CellDictionary, groups: readonly FieldGroup[] = SEEN_BY): Seen {
  if (groups.every((group) => scope.allowsAll(group))) return scope.allowsAll('readStaff') ? null : '{[0,)}';
  return cellSetText(
    cells
      .all()
      .filter((cell) => groups.every((group) => scope.allows(group, cell)))
      .map(({ id }) => id),
  );
}

/** SQL: whether a row with that set of cells is among what `seenBy` returned, which is the parameter of that number. */
export const isSeen = (cells: string, parameter: number): string =>
  `($${parameter}::int4multirange IS NULL OR (NOT isempty(${cells}) AND NOT ${isOfStaff(cells)}
    AND $${parameter}::int4multirange @> (${cells} * '{[0,)}'::int4multirange)))`;
