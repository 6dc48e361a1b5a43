import { UserError } from '../../domain/errors/user-error.ts';
import type { Counts } from '../../domain/nps/nps.ts';

/** More rows than one answer may have. */
export class TooManyRowsError extends UserError {
  override readonly name = 'TooManyRowsError';

  constructor(limit: number, isFilled: boolean) {
    const sparser = isFilled
      ? 'take `fill: false`, which leaves out buckets without answers, `first` with the number of rows that are needed, or'
      : 'take `first`, or';
    super(
      `groupBy: more than ${limit} rows of groups and buckets; ${sparser} fewer groups, coarser buckets or a shorter range`,
    );
  }
}

/** Promoters, passives, detractors. */
const CLASSES = 3;
/** Intervals per block. */
const BLOCK = 16;

/** A window, by the indexes of its edges. */
export type WindowPlaces = readonly [from: number, until: number];

/** The counts of one group, in blocks of intervals; blocks without counts take no room. */
interface Counted {
  readonly blocks: Map<number, Float64Array>;
  /** The existing blocks, ascending. */
  order: number[];
  /** Once totalled: nothing, then what was counted up to the end of each interval of the existing blocks. */
  totals: Float64Array;
}

const NOTHING: Float64Array = new Float64Array(CLASSES);

/**
 * Counts by group and interval as running totals, so that those of any window are one subtraction. There are
 * many groups and buckets but few responses: empty ones take no room.
 */
export class GroupCounts {
  readonly #groups = new Map<number, Counted>();
  #entries = 0;

  /** Before `total`. `interval`: its index, from 0. */
  add(group: number, interval: number, { promoters, passives, detractors }: Counts): void {
    if (promoters === 0 && passives === 0 && detractors === 0) return;
    let counted = this.#groups.get(group);
    if (!counted) {
      counted = { blocks: new Map(), order: [], totals: NOTHING };
      this.#groups.set(group, counted);
    }
    const block = Math.floor(interval / BLOCK);
    let sums = counted.blocks.get(block);
    if (!sums) {
      sums = new Float64Array(CLASSES * BLOCK);
      counted.blocks.set(block, sums);
    }
    const at = CLASSES * (interval % BLOCK);
    if (sums[at] === 0 && sums[at + 1] === 0 && sums[at + 2] === 0) this.#entries += 1;
    sums[at] = (sums[at] as number) + promoters;
    sums[at + 1] = (sums[at + 1] as number) + passives;
    sums[at + 2] = (sums[at + 2] as number) + detractors;
  }

  /** Turns the counts into running totals, once. */
  total(): this {
    for (const counted of this.#groups.values()) {
      counted.order = [...counted.blocks.keys()].sort((a, b) => a - b);
      const totals = new Float64Array(CLASSES * (1 + BLOCK * counted.order.length));
      let at = CLASSES;
      for (const block of counted.order)
        for (const count of counted.blocks.get(block) as Float64Array) {
          totals[at] = (totals[at - CLASSES] as number) + count;
          at += 1;
        }
      counted.totals = totals;
      counted.blocks.clear();
    }
    return this;
  }

  /** How many pairs of group and interval have counts. */
  get entries(): number {
    return this.#entries;
  }

  /** The counts of a group from one edge to another, by their indexes. */
  between(group: number, from: number, until: number): Counts {
    const counted = this.#groups.get(group);
    if (!counted) return { promoters: 0, passives: 0, detractors: 0 };
    const { totals } = counted;
    const [a, b] = [placeOf(counted, from), placeOf(counted, until)];
    return {
      promoters: (totals[b] as number) - (totals[a] as number),
      passives: (totals[b + 1] as number) - (totals[a + 1] as number),
      detractors: (totals[b + 2] as number) - (totals[a + 2] as number),
    };
  }

  /** Whether any of the windows has a count of the group. */
  has(group: number, windows: readonly WindowPlaces[]): boolean {
    return this.#groups.has(group) && windows.some(([from, until]) => this.#isIn(group, from, until));
  }

  /**
   * The windows that have counts of the group, ascending, by index. The edges of `windows` never move
   * backwards.
   */
  windowsOf(group: number, windows: readonly WindowPlaces[]): number[] {
    const found: number[] = [];
    let next = 0;
    for (const block of this.#groups.get(group)?.order ?? [])
      for (let interval = block * BLOCK; interval < (block + 1) * BLOCK; interval++) {
        if (!this.#isIn(group, interval, interval + 1)) continue;
        next = Math.max(next, firstUntil(windows, interval));
        for (; next < windows.length && (windows[next] as WindowPlaces)[0] <= interval; next++)
          found.push(next);
      }
    return found;
  }

  #isIn(group: number, from: number, until: number): boolean {
    const { promoters, passives, detractors } = this.between(group, from, until);
    return promoters > 0 || passives > 0 || detractors > 0;
  }
}

/** Where the totals of all intervals before the edge are. */
function placeOf({ order }: Counted, edge: number): number {
  const block = Math.floor((edge - 1) / BLOCK);
  // Mostly no block is missing.
  const guess = block - (order[0] ?? 0);
  let low = order[guess] === block ? guess : 0;
  if (order[low] !== block) {
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((order[middle] as number) < block) low = middle + 1;
      else high = middle;
    }
  }
  const within = order[low] === block ? edge - block * BLOCK : 0;
  return CLASSES * (BLOCK * low + within);
}

/** The first window that ends after the interval. */
function firstUntil(windows: readonly WindowPlaces[], interval: number): number {
  let [low, high] = [0, windows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((windows[middle] as WindowPlaces)[1] > interval) high = middle;
    else low = middle + 1;
  }
  return low;
}
