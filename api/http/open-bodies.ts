import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';

/** A body in flight or being processed. */
export interface OpenBody {
  /** Counts nothing once the body has left. @throws RefusedError */
  grow(bytes: number): void;
  leave(): void;
}

/** Seconds until a body may be sent again: the key's others are done by then. */
const RETRY_SECONDS = 2;

/** Counts the bytes of each caller's unanswered bodies, in one process. */
export class OpenBodies {
  readonly #open = new Map<string, number>();
  readonly #most: number;

  /** @param most bytes of one caller at once; a single body may be as large as the limit of bodies */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Counts a body of so many bytes until it is answered.
   * @throws RefusedError if the caller has too much in flight
   */
  enter({ id }: Pick<Caller, 'id'>, bytes: number): OpenBody {
    let own = 0;
    let hasLeft = false;
    const add = (more: number) => {
      if (hasLeft) return;
      const others = (this.#open.get(id) ?? 0) - own;
      if (others > 0 && others + own + more > this.#most)
        throw new RefusedError(
          'TOO_MANY_OPEN',
          429,
          `${others} bytes of this key are on their way; at most ${this.#most} are taken at once`,
          RETRY_SECONDS,
        );
      own += more;
      this.#open.set(id, others + own);
    };
    add(bytes);
    return {
      grow: add,
      leave: () => {
        const others = (this.#open.get(id) ?? 0) - own;
        own = 0;
        hasLeft = true;
        if (others > 0) this.#open.set(id, others);
        else this.#open.delete(id);
      },
    };
  }
}
