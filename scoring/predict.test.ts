import { expect, it } from 'vitest';
import { wordsIn } from './predict.ts';

it.each([
  ['It crashes, and no help came - 2 days!', 8],
  ['배송이 또 늦었어요', 3],
  ['配送がまた遅れました', 5],
  ['快递又晚到了', 4],
  ['บริการช้ามาก', 3],
  ['好', 1],
  ['。！', 0],
  ['👍👍', 0],
])('counts the words of %s', (text, words) => {
  expect(wordsIn(text)).toBe(words);
});
