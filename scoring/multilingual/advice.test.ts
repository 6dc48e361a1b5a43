import { expect, it } from 'vitest';
import { withAdvice } from './advice.ts';

it('names the command for a language that it brings, and for nothing else', () => {
  expect(withAdvice('language: de; the model reads en')).toBe(
    'language: de; the model reads en; "scoreline model multilingual" builds an encoder that reads it',
  );
  for (const reason of ['language: sv; the model reads en', 'too short: fewer than 2 words'])
    expect(withAdvice(reason)).toBe(reason);
});
