import { DateTime } from 'luxon';
import { expect, it } from 'vitest';
import { formatMistake, LONGEST_DATE } from './date-format.ts';

it('takes the patterns that people write', () => {
  for (const format of [
    'iso',
    'dd/MM/yyyy HH:mm',
    'd.M.yyyy',
    'M/d/yyyy h:mm:ss a',
    'yyyyMMdd',
    'yyyyMMddHHmmss',
    "dd MMM yyyy 'at' HH:mm",
    'MMMM d, yyyy',
    'ccc, dd LLL yyyy HH:mm:ss ZZZ',
    'yyyy-MM-dd HH:mm:ss z',
    'X',
    'x',
    'D',
    'f',
  ])
    expect(formatMistake(format), format).toBeNull();
});

it.each([
  ['hHhHhH', /side by side/],
  ['dMMyyyy', /side by side/],
  ['ddMy', /side by side/],
  ["d'1'M", /side by side/],
  ['yyyyyMM', /side by side/],
  ['SSSu', /side by side/],
  ['z/z', /more than once/],
  ['', /empty/],
  ['d.'.repeat(LONGEST_DATE), /longer than 64/],
])('refuses %s', (format, says) => {
  expect(formatMistake(format)).toMatch(says);
  expect(formatMistake(format)?.length).toBeLessThan(200);
});

it('leaves no pattern that tries every way to share out digits', () => {
  const units = [
    'd',
    'dd',
    'M',
    'yyyy',
    'y',
    'H',
    'hh',
    'm',
    's',
    'S',
    'u',
    'o',
    'q',
    'X',
    'z',
    'Z',
    "'1'",
    '/',
    '.',
  ];
  let tried = 0;
  for (let seed = 0; seed < 400; seed++) {
    let state = seed * 2_654_435_761;
    const pick = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return units[state % units.length] as string;
    };
    const format = Array.from({ length: 2 + (seed % 30) }, (_, i) => (i % 2 === seed % 2 ? pick() : '/'))
      .join('')
      .slice(0, LONGEST_DATE);
    if (formatMistake(format) !== null) continue;
    tried++;
    for (const unit of ['1', '11/', '1.', 'a/'])
      DateTime.fromFormat(`${unit.repeat(LONGEST_DATE).slice(0, LONGEST_DATE - 1)}x`, format);
  }
  // What is refused costs nothing; that some were tried shows that the rule is not "none".
  expect(tried).toBeGreaterThan(0);
}, 20_000);
