import type { Slot } from '../../domain/memory/memory.ts';
import type { Cell, CellDictionary } from '../../domain/segments/cell.ts';

/** The cells of one group. */
export interface ScoreGroup {
  readonly group: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

/** Groups of cells, divided into protected cells and others. */
export interface DividedGroups {
  /** The ids of the protected cells, and the group of each. */
  readonly closed: readonly number[];
  readonly groupOf: ReadonlyMap<number, number>;
  /** The ids of the others, all and by group. */
  readonly open: readonly number[];
  readonly openOf: readonly (readonly number[])[];
  /** Whether the group has protected cells. */
  hasClosed(place: number): boolean;
}

/** As long as both lists are kept (store/scores/cell-groups.ts, protected-cells.ts). */
const DIVIDED: Slot<WeakMap<readonly ScoreGroup[], WeakMap<readonly Cell[], DividedGroups>>> = {
  begin: () => new WeakMap(),
};

/** The groups as those protected cells divide them. Most queries ask for groups that are known: it is not repeated for each of them. */
export function dividedGroups(
  { memory }: CellDictionary,
  groups: readonly ScoreGroup[],
  protectedCells: readonly Cell[],
): DividedGroups {
  const divided = memory.of(DIVIDED);
  const ofGroups = divided.get(groups) ?? new WeakMap<readonly Cell[], DividedGroups>();
  divided.set(groups, ofGroups);
  const known = ofGroups.get(protectedCells) ?? divide(groups, protectedCells);
  ofGroups.set(protectedCells, known);
  return known;
}

function divide(groups: readonly ScoreGroup[], protectedCells: readonly Cell[]): DividedGroups {
  const ids = new Set(protectedCells.map(({ id }) => id));
  const groupOf = new Map<number, number>();
  const openOf = groups.map(({ cells }, place) => {
    const open: number[] = [];
    for (const { id } of cells)
      if (ids.has(id)) groupOf.set(id, place);
      else open.push(id);
    return open;
  });
  const hasClosed = (place: number) => (openOf[place]?.length ?? 0) < (groups[place]?.cells.length ?? 0);
  return { closed: [...groupOf.keys()], groupOf, open: openOf.flat(), openOf, hasClosed };
}
