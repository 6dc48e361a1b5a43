import type { Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { ScopedSession } from '../database/client.ts';
import { protectedCells } from '../disclosure/protected-cells.ts';
import type { CountNotes, NotedCounts } from './count-notes.ts';
import { followedCounts } from './followed-counts.ts';

interface Counted {
  readonly unit: NotedCounts['unit'];
  readonly identity: object;
  readonly cellIds: readonly number[];
  readonly additions: number;
}

/**
 * What the rows of one read of surveyed scores are made from, as far as it can change: the cells, and the counts in memory of those that
 * were read. As long as neither changed, the same query of the same scope has the same rows. Rows that a statement or a ledger had a
 * part in are not known to be unchanged.
 */
export class MadeFrom implements CountNotes {
  readonly #version: number;
  readonly #counted: Counted[] = [];
  #isKnown: boolean;

  /** Before the read. */
  constructor(cells: CellDictionary, scope: Scope) {
    this.#version = cells.version;
    this.#isKnown = protectedCells(scope, cells, 'surveyed').length === 0;
  }

  note(counts: NotedCounts | null, cellIds: readonly number[]): void {
    if (!counts) this.#isKnown = false;
    else {
      const { unit, identity } = counts;
      this.#counted.push({ unit, identity, cellIds, additions: counts.additionsTo(cellIds) });
    }
  }

  /** Whether it can be said later that nothing changed. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** How many ids of cells are kept here. */
  get size(): number {
    return this.#counted.reduce((sum, { cellIds }) => sum + cellIds.length, 0);
  }

  /** Whether that operation, which has begun, would make the same rows. */
  async isUnchanged(session: ScopedSession, cells: CellDictionary, now: number): Promise<boolean> {
    const { seen } = session;
    if (!this.#isKnown || !seen || seen.since === null || cells.version !== this.#version) return false;
    for (const { unit, identity, cellIds, additions } of this.#counted) {
      const counts = await followedCounts(seen.store, unit).current(now, seen.since);
      if (counts?.identity !== identity || counts.additionsTo(cellIds) !== additions) return false;
    }
    return true;
  }
}
