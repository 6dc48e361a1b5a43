import { expect, it } from 'vitest';
import { emojiAsWords, PREPARATION, preparedFor } from './preparation.ts';

it.each([
  ['Support 👎👎👎 for us', 'Support bad. for us'],
  ['Delivery 👍🏽 today', 'Delivery great. today'],
  ['update ❤️', 'update I love it.'],
  ['with 🌧 outside', 'with 🌧 outside'],
  ['no signs at all: 1 © # *', 'no signs at all: 1 © # *'],
])('reads %s as %s', (text, words) => {
  expect(emojiAsWords(text)).toBe(words);
});

it('applies only to models made with it, and only in their languages', () => {
  const reader = { preparation: PREPARATION, languages: ['en'] };
  const source = { text: 'The checkout 💩 on my phone', attributes: {} };
  expect(preparedFor(reader, source).text).toBe('The checkout terrible. on my phone');
  expect(preparedFor({ languages: ['en'] }, source)).toBe(source);
  const german = { text: 'Die App stürzt seit dem letzten Update ständig ab 👎', attributes: {} };
  expect(preparedFor(reader, german)).toBe(german);
});
