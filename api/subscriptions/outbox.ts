import { LIMITS } from '../limits.ts';

/** What takes bytes to a peer: a WebSocket, or the response of a stream. */
export interface Wire {
  /** Bytes that the kernel has not taken yet. */
  buffered(): number;
  write(text: string): void;
  /** Calls the listener whenever the kernel has taken everything, once `buffered` was at least 64 KiB. */
  onDrain(listener: () => void): void;
}

/** As much is handed to Node.js ahead of the kernel: at least its own high-water mark, so that it tells when it is empty. */
const AHEAD = 64 * 1024;

/**
 * What waits for a peer that reads more slowly than it is written to. It waits here and not in the socket's own buffer, where
 * nothing can be taken back: when the peer is given up, what waits is dropped, and the reason why comes right after the
 * little that is on its way.
 */
export class Outbox {
  readonly #wire: Wire;
  #waiting: { readonly text: string; readonly bytes: number }[] = [];
  #bytes = 0;
  /** What was left unread when this turn of the event loop began to write. */
  #before: number | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onDrain(() => this.#pump());
  }

  /** Bytes that the peer has yet to read, but for what the kernel holds for it. */
  unread(): number {
    return this.#bytes + this.#wire.buffered();
  }

  /**
   * Whether the peer leaves too much unread. What is written in one go (the present rows of many groups, the changes of one
   * tick) nobody could have read in between: only what was left from before counts. So there waits at most LIMITS.unread
   * and what one go writes.
   */
  isSlow(): boolean {
    if (this.#before === undefined) {
      this.#before = this.unread();
      setImmediate(() => {
        this.#before = undefined;
      });
    }
    return this.#before > LIMITS.unread;
  }

  write(text: string): void {
    if (this.#waiting.length === 0 && this.#wire.buffered() < AHEAD) this.#wire.write(text);
    else {
      const bytes = Buffer.byteLength(text);
      this.#waiting.push({ text, bytes });
      this.#bytes += bytes;
    }
  }

  /** Forgets what waits; how many bytes the peer will not have read of it. */
  drop(): number {
    const bytes = this.#bytes;
    this.#waiting = [];
    this.#bytes = 0;
    return bytes;
  }

  #pump(): void {
    let sent = 0;
    for (const { text, bytes } of this.#waiting) {
      if (this.#wire.buffered() >= AHEAD) break;
      this.#wire.write(text);
      this.#bytes -= bytes;
      sent += 1;
    }
    if (sent > 0) this.#waiting.splice(0, sent);
  }
}
