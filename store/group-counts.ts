import type { Counts } from '../domain/nps.ts';

/** More rows than one answer may have. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';

  constructor(limit: number, isFilled: boolean) {
    const sparser = isFilled ? 'take `fill: false`, which leaves out buckets without answers, or' : 'take';
    super(
      `groupBy: more than ${limit} rows of groups and buckets; ${sparser} fewer groups, coarser buckets or a shorter range`,
    );
  }
}

/** Promoters, passives, detractors. */
const CLASSES = 3;

/** The intervals of one group that hold answers, in order once they are totalled, and what was counted before and in each. */
interface Counted {
  intervals: number[];
  sums: number[];
  /** Where in the lists an interval stands; needed until they are totalled. */
  readonly places: Map<number, number>;
}

/** A window, by the places of its edges. */
export type WindowPlaces = readonly [from: number, until: number];

/**
 * Counts by group and interval as running totals, so that those of any window are one subtraction. Intervals without counts
 * take no room: groups and buckets are many, answers are few.
 */
export class GroupCounts {
  readonly #groups = new Map<number, Counted>();
  #entries = 0;

  /** Before `total`. `interval`: its place, from 0. */
  add(group: number, interval: number, { promoters, passives, detractors }: Counts): void {
    if (promoters === 0 && passives === 0 && detractors === 0) return;
    let counted = this.#groups.get(group);
    if (!counted) {
      counted = { intervals: [], sums: [], places: new Map() };
      this.#groups.set(group, counted);
    }
    const { intervals, sums, places } = counted;
    const place = places.get(interval);
    if (place === undefined) {
      places.set(interval, intervals.length);
      intervals.push(interval);
      sums.push(promoters, passives, detractors);
      this.#entries += 1;
      return;
    }
    const at = CLASSES * place;
    sums[at] = (sums[at] as number) + promoters;
    sums[at + 1] = (sums[at + 1] as number) + passives;
    sums[at + 2] = (sums[at + 2] as number) + detractors;
  }

  /** Turns what was added into running totals, once. */
  total(): this {
    for (const counted of this.#groups.values()) {
      const { intervals, sums, places } = counted;
      const order = [...intervals].sort((a, b) => a - b);
      const totals = new Array<number>(CLASSES * (order.length + 1)).fill(0);
      for (const [i, interval] of order.entries()) {
        const from = CLASSES * (places.get(interval) as number);
        const to = CLASSES * (i + 1);
        for (let c = 0; c < CLASSES; c++)
          totals[to + c] = (totals[to + c - CLASSES] as number) + (sums[from + c] as number);
      }
      counted.intervals = order;
      counted.sums = totals;
      places.clear();
    }
    return this;
  }

  /** How many groups have counts. */
  get size(): number {
    return this.#groups.size;
  }

  /** How many intervals of groups have counts. */
  get entries(): number {
    return this.#entries;
  }

  /** The counts of a group from one edge to another, by the places of the edges. */
  between(group: number, from: number, until: number): Counts {
    const counted = this.#groups.get(group);
    if (!counted) return { promoters: 0, passives: 0, detractors: 0 };
    const { intervals, sums } = counted;
    const [start, end] = [CLASSES * firstFrom(intervals, from), CLASSES * firstFrom(intervals, until)];
    const of = (c: number) => (sums[end + c] as number) - (sums[start + c] as number);
    return { promoters: of(0), passives: of(1), detractors: of(2) };
  }

  /** Whether any of the windows has a count of the group. */
  has(group: number, windows: readonly WindowPlaces[]): boolean {
    return windows.some(([from, until]) => this.#isIn(group, from, until));
  }

  /** The windows that have counts of the group, ascending, by their places. The edges of `windows` never go back. */
  windowsOf(group: number, windows: readonly WindowPlaces[]): number[] {
    const found: number[] = [];
    let next = 0;
    for (const interval of this.#groups.get(group)?.intervals ?? []) {
      next = Math.max(
        next,
        placeOf(windows, ([, until]) => until > interval),
      );
      for (; next < windows.length && (windows[next] as WindowPlaces)[0] <= interval; next++)
        found.push(next);
    }
    return found;
  }

  #isIn(group: number, from: number, until: number): boolean {
    const intervals = this.#groups.get(group)?.intervals ?? [];
    const first = intervals[firstFrom(intervals, from)];
    return first !== undefined && first < until;
  }
}

/** How many intervals come before the edge. */
function firstFrom(intervals: readonly number[], edge: number): number {
  return placeOf(intervals, (interval) => interval >= edge);
}

/** The first item of which it is true; of all after it, it is too. */
function placeOf<Item>(items: readonly Item[], isTrue: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
