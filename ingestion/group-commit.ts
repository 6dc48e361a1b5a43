/** Thrown when more rows wait than may: the caller should try again later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export interface GroupCommitOptions<Row, Result> {
  /** Commits the rows in one transaction; the answer has one entry per row. */
  readonly commit: (rows: readonly Row[], batch: { readonly receivedAt: Date }) => Promise<Result[]>;
  readonly now: () => number;
  /** Rows of one transaction; a larger request is still one transaction. */
  readonly maxRows: number;
  /** Rows that may wait; beyond it requests are refused. */
  readonly maxWaiting: number;
  /** Whether the error will pass (connection lost, deadlock): the same rows are then tried again. */
  readonly isPassing: (error: unknown) => boolean;
  /** For how long passing errors are waited out, in milliseconds. */
  readonly patienceMs: number;
  readonly onRetry: (error: Error, attempt: number) => void;
}

interface Waiting<Row, Result> {
  readonly rows: readonly Row[];
  readonly resolve: (results: Result[]) => void;
  readonly reject: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 1_000;

/**
 * Lets many small requests share a commit: while one transaction is on its way to the disk the next requests gather,
 * and go together as soon as it is through. A request alone does not wait. Each is answered after its own commit;
 * an error that does not pass is given only to the request that causes it.
 */
export function createGroupCommit<Row, Result>(options: GroupCommitOptions<Row, Result>) {
  const queue: Waiting<Row, Result>[] = [];
  let waitingRows = 0;
  let running: Promise<void> | undefined;

  const commitWithPatience = async (rows: readonly Row[]): Promise<Result[]> => {
    const batch = { receivedAt: new Date(options.now()) };
    const deadline = options.now() + options.patienceMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await options.commit(rows, batch);
      } catch (error) {
        if (!options.isPassing(error) || options.now() > deadline) throw error;
        options.onRetry(error as Error, attempt);
        await new Promise((done) => setTimeout(done, Math.min(FIRST_PAUSE_MS * 2 ** attempt, LAST_PAUSE_MS)));
      }
    }
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
      for (
        let next = queue[0];
        next && (group.length === 0 || rows + next.rows.length <= options.maxRows);
        next = queue[0]
      ) {
        queue.shift();
        group.push(next);
        rows += next.rows.length;
      }
      await settle(group);
      waitingRows -= rows;
    }
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
      return new Promise((resolve, reject) => {
        queue.push({ rows, resolve, reject });
        running ??= drain();
      });
    },
    /** Resolves when everything that was added is settled. */
    async idle(): Promise<void> {
      while (running) await running;
    },
    waiting: () => waitingRows,
  };
}
