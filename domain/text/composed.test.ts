import { afterEach, expect, it, vi } from 'vitest';
import { wordsOf } from '../../api/ask/grammar.ts';
import { fold } from '../../ingestion/files/dates/fold.ts';
import { nameOfField } from '../../ingestion/pipeline/field-names.ts';
import { pseudonym } from '../../ingestion/pipeline/pseudonym.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { versionAsked } from '../../ingestion/pipeline/wording.ts';
import fc from '../../test/fixtures/properties.ts';
import { dimensionValue } from '../segments/dimensions.ts';
import { composed } from './composed.ts';
import { folded } from './did-you-mean.ts';
import { readWritten } from './written-number.ts';

/** More marks than a joiner leaves together. */
const PILED = /(?:(?!\u034f)[\p{M}\uff9e\uff9f]){33}/u;
const FORMS = ['NFC', 'NFKC', 'NFKD'] as const;
/** Marks on one letter, none of which is in order. */
const piled = (marks: number) => `a${'\u0301'.repeat(marks / 2)}${'\u0316'.repeat(marks / 2)}b`;

afterEach(() => vi.restoreAllMocks());

it('is the normalisation form of whatever people write', () => {
  const letter = fc.constantFrom(...'aéΩ각ㅏशािﾞกำ\u1100\u1161\u11a8ﷺ½Å ');
  const mark = fc.constantFrom('\u0301', '\u0316', '\u0338', '\u3099', '\uff9e', '\u093c', '\u09be');
  const written = fc
    .array(fc.tuple(letter, fc.array(mark, { maxLength: 31 })), { maxLength: 30 })
    .map((parts) => parts.map(([one, marks]) => one + marks.join('')).join(''));
  fc.assert(
    fc.property(written, fc.constantFrom(...FORMS), (text, form) => {
      const runs = text.match(/[\p{M}\uff9e\uff9f]+/gu) ?? [];
      fc.pre(runs.every((run) => run.length <= 32));
      expect(composed(text, form)).toBe(text.normalize(form));
    }),
  );
});

it('divides what is piled up, and changes nothing a second time', () => {
  const text = composed(piled(100), 'NFC');
  const marks = (sign: string, count: number) => sign.repeat(count);
  const [above, below] = ['\u0301', '\u0316'];
  const last = marks(below, 14) + marks(above, 18);
  const parts = [`á${marks(above, 31)}`, last, marks(below, 32), marks(below, 4)];
  expect(text === `${parts.join('\u034f')}b`).toBe(true);
  expect(composed(text, 'NFC') === text).toBe(true);
});

it('normalises at most 32 marks in a row, at every door that a text comes in by', () => {
  const given: string[] = [];
  const normalize = String.prototype.normalize;
  vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form) {
    given.push(String(this));
    return normalize.call(this, form);
  });
  const text = piled(2_000);
  const alternating = '\u0301\uff9e'.repeat(1_000);
  const { sourceOf } = createItemReader([], 'api');
  for (const one of [text, alternating]) {
    for (const form of FORMS) composed(one, form);
    for (const read of [folded, fold, nameOfField, dimensionValue, wordsOf]) read(one);
    pseudonym({ version: 1, secret: Buffer.alloc(32) }, one);
    readWritten(['any digits'], one);
    versionAsked('1', one);
    sourceOf({ source: one });
  }
  expect(given.length).toBeGreaterThan(15);
  for (const one of given) expect(PILED.test(one)).toBe(false);
  expect(sourceOf({ source: ' shop ' })).toBe('shop');
});
