import { describe, expect, it } from 'vitest';
import { countWords, problemWords, replayWords } from './words.ts';

const score = { reason: 'VALUE', code: 'OUT_OF_SCALE', field: 'score' } as const;

describe('what waits, in words', () => {
  it('names the problem with its field, or the reason where there is none', () => {
    expect(problemWords(score)).toBe('the score is not on the scale (score)');
    expect(problemWords({ reason: 'BODY', code: 'INVALID', field: null })).toBe(
      'the delivery cannot be read',
    );
  });

  it('counts by reason', () => {
    const counts = [
      { reason: 'VALUE', count: 1200 },
      { reason: 'THIN', count: 1 },
    ] as const;
    expect(countWords(counts)).toBe('1,200 × a value cannot be stored, 1 × announced, not fetched yet');
  });

  it('says what a replay did', () => {
    const date = { reason: 'VALUE', code: 'INVALID_TIME', field: 'answeredAt', count: 1 } as const;
    expect(replayWords({ replayed: 12, problems: [{ ...score, count: 2 }, date] })).toBe(
      '12 stored, 3 still wrong: 2 × the score is not on the scale (score), 1 × the date cannot be read (answeredAt).',
    );
    expect(replayWords({ replayed: 1, problems: [] })).toBe('1 stored, none is wrong any more.');
    expect(replayWords({ replayed: 2, problems: [] }, true)).toContain('2 stored or to be fetched again');
    expect(replayWords({ replayed: 0, problems: [] })).toBe('Nothing that matches waits.');
  });
});
