import { LRUCache } from 'lru-cache';

/** About 40 MB. */
const MOST = 200_000;
const memories = new WeakMap<object, LRUCache<string, number>>();

/**
 * Sealed rollups whose responses were verified in what no leaf covers (their events, their scores by the scale,
 * the counts per mapping) less than `rememberFor` milliseconds ago. What leaves cover is compared each time.
 * `memory`: the database's store; `now`: epoch milliseconds.
 */
export class SoundRollups {
  readonly #known: LRUCache<string, number>;
  readonly #now: number;
  readonly #since: number;

  constructor(memory: object, now: number, rememberFor: number) {
    this.#known = memories.get(memory) ?? new LRUCache({ max: MOST });
    memories.set(memory, this.#known);
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
