import { type Counts, ZERO } from '../nps/nps.ts';

const CLASSES = 3;
const FIRST_CAPACITY = 8;
/** Of one key and its running totals. */
const BYTES = 4 + 8 * CLASSES;
/** Of the objects around the arrays of one cell. */
const CELL_BYTES = 400;
/** Of one addition that waits: two objects and its place in a list. */
const WAITING_BYTES = 100;
/** At most so many wait, or as many as there are keys: merging costs both. */
const MOST_WAITING = 1_024;

/** About how much memory several running counts take together. */
interface Taken {
  bytes: number;
}

interface Added {
  readonly key: number;
  readonly counts: Counts;
}

/**
 * Counts by whole number (an hour, a day) as running totals in arrays, so that the counts of any range are one subtraction. Keys may
 * come in any order: those that do not come last are merged with the next read, or when there are many.
 */
export class RunningCounts {
  #keys = new Int32Array(FIRST_CAPACITY);
  /** Up to and including each key. */
  #totals = new Float64Array(CLASSES * FIRST_CAPACITY);
  #size = 0;
  #additions = 0;
  #waiting: Added[] = [];
  readonly #taken: Taken;

  /** @param taken grows with the arrays and what waits, also those of others */
  constructor(taken: Taken = { bytes: 0 }) {
    this.#taken = taken;
    taken.bytes += CELL_BYTES + FIRST_CAPACITY * BYTES;
  }

  /** How often something was added: as long as it is the same, so are the counts. */
  get additions(): number {
    return this.#additions;
  }

  add(key: number, counts: Counts): void {
    this.#additions += 1;
    const isLast = this.#size === 0 || key >= (this.#keys[this.#size - 1] as number);
    if (isLast && this.#waiting.length === 0) {
      this.#append(key, counts);
      return;
    }
    this.#taken.bytes += WAITING_BYTES;
    if (this.#waiting.push({ key, counts }) > Math.max(MOST_WAITING, this.#size)) this.#merge();
  }

  /** The counts of that key; undefined if nothing was added to it. */
  at(key: number): Counts | undefined {
    this.#merge();
    const place = this.#placeOf(key, 0);
    return this.#keys[place] === key && place < this.#size ? this.#between(place, place + 1) : undefined;
  }

  /** All keys that something was added to, ascending. */
  keys(): Int32Array {
    this.#merge();
    return this.#keys.subarray(0, this.#size);
  }

  /**
   * Adds to `sums`, three numbers for each edge, what was counted from the edge before it up to that edge; nothing for the first. The
   * edges ascend. It costs the keys between the edges or the edges, whichever are fewer.
   */
  addSteps(edges: readonly number[], sums: Float64Array): void {
    this.#merge();
    const from = this.#placeOf(edges[0] ?? 0, 0);
    const until = this.#placeOf(edges.at(-1) ?? 0, from);
    if (until - from < edges.length) this.#addEachKey(edges, sums, from, until);
    else this.#addEachEdge(edges, sums, from);
  }

  #addEachKey(edges: readonly number[], sums: Float64Array, from: number, until: number): void {
    let edge = 0;
    for (let place = from; place < until; place++) {
      edge = firstAfter(edges, this.#keys[place] as number, edge);
      this.#addBetween(place, place + 1, sums, edge);
    }
  }

  #addEachEdge(edges: readonly number[], sums: Float64Array, from: number): void {
    const [keys, size] = [this.#keys, this.#size];
    let before = from;
    for (let edge = 1; edge < edges.length; edge++) {
      const end = edges[edge] as number;
      let place = before;
      // The next edge of a series is mostly the next key.
      if (place < size && (keys[place] as number) < end) place += 1;
      if (place < size && (keys[place] as number) < end) place = this.#placeOf(end, place);
      if (place > before) this.#addBetween(before, place, sums, edge);
      before = place;
    }
  }

  /** Adds the counts of the keys of those places to the three numbers of the edge. */
  #addBetween(from: number, until: number, sums: Float64Array, edge: number): void {
    const totals = this.#totals;
    for (let c = 0; c < CLASSES; c++) {
      const before = from === 0 ? 0 : (totals[CLASSES * (from - 1) + c] as number);
      const at = CLASSES * edge + c;
      sums[at] = (sums[at] as number) + (totals[CLASSES * (until - 1) + c] as number) - before;
    }
  }

  /** How many keys from `low` on are smaller, and all before `low`. */
  #placeOf(key: number, from: number): number {
    let [low, high] = [from, this.#size];
    // Mostly no key is missing up to the last one; a search would read all over a long array.
    const guess = high - 1 + key - (this.#keys[high - 1] ?? key);
    if (guess >= high) return high;
    if (guess >= low && this.#keys[guess] === key) return guess;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The counts of the keys of those places. */
  #between(from: number, until: number): Counts {
    if (until <= from) return ZERO;
    const of = (c: number) =>
      (this.#totals[CLASSES * (until - 1) + c] as number) -
      (from === 0 ? 0 : (this.#totals[CLASSES * (from - 1) + c] as number));
    return { promoters: of(0), passives: of(1), detractors: of(2) };
  }

  /** Adds to the last key, or a key after it. */
  #append(key: number, { promoters, passives, detractors }: Counts): void {
    const isNew = this.#size === 0 || this.#keys[this.#size - 1] !== key;
    if (isNew && this.#size === this.#keys.length) this.#grow();
    const at = CLASSES * (isNew ? this.#size : this.#size - 1);
    const from = isNew ? at - CLASSES : at;
    const before = (c: number) => (from < 0 ? 0 : (this.#totals[from + c] as number));
    const totals = [before(0) + promoters, before(1) + passives, before(2) + detractors];
    this.#totals.set(totals, at);
    if (!isNew) return;
    this.#keys[this.#size] = key;
    this.#size += 1;
  }

  #grow(): void {
    const [keys, totals] = [this.#keys, this.#totals];
    const capacity = Math.ceil(keys.length * 1.5);
    this.#taken.bytes += (capacity - keys.length) * BYTES;
    this.#keys = new Int32Array(capacity);
    this.#keys.set(keys);
    this.#totals = new Float64Array(CLASSES * capacity);
    this.#totals.set(totals);
  }

  /** Takes in what waits: everything from its first key on is written again. */
  #merge(): void {
    if (this.#waiting.length === 0) return;
    const added = this.#waiting.sort((a, b) => a.key - b.key);
    this.#waiting = [];
    this.#taken.bytes -= added.length * WAITING_BYTES;
    const first = this.#placeOf((added[0] as Added).key, 0);
    const after = Array.from({ length: this.#size - first }, (_, i) => ({
      key: this.#keys[first + i] as number,
      counts: this.#between(first + i, first + i + 1),
    }));
    this.#size = first;
    let next = 0;
    for (const { key, counts } of after) {
      for (; next < added.length && (added[next] as Added).key <= key; next++) this.#appendAdded(added[next]);
      this.#append(key, counts);
    }
    for (; next < added.length; next++) this.#appendAdded(added[next]);
  }

  #appendAdded(one: Added | undefined): void {
    if (one) this.#append(one.key, one.counts);
  }
}

/** The index of the first edge after the key, from that index on; one of the next few, mostly. */
function firstAfter(edges: readonly number[], key: number, from: number): number {
  let [low, step] = [from, 1];
  while (low + step < edges.length && (edges[low + step] as number) <= key) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, edges.length);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Running counts for each cell. */
export class CellCounts {
  readonly #ofCell = new Map<number, RunningCounts>();
  readonly #taken: Taken = { bytes: 0 };

  add(cellId: number, key: number, counts: Counts): void {
    let own = this.#ofCell.get(cellId);
    if (!own) {
      own = new RunningCounts(this.#taken);
      this.#ofCell.set(cellId, own);
    }
    own.add(key, counts);
  }

  of(cellId: number): RunningCounts | undefined {
    return this.#ofCell.get(cellId);
  }

  /** How many cells something was added to. */
  get size(): number {
    return this.#ofCell.size;
  }

  cellIds(): Iterable<number> {
    return this.#ofCell.keys();
  }

  /** About how much memory it takes. Reads look at it, so it does not grow with the number of cells. */
  get bytes(): number {
    return this.#taken.bytes;
  }
}
