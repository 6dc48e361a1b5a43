import { LIMITS } from '../limits.ts';
import { currentTurn } from './turn.ts';

/** A byte sink for a peer: a WebSocket, or the response of a stream. */
export interface Wire {
  /** Bytes that the kernel has not taken yet. */
  buffered(): number;
  write(chunk: Buffer): void;
  /** Calls the listener whenever the kernel has taken everything, once `buffered` was at least 64 KiB. */
  onDrain(listener: () => void): void;
}

/**
 * How much is passed to Node.js ahead of the kernel: at least its own high-water mark, so that it signals when
 * it is empty.
 */
const AHEAD = 64 * 1024;

/**
 * Pending data of a peer that reads more slowly than it is written to. It waits here and not in the socket's
 * own buffer, where it cannot be withdrawn: when the peer is given up, pending data is dropped, and the reason
 * follows right after the little that is in flight.
 */
export class Outbox {
  readonly #wire: Wire;
  #waiting: Buffer[] = [];
  #bytes = 0;
  /** The unread bytes when that turn of the event loop began to write. */
  #before = 0;
  #turn = -1;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onDrain(() => this.#pump());
  }

  /** Bytes that the peer has yet to read, except for what the kernel holds for it. */
  unread(): number {
    return this.#bytes + this.#wire.buffered();
  }

  /**
   * Whether the peer leaves too much unread. Data written in one turn (the current rows of many groups, the
   * changes of one tick) could not have been read in between: only what was left from before counts. So at most
   * LIMITS.unread plus one turn's data waits.
   */
  isSlow(): boolean {
    const turn = currentTurn();
    if (this.#turn !== turn) {
      this.#turn = turn;
      this.#before = this.unread();
    }
    return this.#before > LIMITS.unread;
  }

  write(chunk: Buffer): void {
    if (this.#waiting.length === 0 && this.#wire.buffered() < AHEAD) this.#wire.write(chunk);
    else {
      this.#waiting.push(chunk);
      this.#bytes += chunk.length;
    }
  }

  /** Drops pending data; returns how many bytes the peer will not have read. */
  drop(): number {
    const bytes = this.#bytes;
    this.#waiting = [];
    this.#bytes = 0;
    return bytes;
  }

  #pump(): void {
    let sent = 0;
    for (const chunk of this.#waiting) {
      if (this.#wire.buffered() >= AHEAD) break;
      this.#wire.write(chunk);
      this.#bytes -= chunk.length;
      sent += 1;
    }
    if (sent > 0) this.#waiting.splice(0, sent);
  }
}
