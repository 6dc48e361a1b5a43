/** About 10 MB. */
const LIMIT = 100_000;

/**
 * What a holder of the lease has written to the graph and need not look for again, by its id there. It is bounded: what is forgotten
 * is written once more. A key is added when its transaction has been committed, and forgotten before what it names may be removed.
 */
export class Written {
  readonly #keys = new Set<string>();
  readonly #limit: number;

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

  /** The graph is empty. */
  clear(): void {
    this.#keys.clear();
  }
}
