import { describe, expect, it } from 'vitest';
import { folded, suggesting } from './did-you-mean.ts';

const KNOWN = ['Germany', 'Japan', 'São Paulo', 'United States', 'unknown', 'Peru'];

const didYouMean = async (given: string, known: readonly string[]) => (await suggesting(known))(given);

describe('suggestions', () => {
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
  ])('%j -> %j', async (given, expected) => {
    expect(await didYouMean(given, KNOWN)).toEqual(expected);
  });

  it('are three at most, the nearest first', async () => {
    expect(await didYouMean('e-mail', ['email 4', 'email 2', 'email 3', 'E-Mail', 'mail'])).toEqual([
      'E-Mail',
      'mail',
      'email 2',
    ]);
  });

  it('among many values are only equal ones, and those with the same beginning', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `value number ${i} of many`);
    expect(await didYouMean('Value Number 7777 of many', many)).toEqual(['value number 7777 of many']);
    expect(await didYouMean('value numbre 7777 of many', many)).toEqual([]);
  });

  it('fold what looks the same', () => {
    expect(folded(' Ｇｅｒ-many ')).toBe(folded('GERMANY'));
  });
});
