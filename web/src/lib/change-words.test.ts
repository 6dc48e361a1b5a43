import { describe, expect, it } from 'vitest';
import { type Change, changeWords, directionOf, pValueWords } from './change-words.ts';

const change = (part: Partial<Change>): Change => ({
  difference: null,
  low: null,
  high: null,
  pValue: null,
  before: { responses: 100, suppressed: false },
  after: { responses: 100, suppressed: false },
  ...part,
});

describe('a change in words', () => {
  it.each<[string, Partial<Change>]>([
    ['Fell by 8.0 points (3.0 to 13.0).', { difference: -8, low: -13, high: -3 }],
    ['Rose by 4.0 points (0.3 to 7.8).', { difference: 4, low: 0.3, high: 7.8 }],
    [
      'No clear change: 41 answers can’t show a difference under 22 points.',
      { difference: 5, low: -10.2, high: 20.2, after: { responses: 41, suppressed: false } },
    ],
    ['There is nothing to compare with: no answers before.', { before: { responses: 0, suppressed: false } }],
    ['Too few answers to compare.', { before: { responses: null, suppressed: true } }],
  ])('%s', (words, part) => {
    expect(changeWords(change(part))).toBe(words);
  });

  it('has no direction that its interval does not carry', () => {
    expect(directionOf({ low: -0.1, high: 12 })).toBe('unclear');
    expect(directionOf({ low: 0.1, high: 12 })).toBe('up');
    expect(directionOf({ low: -12, high: -0.1 })).toBe('down');
    expect(directionOf({ low: null, high: null })).toBe('none');
  });

  it('says how often chance alone gives as much', () => {
    expect(pValueWords(0.0001)).toContain('fewer than 1 in 1,000');
    expect(pValueWords(0.035)).toContain('35 in 1,000');
    expect(pValueWords(0.4)).toContain('40 in 100');
    expect(pValueWords(null)).toBe('');
  });
});
