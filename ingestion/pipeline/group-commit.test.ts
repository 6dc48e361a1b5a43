import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit.ts';
import { OverloadedError } from './overload.ts';

class Passing extends Error {}

/** A commit that takes a while, records its transactions, and fails on demand. */
function setUp(
  fail: (rows: readonly number[], attempt: number) => Error | undefined = () => undefined,
  maxBytes = 1_000,
  maxWaiting = 24,
) {
  const transactions: number[][] = [];
  const times: number[] = [];
  let clock = 0;
  let attempt = 0;
  const commits = createGroupCommit<number, string>({
    commit: async (rows, { receivedAt }) => {
      attempt += 1;
      await new Promise((done) => setImmediate(done));
      times.push(receivedAt.getTime());
      const error = fail(rows, attempt);
      if (error) throw error;
      transactions.push([...rows]);
      return rows.map((row) => `row ${row}`);
    },
    now: () => clock++,
    maxRows: 4,
    maxBytes,
    bytesOf: (row) => row,
    maxWaiting,
    isPassing: (error) => error instanceof Passing,
    patienceMs: 50,
    onRetry: () => undefined,
  });
  return { commits, transactions, times };
}

describe('group commit', () => {
  it('lets requests that come while a transaction runs share the next one, in order', async () => {
    const { commits, transactions } = setUp();
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((row) => commits.add('a', [row])));
    expect(answers.flat()).toEqual([1, 2, 3, 4, 5, 6].map((row) => `row ${row}`));
    expect(transactions).toEqual([[1], [2, 3, 4, 5], [6]]);
    expect(commits.waiting()).toBe(0);
  });

  it('keeps a request whole, and gives each its own results', async () => {
    const { commits, transactions } = setUp();
    const answers = await Promise.all(
      [[1], [2, 3, 4], [5, 6], [7, 8, 9, 10, 11]].slice(0, 3).map((rows) => commits.add('a', rows)),
    );
    expect(answers).toEqual([['row 1'], ['row 2', 'row 3', 'row 4'], ['row 5', 'row 6']]);
    expect(transactions).toEqual([[1], [2, 3, 4], [5, 6]]);
    expect(await commits.add('a', [])).toEqual([]);
  });

  it('bounds the bytes of a transaction beside its rows', async () => {
    const { commits, transactions } = setUp(undefined, 10, 100);
    // A row has as many bytes as its number.
    await Promise.all([1, 6, 4, 5, 20, 2, 3].map((row) => commits.add('a', [row])));
    expect(transactions).toEqual([[1], [6, 4], [5], [20], [2, 3]]);
  });

  it('gives a permanent error only to the request that causes it', async () => {
    const { commits, transactions } = setUp((rows) => (rows.includes(3) ? new Error('three') : undefined));
    const answers = await Promise.allSettled([1, 2, 3, 4].map((row) => commits.add('a', [row])));
    expect(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message)),
    ).toEqual([['row 1'], ['row 2'], 'three', ['row 4']]);
    expect(transactions).toEqual([[1], [2], [4]]);
  });

  it('retries transient errors, as the same batch', async () => {
    const { commits, times } = setUp((_, attempt) => (attempt < 3 ? new Passing('away') : undefined));
    expect(await commits.add('a', [1])).toEqual(['row 1']);
    expect(times).toHaveLength(3);
    expect(new Set(times).size).toBe(1);
  });

  it('gives up on a transient error that does not pass', async () => {
    let clock = 0;
    let away = true;
    const commits = createGroupCommit<number, number>({
      commit: async (rows) => {
        if (away) throw new Passing('away');
        return [...rows];
      },
      now: () => {
        clock += 40;
        return clock;
      },
      maxRows: 4,
      maxBytes: 1_000,
      bytesOf: () => 1,
      maxWaiting: 10,
      isPassing: (error) => error instanceof Passing,
      patienceMs: 50,
      onRetry: () => undefined,
    });
    await expect(commits.add('a', [1])).rejects.toThrow('away');
    away = false;
    expect(await commits.add('a', [2])).toEqual([2]);
  });

  it('refuses when too much waits, and accepts more afterwards', async () => {
    const { commits } = setUp();
    const waiting = [commits.add('a', [1, 2, 3]), commits.add('b', [4, 5, 6, 7, 8])];
    const refused = await commits.add('a', [9, 10, 11]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OverloadedError);
    expect((refused as OverloadedError).retryAfter).toBeGreaterThan(0);
    await Promise.all(waiting);
    expect(await commits.add('a', [9, 10, 11])).toHaveLength(3);
    await commits.idle();
    expect(commits.waiting()).toBe(0);
  });

  it('lets submitters take turns, and gives each its share of what may wait', async () => {
    const { commits, transactions } = setUp();
    const order: string[] = [];
    const add = (by: string, rows: number[]) =>
      commits.add(by, rows).then(() => order.push(`${by}${rows[0]}`));
    const waiting = [1, 2, 3].map((row) => add('flood', [row, row]));
    await expect(commits.add('flood', [4])).rejects.toThrow('6 responses of this key are waiting');
    // Others still have room, and do not wait for everything before them.
    waiting.push(add('other', [9]), add('third', [8]));
    await Promise.all(waiting);
    expect(transactions).toEqual([
      [1, 1],
      [9, 8, 2, 2],
      [3, 3],
    ]);
    expect(order.at(-1)).toBe('flood3');
    expect(await commits.add('flood', [4, 4, 4])).toHaveLength(3);
    await commits.idle();
    expect(commits.waiting()).toBe(0);
  });
});
