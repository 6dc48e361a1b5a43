import { expect, it } from 'vitest';
import { poolByChance } from '../test/fixtures/training-by-chance.ts';
import { examplesOf } from './training-job.ts';

it('gives the encoder a few texts at a time, so that what is scored meanwhile does not wait for all', async () => {
  const sizes: number[] = [];
  const pool = poolByChance({ dimension: 4, meanwhile: async (texts) => void sizes.push(texts.length) });
  const sources = Array.from({ length: 300 }, (_, i) => ({ text: `text ${i}`, attributes: {} }));
  const examples = await examplesOf(
    pool,
    sources,
    sources.map((_, i) => i % 3),
  );
  expect(examples.map(({ label }) => label)).toEqual(sources.map((_, i) => i % 3));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(300);
});
