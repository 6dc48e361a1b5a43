import { LRUCache } from 'lru-cache';
import { RefusedError } from '../errors.ts';
import { networkOf } from '../subscriptions/waiting-sockets.ts';

const MINUTE_MS = 60_000;
/** Failed sign-ins with keys in a minute of one address (IPv6: 64 bits), and of all together, those at a provider too. */
const OF_ADDRESS = 10;
const OF_ALL = 300;
const ADDRESSES = 10_000;

/**
 * Counts failed sign-ins, which write lines of the log and ask the provider. It keeps out what fails, never who has a valid key: behind
 * a proxy everyone has one address, and anyone could use up its share. `null` as the address counts among all alone.
 */
export class SignInLimit {
  readonly #now: () => number;
  readonly #of = new LRUCache<string, { since: number; count: number }>({ max: ADDRESSES });
  #all = { since: 0, count: 0 };

  /** `now`: epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws RefusedError with the time to wait, after too many failures. */
  check(address: string | null): void {
    const own = address === null ? undefined : this.#of.get(networkOf(address));
    for (const [window, most] of [
      [own, OF_ADDRESS],
      [this.#all, OF_ALL],
    ] as const) {
      const left = window ? window.since + MINUTE_MS - this.#now() : 0;
      if (window && left > 0 && window.count >= most)
        throw new RefusedError(
          'RATE_LIMITED',
          429,
          `too many failed sign-ins; try again in ${Math.ceil(left / 1_000)} s`,
          Math.ceil(left / 1_000),
        );
    }
  }

  /** Counts a failure. */
  failed(address: string | null): void {
    if (address !== null) {
      const network = networkOf(address);
      const own = this.#of.get(network) ?? { since: 0, count: 0 };
      this.#of.set(network, this.#counted(own));
    }
    this.#all = this.#counted(this.#all);
  }

  #counted({ since, count }: { since: number; count: number }) {
    const now = this.#now();
    return now - since < MINUTE_MS ? { since, count: count + 1 } : { since: now, count: 1 };
  }
}
