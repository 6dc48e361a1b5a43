import { recordRefusal } from '../../store/connections/connection-deliveries.ts';
import type { Store } from '../../store/database/client.ts';

const EVERY_MS = 60_000;

/** What one connection's refusals are counted by until they are written. */
interface Refused {
  writtenAt: number;
  count: number;
  why: string;
}

/** Counts deliveries that were refused before they were read, and writes each connection's at most once a minute. */
export class Refusals {
  readonly #deps: {
    readonly store: Store;
    readonly now: () => number;
    readonly onError: (error: Error) => void;
  };
  readonly #refused = new Map<string, Refused>();

  constructor(deps: {
    readonly store: Store;
    readonly now: () => number;
    readonly onError: (error: Error) => void;
  }) {
    this.#deps = deps;
  }

  note(id: string, why: string): void {
    const known = this.#refused.get(id) ?? { writtenAt: Number.NEGATIVE_INFINITY, count: 0, why };
    known.count += 1;
    known.why = why;
    this.#refused.set(id, known);
    const { now, onError } = this.#deps;
    if (now() - known.writtenAt >= EVERY_MS) this.#write(id, known).catch(onError);
  }

  /** The next refusal of the connection is written at once. */
  forget(id: string): void {
    this.#refused.delete(id);
  }

  /** Writes what was counted and not written. */
  async write(): Promise<void> {
    const waiting = [...this.#refused].filter(([, { count }]) => count > 0);
    await Promise.all(waiting.map(([id, refused]) => this.#write(id, refused).catch(this.#deps.onError)));
  }

  #write(id: string, refused: Refused): Promise<void> {
    const { store, now } = this.#deps;
    const { count, why } = refused;
    refused.writtenAt = now();
    refused.count = 0;
    return recordRefusal(store, id, { at: new Date(refused.writtenAt), why, count });
  }
}
