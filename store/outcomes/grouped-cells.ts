import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import type { Cell, CellDictionary, Segment } from '../../domain/segments/cell.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';

/** The cells of a group that a caller sees scores of, and what else they may read there. */
export interface GroupedCells {
  /** By attribute. */
  readonly values: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
  /** Whether the caller may read the answers of every one of them: sums of money and time need it (decision 0118). */
  readonly isReadable: boolean;
  /** Whether they may see respondents too. */
  readonly mayName: boolean;
  /** The cells whose respondents they may not see: the limit of few accounts counts theirs. */
  readonly guarded: ReadonlySet<number>;
}

/** Accounts below which a figure shows single ones. */
export const FEW = 5;

/** The visible cells of the segment by the values of those attributes, in the order of the values. */
export function groupCells(
  dictionary: CellDictionary,
  scope: Scope,
  { segment, groupBy }: { readonly segment: Segment; readonly groupBy: readonly string[] },
): GroupedCells[] {
  const groups = new Map<string, { values: Record<string, string>; cells: Cell[] }>();
  for (const cell of visibleCells(scope, ['readScore'], dictionary, segment)) {
    const values = Object.fromEntries(
      groupBy.map((attribute) => [attribute, valueIn(cell.attributes, attribute)]),
    );
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group) group.cells.push(cell);
    else groups.set(key, { values, cells: [cell] });
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { values, cells }]) => ({
      values,
      cells,
      isReadable: cells.every((cell) => scope.allows('readResponse', cell)),
      ...guardOf(cells.filter((cell) => !scope.allows('readRespondent', cell))),
    }));
}

const guardOf = (cells: readonly Cell[]) => ({
  mayName: cells.length === 0,
  guarded: new Set(cells.map(({ id }) => id)),
});
