import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { languageOf } from '../features.ts';
import { LANGUAGES } from '../multilingual/recipe.ts';
import { readTaxonomy } from '../themes.ts';
import { JUDGED, readFeedback, readParallel, TRANSFERRED } from './feedback.ts';

const FEWEST = 60;
/** Of their letter triples: sentences that share more say the same in the same words. */
const MOST_ALIKE = 0.6;

const taxonomy = readTaxonomy(new URL('../themes.json', import.meta.url));
const own = JSON.parse(readFileSync(new URL('./sentences.json', import.meta.url), 'utf8')) as {
  text: string;
}[];
const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const count = (labels: readonly number[]) => [0, 1, 2].map((c) => labels.filter((l) => l === c).length);

function triples(text: string): Set<string> {
  const letters = plain(text);
  return new Set(Array.from({ length: Math.max(1, letters.length - 2) }, (_, i) => letters.slice(i, i + 3)));
}

function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const one of a) shared += Number(b.has(one));
  return shared / (a.size + b.size - shared);
}

describe.each(TRANSFERRED)('feedback in %s', (language) => {
  const [training, calibration] = [readFeedback('training', language), readFeedback('calibration', language)];
  const test = JUDGED.flatMap((part) => readFeedback(part, language));

  it.each(['calibration', ...JUDGED] as const)(
    'has enough sentences for %s, of each class the same number',
    (part) => {
      const sentences = readFeedback(part, language);
      expect(sentences.length).toBeGreaterThanOrEqual(FEWEST);
      const third = Array(3).fill(sentences.length / 3);
      expect(count(sentences.map(({ sentiment }) => sentiment))).toEqual(third);
      expect(count(sentences.map(({ nps }) => nps))).toEqual(third);
    },
  );

  it('is judged on no sentence that training or calibration has seen, nor on one that is almost the same', () => {
    const seen = [...training, ...calibration].map(({ text }) => ({ text, triples: triples(text) }));
    const close = test.flatMap(({ text }) => {
      const read = triples(text);
      return seen.filter((one) => alike(one.triples, read) > MOST_ALIKE).map((one) => [text, one.text]);
    });
    expect(close).toEqual([]);
    const all = [...training, ...calibration, ...test].map(({ text }) => plain(text));
    expect(new Set(all).size).toBe(all.length);
  });

  it('has more sentences for training, of all classes', () => {
    expect(training.length).toBeGreaterThanOrEqual(FEWEST);
    const fewest = training.length / 5;
    expect(Math.min(...count(training.map(({ sentiment }) => sentiment)))).toBeGreaterThan(fewest);
    expect(Math.min(...count(training.map(({ nps }) => nps)))).toBeGreaterThan(fewest);
  });

  it('is in that language, and names themes that there are', () => {
    const sentences = [...training, ...calibration, ...test];
    const read = sentences.filter(({ text }) => languageOf(text) === language);
    expect(read.length / sentences.length).toBeGreaterThan(0.8);
    const names = new Set(taxonomy.themes.map(({ name }) => name));
    expect(sentences.flatMap(({ theme }) => (theme === null || names.has(theme) ? [] : [theme]))).toEqual([]);
  });
});

it('judges no language on a sentence of the English sets of the project, or of another language', () => {
  const english = [
    ...own.map(({ text }) => text),
    ...taxonomy.themes.flatMap(({ examples }) => examples.en ?? []),
  ];
  const trained = TRANSFERRED.flatMap((one) => [
    ...readFeedback('training', one),
    ...readFeedback('calibration', one),
  ]).map(({ text }) => text);
  const seen = new Set([...english, ...trained].map(plain));
  const tests = TRANSFERRED.flatMap((one) => JUDGED.flatMap((part) => readFeedback(part, one)));
  expect(tests.filter(({ text }) => seen.has(plain(text))).map(({ text }) => text)).toEqual([]);
});

it('has every meaning of the parallel sentences in every language', () => {
  const parallel = readParallel();
  expect([...parallel.keys()]).toEqual([...LANGUAGES]);
  for (const sentences of parallel.values()) {
    expect(sentences.length).toBeGreaterThanOrEqual(24);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(sentences).not.toContain('');
  }
});
