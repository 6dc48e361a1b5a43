import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Caller } from '../caller.ts';
import { LIMITS } from '../limits.ts';
import type { OnEnded } from './ended.ts';
import { hangUp } from './hang-up.ts';
import { Outbox } from './outbox.ts';
import { textFrame } from './text-frame.ts';
import { TurnWriter } from './turn.ts';

/** Close codes of the server, besides those of the protocol graphql-transport-ws. */
export const CLOSE = {
  badRequest: 4400,
  forbidden: 4403,
  /** A ping was not answered. */
  silent: 4410,
  slowConsumer: 4413,
  tooMany: 4429,
  internal: 4500,
  /** From the WebSocket registry: "service restart", so that clients reconnect. */
  connectAgain: 1012,
  goingAway: 1001,
} as const;

const PING_MS = 12_000;
/** Of UTF-8, in a close frame (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** One WebSocket: writing to it, and ending it. */
export class Connection {
  readonly id: string;
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  caller: Caller | null = null;
  purpose: string | null = null;
  /** Called once its key was accepted. */
  onAdmitted: () => void = () => undefined;
  /** How the current frame arrived. */
  frame: { readonly bytes: number; readonly isPaid: boolean } = { bytes: 0, isPaid: false };
  readonly #outbox: Outbox;
  readonly #turn: TurnWriter;
  readonly #report: OnEnded;
  readonly #began = performance.now();
  readonly #leaves = new Set<() => void>();
  #ended = false;
  #operations = 0;

  constructor(id: string, socket: WebSocket, request: IncomingMessage, report: OnEnded) {
    this.id = id;
    this.socket = socket;
    this.request = request;
    this.#report = report;
    // Past the library, which makes a frame and a write call for each message. Nothing is compressed, so it holds nothing back either.
    let onDrain: () => void = () => undefined;
    this.#turn = new TurnWriter((frames) => {
      // Where the kernel takes all at once, no 'drain' follows.
      if (socket.readyState === WebSocket.OPEN && request.socket.write(frames)) onDrain();
    });
    this.#outbox = new Outbox({
      buffered: () => socket.bufferedAmount + this.#turn.bytes,
      write: (frame) => this.#turn.add(frame),
      onDrain: (listener) => {
        onDrain = listener;
        request.socket.on('drain', listener);
      },
    });
    this.#watchLife();
    socket.once('close', () => this.#leaveAll());
  }

  /** The server ended it: nothing that still arrives is executed, whether or not the peer closes too. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Calls `leave` when the connection ends, from whichever side, or when the returned function is called: once. What the protocol
   * library holds is not enough: it forgets an operation whose id is used again.
   */
  untilEnd(leave: () => void): () => void {
    const once = () => {
      if (this.#leaves.delete(once)) leave();
    };
    this.#leaves.add(once);
    if (this.#ended || this.socket.readyState === WebSocket.CLOSED) once();
    return once;
  }

  #leaveAll(): void {
    for (const leave of [...this.#leaves]) leave();
  }

  /** An id for its next operation, for the log. */
  nextOperation(): string {
    this.#operations += 1;
    return `${this.id}/${this.#operations}`;
  }

  /** Writes one message, unless the client leaves too much unread: then it is disconnected with that reason. */
  write(message: string): void {
    this.writeFrame(textFrame(message));
  }

  /** Writes a ready frame in the same way. */
  writeFrame(frame: Buffer): void {
    if (this.#ended || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.#outbox.isSlow())
      this.end(CLOSE.slowConsumer, `slow consumer: over ${LIMITS.unread} bytes unread; resume with after`);
    else this.#outbox.write(frame);
  }

  /**
   * Ends the socket from this side: pending data is dropped, so that the close frame comes next, and nothing of
   * it runs from here on. `isLogged`: the reason contains nothing that the client sent, and may be logged.
   */
  end(code: number, reason: string, isLogged = true): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#turn.flush();
    const unread = this.#outbox.drop() + this.socket.bufferedAmount;
    const seconds = (performance.now() - this.#began) / 1_000;
    const { caller, id: requestId } = this;
    const said = isLogged ? reason : 'the protocol was broken';
    this.#report({ transport: 'websocket', code, reason: said, requestId, caller, unread, seconds });
    try {
      this.socket.close(code, cutReason(reason));
    } finally {
      this.#leaveAll();
      hangUp(this.request.socket, () => this.socket.terminate());
    }
  }

  /** The library sent the close frame, because it could not read what came. */
  broken(code: number): void {
    this.end(code, 'a frame that is too large or breaks the protocol');
  }

  /**
   * A peer that answers no ping is gone, unless there was traffic: it sent a byte, or took some pending data,
   * and so is reading, only late.
   */
  #watchLife(): void {
    const { socket } = this;
    const wire = this.request.socket;
    const taken = () => wire.bytesWritten - wire.writableLength;
    let pinged: { answered: boolean; read: number; taken: number; blocked: boolean } | null = null;
    const lives = () =>
      pinged === null ||
      pinged.answered ||
      wire.bytesRead > pinged.read ||
      (pinged.blocked && taken() > pinged.taken);
    const timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (!lives()) return this.end(CLOSE.silent, `no answer to a ping for ${PING_MS / 1_000} s`);
      const blocked = wire.writableLength > 0;
      pinged = { answered: false, read: wire.bytesRead, taken: taken(), blocked };
      socket.ping();
    }, PING_MS);
    socket.on('pong', () => {
      if (pinged) pinged.answered = true;
    });
    socket.once('close', () => clearInterval(timer));
  }
}

/** The beginning of the reason that fits into a close frame, in whole characters: the library's reasons contain ids of the client. */
function cutReason(reason: string): string {
  const bytes = Buffer.from(reason);
  let end = Math.min(bytes.length, REASON_BYTES);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
