import { expect, it } from 'vitest';
import { heapKept } from '../../test/fixtures/heap.ts';
import { nameOfField } from './field-names.ts';

it('gives the name of a field in the form of headings, also a long one', () => {
  expect([' Date  of\nvisit ', 'Date of visit'].map(nameOfField)).toEqual(['Date of visit', 'Date of visit']);
  expect(nameOfField(` ${'x'.repeat(5_000)} `)).toBe('x'.repeat(5_000));
});

it('keeps no long names of fields, which senders choose', () => {
  const before = heapKept();
  for (let i = 0; i < 100; i++) nameOfField(Buffer.alloc(500_000, `${i} `).toString());
  expect(heapKept() - before).toBeLessThan(10_000_000);
});
