import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { nameOfField } from './field-names.ts';

it('gives the name of a field in the form of headings, also a long one', () => {
  expect([' Date  of\nvisit ', 'Date of visit'].map(nameOfField)).toEqual(['Date of visit', 'Date of visit']);
  expect(nameOfField(` ${'x'.repeat(5_000)} `)).toBe('x'.repeat(5_000));
});

it('keeps no long names of fields, which senders choose', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let i = 0; i < 100; i++) nameOfField(Buffer.alloc(500_000, `${i} `).toString());
  expect(heap() - before).toBeLessThan(10_000_000);
});
