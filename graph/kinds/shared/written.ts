/** About 10 MB. */
const LIMIT = 100_000;

/** One hour of a cell, by its public key. */
interface CellHour {
  readonly hour: number;
  readonly cell: string;
}

/**
 * What a holder of the lease has written to the graph and need not look for again, by its id there. It is bounded: what is forgotten
 * is written once more. A key is added when its transaction has been committed, and forgotten before what it names may be removed.
 */
export class Written {
  readonly #keys = new Set<string>();
  readonly #limit: number;
  /**
   * Hours with rollups that may be new in the graph. The journal may have named their seals before, so these have yet to be written.
   */
  readonly #unsealed = new Map<string, CellHour>();
  #isAllNamed = false;

  constructor(limit = LIMIT) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(keys: Iterable<string>): void {
    for (const key of keys) {
      if (this.#keys.size >= this.#limit) this.#keys.clear();
      this.#keys.add(key);
    }
  }

  forget(keys: Iterable<string>): void {
    for (const key of keys) this.#keys.delete(key);
  }

  /** Remembers the rollups, and that their seals have yet to be written. */
  addRollups(rollups: Iterable<CellHour & { readonly id: string }>): void {
    for (const { id, hour, cell } of rollups) {
      this.add([id]);
      if (!this.#isAllNamed) this.#unsealed.set(`${hour} ${cell}`, { hour, cell });
    }
  }

  /** While `work` names every rollup, and every seal after them, no seal has to be looked for by its hour. */
  async whileAllIsNamed(work: () => Promise<void>): Promise<void> {
    this.#isAllNamed = true;
    try {
      await work();
    } finally {
      this.#isAllNamed = false;
    }
  }

  unsealed(): CellHour[] {
    return [...this.#unsealed.values()];
  }

  /** The seals of those hours have been written. */
  sealed(hours: Iterable<CellHour>): void {
    for (const { hour, cell } of hours) this.#unsealed.delete(`${hour} ${cell}`);
  }

  /** The graph is empty. */
  clear(): void {
    this.#keys.clear();
    this.#unsealed.clear();
  }
}
