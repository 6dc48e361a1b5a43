import { describe, expect, it } from 'vitest';
import { dateFormatsOf } from './formats.ts';
import { knownLanguage } from './names.ts';
import { readTime } from './read-time.ts';

const mistakesOf = (formats: readonly string[], languages = ['en']) => {
  const read = dateFormatsOf(formats, languages);
  return 'mistakes' in read ? read.mistakes.map(({ message }) => message) : [];
};
/** The moment as a text, with its note, or why there is none. */
const read = (
  given: string | readonly string[],
  text: string,
  { languages = ['en'], zone = 'UTC' }: { languages?: readonly string[]; zone?: string } = {},
) => {
  const made = dateFormatsOf([given].flat(), languages);
  if ('mistakes' in made) throw new Error(JSON.stringify(made.mistakes));
  const time = readTime({ formats: made.formats, zone, skipped: 'later', repeated: 'earlier' }, text);
  return typeof time === 'string' ? time : time.at.toISOString();
};

describe('a format', () => {
  it.each([
    ['iso', '2026-03-31T09:30', '2026-03-31T09:30:00.000Z'],
    ['iso', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss ZZ', '2017-01-01 05:29:60 +05:30', '2017-01-01T00:00:00.000Z'],
    ['dd/MM/yyyy HH:mm', '31/03/2026 09:30', '2026-03-31T09:30:00.000Z'],
    ['d.M.yyyy', '1.3.2026', '2026-03-01T00:00:00.000Z'],
    ['M/d/yyyy h:mm:ss a', '3/1/2026 9:30:15 PM', '2026-03-01T21:30:15.000Z'],
    ['yyyyMMdd', '20260331', '2026-03-31T00:00:00.000Z'],
    ['yyyyMMddHHmmss', '20260331093015', '2026-03-31T09:30:15.000Z'],
    ['yyMMdd', '260331', '2026-03-31T00:00:00.000Z'],
    ['dd-MM-yy', '31-03-99', '1999-03-31T00:00:00.000Z'],
    ["dd MMM yyyy 'at' HH:mm", '31 Mar 2026 AT 09:30', '2026-03-31T09:30:00.000Z'],
    ['MMMM d, yyyy', 'March 3, 2026', '2026-03-03T00:00:00.000Z'],
    ['ccc, dd LLL yyyy HH:mm:ss ZZZ', 'Tue, 31 Mar 2026 09:30:00 +0200', '2026-03-31T07:30:00.000Z'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSZZ", '2026-03-31T09:30:00.123-05:30', '2026-03-31T15:00:00.123Z'],
    ["yyyy-MM-dd'T'HH:mm:ss.uZ", '2026-03-31T09:30:00.1239Z', '2026-03-31T09:30:00.123Z'],
    ['yyyy-MM-dd HH:mm:ss z', '2026-03-31 09:30:00 Europe/Berlin', '2026-03-31T07:30:00.000Z'],
    ['yyyy-ooo', '2026-090', '2026-03-31T00:00:00.000Z'],
    ["kkkk-'W'WW-E", '2026-W53-7', '2027-01-03T00:00:00.000Z'],
    ['yyyy年M月d日', '2026年3月4日', '2026-03-04T00:00:00.000Z'],
    ['excel-day', '46327.4375', '2026-11-01T10:30:00.000Z'],
    ['epoch-seconds', '1793527200', '2026-11-01T10:00:00.000Z'],
    ['epoch-seconds', '1793527200.5', '2026-11-01T10:00:00.500Z'],
    ['epoch-milliseconds', '1793527200123', '2026-11-01T10:00:00.123Z'],
    ['X', '1793527200', '2026-11-01T10:00:00.000Z'],
    ['x', '1793527200123', '2026-11-01T10:00:00.123Z'],
  ])('%s reads %s', (format, text, expected) => {
    expect(mistakesOf([format])).toEqual([]);
    expect(read(format, text)).toBe(expected);
  });

  it.each([
    // No complete date.
    ['yyyy-MM', /the day is missing/],
    ['yyyy', /the month and the day are missing/],
    ['HH:mm', /the year and the month and the day are missing/],
    ['dd/MM HH:mm', /the year is missing/],
    ['kkkk-WW', /the day of the week is missing/],
    ['o', /the year is missing/],
    ["yyyy'-Q'q", /the month and the day are missing/],
    // No complete time, or an ambiguous one.
    ['dd/MM/yyyy mm:ss', /minutes but no hour/],
    ['dd/MM/yyyy HH:ss', /seconds but no minutes/],
    ['M/d/yyyy h:mm', /without AM or PM/],
    ['M/d/yyyy H:mm a', /AM or PM \("a"\) without an hour/],
    // Formats that can match no date.
    ['', /empty/],
    ['DD/MM/YYYY', /"DD", which is not part of a date format; the day of the month is "d"/],
    ['dd/MM/YYYY', /the year is "yyyy"/],
    ['D', /write them out/],
    ['yyyy-MM-ddTHH:mm', /goes in quotes: "'T'"/],
    ['yyyy-MM-dd X', /"epoch-seconds"/],
    ['yyyy-MM-dd ZZZZ', /set the zone/],
    ['epoch', /which is not part of a date format/],
    ["yyyy-MM-dd 'at HH:mm", /a quote that is not closed/],
    ['yyyy-MM-dd zHH', /can match no date/],
    // Digits that could be split in many ways.
    ['hHhHhH', /side by side/],
    ['dMMyyyy', /side by side/],
    ["d'1'M yyyy", /side by side/],
    ['yyyy-MM-dd ZHH:mm', /side by side/],
    // Twice, or in two ways.
    ['dd/MM/yyyy dd', /names the day twice/],
    ['dd/MM/yyyy LLL', /names the month twice/],
    ['yyyy-MM-dd HH h a', /names the hour twice/],
    ['yyyy-MM-dd ooo', /in two ways/],
    ['kkkk-WW-E yyyy', /in two ways/],
  ])('%s is a mistake', (format, says) => {
    const [message, ...more] = mistakesOf([format]);
    expect(more).toEqual([]);
    expect(message).toMatch(says);
    expect(message?.length).toBeLessThan(300);
  });

  it('does not match another text, nor part of one', () => {
    for (const text of ['31/03/2026', '31/03/2026 09:30x', 'x31/03/2026 09:30', '31/03/26 09:30', ''])
      expect(read('dd/MM/yyyy HH:mm', text)).toMatch(/is not a date of the form dd\/MM\/yyyy HH:mm$/);
    expect(read('iso', '1'.repeat(200))).toMatch(/is not a date/);
  });

  it.each([
    ['dd/MM/yyyy', '31/02/2026', /31 is not a day of that month/],
    ['dd/MM/yyyy', '01/13/2026', /13 is not a month/],
    ['yyyy-ooo', '2026-366', /366 is not a day of that year/],
    ["kkkk-'W'WW-E", '2025-W53-1', /53 is not a week of that year/],
    ['ccc dd.MM.yyyy', 'Mon 31.03.2026', /the day of the week is not that of the date/],
    ['dd/MM/yyyy HH:mm', '31/03/2026 24:01', /24 is not an hour from 0 to 23/],
    ['dd/MM/yyyy HH:mm', '31/03/2026 09:60', /60 is not a minute/],
    ['iso', '2026-03-31T09:30:60', /60 is not a second/],
    ['iso', '2026-03-31T09:59:61', /61 is not a second/],
    ['yyyy-MM-dd z', '2026-03-31 Mars/Olympus', /"mars\/olympus" is not an IANA zone/],
  ])('%s reports what is wrong with %s', (format, text, says) => {
    expect(read(format, text)).toMatch(says);
  });
});

describe('an ISO 8601 date', () => {
  it.each([
    ['10:30', 'it is a time of day without a date'],
    ['10:30:15', 'it is a time of day without a date'],
    ['2026', 'it is a year without a month and a day'],
    ['2026-03', 'it is a month without a day'],
    ['2026-W10', 'it is a week without a day'],
    ['2026-02-30', '30 is not a day of that month'],
  ])('is complete: not %s', (text, reason) => {
    expect(read('iso', text)).toBe(
      `"${text}" is not a date of the form 2026-03-31 or 2026-03-31T09:30:00Z: ${reason}`,
    );
  });

  it.each([
    ['20260331', '2026-03-30T22:00:00.000Z'],
    ['2026-090', '2026-03-30T22:00:00.000Z'],
    ['2026-W14-2', '2026-03-30T22:00:00.000Z'],
    ['2026-03-31 09:30', '2026-03-31T07:30:00.000Z'],
    ['2026-03-31T09:30:00,5', '2026-03-31T07:30:00.500Z'],
    ['20260331T093000+0530', '2026-03-31T04:00:00.000Z'],
    ['2026-03-31 09:30:00 UTC', '2026-03-31T09:30:00.000Z'],
    ['2026-03-31 09:30:00 -05', '2026-03-31T14:30:00.000Z'],
    ['2026-03-31T09:30[Asia/Tokyo]', '2026-03-31T00:30:00.000Z'],
    ['2026-03-31T24:00', '2026-03-31T22:00:00.000Z'],
  ])('is read: %s', (text, expected) => {
    expect(read('iso', text, { zone: 'Europe/Berlin' })).toBe(expected);
  });
});

describe('day numbers of Excel', () => {
  it.each([
    ['1', '1900-01-01T00:00:00.000Z'],
    ['59', '1900-02-28T00:00:00.000Z'],
    ['61', '1900-03-01T00:00:00.000Z'],
    ['25569', '1970-01-01T00:00:00.000Z'],
    ['46327,4305555556', '2026-11-01T10:20:00.000Z'],
    ['46327.999999999', '2026-11-02T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(read('excel-day', text)).toBe(expected);
  });
  it.each(['0', '60', '-1', '46327.', '463271', '1793527200'])('%s is none', (text) => {
    expect(read('excel-day', text)).toMatch(/is not a date of the form 46327\.4375/);
  });
  it.each([
    ['45,123', '45123'],
    ['46.327', '46327'],
    ['1,234', '1234'],
  ])('%s is refused: it may be a number with a separator of thousands', (text, written) => {
    expect(read('excel-day', text)).toContain(`a day number has no separator of thousands; write ${written}`);
  });
  it.each([
    ['46327,430', '2026-11-01T10:19:12.000Z'],
    ['46327.25', '2026-11-01T06:00:00.000Z'],
  ])('%s has no other reading', (text, expected) => {
    expect(read('excel-day', text)).toBe(expected);
  });
});

describe('formats together', () => {
  it('one text has one unit: what matches seconds does not match milliseconds or days', () => {
    const all = ['excel-day', 'epoch-milliseconds', 'epoch-seconds', 'iso', 'yyyyMMdd'];
    expect(mistakesOf(all)).toEqual([]);
    expect(read(all, '46327')).toBe('2026-11-01T00:00:00.000Z');
    expect(read(all, '1793527200')).toBe('2026-11-01T10:00:00.000Z');
    expect(read(all, '1793527200123')).toBe('2026-11-01T10:00:00.123Z');
    expect(read(all, '20261101')).toBe('2026-11-01T00:00:00.000Z');
  });

  it.each([
    [
      ['MM/dd/yyyy', 'dd/MM/yyyy'],
      '"MM/dd/yyyy" and "dd/MM/yyyy" read "03/04/2026" as two dates, 2026-03-04 and 2026-04-03',
    ],
    [['d.M.yy', 'iso', 'yy.M.d'], /two dates/],
    [['iso', 'yyyy-dd-MM'], /two dates/],
    [['yyyyMMdd', 'ddMMyyyy'], /two dates/],
    [['dd/MM/yyyy HH:mm', 'MM/dd/yyyy HH:mm'], /two dates/],
    [['MMM d yyyy H:mm', 'MMM d yyyy m:H'], /minutes but no hour|two dates/],
  ])('%j are refused: a file has one order', (formats, says) => {
    const [message] = mistakesOf(formats);
    if (typeof says === 'string') expect(message).toContain(says);
    else expect(message).toMatch(says);
  });

  it.each([
    [['iso', 'dd/MM/yyyy', 'dd.MM.yyyy']],
    [['dd/MM/yy', 'dd/MM/yyyy', 'd/M/yyyy']],
    [['MM/dd/yyyy', "dd/MM/yyyy 'h'HH"]],
    [['yyyy-MM-dd', 'iso', 'yyyy-MM-dd HH:mm']],
  ])('%j can be distinguished', (formats) => {
    expect(mistakesOf(formats)).toEqual([]);
  });

  it('a row that two of them read as two dates is rejected with both readings', () => {
    // No sample shows it: both years have two digits, and only a few days are also years.
    const formats = dateFormatsOf(['dd/MM/yy'], ['en']);
    const others = dateFormatsOf(['yy/MM/dd'], ['en']);
    if ('mistakes' in formats || 'mistakes' in others) throw new Error('both are formats');
    const rules = { zone: 'UTC', skipped: 'later', repeated: 'earlier' } as const;
    const both = { ...rules, formats: [...formats.formats, ...others.formats] };
    expect(readTime(both, '03/04/05')).toBe(
      '"03/04/05" is 2005-04-03 as "dd/MM/yy" and 2003-04-05 as "yy/MM/dd"; which one is meant is not clear',
    );
    expect(readTime(both, '05/05/05')).toMatchObject({ at: new Date('2005-05-05') });
  });
});

describe('names of months and days', () => {
  it.each([
    [
      'de',
      'd. MMMM yyyy',
      ['3. März 2026', '3. Mär. 2026', '3. MÄRZ 2026', '3. Marz 2026', '3. März\u00a02026'],
      3,
    ],
    ['de', 'd. MMM. yyyy', ['3. Sept. 2026', '3. Sep 2026', '3. September 2026', '3. sep. 2026'], 9],
    [
      'fr',
      'd MMM yyyy',
      ['3 févr. 2026', '3 fevr 2026', '3 Février 2026', '3 FÉVRIER 2026', '3 fév 2026'],
      2,
    ],
    ['fr', 'd MMM yyyy', ['3 juil. 2026', '3 juillet 2026', '3 juill 2026'], 7],
    ['en', 'd MMM yyyy', ['3 Sept 2026', '3 Sep 2026', '3 sep. 2026', '3 Sept. 2026', '3 SEPTEMBER 2026'], 9],
    ['es', "d 'de' MMMM 'de' yyyy", ['3 de septiembre de 2026', '3 de sept. de 2026', '3 de sep de 2026'], 9],
    ['ru', 'd MMMM yyyy', ['3 марта 2026', '3 март 2026', '3 мар. 2026', '3 МАРТА 2026'], 3],
    ['pl', 'd MMMM yyyy', ['3 października 2026', '3 październik 2026', '3 paź 2026'], 10],
    ['tr', 'd MMMM yyyy', ['3 Kasım 2026', '3 KASIM 2026', '3 Kas 2026'], 11],
    ['vi', 'd MMMM yyyy', ['3 tháng 10 2026', '3 Tháng 10 2026'], 10],
    ['pt-BR', "d 'de' MMM 'de' yyyy", ['3 de mar. de 2026', '3 de março de 2026'], 3],
  ])('%s: %s', (language, format, texts, month) => {
    const expected = new Date(Date.UTC(2026, month - 1, 3)).toISOString();
    for (const text of texts) expect(read(format, text, { languages: [language] }), text).toBe(expected);
  });

  it('several languages are read together, but no other one', () => {
    const formats = ['d. MMMM yyyy HH:mm', 'd MMM yyyy HH:mm'];
    const languages = ['de', 'fr'];
    expect(read(formats, '12. März 2026 10:15', { languages })).toBe('2026-03-12T10:15:00.000Z');
    expect(read(formats, '3 févr. 2026 10:15', { languages })).toBe('2026-02-03T10:15:00.000Z');
    expect(read(formats, '3 Nov 2026 10:15', { languages })).toBe('2026-11-03T10:15:00.000Z');
    expect(read(formats, '3 mayo 2026 10:15', { languages })).toMatch(/is not a date/);
  });

  it('an ambiguous name is refused, an ambiguous prefix is not read', () => {
    expect(mistakesOf(['d MMMM yyyy'], ['hr', 'cs'])[0]).toMatch(
      /^"listopad" is month 10 in "hr" and 11 in "cs"/,
    );
    expect(read('d MMM yyyy', '3 jui 2026', { languages: ['fr'] })).toMatch(/is not a date/);
    // Unused names do no harm.
    expect(mistakesOf(['dd.MM.yyyy'], ['hr', 'cs'])).toEqual([]);
  });

  it('of a language that writes numbers are a mistake', () => {
    expect(mistakesOf(['d MMMM yyyy'], ['ja'])[0]).toMatch(/write "M"/);
  });

  it('of days are read and must be right', () => {
    expect(read('cccc, d. MMMM yyyy', 'Dienstag, 31. März 2026', { languages: ['de'] })).toMatch(
      /^2026-03-31/,
    );
    expect(read('ccc, d. MMMM yyyy', 'Di., 31. März 2026', { languages: ['de'] })).toMatch(/^2026-03-31/);
    expect(read('ccc, d. MMMM yyyy', 'Mo., 31. März 2026', { languages: ['de'] })).toMatch(/day of the week/);
  });

  it('belong to known languages', () => {
    expect(['de', 'pt-BR', 'zh-Hant', 'th-u-ca-buddhist'].map(knownLanguage)).toEqual([
      'de',
      'pt-BR',
      'zh-Hant',
      'th',
    ]);
    for (const tag of ['', 'german', 'xx', 'de_DE', 'x'.repeat(60)])
      expect(knownLanguage(tag), tag).toBeNull();
  });
});

describe('a clock of twelve hours', () => {
  const format = 'M/d/yyyy h:mm a';
  it.each([
    ['12:48 AM', '00:48'],
    ['12:48 PM', '12:48'],
    ['1:00 am', '01:00'],
    ['11:59 p.m.', '23:59'],
    ['2:00\u202fPM', '14:00'],
    ['2:00 p. m.', '14:00'],
    ['2:00 P.M', '14:00'],
    ['２:００ PM', '14:00'],
    ['\u200e2:00 PM', '14:00'],
  ])('%s is %s', (text, expected) => {
    expect(read(format, `11/1/2026 ${text}`)).toBe(`2026-11-01T${expected}:00.000Z`);
  });
  it.each(['13:00 PM', '0:30 AM', '14:00', '2:00 XM', '2:00PMx', '00:48 AM'])('%s is none', (text) => {
    expect(read(format, `11/1/2026 ${text}`)).toMatch(/is not a date/);
  });
  it('in other languages', () => {
    expect(read('yyyy年M月d日 ah:mm', '2026年3月4日 午後2:00', { languages: ['ja'] })).toBe(
      '2026-03-04T14:00:00.000Z',
    );
    expect(read('d/M/yyyy h:mm a', '4/3/2026 2:00 μ.μ.', { languages: ['el'] })).toBe(
      '2026-03-04T14:00:00.000Z',
    );
  });
});

it('every digit that Unicode knows is a digit', () => {
  expect(read('dd/MM/yyyy', '٣١/٠٣/٢٠٢٦')).toBe('2026-03-31T00:00:00.000Z');
  expect(read('dd/MM/yyyy', '३१/०३/२०२६')).toBe('2026-03-31T00:00:00.000Z');
});
