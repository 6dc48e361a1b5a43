import { LRUCache } from 'lru-cache';
import { fold } from './fold.ts';

/** The meaning of a name in a date. */
export type NamedField = 'month' | 'weekday' | 'half';

/** Names of one kind, folded, with their numbers: months and days of the week from 1, half of the day 0 or 1. */
export interface NameTable {
  /** By first letter, the longest first. */
  readonly names: ReadonlyMap<string, readonly Name[]>;
  /** Unique prefixes of names: languages and versions of ICU abbreviate differently ("Sep", "Sept."). */
  readonly beginnings: ReadonlyMap<string, number>;
}

interface Name {
  readonly text: string;
  readonly value: number;
}

export type Names = Readonly<Record<NamedField, NameTable>>;

/** Letters of a prefix that may replace the name. */
const SHORTEST: Readonly<Record<NamedField, number>> = {
  month: 3,
  weekday: 2,
  half: Number.POSITIVE_INFINITY,
};
/** Abbreviation marks, which are optional. */
const SHORTENING = /[.'\u2019\u05f3\u0970]/g;
const ENGLISH_HALVES: readonly Name[] = [
  { text: 'am', value: 0 },
  { text: 'a m', value: 0 },
  { text: 'pm', value: 1 },
  { text: 'p m', value: 1 },
];

/** The language under its lookup name, or null if this Node.js does not know it. */
export function knownLanguage(tag: string): string | null {
  try {
    const [known] = Intl.DateTimeFormat.supportedLocalesOf([tag]);
    // Calendars and digits in a tag change no names.
    return known === undefined ? null : new Intl.Locale(known).baseName;
  } catch {
    return null;
  }
}

const perLanguage = new LRUCache<string, Readonly<Record<NamedField, readonly Name[]>>>({ max: 200 });

/** The names of the languages together, and those with different meanings in two of them. */
export function namesOf(languages: readonly string[]): {
  readonly names: Names;
  readonly clashes: readonly string[];
} {
  const lists = languages.map((language) => ({ language, lists: namesIn(language) }));
  const clashes: string[] = [];
  const tableOf = (field: NamedField): NameTable => {
    const known = new Map<string, { value: number; language: string }>();
    for (const { language, lists: of } of lists)
      for (const { text, value } of of[field]) {
        const other = known.get(text);
        if (other === undefined) known.set(text, { value, language });
        else if (other.value !== value)
          clashes.push(
            `"${text}" is ${field} ${other.value} in "${other.language}" and ${value} in "${language}"`,
          );
      }
    return toTable(
      [...known].map(([text, { value }]) => ({ text, value })),
      SHORTEST[field],
    );
  };
  const names = { month: tableOf('month'), weekday: tableOf('weekday'), half: tableOf('half') };
  return { names, clashes };
}

function toTable(list: readonly Name[], shortest: number): NameTable {
  const names = new Map<string, Name[]>();
  const beginnings = new Map<string, number | null>();
  for (const name of [...list].sort((a, b) => b.text.length - a.text.length)) {
    const first = name.text[0] as string;
    names.set(first, [...(names.get(first) ?? []), name]);
    for (let length = shortest; length < name.text.length; length++) {
      const beginning = name.text.slice(0, length);
      const other = beginnings.get(beginning);
      beginnings.set(beginning, other === undefined || other === name.value ? name.value : null);
    }
  }
  const clear = [...beginnings].filter((entry): entry is [string, number] => entry[1] !== null);
  return { names, beginnings: new Map(clear) };
}

const MONTHS = Array.from({ length: 12 }, (_, i) => Date.UTC(2023, i, 15, 12));
/** From a Monday. */
const WEEKDAYS = Array.from({ length: 7 }, (_, i) => Date.UTC(2023, 0, 2 + i, 12));
const HALVES = [Date.UTC(2023, 0, 2, 9), Date.UTC(2023, 0, 2, 21)];
/** What these languages write where current Unicode data has AM and PM. */
const FORMER_HALVES: Readonly<Record<string, readonly string[]>> = {
  ko: ['오전', '오후'],
  th: ['ก่อนเที่ยง', 'หลังเที่ยง'],
  he: ['לפנה״צ', 'אחה״צ'],
  hi: ['पूर्वाह्न', 'अपराह्न'],
};

/** As the language writes them alone and within dates, in full and abbreviated. */
function namesIn(language: string): Readonly<Record<NamedField, readonly Name[]>> {
  const known = perLanguage.get(language);
  if (known) return known;
  const read = (
    type: string,
    times: readonly number[],
    from: number,
    options: Intl.DateTimeFormatOptions,
  ) => {
    const format = new Intl.DateTimeFormat(language, {
      calendar: 'gregory',
      numberingSystem: 'latn',
      timeZone: 'UTC',
      ...options,
    });
    return times.flatMap((time, i) => {
      const text = format
        .formatToParts(time)
        .filter((part) => part.type === type)
        .map(({ value }) => value)
        .join('');
      return nameOf(text, i + from);
    });
  };
  const both = (['long', 'short'] as const).map((width) => ({ width, day: 'numeric' as const }));
  const made = {
    month: both.flatMap(({ width, day }) => [
      ...read('month', MONTHS, 1, { month: width }),
      ...read('month', MONTHS, 1, { month: width, day }),
    ]),
    weekday: both.flatMap(({ width, day }) => [
      ...read('weekday', WEEKDAYS, 1, { weekday: width }),
      ...read('weekday', WEEKDAYS, 1, { weekday: width, day, month: 'long' }),
    ]),
    half: [
      ...ENGLISH_HALVES,
      ...(FORMER_HALVES[language.slice(0, 2)] ?? []).flatMap(nameOf),
      ...read('dayPeriod', HALVES, 0, { hour: 'numeric', hour12: true }),
    ],
  };
  perLanguage.set(language, made);
  return made;
}

/** Without entries that are numbers. */
function nameOf(written: string, value: number): Name[] {
  const text = fold(written.replace(SHORTENING, ''));
  return /\D/.test(text) ? [{ text, value }] : [];
}

/**
 * The meaning and end of a name that begins there, or null. Dots within it are skipped, and one after it unless
 * `keepsDot`.
 */
export function readNameAt(
  { names, beginnings }: NameTable,
  text: string,
  start: number,
  keepsDot: boolean,
): { readonly value: number; readonly end: number } | null {
  const found = wholeNameAt(names, text, start) ?? beginningAt(beginnings, text, start);
  if (!found) return null;
  let { end } = found;
  if (!keepsDot) while (isShortening(text[end])) end++;
  return { value: found.value, end };
}

function wholeNameAt(names: NameTable['names'], text: string, start: number) {
  for (const name of names.get(text[start] ?? '') ?? []) {
    const end = endOfName(name.text, text, start);
    if (end !== null && !goesOn(text, end)) return { value: name.value, end };
  }
  return null;
}

function endOfName(name: string, text: string, start: number): number | null {
  let at = start;
  for (const letter of name) {
    while (at > start && isShortening(text[at])) at++;
    if (letter === ' ') {
      if (text[at] === ' ') at++;
      continue;
    }
    if (!text.startsWith(letter, at)) return null;
    at += letter.length;
  }
  return at;
}

function beginningAt(beginnings: NameTable['beginnings'], text: string, start: number) {
  let end = start;
  while (isLetter(text, end)) end++;
  const value = beginnings.get(text.slice(start, end));
  return value === undefined ? null : { value, end };
}

const isShortening = (sign: string | undefined) =>
  sign !== undefined && ".'\u2019\u05f3\u0970".includes(sign);
const isLetter = (text: string, at: number) => at < text.length && /[\p{L}\p{M}]/u.test(text[at] as string);
/** Whether the word or number continues there. */
const goesOn = (text: string, end: number) =>
  isLetter(text, end) ? isLetter(text, end - 1) : /\d\d/.test(text.slice(end - 1, end + 1));
