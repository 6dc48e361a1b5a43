import { DrainRate, OverloadedError, roomFor } from './overload.ts';

/** What one body or batch of messages takes in the inbox. */
export interface Entry {
  /** Counts bytes that arrived meanwhile; nothing once the entry has left. @throws OverloadedError */
  grow(bytes: number): void;
  leave(): void;
}

/**
 * Bounds what is in memory of all doors together, in bytes: the bodies of requests until they are answered, and messages of Kafka until they
 * are stored. Each submitter has its share (`roomFor`); the first body of one that has nothing in it may have all that is free.
 */
export class Inbox {
  readonly #most: number;
  readonly #own = new Map<string, number>();
  readonly #drained: DrainRate;
  #all = 0;

  /** @param now epoch milliseconds */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#drained = new DrainRate(now);
  }

  /** Bytes in it. */
  get bytes(): number {
    return this.#all;
  }

  /** @throws OverloadedError if the submitter has its share in it already */
  enter(by: string, bytes: number): Entry {
    let taken = 0;
    let hasLeft = false;
    const grow = (more: number) => {
      if (hasLeft) return;
      const own = this.#own.get(by) ?? 0;
      const isOnly = own === taken && this.#all + more <= this.#most;
      if (!isOnly && more > roomFor(this.#most, this.#all, own))
        throw new OverloadedError(
          `${own} bytes of this sender are being stored, beside ${this.#all - own} of others; try again later`,
          this.#drained.secondsFor((own + more) * this.#own.size),
        );
      taken += more;
      this.#all += more;
      this.#own.set(by, own + more);
    };
    grow(bytes);
    return {
      grow,
      leave: () => {
        this.#drained.note(taken);
        this.#all -= taken;
        const left = (this.#own.get(by) ?? 0) - taken;
        if (left > 0) this.#own.set(by, left);
        else this.#own.delete(by);
        taken = 0;
        hasLeft = true;
      },
    };
  }
}
