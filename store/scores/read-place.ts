import type { Slot } from '../../domain/memory/memory.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { JournalPosition } from '../journal/journal.ts';
import type { CountNotes, NotedCounts } from './count-notes.ts';

/** Counts whose cells were all known, of how many cells and at which version of them: many cells are not looked up at each read. */
const KNOWN: Slot<WeakMap<NotedCounts, { readonly version: number; readonly cellCount: number }>> = {
  begin: () => new WeakMap(),
};

/** Finds out which position of the journal one read of scores shows, where memory alone answers it. */
export class ReadPlace implements CountNotes {
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

  note(counts: NotedCounts | null): void {
    const at = counts?.place ?? null;
    const isFirst = this.#at === undefined;
    const agrees = isFirst || (at?.xact === this.#at?.xact && at?.position === this.#at?.position);
    this.#at = agrees && counts && this.#knowsCellsOf(counts) ? at : null;
  }

  #knowsCellsOf(counts: NotedCounts): boolean {
    const version = this.#version;
    const { cellCount } = counts;
    if (this.#cells.version !== version) return false;
    const known = this.#cells.memory.of(KNOWN);
    const before = known.get(counts);
    if (before?.version === version && before.cellCount === cellCount) return true;
    for (const id of counts.cellIds()) if (!this.#cells.get(id)) return false;
    known.set(counts, { version, cellCount });
    return true;
  }
}
