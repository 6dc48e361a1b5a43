import { type Counts, ZERO } from '../nps/nps.ts';
import { edgesOf, placesAmong } from '../time/edges.ts';
import type { TimeRange } from '../time/time-windows.ts';
import type { RunningCounts } from './running-counts.ts';

const CLASSES = 3;

/** Which hours or days count: those in the ranges, in units, or all others. */
export interface Restriction {
  readonly ranges: readonly TimeRange[];
  readonly counts: 'inside' | 'outside';
}

/** The sums, by group, of running counts by hour or day over the whole hours or days of each window. */
export class RangeSums {
  /** Ascending, in units. */
  readonly #edges: readonly number[];
  /** The places among the edges between which each window lies. */
  readonly #places: readonly (readonly [from: number, until: number])[];
  /** Whether what lies between the edge and the next one counts. */
  readonly #isCounted: readonly boolean[];
  readonly #ofGroup = new Map<number, Float64Array>();

  /** `unit`: how long an hour or day is, milliseconds. */
  constructor(windows: readonly TimeRange[], unit: number, { ranges: restricted, counts }: Restriction) {
    const ranges = windows.map(({ from, until }) => {
      const first = Math.ceil(from / unit);
      return { from: first, until: Math.max(first, Math.floor(until / unit)) };
    });
    this.#edges = edgesOf(restricted.length === 0 ? ranges : [...ranges, ...restricted]);
    this.#places = placesAmong(this.#edges, ranges);
    const isCounted = new Array<boolean>(this.#edges.length).fill(counts === 'outside');
    for (const [from, until] of placesAmong(this.#edges, restricted))
      isCounted.fill(counts === 'inside', from, until);
    this.#isCounted = isCounted;
  }

  /** Before `total`. */
  add(group: number, counted: RunningCounts | undefined): void {
    if (!counted) return;
    let sums = this.#ofGroup.get(group);
    if (!sums) {
      sums = new Float64Array(CLASSES * this.#edges.length);
      this.#ofGroup.set(group, sums);
    }
    counted.addSteps(this.#edges, sums);
  }

  /** Once everything is added, before `at`: turns steps into running totals, without what counts in no window. */
  total(): this {
    for (const sums of this.#ofGroup.values())
      for (let place = 1; place < this.#edges.length; place++)
        for (let c = 0; c < CLASSES; c++) {
          const step = this.#isCounted[place - 1] ? (sums[CLASSES * place + c] as number) : 0;
          sums[CLASSES * place + c] = (sums[CLASSES * (place - 1) + c] as number) + step;
        }
    return this;
  }

  at(window: number, group: number): Counts {
    const sums = this.#ofGroup.get(group);
    if (!sums) return ZERO;
    const [from, until] = this.#places[window] ?? [0, 0];
    const of = (c: number) => (sums[CLASSES * until + c] as number) - (sums[CLASSES * from + c] as number);
    return { promoters: of(0), passives: of(1), detractors: of(2) };
  }
}
