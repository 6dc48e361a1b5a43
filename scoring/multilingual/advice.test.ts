import { expect, it } from 'vitest';
import { withAdvice } from './advice.ts';

it('names the next command for a language that an encoder can be built for, and for nothing else', () => {
  const [without, built] = [() => ['scoreline-minilm'], () => ['scoreline-minilm', 'scoreline-e5']];
  expect(withAdvice('language: de; the model reads en', without)).toBe(
    'language: de; the model reads en; "scoreline model multilingual" builds an encoder that reads it',
  );
  expect(withAdvice('language: de; the model reads en', built)).toBe(
    'language: de; the model reads en; the mutation pairModels adds a model that reads it (docs/guides/languages.md)',
  );
  for (const reason of ['language: sv; the model reads en', 'too short: fewer than 2 words'])
    for (const encoders of [without, built]) expect(withAdvice(reason, encoders)).toBe(reason);
});
