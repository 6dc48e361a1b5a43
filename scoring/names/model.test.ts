import { describe, expect, it } from 'vitest';
import { nameSpans, withoutSpans } from '../../domain/privacy/names.ts';
import { openNameModel } from './model.ts';
import { LANGUAGES, surenessFor } from './name-model.ts';

const SURENESS = LANGUAGES['en'] as NonNullable<(typeof LANGUAGES)['en']>;
const model = await openNameModel();
const without = async (text: string) => {
  const { words, readings } = await model.read(text);
  return withoutSpans(text, nameSpans(text, words, readings, SURENESS));
};

describe('the model that ships', () => {
  it('finds names and streets, and no words that only look like them', async () => {
    expect(await without('I spoke with Priya Patel, who lives at 12 Baker Street.')).toBe(
      'I spoke with [name], who lives at [address].',
    );
    const lookalikes = 'The May release broke the grace period in Jordan.';
    expect(await without(lookalikes)).toBe(lookalikes);
  });

  it('finds a name wherever the edge of a window is', async () => {
    for (let before = 112; before < 128; before += 2) {
      const text = `${'so '.repeat(before)}I thanked Priya Patel for it.`;
      expect(await without(text)).toBe(`${'so '.repeat(before)}I thanked [name] for it.`);
    }
  });

  it('reads no more of a hostile text than its windows hold', async () => {
    const signs = await model.read('!'.repeat(20_000));
    expect(signs.words).toHaveLength(20_000);
    expect(signs.readings.length).toBeGreaterThan(5_000);
    expect(signs.readings.length).toBeLessThanOrEqual(64 * 126);
    expect((await model.read('x'.repeat(1_000_000))).readings).toHaveLength(1);
    expect((await model.read('')).readings).toEqual([]);
    expect((await model.read('\ud83d a\u0000b \udc00')).words.length).toBeGreaterThan(2);
  });
});

it('is used in the languages that it knows, and in Latin letters where the language is not clear', () => {
  expect(surenessFor('en', 'Fine')).toBe(SURENESS);
  expect(surenessFor('it', 'ask Maria Gonzalez')).toBe(SURENESS);
  expect(
    surenessFor('it', 'Ho chiesto a Maria Gonzalez di richiamarmi, ma non lo ha ancora fatto.'),
  ).toBeNull();
  expect(surenessFor('ja', 'サポートの田中さん')).toBeNull();
  expect(surenessFor(null, 'Thx Tom')).toBe(SURENESS);
  expect(surenessFor(null, '田中さん')).toBeNull();
});
