import { setImmediate as endOfTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sharedRead } from './shared-read.ts';

it('serves callers of one turn of the event loop by one read, and those during a read by the next', async () => {
  const reads: number[][] = [];
  let end: () => void = () => undefined;
  const read = sharedRead<number, number>(async (asked) => {
    reads.push([...asked]);
    await new Promise<void>((done) => {
      end = done;
    });
    return reads.length;
  });
  const first = read(1);
  // Another request of the same turn asks after promises of the first one have resolved.
  await Promise.resolve().then(() => Promise.resolve());
  const second = read(2);
  await endOfTurn();
  await endOfTurn();
  expect(reads).toEqual([[1, 2]]);
  const third = read(3);
  await endOfTurn();
  expect(reads).toEqual([[1, 2]]);
  end();
  expect(await Promise.all([first, second])).toEqual([1, 1]);
  while (reads.length < 2) await endOfTurn();
  expect(reads).toEqual([[1, 2], [3]]);
  end();
  expect(await third).toBe(2);
});

it('reads for later callers after a read that failed', async () => {
  let reads = 0;
  const read = sharedRead<null, number>(async () => {
    reads += 1;
    if (reads === 1) throw new Error('away');
    return reads;
  });
  await expect(read(null)).rejects.toThrow('away');
  expect(await read(null)).toBe(2);
});
