import { type Cell, type CellDictionary, type Segment, segmentMatcher } from './cell.ts';
import { UNKNOWN, valueIn } from './dimensions.ts';

/** All cells and those of each value, in the order that every list of cells has. A list that was returned never changes. */
export class CellIndex {
  readonly #all = new SortedCells();
  readonly #ofValue = new Map<string, Map<string, SortedCells>>();

  /** A cell with the key of one that is known replaces it. */
  add(cell: Cell): void {
    this.#all.add(cell);
    for (const attribute of Object.keys(cell.attributes)) {
      const lists = this.#ofValue.get(attribute) ?? new Map<string, SortedCells>();
      this.#ofValue.set(attribute, lists);
      const value = valueIn(cell.attributes, attribute);
      const list = lists.get(value) ?? new SortedCells();
      lists.set(value, list);
      list.add(cell);
    }
  }

  all(): readonly Cell[] {
    return this.#all.list();
  }

  /** The cells whose value in that attribute (`valueIn`) it is. */
  ofValue(attribute: string, value: string): readonly Cell[] {
    const lists = this.#ofValue.get(attribute);
    if (value !== UNKNOWN) return lists?.get(value)?.list() ?? [];
    // Cells from before the attribute have that value too, and are in no list of it.
    let having = 0;
    for (const list of lists?.values() ?? []) having += list.list().length;
    const all = this.all();
    if (having === all.length) return lists?.get(value)?.list() ?? [];
    return all.filter(({ attributes }) => valueIn(attributes, attribute) === UNKNOWN);
  }

  /** How many values of that attribute some cell has. */
  countValues(attribute: string): number {
    return this.#ofValue.get(attribute)?.size ?? 0;
  }
}

/** Cells by key; what was added is put in its place with the next read. */
class SortedCells {
  #sorted: readonly Cell[] = [];
  #added: Cell[] = [];

  add(cell: Cell): void {
    this.#added.push(cell);
  }

  list(): readonly Cell[] {
    if (this.#added.length === 0) return this.#sorted;
    this.#sorted = merged(this.#sorted, this.#added.sort(byKey));
    this.#added = [];
    return this.#sorted;
  }
}

/** Both in order, in a new list; each that is added replaces those before it with its key. */
function merged(known: readonly Cell[], added: readonly Cell[]): readonly Cell[] {
  const all: Cell[] = [];
  let next = 0;
  for (const cell of added) {
    for (const until = placeOf(known, cell.key, next); next < until; next++) all.push(known[next] as Cell);
    if (known[next]?.key === cell.key) next += 1;
    if (all.at(-1)?.key === cell.key) all.pop();
    all.push(cell);
  }
  for (; next < known.length; next++) all.push(known[next] as Cell);
  return all;
}

/** The first place from `low` on whose key is not smaller. */
function placeOf(cells: readonly Cell[], key: string, from: number): number {
  let [low, high] = [from, cells.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells[middle] as Cell).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cells of the segment in the dictionary's order, looked for among those of the attribute that leaves the fewest. */
export function cellsIn(dictionary: CellDictionary, segment: Segment): Cell[] {
  let near = dictionary.all();
  let isOrdered = true;
  for (const [attribute, values = []] of Object.entries(segment)) {
    const lists = [...new Set(values)].map((value) => dictionary.ofValue(attribute, value));
    const size = lists.reduce((sum, list) => sum + list.length, 0);
    if (size >= near.length) continue;
    isOrdered = lists.length === 1;
    near = lists.length === 1 ? (lists[0] as readonly Cell[]) : lists.flat();
  }
  const matches = segmentMatcher(segment);
  const found = near.filter(({ attributes }) => matches(attributes));
  return isOrdered ? found : found.sort(byKey);
}

/** The order that every list of cells has. */
function byKey(a: Cell, b: Cell): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
