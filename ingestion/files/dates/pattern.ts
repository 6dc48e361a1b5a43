import { quoted } from '../../../domain/text/text.ts';
import { fold } from './fold.ts';
import type { NamedField } from './names.ts';

/** The meaning of a number in a date. */
export type NumberField =
  | 'year'
  | 'month'
  | 'day'
  | 'ordinal'
  | 'weekYear'
  | 'week'
  | 'weekday'
  | 'quarter'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'fraction';
type Field = NumberField | 'half' | 'offset' | 'zone';

/** One part of a pattern. */
export type Part =
  /** `text` is folded; within it " " is any space. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'number'; readonly field: NumberField; readonly least: number; readonly most: number }
  | { readonly kind: 'name'; readonly field: NamedField }
  | { readonly kind: 'offset' }
  | { readonly kind: 'zone' };

type Token = { readonly letters: string } | { readonly literal: string };

const number = (field: NumberField, least: number, most = least): Part => ({
  kind: 'number',
  field,
  least,
  most,
});
const name = (field: NamedField): Part => ({ kind: 'name', field });
const offset: Part = { kind: 'offset' };

/** The letters of luxon's patterns that carry meaning when a date is read. */
const PARTS: Readonly<Record<string, Part>> = {
  y: number('year', 1, 6),
  yy: number('year', 2, 4),
  yyyy: number('year', 4),
  yyyyy: number('year', 4, 6),
  yyyyyy: number('year', 6),
  ...Object.fromEntries(
    ['M', 'L'].flatMap((letter) => [
      [letter, number('month', 1, 2)],
      [letter.repeat(2), number('month', 2)],
      [letter.repeat(3), name('month')],
      [letter.repeat(4), name('month')],
    ]),
  ),
  d: number('day', 1, 2),
  dd: number('day', 2),
  o: number('ordinal', 1, 3),
  ooo: number('ordinal', 3),
  H: number('hour', 1, 2),
  HH: number('hour', 2),
  h: number('hour12', 1, 2),
  hh: number('hour12', 2),
  m: number('minute', 1, 2),
  mm: number('minute', 2),
  s: number('second', 1, 2),
  ss: number('second', 2),
  S: number('millisecond', 1, 3),
  SSS: number('millisecond', 3),
  u: number('fraction', 1, 9),
  uu: number('fraction', 1, 2),
  uuu: number('fraction', 1),
  a: name('half'),
  kk: number('weekYear', 2, 4),
  kkkk: number('weekYear', 4),
  W: number('week', 1, 2),
  WW: number('week', 2),
  E: number('weekday', 1),
  c: number('weekday', 1),
  EEE: name('weekday'),
  EEEE: name('weekday'),
  ccc: name('weekday'),
  cccc: name('weekday'),
  q: number('quarter', 1),
  qq: number('quarter', 2),
  Z: offset,
  ZZ: offset,
  ZZZ: offset,
  z: { kind: 'zone' },
};
/** What people may mean by other letters. */
const HINTS: Readonly<Record<string, string>> = {
  D: 'the day of the month is "d"; the forms D, DD, … of a language differ between systems: write them out',
  Y: 'the year is "yyyy"',
  t: 'forms of a language differ between systems: write it out, as "HH:mm"',
  T: 'a letter that stands in the text goes in quotes: "\'T\'"; the time of day is written out, as "HH:mm"',
  f: 'forms of a language differ between systems: write it out, as "M/d/yyyy h:mm a"',
  F: 'forms of a language differ between systems: write it out, as "M/d/yyyy h:mm:ss a"',
  A: 'AM and PM are "a"',
  X: 'seconds since 1970 are the format "epoch-seconds" by itself',
  x: 'milliseconds since 1970 are the format "epoch-milliseconds" by itself',
  Z: 'abbreviations such as "EST" name no single zone: put them in quotes and set the zone, or use "ZZZ" (+0100) or "z" (Europe/Berlin)',
  G: 'eras are not read',
};

/** The parts of a pattern, or what is wrong with it, with what would be right. */
export function parsePattern(pattern: string): readonly Part[] | string {
  const tokens = tokensOf(pattern);
  if (typeof tokens === 'string') return tokens;
  const parts: Part[] = [];
  for (const [i, token] of tokens.entries()) {
    if ('literal' in token) {
      parts.push({ kind: 'literal', text: token.literal });
      continue;
    }
    const part = Object.hasOwn(PARTS, token.letters) ? PARTS[token.letters] : undefined;
    if (!part) return unknownLetters(token.letters);
    const next = tokens[i + 1];
    // Two digits if a number follows directly, as in "yyMMdd"; else the century may be written.
    const isShort = /^(yy|kk)$/.test(token.letters) && next !== undefined && beginsWithDigit(next);
    parts.push(isShort && part.kind === 'number' ? { ...part, most: 2 } : part);
  }
  return touching(parts) ?? mistakeOfFields(parts.flatMap(fieldsOf)) ?? parts;
}

/** Runs of one letter, and literal text: quoted, punctuation and space. */
function tokensOf(pattern: string): Token[] | string {
  const tokens: Token[] = [];
  const literal = (text: string) => {
    const last = tokens.at(-1);
    if (last && 'literal' in last) tokens[tokens.length - 1] = { literal: last.literal + text };
    else tokens.push({ literal: text });
  };
  for (let at = 0; at < pattern.length; ) {
    const sign = pattern[at] as string;
    if (sign === "'") {
      const end = pattern.indexOf("'", at + 1);
      if (end === -1) return 'has a quote that is not closed';
      literal(end === at + 1 ? "'" : pattern.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    let end = at + 1;
    if (/[a-zA-Z]/.test(sign)) {
      while (pattern[end] === sign) end++;
      tokens.push({ letters: pattern.slice(at, end) });
    } else literal(sign);
    at = end;
  }
  return tokens.map((token) => ('literal' in token ? { literal: folded(token.literal) } : token));
}

/** Folded, except for spaces at its ends. */
function folded(literal: string): string {
  const [, before = '', after = ''] = [
    literal,
    /^\s/.test(literal) ? ' ' : '',
    /\s$/.test(literal) ? ' ' : '',
  ];
  const text = fold(literal);
  return text === '' ? before : `${before}${text}${after}`;
}

const beginsWithDigit = (token: Token) =>
  'literal' in token ? /^\d/.test(token.literal) : PARTS[token.letters]?.kind === 'number';

function unknownLetters(letters: string): string {
  const hint = HINTS[letters[0] as string] ?? 'letters that stand in the text go in quotes: "\'at\'"';
  return `has ${quoted(letters)}, which is not part of a date format; ${hint}`;
}

/** Adjacent digits could be split in many ways unless all but the last have a fixed width. */
function touching(parts: readonly Part[]): string | null {
  const touch = parts.some((part, i) => {
    const next = parts[i + 1];
    const nextIsNumber = next?.kind === 'number' || (next?.kind === 'literal' && /^\d/.test(next.text));
    const lastIsNumber = part.kind === 'literal' && /\d$/.test(part.text) && next?.kind === 'number';
    const isOpen = (one: Part | undefined) =>
      one?.kind === 'offset' || (one?.kind === 'number' && one.least !== one.most);
    if (lastIsNumber) return isOpen(next);
    return (
      nextIsNumber && (part.kind === 'number' || part.kind === 'offset') && (isOpen(part) || isOpen(next))
    );
  });
  return touch
    ? 'has numbers side by side of which one has no fixed width; write them as in "ddMMyyyy", or a sign between them'
    : null;
}

function fieldsOf(part: Part): Field[] {
  if (part.kind === 'literal') return [];
  return [part.kind === 'number' || part.kind === 'name' ? part.field : part.kind];
}

const IN_WORDS: Readonly<Partial<Record<Field, string>>> = {
  weekYear: 'year of the week',
  weekday: 'day of the week',
  hour12: 'hour',
  half: 'half of the day',
  ordinal: 'day of the year',
  fraction: 'fraction of a second',
  offset: 'offset from UTC',
  zone: 'time zone',
};
const inWords = (field: Field) => IN_WORDS[field] ?? field;

/**
 * A pattern names a complete date once, by months, by days of the year or by weeks, and for a time each part
 * that it builds on.
 */
function mistakeOfFields(fields: readonly Field[]): string | null {
  const twice = fields.find((field, i) => fields.indexOf(field) !== i);
  if (twice) return `names the ${inWords(twice)} twice`;
  const has = (field: Field) => fields.includes(field);
  const ways: readonly (readonly Field[])[] =
    has('weekYear') || has('week')
      ? [['weekYear', 'week', 'weekday']]
      : has('ordinal')
        ? [['year', 'ordinal']]
        : [['year', 'month', 'day']];
  const [way] = ways as [readonly Field[]];
  const missing = way.filter((field) => !has(field));
  if (missing.length > 0)
    return `names no whole date: the ${missing.map(inWords).join(' and the ')} ${missing.length > 1 ? 'are' : 'is'} missing`;
  const dated: readonly Field[] = ['year', 'month', 'day', 'ordinal', 'weekYear', 'week'];
  const mixed = dated.find((field) => has(field) && !way.includes(field));
  if (mixed)
    return `names the date in two ways: the ${inWords(mixed)} besides the ${way.map(inWords).join(', ')}`;
  return mistakeOfTime(has);
}

function mistakeOfTime(has: (field: Field) => boolean): string | null {
  if (has('hour') && has('hour12')) return 'names the hour twice';
  if (has('hour12') && !has('half'))
    return 'has an hour from 1 to 12 ("h") without AM or PM: write "H" for hours from 0 to 23, or add "a"';
  if (has('half') && !has('hour12'))
    return 'has AM or PM ("a") without an hour from 1 to 12: write "h" for the hour';
  if (has('minute') && !has('hour') && !has('hour12'))
    return 'names minutes but no hour; the month is "M", minutes are "m"';
  if (has('second') && !has('minute')) return 'names seconds but no minutes';
  if (has('millisecond') && has('fraction')) return 'names the fraction of a second twice';
  if ((has('millisecond') || has('fraction')) && !has('second'))
    return 'names a fraction of a second but no seconds';
  return null;
}
