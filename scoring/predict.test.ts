import { expect, it } from 'vitest';
import { wordsIn } from './predict.ts';

it.each([
  ['It crashes, and no help came - 2 days!', 8],
  ['배송이 또 늦었어요', 3],
  ['好', 1],
  ['。！', 0],
  ['👍👍', 0],
])('counts the words of %s', (text, words) => {
  expect(wordsIn(text)).toBe(words);
});

it.each(['配送がまた遅れました', '快递又晚到了', 'บริการช้ามาก'])('finds several words in %s', (text) => {
  // Where exactly they part depends on the dictionary of the Node.js version.
  expect(wordsIn(text)).toBeGreaterThan(1);
});
