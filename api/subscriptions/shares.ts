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
   * @param weight as how many it counts
   * @param why it counts as so many, for the refusal
   * @throws RefusedError at the caller's limit.
   */
  enter({ id, scope }: Pick<Caller, 'id' | 'scope'>, weight = 1, why?: string): () => void {
    const most = this.#most * (scope.allowsAll('administer') ? ADMIN_SHARE : 1);
    const open = this.#open.get(id) ?? 0;
    if (open + weight > most) {
      const counted = why ?? (weight > 1 ? `; by its size this one counts as ${weight}` : '');
      throw new RefusedError(
        'TOO_MANY_OPEN',
        429,
        `at most ${most} ${this.#what} of one key at once${counted}`,
      );
    }
    this.#open.set(id, open + weight);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.#open.get(id) ?? weight) - weight;
      if (now > 0) this.#open.set(id, now);
      else this.#open.delete(id);
    };
  }
}
