import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
const CALLERS = 50_000;

/**
 * Token buckets by name: each holds one minute's budget and refills evenly. In memory, so per process: three
 * replicas allow three times as much.
 */
export class Buckets {
  readonly #filled = new LRUCache<string, { readonly tokens: number; readonly at: number }>({ max: CALLERS });

  /**
   * Takes the amount, or nothing.
   * @param perMinute size of the bucket, at least `amount`
   * @param now epoch milliseconds
   * @returns 0, or the milliseconds after which the amount is available
   */
  take(name: string, amount: number, perMinute: number, now: number): number {
    const known = this.#filled.get(name) ?? { tokens: perMinute, at: now };
    const since = Math.max(0, now - known.at);
    const tokens = Math.min(perMinute, known.tokens + (since * perMinute) / MINUTE_MS);
    const left = tokens - amount;
    this.#filled.set(name, { tokens: left < 0 ? tokens : left, at: now });
    return left < 0 ? Math.max(1, Math.ceil((-left * MINUTE_MS) / perMinute)) : 0;
  }

  /** Refunds an unused amount; no bucket exceeds its size. */
  give(name: string, amount: number, perMinute: number): void {
    const known = this.#filled.get(name);
    if (known) this.#filled.set(name, { ...known, tokens: Math.min(perMinute, known.tokens + amount) });
  }
}
