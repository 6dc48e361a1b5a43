import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';

/** How many times as much the administrator may keep open. */
const ADMIN_SHARE = 10;

/** Counts what each caller keeps open of one kind, in one process. */
export class Shares {
  readonly #open = new Map<string, number>();
  readonly #what: string;
  readonly #most: number;

  /** @param what in the plural, as the refusal names them */
  constructor(what: string, most: number) {
    this.#what = what;
    this.#most = most;
  }

  /**
   * Counts one more of the caller's until the returned function is called.
   * @throws RefusedError at the caller's limit.
   */
  enter({ id, scope }: Pick<Caller, 'id' | 'scope'>): () => void {
    const most = this.#most * (scope.allowsAll('administer') ? ADMIN_SHARE : 1);
    const open = this.#open.get(id) ?? 0;
    if (open >= most)
      throw new RefusedError('TOO_MANY_OPEN', 429, `at most ${most} ${this.#what} of one key at once`);
    this.#open.set(id, open + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.#open.get(id) ?? 1) - 1;
      if (now > 0) this.#open.set(id, now);
      else this.#open.delete(id);
    };
  }
}
