import { expect, it } from 'vitest';
import fc from '../test/fixtures/properties.ts';
import { stringifyInSlices } from './stringify.ts';

it('writes what JSON.stringify writes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.integer({ min: 0, max: 500 }), async (value, length) => {
      const answer = { data: { rows: Array.from({ length }, () => value), one: value, none: undefined } };
      expect(await stringifyInSlices(answer)).toBe(JSON.stringify(answer));
      expect(await stringifyInSlices(value)).toBe(JSON.stringify(value));
    }),
  );
  const odd = { at: new Date(0), undefined, nested: { at: [new Date(1)] } };
  expect(await stringifyInSlices(odd)).toBe(JSON.stringify(odd));
});

it('yields to the event loop within a long list', async () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => ({ id: `row ${i}`, score: i, at: 'x'.repeat(50) }));
  let turns = 0;
  let done = false;
  const count = () => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await stringifyInSlices({ data: { rows } });
  done = true;
  expect(turns).toBeGreaterThan(3);
});
