import { RangeSums } from '../../domain/disclosure/range-sums.ts';
import { CellCounts } from '../../domain/disclosure/running-counts.ts';
import { DAY_MS, HOUR_MS, splitByLevel, type TimeRange } from '../../domain/time/time-windows.ts';
import { isAfter, type JournalPosition } from '../journal/journal.ts';
import type { CountQuery, IntervalCounts } from './rollup-statements.ts';

/** Of which buckets counts are remembered. */
export type RememberedUnit = 'DAY' | 'HOUR';
export const UNIT_MS: Readonly<Record<RememberedUnit, number>> = { DAY: DAY_MS, HOUR: HOUR_MS };

/** What a committed entry of the journal did to surveyed counts. */
export interface CommittedEntry extends JournalPosition {
  /** Whether no entry before it can appear any more. */
  readonly isFinal: boolean;
  /** By cell and hour since 1970; null: nothing, or already taken in. */
  readonly deltas: readonly (readonly [cellId: number, hour: number, ...counts: number[]])[] | null;
}

/** Which entries of the journal were taken in: all up to the base, and of the later ones those. */
export interface Taken {
  readonly base: JournalPosition;
  readonly beyond: readonly number[];
}

/**
 * Surveyed counts by cell and day or hour as one snapshot of the database has them. Sums do not depend on the order, so committed
 * entries are taken in before they are final, each once.
 */
export class RememberedCounts {
  readonly unit: RememberedUnit;
  /** Buckets from this moment on are remembered, epoch milliseconds. */
  readonly from: number;
  readonly #counts = new CellCounts();
  #base: JournalPosition;
  readonly #beyond: Set<number>;

  /** `base`: all entries up to it are taken in; `beyond`: the later ones that are. */
  constructor(unit: RememberedUnit, from: number, base: JournalPosition, beyond: readonly number[]) {
    this.unit = unit;
    this.from = from;
    this.#base = base;
    this.#beyond = new Set(beyond);
  }

  get base(): JournalPosition {
    return this.#base;
  }

  /** The position up to which all entries are taken in; null while later ones are too. */
  get place(): JournalPosition | null {
    return this.#beyond.size === 0 ? this.#base : null;
  }

  /** The cells that something was ever counted in. */
  cellIds(): Iterable<number> {
    return this.#counts.cellIds();
  }

  get cellCount(): number {
    return this.#counts.size;
  }

  get beyond(): number[] {
    return [...this.#beyond];
  }

  get taken(): Taken {
    return { base: this.#base, beyond: this.beyond };
  }

  /** Whether these counts have exactly those entries. */
  hasTaken({ base, beyond }: Taken): boolean {
    const isSame = base.xact === this.#base.xact && base.position === this.#base.position;
    return (
      isSame && beyond.length === this.#beyond.size && beyond.every((position) => this.#beyond.has(position))
    );
  }

  get bytes(): number {
    return this.#counts.bytes;
  }

  /** Adds the counts of a bucket; it is the `key`th of its unit since 1970. */
  add(cellId: number, key: number, [promoters = 0, passives = 0, detractors = 0]: readonly number[]): void {
    if (key * UNIT_MS[this.unit] < this.from) return;
    this.#counts.add(cellId, key, { promoters, passives, detractors });
  }

  /** Takes in the entries after the base that one statement read, in the order of the journal; those before each were read too. */
  take(entries: readonly CommittedEntry[]): void {
    const hours = UNIT_MS[this.unit] / HOUR_MS;
    let isSettled = true;
    for (const { xact, position, isFinal, deltas } of entries) {
      if (!this.#beyond.has(position)) {
        this.#beyond.add(position);
        for (const [cellId, hour, ...counts] of deltas ?? [])
          this.add(cellId, Math.floor(hour / hours), counts);
      }
      isSettled &&= isFinal;
      if (!isSettled || !isAfter({ xact, position }, this.#base)) continue;
      this.#base = { xact, position };
      this.#beyond.delete(position);
    }
  }

  /** The counts of the parts of the intervals that are whole buckets of this unit, as the rollups have them. */
  count({ edges, cellIds, byCell, groups }: CountQuery): IntervalCounts[] {
    const parts = partsOf(edges, this.unit);
    const sums = new RangeSums(parts, UNIT_MS[this.unit]);
    const summed = byCell ? (groups?.map(([first = 0]) => first) ?? cellIds) : [0];
    if (byCell && groups)
      for (const ids of groups) for (const id of ids) sums.add(ids[0] as number, this.#counts.of(id));
    else for (const id of cellIds) sums.add(byCell ? id : 0, this.#counts.of(id));
    sums.total();
    const rows: IntervalCounts[] = [];
    for (const cellId of summed) {
      for (const [place, { interval }] of parts.entries()) {
        const { promoters, passives, detractors } = sums.at(place, cellId);
        if (promoters !== 0 || passives !== 0 || detractors !== 0)
          rows.push({ promoters, passives, detractors, interval, cellId });
      }
    }
    return rows;
  }
}

/** The parts of that level, with the interval that each belongs to. */
function partsOf(edges: readonly number[], unit: RememberedUnit): (TimeRange & { interval: number })[] {
  const parts: (TimeRange & { interval: number })[] = [];
  for (let interval = 0; interval + 1 < edges.length; interval++) {
    const range = { from: edges[interval] as number, until: edges[interval + 1] as number };
    const isBucket = range.until - range.from === UNIT_MS[unit] && range.from % UNIT_MS[unit] === 0;
    // Most series are of such intervals.
    if (isBucket) parts.push({ from: range.from, until: range.until, interval });
    else
      for (const { level, from, until } of splitByLevel(range))
        if (level === unit) parts.push({ from, until, interval });
  }
  return parts;
}
