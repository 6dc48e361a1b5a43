import { CellCounts } from '../../domain/disclosure/running-counts.ts';
import { DAY_MS, HOUR_MS, splitByLevel, type TimeRange } from '../../domain/time/time-windows.ts';
import { isAfter, type JournalPosition } from '../journal/journal.ts';
import type { Taken } from '../journal/looks.ts';
import type { CountQuery, IntervalCounts } from './rollup-statements.ts';

/** Promoters, passives, detractors. */
const CLASSES = 3;

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

/**
 * Surveyed counts by cell and day or hour as one snapshot of the database has them. Sums do not depend on the order, so committed
 * entries are taken in before they are final, each once.
 */
export class RememberedCounts {
  readonly unit: RememberedUnit;
  /** Of these counts alone: those that are loaded again later have another. */
  readonly identity: object = {};
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

  /** How often something was added to these cells: as long as it is the same, so are their counts. */
  additionsTo(cellIds: readonly number[]): number {
    let additions = 0;
    for (const id of cellIds) additions += this.#counts.of(id)?.additions ?? 0;
    return additions;
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
    const { steps, parts } = stepsOf(edges, this.unit);
    const lists = byCell ? (groups ?? cellIds.map((id) => [id])) : [cellIds];
    const rows: IntervalCounts[] = [];
    for (const ids of lists) {
      const sums = new Float64Array(CLASSES * steps.length);
      for (const id of ids) this.#counts.of(id)?.addSteps(steps, sums);
      const cellId = byCell ? (ids[0] ?? 0) : 0;
      for (const { interval, step } of parts) {
        const promoters = sums[CLASSES * step] as number;
        const passives = sums[CLASSES * step + 1] as number;
        const detractors = sums[CLASSES * step + 2] as number;
        if (promoters !== 0 || passives !== 0 || detractors !== 0)
          rows.push({ promoters, passives, detractors, interval, cellId });
      }
    }
    return rows;
  }
}

/** The edges of the parts of that level, in units and ascending; each part lies between the edge of its step and the one before. */
function stepsOf(edges: readonly number[], unit: RememberedUnit) {
  const size = UNIT_MS[unit];
  const steps: number[] = [];
  const parts: { readonly interval: number; readonly step: number }[] = [];
  for (const { from, until, interval } of partsOf(edges, unit)) {
    if (steps.at(-1) !== from / size) steps.push(from / size);
    parts.push({ interval, step: steps.push(until / size) - 1 });
  }
  return { steps, parts };
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
