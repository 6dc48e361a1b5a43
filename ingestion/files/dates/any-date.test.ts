import { DateTime } from 'luxon';
import { expect, it } from 'vitest';
import fc from '../../../test/fixtures/properties.ts';
import { LONGEST_DATE } from './fold.ts';
import { dateFormatsOf } from './formats.ts';
import { readTime } from './read-time.ts';

const RULES = { zone: 'UTC', skipped: 'later', repeated: 'earlier' } as const;

/** luxon's patterns, which use the same letters, and the part of the moment that each of them gives. */
const PATTERNS: readonly (readonly [pattern: string, unit: 'day' | 'minute' | 'second' | 'millisecond'])[] = [
  ['yyyy-MM-dd', 'day'],
  ['d.M.yy', 'day'],
  ['yyyyMMdd', 'day'],
  ['yyyy-ooo', 'day'],
  ["kkkk-'W'WW-E", 'day'],
  ['MM/dd/yyyy HH:mm', 'minute'],
  ['M/d/yyyy h:mm a', 'minute'],
  ['yyMMddHHmmss', 'second'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSZZ", 'millisecond'],
  ['yyyy-MM-dd HH:mm:ss.u ZZZ', 'millisecond'],
  ['d MMMM yyyy HH:mm', 'minute'],
  ['cccc, d. MMM yyyy HH:mm:ss', 'second'],
  ['d LLLL yyyy', 'day'],
];
const LANGUAGES = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt-BR',
  'nl',
  'sv',
  'pl',
  'cs',
  'ru',
  'uk',
  'tr',
  'el',
  'hu',
  'vi',
  'hi',
  'he',
  'ar',
  'ko',
];

it('what luxon writes, in any language, is read back', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PATTERNS),
      fc.constantFrom(...LANGUAGES),
      fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2059, 11, 31) }),
      ([pattern, unit], language, time) => {
        const made = dateFormatsOf([pattern], [language]);
        if ('mistakes' in made) throw new Error(`${pattern} ${language}: ${JSON.stringify(made.mistakes)}`);
        const moment = DateTime.fromMillis(time, { zone: 'UTC' })
          .startOf(unit)
          .reconfigure({ locale: language, outputCalendar: 'gregory' });
        // Some languages abbreviate months to numbers, which are not names.
        fc.pre(!/\bMMM\b/.test(pattern) || !/^\d/.test(moment.toFormat('MMM')));
        const text = moment.toFormat(pattern);
        const read = readTime({ ...RULES, formats: made.formats }, text);
        const found = typeof read === 'string' ? read : read.at.toISOString();
        expect([language, text, found]).toEqual([language, text, moment.toJSDate().toISOString()]);
      },
    ),
    { numRuns: 3_000 },
  );
});

// A backtracking pattern would never finish: the runner ends it.
it('every format and text has a result', () => {
  const letter = fc.constantFrom(
    ...'yMLdoHhmsSuakWEcqZzXxTDGQ',
    ..."/.-: ,'年1",
    'yyyy',
    'MM',
    'dd',
    'MMM',
    'HH',
    'mm',
  );
  // Few formats of random letters can be read: every other one is a format that people write.
  const format = fc.oneof(
    fc.array(letter, { maxLength: 14 }).map((letters) => letters.join('')),
    fc.constantFrom('yyyy-MM-dd', 'dd/MM/yyyy HH:mm', 'd. MMMM yyyy', 'MMM d, yyyy h:mm a'),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.constantFrom(...'0123456789', ...'/.-:T+Z ,', 'mar', 'am', '٣', '\u202f'), {
        maxLength: LONGEST_DATE,
      })
      .map((all) => all.join('')),
  );
  let made = 0;
  fc.assert(
    fc.property(fc.array(format, { minLength: 1, maxLength: 3 }), text, (formats, given) => {
      const all = dateFormatsOf([...formats, 'iso'], ['en', 'de']);
      if ('mistakes' in all) {
        for (const { message } of all.mistakes) expect(message.length).toBeLessThan(400);
        return;
      }
      made += 1;
      const read = readTime({ ...RULES, formats: all.formats }, given);
      if (typeof read === 'string') expect(read.length).toBeLessThan(400);
      else expect(read.at.getTime()).not.toBeNaN();
    }),
    { numRuns: 3_000 },
  );
  expect(made).toBeGreaterThan(0);
});
