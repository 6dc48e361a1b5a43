import { FairQueue } from '../../domain/text/fair-queue.ts';
import { DrainRate, OverloadedError, roomFor } from './overload.ts';
import { type Patience, withTimeout } from './patience.ts';

export interface GroupCommitOptions<Row, Result> extends Patience {
  /** Commits the rows in one transaction; returns one entry per row. */
  readonly commit: (rows: readonly Row[], batch: { readonly receivedAt: Date }) => Promise<Result[]>;
  /** Rows per transaction; a larger request is still one transaction. */
  readonly maxRows: number;
  /** Bytes of the rows of one transaction, likewise. */
  readonly maxBytes: number;
  readonly bytesOf: (row: Row) => number;
  /** Waiting rows in all, which submitters share; beyond it requests are refused. */
  readonly maxWaiting: number;
}

interface Waiting<Row, Result> {
  readonly by: string;
  readonly rows: readonly Row[];
  readonly bytes: number;
  readonly resolve: (results: Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What a submitter gets in a turn, of one transaction. */
const QUANTUM = 1 / 16;

/** Waiting requests: submitters take turns, by the part of a transaction that each needs. */
class Turns<Row, Result> {
  readonly #queue: FairQueue<Waiting<Row, Result>>;
  readonly #rows = new Map<string, number>();
  readonly #drained: DrainRate;
  readonly #most: number;
  /** Waiting rows, including those of the transaction in progress. */
  rows = 0;

  constructor({ maxRows, maxBytes, maxWaiting, now }: GroupCommitOptions<Row, Result>) {
    this.#queue = new FairQueue(QUANTUM, ({ rows, bytes }) =>
      Math.max(rows.length / maxRows, bytes / maxBytes),
    );
    this.#drained = new DrainRate(now);
    this.#most = maxWaiting;
  }

  /** @throws OverloadedError if so many more rows are too many; a submitter that has none waiting may always add some */
  admit(by: string, more: number): void {
    const own = this.#rows.get(by) ?? 0;
    if (more <= roomFor(this.#most, this.rows, own)) return;
    if (own === 0 && (this.rows + more <= this.#most || this.rows === 0)) return;
    const waiting = own === 0 ? `${this.rows} responses` : `${own} responses of this key`;
    throw new OverloadedError(
      `${waiting} are waiting to be stored; try again shortly`,
      this.#drained.secondsFor(Math.max(own, more) * this.#rows.size),
    );
  }

  add(waiting: Waiting<Row, Result>): void {
    const { by, rows } = waiting;
    this.rows += rows.length;
    this.#rows.set(by, (this.#rows.get(by) ?? 0) + rows.length);
    this.#queue.add(by, waiting);
  }

  /** Whose turn it is. */
  first(): Waiting<Row, Result> | undefined {
    return this.#queue.first();
  }

  take(): void {
    this.#queue.take();
  }

  /** It was taken, and is settled. */
  leave({ by, rows }: Waiting<Row, Result>): void {
    this.rows -= rows.length;
    this.#drained.note(rows.length);
    const left = (this.#rows.get(by) ?? 0) - rows.length;
    if (left > 0) this.#rows.set(by, left);
    else this.#rows.delete(by);
  }
}

/**
 * Lets many small requests share a commit: while one transaction is in progress the next requests gather, and
 * are committed together afterwards. A request alone does not wait. Each is answered after its own commit; a
 * permanent error is given only to the request that causes it. Submitters take turns, so that one with many
 * requests does not keep the others waiting, and share what may wait.
 */
export function createGroupCommit<Row, Result>(options: GroupCommitOptions<Row, Result>) {
  const turns = new Turns<Row, Result>(options);
  let running: Promise<void> | undefined;
  /** When the transaction in progress was begun, including its retries. */
  let begun: number | undefined;

  const commitWithPatience = (rows: readonly Row[]): Promise<Result[]> => {
    const batch = { receivedAt: new Date(options.now()) };
    return withTimeout(options, () => options.commit(rows, batch));
  };

  const settle = async (group: Waiting<Row, Result>[]): Promise<void> => {
    try {
      const results = await commitWithPatience(group.flatMap((waiting) => waiting.rows));
      let offset = 0;
      for (const { rows, resolve } of group) {
        resolve(results.slice(offset, offset + rows.length));
        offset += rows.length;
      }
    } catch (error) {
      if (group.length === 1 || options.isPassing(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      // One request broke the shared transaction: each gets one of its own.
      for (const one of group) await settle([one]);
    }
  };

  const drain = async () => {
    while (turns.first()) {
      const group: Waiting<Row, Result>[] = [];
      let rows = 0;
      let bytes = 0;
      const fits = (next: Waiting<Row, Result>) =>
        group.length === 0 ||
        (rows + next.rows.length <= options.maxRows && bytes + next.bytes <= options.maxBytes);
      for (let next = turns.first(); next && fits(next); next = turns.first()) {
        turns.take();
        group.push(next);
        rows += next.rows.length;
        bytes += next.bytes;
      }
      begun = options.now();
      await settle(group);
      for (const one of group) turns.leave(one);
    }
    begun = undefined;
    running = undefined;
  };

  return {
    /** Resolves with the rows' results once they are committed. `by`: the submitter. */
    add(by: string, rows: readonly Row[]): Promise<Result[]> {
      if (rows.length === 0) return Promise.resolve([]);
      try {
        turns.admit(by, rows.length);
      } catch (error) {
        return Promise.reject(error);
      }
      let bytes = 0;
      for (const row of rows) bytes += options.bytesOf(row);
      return new Promise((resolve, reject) => {
        turns.add({ by, rows, bytes, resolve, reject });
        running ??= drain();
      });
    },
    /** Resolves when everything that was added is settled. */
    async idle(): Promise<void> {
      while (running) await running;
    },
    waiting: () => turns.rows,
    /** How long, in milliseconds, the transaction in progress has been tried; 0 when there is none. */
    busyFor: () => (begun === undefined ? 0 : options.now() - begun),
  };
}
