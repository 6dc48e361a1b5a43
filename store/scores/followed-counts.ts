import type { Slot } from '../../domain/memory/memory.ts';
import type { Store } from '../database/client.ts';
import { LOOKS, type Looks } from '../journal/looks.ts';
import { sharedRead } from '../journal/shared-read.ts';
import { committedAfter, ENTRIES_AT_ONCE, loadCounts } from './counts-load.ts';
import type { RememberedCounts, RememberedUnit } from './remembered-counts.ts';

/*
 * Surveyed counts of whole days and hours in memory (decision 0191). Each read first takes in what was committed since the one before,
 * in one statement, so that it shows what a statement on the rollups would show. Where that is not possible the rollups answer.
 */

/** Of days, and of hours. The embedded database has one thread, which a load keeps from others. */
const MOST_BYTES = { postgres: 220_000_000, pglite: 2_000_000 };
/** A backlog of more pages is for a later read. */
const PAGES = 10;
const AGAIN_MS = 60_000;
const AGAIN_WHEN_LARGE_MS = 3_600_000;

/** The counts of one unit, as far as this process remembers them. */
export class FollowedCounts {
  /** A look is noted once all that it found was taken in. Units share it: one knows as much as another that took in the same. */
  readonly #looks: Looks;
  readonly #store: Store;
  readonly #unit: RememberedUnit;
  readonly #mostBytes: number;
  readonly #read = sharedRead<null, RememberedCounts | null>(() => this.#catchUp());
  #known: RememberedCounts | null = null;
  #loading: Promise<void> | null = null;
  /** When it may be loaded again, on the clock of this process. */
  #notBefore = 0;

  constructor(store: Store, unit: RememberedUnit, mostBytes = MOST_BYTES[store.backend]) {
    this.#looks = store.memory.of(LOOKS);
    this.#store = store;
    this.#unit = unit;
    this.#mostBytes = mostBytes;
  }

  /**
   * The counts as of a moment after the call, or after `since` (`performance.now()`), to be used at once; null: not here. `now`: epoch
   * milliseconds.
   */
  async current(now: number, since: number | null = null): Promise<RememberedCounts | null> {
    if (this.#known && since !== null && this.#hasLookedSince(since)) return this.#known;
    if (this.#known) return this.#read(null);
    if (!this.#loading && performance.now() >= this.#notBefore) this.#loading = this.#load(now);
    return null;
  }

  /** The highest id of a cell that existed at that moment or later; undefined: nothing looked since. */
  highestCellSince(since: number): number | undefined {
    return this.#looks.since(since)?.highestCell;
  }

  #hasLookedSince(since: number): boolean {
    const look = this.#looks.since(since);
    return look !== null && this.#known?.hasTaken(look.taken) === true;
  }

  async #load(now: number): Promise<void> {
    try {
      this.#known = await loadCounts(this.#store, this.#unit, { now, mostBytes: this.#mostBytes });
      this.#notBefore = performance.now() + (this.#known ? 0 : AGAIN_WHEN_LARGE_MS);
    } catch {
      // The rollups answer, and say what is wrong with the database.
      this.#notBefore = performance.now() + AGAIN_MS;
    } finally {
      this.#loading = null;
    }
  }

  async #catchUp(): Promise<RememberedCounts | null> {
    const known = this.#known;
    const at = performance.now();
    for (let page = 0; known && page < PAGES; page++) {
      const committed = await committedAfter(this.#store, known.taken, this.#looks.ledgersInUse());
      if (!committed) return this.#forget(0);
      const { entries, highestCell, releases } = committed;
      try {
        known.take(entries);
      } catch {
        // Half an entry may have been taken in.
        return this.#forget(AGAIN_MS);
      }
      if (entries.length > 0 && known.bytes > this.#mostBytes) return this.#forget(AGAIN_WHEN_LARGE_MS);
      if (entries.length < ENTRIES_AT_ONCE) {
        this.#looks.note({ at, taken: known.taken, highestCell, releases });
        return known;
      }
      // What is beyond this page is not known, and cannot be asked for before an open transaction ends.
      if (!entries.every(({ isFinal }) => isFinal)) return null;
    }
    return null;
  }

  #forget(forMs: number): null {
    this.#known = null;
    this.#notBefore = performance.now() + forMs;
    return null;
  }
}

const FOLLOWED: Slot<Map<RememberedUnit, FollowedCounts>> = { begin: () => new Map() };

/** What this process remembers of the database's counts of that unit. */
export function followedCounts(store: Store, unit: RememberedUnit): FollowedCounts {
  const byUnit = store.memory.of(FOLLOWED);
  const known = byUnit.get(unit) ?? new FollowedCounts(store, unit);
  byUnit.set(unit, known);
  return known;
}
