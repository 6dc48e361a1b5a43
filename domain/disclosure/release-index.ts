import { add, type Counts, ZERO } from '../nps/nps.ts';
import { DAY_MS, HOUR_MS } from '../time/time-windows.ts';
import type { Release } from './disclosure.ts';
import { CellCounts } from './running-counts.ts';

export const HOURS_PER_DAY = DAY_MS / HOUR_MS;
/** About how much memory a listed release takes, and each of its places. */
const LISTED_BYTES = 250;
const PLACE_BYTES = 32;

/** A release of several hours or cells, as sums of releases need it. */
export interface ListedRelease {
  readonly soft: boolean;
  /** Where it changes counts. */
  readonly places: readonly Place[];
  readonly first: number;
  readonly last: number;
  readonly counts: Counts;
}

interface Place {
  readonly cellId: number;
  readonly hour: number;
}

/**
 * Releases, indexed so that what a sum reads does not grow with their history: those of one cell and hour, and of one cell and day, as
 * running counts; the others by day. Releases are only added.
 */
export class ReleaseIndex {
  /** Releases of one cell and hour, by hour. */
  readonly hours = new CellCounts();
  /** Releases of one cell and UTC day, of one hour or several, by day: whole days need no hours. */
  readonly days = new CellCounts();
  /** Those of several hours themselves, and releases of several cells in one day, both by day. */
  readonly #ofOneCell = new Map<number, ListedRelease[]>();
  readonly #ofSeveral = new Map<number, ListedRelease[]>();
  readonly #ofSeveralDays: ListedRelease[] = [];
  /** Cells that had a release of their own. */
  readonly #own = new Set<number>();
  /** The sets of several cells that had one together, none of them one of its own. */
  readonly #together = new Map<string, readonly number[]>();
  #size = 0;
  #listedBytes = 0;

  /** How many releases were added. */
  get size(): number {
    return this.#size;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.hours.bytes + this.days.bytes + this.#listedBytes;
  }

  add({ changes, soft }: Release): void {
    this.#size += 1;
    const cells = [...new Set(changes.map(({ cellId }) => cellId))];
    const [cellId] = cells;
    if (cellId === undefined) return;
    if (cells.length === 1) this.#own.add(cellId);
    else if (!cells.some((id) => this.#own.has(id)))
      this.#together.set(cells.sort((a, b) => a - b).join(' '), cells);
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let counts = ZERO;
    for (const change of changes) {
      first = Math.min(first, change.hour);
      last = Math.max(last, change.hour);
      counts = add(counts, change.counts);
    }
    const isOfOneCell = cells.length === 1;
    if (isOfOneCell && dayOf(first) === dayOf(last)) this.days.add(cellId, dayOf(first), counts);
    if (isOfOneCell && first === last) {
      this.hours.add(cellId, first, counts);
      return;
    }
    const places = changes.map((change) => ({ cellId: change.cellId, hour: change.hour }));
    this.#list({ soft, places, first, last, counts }, isOfOneCell);
  }

  #list(release: ListedRelease, isOfOneCell: boolean): void {
    const { first, last, places } = release;
    this.#listedBytes += LISTED_BYTES + PLACE_BYTES * places.length;
    const day = dayOf(first);
    if (day !== dayOf(last)) this.#ofSeveralDays.push(release);
    else append(isOfOneCell ? this.#ofOneCell : this.#ofSeveral, day, release);
  }

  /** Whether a cell had a release of its own. */
  hasOwn(cellId: number): boolean {
    return this.#own.has(cellId);
  }

  /** Sets of several cells that had a release together; of those with a cell that had one of its own, not all. */
  *cellsTogether(): Iterable<readonly number[]> {
    for (const [key, cells] of this.#together)
      if (cells.some((id) => this.#own.has(id))) this.#together.delete(key);
      else yield cells;
  }

  /**
   * The releases that touch the hours from `first` to before `end` and are of several hours or cells; those of one cell only on the
   * given days, for the others `days` has them.
   */
  *listed(first: number, end: number, days: Iterable<number>): Iterable<ListedRelease> {
    yield* this.#ofSeveralDays;
    for (const [day, ofDay] of this.#ofSeveral)
      if (day >= dayOf(first) && HOURS_PER_DAY * day < end) yield* ofDay;
    for (const day of days) yield* this.#ofOneCell.get(day) ?? [];
  }
}

function dayOf(hour: number): number {
  return Math.floor(hour / HOURS_PER_DAY);
}

function append(to: Map<number, ListedRelease[]>, day: number, listed: ListedRelease): void {
  const known = to.get(day);
  if (known) known.push(listed);
  else to.set(day, [listed]);
}
