import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
const CALLERS = 50_000;

/**
 * Token buckets by name: each holds the budget of a time and refills evenly. In memory, so per process: three
 * replicas allow three times as much.
 */
export class Buckets {
  readonly #filled = new LRUCache<string, { readonly tokens: number; readonly at: number }>({ max: CALLERS });
  readonly #time: number;

  /** @param time milliseconds in which an empty bucket is full again: a minute */
  constructor(time = MINUTE_MS) {
    this.#time = time;
  }

  /**
   * Takes the amount, or nothing.
   * @param size of the bucket, at least `amount`
   * @param now epoch milliseconds
   * @returns 0, or the milliseconds after which the amount is available
   */
  take(name: string, amount: number, size: number, now: number): number {
    const known = this.#filled.get(name) ?? { tokens: size, at: now };
    const since = Math.max(0, now - known.at);
    const tokens = Math.min(size, known.tokens + (since * size) / this.#time);
    const left = tokens - amount;
    this.#filled.set(name, { tokens: left < 0 ? tokens : left, at: now });
    return left < 0 ? Math.max(1, Math.ceil((-left * this.#time) / size)) : 0;
  }

  /** Refunds an unused amount; no bucket exceeds its size. */
  give(name: string, amount: number, size: number): void {
    const known = this.#filled.get(name);
    if (known) this.#filled.set(name, { ...known, tokens: Math.min(size, known.tokens + amount) });
  }
}
