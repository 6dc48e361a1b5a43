import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';

/** A body that is on its way, or that is worked on. */
export interface OpenBody {
  /** @throws RefusedError */
  grow(bytes: number): void;
  leave(): void;
}

/** Seconds after which a body may be sent again: others of the key are through by then. */
const RETRY_SECONDS = 2;

/** Counts the bytes of the bodies that each caller has sent and that are not answered yet, in one process. */
export class OpenBodies {
  readonly #open = new Map<string, number>();
  readonly #most: number;

  /** @param most bytes of one caller at once; one body alone may be as large as the door lets it be */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Counts a body of so many bytes until it leaves.
   * @throws RefusedError where the caller has too much on its way
   */
  enter({ id }: Pick<Caller, 'id'>, bytes: number): OpenBody {
    let own = 0;
    const add = (more: number) => {
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
        if (others > 0) this.#open.set(id, others);
        else this.#open.delete(id);
      },
    };
  }
}
