import { total } from '../../domain/nps/nps.ts';
import { type ScoreName, type ScoreRow, scoreRow } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Slice } from '../../domain/text/slices.ts';
import type { ScoreColumn } from '../disclosure/score-guard.ts';
import { type Champion, inferredParts } from '../models/models.ts';
import { TooManyRowsError } from './group-counts.ts';
import type { ScoreQuery, ScoreWindow } from './score-query.ts';

interface RowPlaces {
  readonly withAnswers: (place: number) => readonly number[];
  readonly filled: number;
}

/** The rows of a query, from the visible counts of its groups. */
export class ScoreTable {
  readonly #query: ScoreQuery;
  readonly #windows: readonly ScoreWindow[];
  readonly #champion: Champion | null;

  /** @param windows those of the query, after the window before them if it has one */
  constructor(query: ScoreQuery, windows: readonly ScoreWindow[], champion: Champion | null) {
    this.#query = query;
    this.#windows = windows;
    this.#champion = champion;
  }

  /** Whether windows without responses have rows. */
  get isFilled(): boolean {
    return this.#query.fill ?? true;
  }

  /** How many of the windows hold the rows that are needed, when each has a row for each group. */
  windowsFor(groups: number): number {
    const { windows, first } = this.#query;
    if (first === undefined || !this.isFilled || groups === 0) return windows.length;
    return Math.min(windows.length, Math.ceil(first / groups));
  }

  /** @throws TooManyRowsError */
  check(rows: number): void {
    const { mostRows = Number.POSITIVE_INFINITY } = this.#query;
    if (rows > mostRows) throw new TooManyRowsError(mostRows, this.isFilled);
  }

  /**
   * The rows window by window, in slices. `withAnswers`: the windows in which a group, by its index, has
   * counted responses, if no ledger decides. `filled`: only the first so many windows have rows.
   */
  async rowsOf(
    columns: readonly ScoreColumn[],
    { withAnswers, filled }: RowPlaces,
    slice: Slice,
  ): Promise<ScoreRow[]> {
    const byWindow = this.#windows.map((): ScoreRow[] => []);
    const first = this.#query.before ? 1 : 0;
    let made = 0;
    for (const column of columns) {
      const segment = narrowed(this.#query.segment, column.group);
      const unprotected = this.isFilled || column.isProtected ? null : withAnswers(column.place);
      for (const window of unprotected ?? this.#windows.keys()) {
        if (slice.isOver()) await slice.next();
        if (window < first || window >= first + filled) continue;
        const row = this.#row(column, segment, window);
        if (!this.isFilled && (!row.counts || total(row.counts) === 0)) continue;
        this.check(++made);
        byWindow[window]?.push(row);
      }
    }
    return byWindow.flat();
  }

  #row(column: ScoreColumn, segment: Segment, window: number): ScoreRow {
    const { basis, confidence, before } = this.#query;
    const { from, until, time = from } = this.#windows[window] as ScoreWindow;
    const { counts, inferred } = column.at(window);
    const name: ScoreName = { from, until, segment, basis, confidence, model: this.#champion?.id ?? null };
    const parts = this.#champion && inferred ? inferredParts(this.#champion.parts, inferred) : [];
    const earlier = before && window > 0 ? () => this.#row(column, segment, window - 1).score : undefined;
    return scoreRow(name, time, column.group, counts, parts, earlier);
  }
}

/** The segment of one group: its values in place of the open dimensions. */
export function narrowed(segment: Segment, group: Readonly<Record<string, string>>): Segment {
  const values = Object.entries(group).map(([attribute, value]) => [attribute, [value]]);
  return { ...segment, ...Object.fromEntries(values) };
}
