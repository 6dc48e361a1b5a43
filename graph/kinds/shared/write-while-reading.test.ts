import { expect, it } from 'vitest';
import { writeWhileReading } from './projection.ts';
import { storedId, storedUuid, uuidOf } from './stored-id.ts';

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

it('reads the next part while one is written, and writes one at a time, in order', async () => {
  const log: string[] = [];
  await writeWhileReading(
    [1, 2, 3],
    async (part) => {
      log.push(`read ${part}`);
      return part;
    },
    async (read) => {
      log.push(`write ${read}`);
      await pause(5);
      log.push(`written ${read}`);
    },
  );
  expect(log).toEqual([
    'read 1',
    'write 1',
    'read 2',
    'written 1',
    'write 2',
    'read 3',
    'written 2',
    'write 3',
    'written 3',
  ]);
});

it('fails with a read only when the write beside it is over', async () => {
  let written = 0;
  const reading = async (part: number) => {
    if (part === 2) throw new Error('no answer');
    return part;
  };
  const writing = async () => {
    await pause(10);
    written += 1;
  };
  await expect(writeWhileReading([1, 2, 3], reading, writing)).rejects.toThrow('no answer');
  expect(written).toBe(1);
});

it('reads nothing after a write that failed', async () => {
  const read: number[] = [];
  const reading = async (part: number) => {
    read.push(part);
    return part;
  };
  const failing = () => Promise.reject(new Error('refused'));
  await expect(writeWhileReading([1, 2, 3], reading, failing)).rejects.toThrow('refused');
  expect(read).toEqual([1, 2]);
});

it('stores ids of responses and rollups as digits alone, and no others so', () => {
  const uuid = '0190a4c2-7d11-8fee-9abc-def012345678';
  expect(storedId(`Response:${uuid}`)).toBe('0190a4c27d118fee9abcdef012345678');
  expect(uuidOf(storedUuid(uuid))).toBe(uuid);
  expect(storedId('Rollup:2024010203:0123456789abcdef01234567:12')).toBe(
    '20240102030123456789abcdef0123456712',
  );
  expect(storedId(`Review:${uuid}`)).toBe(`Review:${uuid}`);
});
