import { UserError } from '../../domain/errors/user-error.ts';

/** Too much is waiting: the caller should retry later. */
export class OverloadedError extends UserError {
  override readonly name = 'OverloadedError';

  /** @param retryAfter seconds */
  constructor(message: string, retryAfter: number) {
    super(message, 'OVERLOADED', { retryAfter });
  }
}

/** What one submitter may have, of what stays free: a third, so one alone has a quarter of everything. */
const PARTS = 3;

/**
 * How much one submitter may add to an inbox of `most` of which `all` is taken, `own` by itself. The more submitters fill it, the less each
 * may have; who has more than that waits, so that what leaves makes room for those who have little in it.
 */
export function roomFor(most: number, all: number, own: number): number {
  return Math.max(0, (most - all - PARTS * own) / (PARTS + 1));
}

const WINDOW_S = 10;
const LONGEST_WAIT_S = 60;

/** How much leaves an inbox per second, over the last ten seconds. */
export class DrainRate {
  readonly #now: () => number;
  readonly #seconds: { readonly second: number; amount: number }[] = [];

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  note(amount: number): void {
    const second = this.#second();
    const last = this.#seconds.at(-1);
    if (last?.second === second) last.amount += amount;
    else this.#seconds.push({ second, amount });
    this.#forget(second);
  }

  /** Whole seconds, 1 to 60, until so much has left; the longest while nothing leaves. */
  secondsFor(amount: number): number {
    const second = this.#second();
    this.#forget(second);
    const first = this.#seconds[0]?.second ?? second;
    const drained = this.#seconds.reduce((sum, one) => sum + one.amount, 0);
    if (drained === 0) return LONGEST_WAIT_S;
    const seconds = (amount * (second - first + 1)) / drained;
    return Math.min(LONGEST_WAIT_S, Math.max(1, Math.ceil(seconds)));
  }

  #second(): number {
    return Math.floor(this.#now() / 1_000);
  }

  #forget(second: number): void {
    while ((this.#seconds[0]?.second ?? second) <= second - WINDOW_S) this.#seconds.shift();
  }
}
