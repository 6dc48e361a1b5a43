import type { Counts } from '../domain/nps.ts';

/** More rows than one answer may have. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';

  constructor(limit: number) {
    super(
      `groupBy: more than ${limit} rows of groups and buckets; take fewer groups, coarser buckets or a shorter range`,
    );
  }
}

/** Promoters, passives, detractors. */
const CLASSES = 3;

/**
 * Counts by group and interval as running totals, so that those of any window are one subtraction. Groups without counts
 * take no room.
 */
export class GroupCounts {
  readonly #intervals: number;
  readonly #groups = new Map<number, Float64Array>();

  constructor(intervals: number) {
    this.#intervals = intervals;
  }

  /** Before `total`. `interval`: its place, from 0. */
  add(group: number, interval: number, { promoters, passives, detractors }: Counts): void {
    if (promoters === 0 && passives === 0 && detractors === 0) return;
    const sums = this.#groups.get(group) ?? new Float64Array(CLASSES * (this.#intervals + 1));
    this.#groups.set(group, sums);
    // The total before an interval does not hold it.
    const at = CLASSES * (interval + 1);
    sums[at] = (sums[at] as number) + promoters;
    sums[at + 1] = (sums[at + 1] as number) + passives;
    sums[at + 2] = (sums[at + 2] as number) + detractors;
  }

  /** Turns what was added into running totals, once. */
  total(): this {
    for (const sums of this.#groups.values())
      for (let i = CLASSES; i < sums.length; i++)
        sums[i] = (sums[i] as number) + (sums[i - CLASSES] as number);
    return this;
  }

  /** Whether anything was counted of the group. */
  has(group: number): boolean {
    return this.#groups.has(group);
  }

  /** How many groups have counts. */
  get size(): number {
    return this.#groups.size;
  }

  /** The counts of a group from one edge to another, by the places of the edges. */
  between(group: number, from: number, until: number): Counts {
    const sums = this.#groups.get(group);
    const of = (i: number) =>
      sums ? (sums[CLASSES * until + i] as number) - (sums[CLASSES * from + i] as number) : 0;
    return { promoters: of(0), passives: of(1), detractors: of(2) };
  }
}
