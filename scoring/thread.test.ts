import { expect, it } from 'vitest';
import { mmdTest } from '../domain/drift/two-sample.ts';
import { randomFrom } from '../domain/statistics/random.ts';
import type { MmdRequest } from './mmd-worker.ts';
import { runInThread } from './thread.ts';

/* Other tests start the built threads (test/runner/built-threads.ts); training scripts start them from their sources, as here. */

it('a thread runs from its sources', async () => {
  const random = randomFrom(3);
  const sample = () => Array.from({ length: 12 }, () => Float32Array.from({ length: 4 }, random));
  const request: MmdRequest = { before: sample(), now: sample(), permutations: 50, seed: 5 };
  const url = new URL('./mmd-worker.ts', import.meta.url);
  expect(url.pathname).toMatch(/\.ts$/);
  const { before, now, permutations, seed } = request;
  expect(await runInThread(url, request)).toEqual(mmdTest(before, now, permutations, randomFrom(seed)));
});
