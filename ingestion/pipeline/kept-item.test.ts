import { expect, it } from 'vitest';
import { keptItem, LONGEST_KEPT } from './kept-item.ts';

it('stores an item as it arrived', () => {
  const raw = JSON.stringify({ id: '1', comment: 'x'.repeat(200_000) });
  expect(keptItem(raw)).toEqual({ text: raw, isCut: false });
});

it('cuts the longest values of one that is too long, and records their length', () => {
  const raw = JSON.stringify({ id: '1', mail: '👍🏽'.repeat(200_000), note: 'y'.repeat(50_000), score: 9 });
  const { text, isCut } = keptItem(raw);
  expect(isCut).toBe(true);
  expect(text.length).toBeLessThanOrEqual(LONGEST_KEPT);
  const kept = JSON.parse(text);
  expect(kept).toMatchObject({ id: '1', note: 'y'.repeat(50_000), score: 9 });
  expect(kept.mail).toMatch(/^(👍🏽){10000,}… \(800000 characters\)$/u);
});

it.each([
  ['control characters', { a: '\u0001'.repeat(1_000_000) }],
  [
    'many columns',
    Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`column ${i}`, 'z'.repeat(90)])),
  ],
  [
    'long headings',
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i} ${'h'.repeat(20_000)}`, 'z'])),
  ],
  ['a list', ['z'.repeat(LONGEST_KEPT)]],
])('is bounded and stays JSON: %s', (_, item) => {
  const { text, isCut } = keptItem(JSON.stringify(item));
  expect(isCut).toBe(true);
  expect(text.length).toBeLessThanOrEqual(LONGEST_KEPT);
  expect(Object.keys(JSON.parse(text)).length).toBeGreaterThan(0);
});
