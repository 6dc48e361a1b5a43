import { LRUCache } from 'lru-cache';
import type { Memory, Slot } from '../domain/memory/memory.ts';

/** About 40 MB. */
const MOST = 200_000;
const KNOWN: Slot<LRUCache<string, number>> = { begin: () => new LRUCache({ max: MOST }) };

/**
 * Sealed rollups whose responses were verified in what no leaf covers (their events, their scores by the scale,
 * the counts per mapping) less than `rememberFor` milliseconds ago. What leaves cover is compared each time.
 * `memory`: the database's; `now`: epoch milliseconds.
 */
export class SoundRollups {
  readonly #known: LRUCache<string, number>;
  readonly #now: number;
  readonly #since: number;

  constructor(memory: Memory, now: number, rememberFor: number) {
    this.#known = memory.of(KNOWN);
    this.#now = now;
    this.#since = now - rememberFor;
  }

  /** By the hash of the newest manifest and the current number of responses. */
  has(sealHash: string | undefined, responses: number): boolean {
    return (
      sealHash !== undefined && (this.#known.get(`${sealHash} ${responses}`) ?? this.#since) > this.#since
    );
  }

  /** One that was just checked; a cached one keeps its age. */
  add(sealHash: string, responses: number): void {
    if (!this.has(sealHash, responses)) this.#known.set(`${sealHash} ${responses}`, this.#now);
  }
}
