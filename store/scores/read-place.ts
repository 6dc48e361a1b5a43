import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { JournalPosition } from '../journal/journal.ts';

/** Counts in memory, as far as a read says which position they are of. */
interface PlacedCounts {
  /** The position up to which all entries are taken in; null while later ones are too. */
  readonly place: JournalPosition | null;
  cellIds(): Iterable<number>;
}

/** Finds out which position of the journal one read of scores shows, where memory alone answers it. */
export class ReadPlace {
  readonly #cells: CellDictionary;
  /** Cells added later are not in the read. */
  readonly #version: number;
  /** Undefined: nothing was counted yet. */
  #at: JournalPosition | null | undefined;

  /** Before the read. */
  constructor(cells: CellDictionary) {
    this.#cells = cells;
    this.#version = cells.version;
  }

  /** Every entry up to there and no other is in the rows; null: that is not known of any position. */
  get at(): JournalPosition | null {
    return this.#at ?? null;
  }

  /** For each part of the read: the counts that answer it, before anything else changes them; null: a statement answers. */
  note(counts: PlacedCounts | null): void {
    const at = counts?.place ?? null;
    const isFirst = this.#at === undefined;
    const agrees = isFirst || (at?.xact === this.#at?.xact && at?.position === this.#at?.position);
    this.#at = agrees && counts && this.#knowsCellsOf(counts) ? at : null;
  }

  #knowsCellsOf(counts: PlacedCounts): boolean {
    if (this.#cells.version !== this.#version) return false;
    for (const id of counts.cellIds()) if (!this.#cells.get(id)) return false;
    return true;
  }
}
