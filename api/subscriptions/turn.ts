let turn = 0;
let isCounted = false;

/** A number for the current turn of the event loop: another one once I/O may have happened in between. */
export function currentTurn(): number {
  if (!isCounted) {
    isCounted = true;
    setImmediate(() => {
      isCounted = false;
      turn += 1;
    });
  }
  return turn;
}

let due: TurnWriter[] = [];

function flushAll(): void {
  const writers = due;
  due = [];
  for (const writer of writers) writer.flush();
}

/** Gathers what is written to a peer before the event loop goes on, so that one system call takes all of it. */
export class TurnWriter {
  readonly #write: (chunk: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(write: (chunk: Buffer) => void) {
    this.#write = write;
  }

  /** What was added and not passed on yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Passes the chunk on with the next flush, at the latest before the next I/O. */
  add(chunk: Buffer): void {
    if (this.#chunks.length === 0 && due.push(this) === 1) process.nextTick(flushAll);
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Passes everything on, as one chunk. */
  flush(): void {
    const [first, ...more] = this.#chunks;
    if (!first) return;
    const whole = more.length === 0 ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
    this.#write(whole);
  }
}
