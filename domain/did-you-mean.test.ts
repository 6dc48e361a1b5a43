import { describe, expect, it } from 'vitest';
import { didYouMean, folded } from './did-you-mean.ts';

const KNOWN = ['Germany', 'Japan', 'São Paulo', 'United States', 'unknown', 'Peru'];

describe('didYouMean', () => {
  it.each([
    ['germany', ['Germany']],
    ['Germny', ['Germany']],
    ['Gemrany', ['Germany']],
    ['GER', ['Germany']],
    ['sao-paulo', ['São Paulo']],
    ['United States of America', ['United States']],
    ['Prue', []],
    ['per', ['Peru']],
    ['France', []],
    ['x', []],
    ['', []],
  ])('%j -> %j', (given, expected) => {
    expect(didYouMean(given, KNOWN)).toEqual(expected);
  });

  it('tells three at most, the nearest first', () => {
    expect(didYouMean('e-mail', ['email 4', 'email 2', 'email 3', 'E-Mail', 'mail'])).toEqual([
      'E-Mail',
      'mail',
      'email 2',
    ]);
  });

  it('takes few milliseconds for thousands of values', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `value number ${i} of many`);
    const begun = performance.now();
    expect(didYouMean('Value Number 7777 of many', many)).toEqual(['value number 7777 of many']);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('folds what the eye takes for the same', () => {
    expect(folded(' Ｇｅｒ-many ')).toBe(folded('GERMANY'));
  });
});
