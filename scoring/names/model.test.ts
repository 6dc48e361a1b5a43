import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nameSpans, withoutSpans } from '../../domain/privacy/names.ts';
import { TRANSFERRED } from '../training/feedback.ts';
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

  it('finds a name among many sentences, and wherever the edge of a window is', async () => {
    const filler = 'The box was damaged. Checkout fails on page 3! Why is it so slow? ';
    expect(await without(`${filler.repeat(20)}Mr. Patel refused. ${filler}`)).toBe(
      `${filler.repeat(20)}Mr. [name] refused. ${filler}`,
    );
    const start =
      'when the parcel was late again and the box was wet and torn and the lid was gone and it was cold';
    for (let before = 10; before <= 20; before++) {
      const words = start.split(' ').slice(0, before).join(' ');
      const end = 'who was kind and found it at once and then sent us a new one the very next day';
      expect(await without(`${words} I called Priya Patel ${end}`)).toBe(`${words} I called [name] ${end}`);
    }
  });

  it('reads no more of a hostile text than its windows hold', async () => {
    const signs = await model.read('!'.repeat(20_000));
    expect(signs.words).toHaveLength(20_000);
    expect(signs.readings.length).toBeGreaterThan(5_000);
    expect(signs.readings.length).toBeLessThanOrEqual(256 * 40);
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
  expect(surenessFor('tr', 'İdare eder')).toBeNull();
  expect(surenessFor(null, 'Thx Tom')).toBe(SURENESS);
  expect(surenessFor(null, '田中さん')).toBeNull();
});

it('is used in exactly the languages in which its figures hold', () => {
  const table = readFileSync(new URL('../NAMES.md', import.meta.url), 'utf8');
  const rows = [...table.matchAll(/^\| (\w\w) \|.*\| (yes|no) \| (?:yes|no) \|$/gm)];
  expect(rows.map(([, language]) => language).sort()).toEqual(['en', ...TRANSFERRED].sort());
  const held = rows.flatMap(([, language, holds]) => (holds === 'yes' ? [language] : []));
  expect(held.sort()).toEqual(Object.keys(LANGUAGES).sort());
});
