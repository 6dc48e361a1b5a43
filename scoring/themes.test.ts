import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../domain/statistics/random.ts';
import { examplesIn, fitThemes, readTaxonomy, type Taxonomy } from './themes.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-themes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const english = ['It crashes.', 'It is broken.', 'An error.', 'It freezes.', 'It lost my draft.'];
const german = ['Es stürzt ab.', 'Es ist kaputt.', 'Ein Fehler.', 'Es friert ein.', 'Der Entwurf ist weg.'];

function read(...themes: object[]): Taxonomy {
  const path = join(folder, 'themes.json');
  writeFileSync(path, JSON.stringify({ version: '1', themes }));
  return readTaxonomy(path);
}
const other = { name: 'praise', description: 'Praise.', examples: english };

it('takes descriptions and examples in one language, which is English, or in several', () => {
  const { themes } = read(other, {
    name: 'bugs',
    description: { en: 'Something is broken.', de: 'Etwas ist kaputt.' },
    examples: { en: english, de: german },
  });
  const [praise, bugs] = themes as [Taxonomy['themes'][number], Taxonomy['themes'][number]];
  expect(praise.description).toEqual({ en: 'Praise.' });
  expect(bugs.description.de).toBe('Etwas ist kaputt.');
  expect(examplesIn(praise, ['en', 'de'])).toEqual(english);
  expect(examplesIn(bugs, ['en', 'de'])).toEqual([...english, ...german]);
  // The encoder that ships reads English: sentences in other languages would teach it nothing true.
  expect(examplesIn(bugs, ['en'])).toEqual(english);
});

it('names the theme that has too few examples in what the encoder reads', () => {
  const { themes } = read(other, { name: 'bugs', description: 'x', examples: { de: german } });
  expect(() => examplesIn(themes[1] as Taxonomy['themes'][number], ['en'])).toThrow(
    'themes: bugs has 0 examples in the languages that the encoder reads (en); at least 5 are needed',
  );
});

it('calibrates each theme on examples of its own, however many themes there are', () => {
  for (const number of [4, 5, 10]) {
    const random = randomFrom(4);
    const names = [...'abcdefghij'].slice(0, number);
    const about = (theme: string) => ({
      theme,
      inputs: Float64Array.from(names, (name) => (name === theme ? 1 : 0) + 0.5 * random()),
    });
    const examples = Array.from({ length: 12 }, () => names.map(about)).flat();
    for (const { name, head, thresholds } of fitThemes(names, examples)) {
      // The themes are far apart: a head that saw some examples of its theme is sure of the others.
      const { calibration } = head;
      const temperature = calibration.kind === 'temperature' ? calibration.temperature : Number.NaN;
      expect(temperature, `${name} of ${number}`).toBeLessThan(1);
      expect(Object.keys(thresholds)).toContain('95');
    }
  }
});

it('says which part of the file is wrong', () => {
  const wrong = (theme: object) => () =>
    read(other, { name: 'bugs', description: 'x', examples: english, ...theme });
  expect(wrong({ examples: { de: german.slice(1) } })).toThrow(
    'themes.1.examples.de: a theme needs at least five examples in a language',
  );
  expect(wrong({ examples: english.slice(1) })).toThrow('themes.1.examples.en: a theme needs');
  expect(wrong({ description: { German: 'Fehler' } })).toThrow('themes.1.description.German');
  expect(wrong({ description: 7 })).toThrow('themes.1.description');
});
