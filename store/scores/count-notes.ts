import type { JournalPosition } from '../journal/journal.ts';

/** Counts in memory, as far as a read says what it was made from. */
export interface NotedCounts {
  readonly unit: 'DAY' | 'HOUR';
  /** Of these counts alone: those that are loaded again later have another. */
  readonly identity: object;
  /** The position up to which all entries are taken in; null while later ones are too. */
  readonly place: JournalPosition | null;
  cellIds(): Iterable<number>;
  readonly cellCount: number;
  /** How often something was added to these cells: as long as it is the same, so are their counts. */
  additionsTo(cellIds: readonly number[]): number;
}

/** Learns what one read of scores is made from. */
export interface CountNotes {
  /** For each part of the read: the counts that answer it, before anything else changes them; null: a statement answers. */
  note(counts: NotedCounts | null, cellIds: readonly number[]): void;
}
