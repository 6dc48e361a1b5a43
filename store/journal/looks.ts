import type { Slot } from '../../domain/memory/memory.ts';
import type { JournalPosition } from './journal.ts';

/** Which entries of the journal were taken in: all up to the base, and of the later ones those. */
export interface Taken {
  readonly base: JournalPosition;
  readonly beyond: readonly number[];
}

/** What one statement found of everything that any process committed before. */
export interface Look {
  /** When it began, on the clock of this process (`performance.now()`). */
  readonly at: number;
  /** What it found of the journal; the base is the last entry that could be read by then. */
  readonly taken: Taken;
  /** The highest id of a cell. */
  readonly highestCell: number;
  /** How many releases the ledgers in use had, by their key. */
  readonly releases: ReadonlyMap<string, number>;
}

/** A look asks only for ledgers that were used lately, and for so many. */
const IN_USE_MS = 10_000;
const MOST_IN_USE = 20;

/** The newest look of this process at what is committed, and of which ledgers the next ones shall say how far they are. */
export class Looks {
  #newest: Look | null = null;
  /** When they were last used, the last one at the end. */
  readonly #ledgers = new Map<string, number>();

  /** The newest look if it began at that moment or later. */
  since(at: number): Look | null {
    return this.#newest && this.#newest.at >= at ? this.#newest : null;
  }

  note(look: Look): void {
    if (look.at > (this.#newest?.at ?? 0)) this.#newest = look;
  }

  useLedger(key: string): void {
    this.#ledgers.delete(key);
    this.#ledgers.set(key, performance.now());
    const [oldest] = this.#ledgers.keys();
    if (this.#ledgers.size > MOST_IN_USE && oldest !== undefined) this.#ledgers.delete(oldest);
  }

  ledgersInUse(): string[] {
    const after = performance.now() - IN_USE_MS;
    return [...this.#ledgers].filter(([, usedAt]) => usedAt >= after).map(([key]) => key);
  }
}

export const LOOKS: Slot<Looks> = { begin: () => new Looks() };
