import type { Slot } from '../../domain/memory/memory.ts';
import { groupCells } from '../../domain/scores/score.ts';
import type { Cell, CellDictionary } from '../../domain/segments/cell.ts';

/** Cells in groups of equal values. */
export interface CellGroups {
  readonly groups: readonly {
    readonly group: Readonly<Record<string, string>>;
    readonly cells: readonly Cell[];
  }[];
  /** Of all of the cells. */
  readonly ids: readonly number[];
  /** By group. */
  readonly idsOf: readonly (readonly number[])[];
  /** The place of the cell's group. */
  placeOf(cellId: number): number;
}

/** Groups of lists of cells, as long as they take together no more memory than that. */
interface Kept {
  readonly byList: WeakMap<readonly Cell[], Map<string, CellGroups>>;
  bytes: number;
}
const MOST_BYTES = 64_000_000;
/** About so much for one cell, with its place and whether it is protected (store/disclosure/divided-groups.ts), and for one group. */
const CELL_BYTES = 100;
const GROUP_BYTES = 400;
const begun = (): Kept => ({ byList: new WeakMap(), bytes: 0 });
const KEPT: Slot<{ now: Kept }> = { begin: () => ({ now: begun() }) };

/**
 * The cells by those attributes. They are kept with the list, which is the same object for the same caller and segment as long as no
 * cell is added (`visibleCells`).
 */
export function groupsOfCells(
  dictionary: CellDictionary,
  cells: readonly Cell[],
  attributes: readonly string[],
): CellGroups {
  const memory = dictionary.memory.of(KEPT);
  if (memory.now.bytes > MOST_BYTES) memory.now = begun();
  const { byList } = memory.now;
  const ofList = byList.get(cells) ?? new Map<string, CellGroups>();
  byList.set(cells, ofList);
  const name = JSON.stringify(attributes);
  const known = ofList.get(name);
  if (known) return known;
  const made = grouped(cells, attributes);
  ofList.set(name, made);
  memory.now.bytes += CELL_BYTES * cells.length + GROUP_BYTES * (1 + made.groups.length) + 2 * name.length;
  return made;
}

function grouped(cells: readonly Cell[], attributes: readonly string[]): CellGroups {
  const groups = groupCells(cells, attributes);
  const idsOf = groups.map((group) => group.cells.map(({ id }) => id));
  // Counts of memory come under the first cell of a group; those of statements under each.
  const firsts = new Map(idsOf.map(([first], place) => [first, place]));
  let all: Map<number, number> | undefined;
  const placeOf = (cellId: number): number => {
    const place = firsts.get(cellId);
    if (place !== undefined) return place;
    all ??= new Map(idsOf.flatMap((ids, at) => ids.map((id) => [id, at] as const)));
    return all.get(cellId) ?? 0;
  };
  return { groups, ids: cells.map(({ id }) => id), idsOf, placeOf };
}
