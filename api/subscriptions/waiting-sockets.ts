import { LIMITS } from '../limits.ts';

/** Counts WebSockets that were opened without a key and have yet to present one: in all, and by address. */
export class WaitingSockets {
  readonly #of = new Map<string, number>();
  #all = 0;
  readonly #most: number;
  readonly #mostOfAddress: number;

  constructor(most: number = LIMITS.socketsWaiting, mostOfAddress: number = LIMITS.socketsWaitingOfAddress) {
    this.#most = most;
    this.#mostOfAddress = mostOfAddress;
  }

  /** Counts one more until the returned function is called; null if too many wait. */
  enter(address: string | undefined): (() => void) | null {
    const network = networkOf(address ?? 'unknown');
    const own = this.#of.get(network) ?? 0;
    if (this.#all >= this.#most || own >= this.#mostOfAddress) return null;
    this.#all += 1;
    this.#of.set(network, own + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#all -= 1;
      const now = (this.#of.get(network) ?? 1) - 1;
      if (now > 0) this.#of.set(network, now);
      else this.#of.delete(network);
    };
  }
}

/** For IPv6 the first 64 bits, which one subscriber line has. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [before = '', after] = address.split('::');
  const groups = before.split(':').filter(Boolean);
  const rest = after === undefined ? [] : after.split(':').filter(Boolean);
  const zeros = after === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest].slice(0, 4).join(':');
}
