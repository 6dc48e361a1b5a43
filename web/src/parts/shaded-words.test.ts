import { describe, expect, it } from 'vitest';
import { piecesOf, shadeOf, wordShares } from './shaded-words.ts';

const share = (token: string, value: number) => ({ token, share: value });

describe('the words of a comment with their shares', () => {
  it('finds the tokens whatever case and accents, and keeps every character', () => {
    const comment = 'Né voilà: Çok GÜZEL!';
    const pieces = piecesOf(comment, [
      share('[CLS]', 9),
      share('ne', 1),
      share('voila', 2),
      share(':', 0),
      share('guz', 3),
      share('##el', -1),
    ]);
    expect(pieces.map(({ text }) => text).join('')).toBe(comment);
    expect(pieces.filter((one) => one.share !== null).map(({ text, share }) => [text, share])).toEqual([
      ['Né', 1],
      ['voilà', 2],
      [':', 0],
      ['GÜZ', 3],
      ['EL', -1],
    ]);
  });

  it('leaves out tokens that the comment does not have, and what the tokenizer cut off', () => {
    const pieces = piecesOf('good 👍 app', [share('good', 1), share('[UNK]', 5), share('bad', 4)]);
    expect(pieces).toEqual([
      { text: 'good', share: 1, at: 0 },
      { text: ' 👍 app', share: null, at: 4 },
    ]);
    expect(piecesOf('', [])).toEqual([]);
  });

  it('adds the pieces of a word up, and lists features and the bias, the strongest first', () => {
    const shares = [
      share('slow', 0.2),
      share('##ly', 0.3),
      share('bad', -1),
      share('[channel=email]', 0.1),
      share('[bias]', 2),
      share('[SEP]', 7),
    ];
    expect(wordShares(piecesOf('slowly bad', shares), shares)).toEqual([
      { word: '[bias]', share: 2 },
      { word: 'bad', share: -1 },
      { word: 'slowly', share: 0.5 },
      { word: '[channel=email]', share: 0.1 },
    ]);
  });

  it('shades by the part of the strongest share', () => {
    expect([null, 0.01, 0.2, -0.5, 0.7, -1].map((one) => shadeOf(one, 1))).toEqual([0, 0, 1, 2, 3, 4]);
    expect(shadeOf(1, 0)).toBe(0);
  });
});
