import { type Patience, patiently } from './patience.ts';

/** Thrown when more rows wait than may: the caller should try again later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export interface GroupCommitOptions<Row, Result> extends Patience {
  /** Commits the rows in one transaction; the answer has one entry per row. */
  readonly commit: (rows: readonly Row[], batch: { readonly receivedAt: Date }) => Promise<Result[]>;
  /** Rows of one transaction; a larger request is still one transaction. */
  readonly maxRows: number;
  /** Bytes of the rows of one transaction, likewise. */
  readonly maxBytes: number;
  readonly bytesOf: (row: Row) => number;
  /** Rows that may wait; beyond it requests are refused. */
  readonly maxWaiting: number;
}

interface Waiting<Row, Result> {
  readonly rows: readonly Row[];
  readonly bytes: number;
  readonly resolve: (results: Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets many small requests share a commit: while one transaction is on its way to the disk the next requests gather,
 * and go together as soon as it is through. A request alone does not wait. Each is answered after its own commit;
 * an error that does not pass is given only to the request that causes it.
 */
export function createGroupCommit<Row, Result>(options: GroupCommitOptions<Row, Result>) {
  const queue: Waiting<Row, Result>[] = [];
  let waitingRows = 0;
  let running: Promise<void> | undefined;
  /** When the transaction under way was begun, its retries included. */
  let begun: number | undefined;

  const commitWithPatience = (rows: readonly Row[]): Promise<Result[]> => {
    const batch = { receivedAt: new Date(options.now()) };
    return patiently(options, () => options.commit(rows, batch));
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
      // One request spoilt the shared transaction: each gets one of its own.
      for (const one of group) await settle([one]);
    }
  };

  const drain = async () => {
    while (queue.length > 0) {
      const group: Waiting<Row, Result>[] = [];
      let rows = 0;
      let bytes = 0;
      const fits = (next: Waiting<Row, Result>) =>
        group.length === 0 ||
        (rows + next.rows.length <= options.maxRows && bytes + next.bytes <= options.maxBytes);
      for (let next = queue[0]; next && fits(next); next = queue[0]) {
        queue.shift();
        group.push(next);
        rows += next.rows.length;
        bytes += next.bytes;
      }
      begun = options.now();
      await settle(group);
      waitingRows -= rows;
    }
    begun = undefined;
    running = undefined;
  };

  return {
    /** Resolves with the rows' results once they are committed. */
    add(rows: readonly Row[]): Promise<Result[]> {
      if (rows.length === 0) return Promise.resolve([]);
      if (waitingRows + rows.length > options.maxWaiting && waitingRows > 0) {
        return Promise.reject(
          new Overloaded(`${waitingRows} responses are waiting to be stored; try again shortly`),
        );
      }
      waitingRows += rows.length;
      let bytes = 0;
      for (const row of rows) bytes += options.bytesOf(row);
      return new Promise((resolve, reject) => {
        queue.push({ rows, bytes, resolve, reject });
        running ??= drain();
      });
    },
    /** Resolves when everything that was added is settled. */
    async idle(): Promise<void> {
      while (running) await running;
    },
    waiting: () => waitingRows,
    /** For how long, in milliseconds, the transaction under way has been tried; 0 when none is. */
    busyFor: () => (begun === undefined ? 0 : options.now() - begun),
  };
}
