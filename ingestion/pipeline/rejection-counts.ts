import type { Store } from '../../store/database/client.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';
import { addRejected, dayOf, NO_SOURCE } from '../../store/responses/source-days.ts';
import type { RejectionCode } from './outcome.ts';
import type { Submitter } from './submitter.ts';

/** One rejected item: its code, and the source that it names, if one can be read of it. */
export interface RejectedItem {
  readonly source: string | null;
  readonly code: RejectionCode;
}

interface Deps {
  readonly store: Store;
  readonly mappings: MappingRegistry;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly warn: (message: string, error?: Error) => void;
}

/** How long rejections are held in memory: so many are lost when the process is killed. */
const WRITTEN_AFTER_MS = 1_000;
const AFTER_FAILURE_MS = 10_000;

interface Counted {
  readonly id: number;
  readonly day: string;
  readonly rejected: Record<string, number>;
  at: Date;
}

/**
 * Counts rejected items by source, day and code, and writes the sums a second later: a rejected item has no transaction of its own, and
 * a sender of nothing but bad items must not cause one each. Only sources that are known are counted by their name, and for a
 * submitter that may use them, so the counts take no more memory and rows than there are sources.
 */
export class RejectionCounts {
  readonly #deps: Deps;
  #counts = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  add({ sources }: Submitter, items: readonly RejectedItem[]): void {
    if (items.length === 0) return;
    const at = new Date(this.#deps.now());
    for (const { source, code } of items) {
      const isIts = source !== null && (sources === null || sources.includes(source));
      this.#count((isIts && this.#deps.mappings.sourceId(source)) || NO_SOURCE, at, { [code]: 1 });
    }
    this.#writeAfter(WRITTEN_AFTER_MS);
  }

  /** Writes what is counted. An error is logged, and the counts are written later. */
  async write(): Promise<void> {
    await this.#writing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    this.#writing = addRejected(this.#deps.store, [...counts.values()])
      .catch((error: Error) => {
        for (const { id, at, rejected } of counts.values()) this.#count(id, at, rejected);
        this.#deps.warn(`counts of rejected items could not be stored: ${error.message}`, error);
        this.#writeAfter(AFTER_FAILURE_MS);
      })
      .finally(() => {
        this.#writing = undefined;
      });
    await this.#writing;
  }

  #count(id: number, at: Date, rejected: Readonly<Record<string, number>>): void {
    const day = dayOf(at);
    const key = `${id} ${day}`;
    const counted = this.#counts.get(key) ?? { id, day, rejected: {}, at };
    for (const [code, items] of Object.entries(rejected))
      counted.rejected[code] = (counted.rejected[code] ?? 0) + items;
    if (at > counted.at) counted.at = at;
    this.#counts.set(key, counted);
  }

  #writeAfter(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.write();
    }, ms).unref();
  }
}
