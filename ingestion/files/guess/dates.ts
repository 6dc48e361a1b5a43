import { quoted } from '../../../domain/text/text.ts';
import { fold } from '../dates/fold.ts';
import { dateFormatsOf, isTime, shown } from '../dates/formats.ts';
import { formatsLike } from './date-formats.ts';
import type { Profile } from './profile.ts';

/** How the times of a column seem to be written. */
export interface DateGuess {
  readonly formats: readonly string[];
  readonly language: string | null;
  /** The share of values that the formats read. */
  readonly share: number;
  /** Values that name their zone or offset, or count from 1970, need none. */
  readonly needsZone: boolean;
  readonly reason: string;
  /** Both orders of day and month read all values: what decided, and the other reading. */
  readonly other: { readonly format: string; readonly text: string; readonly isOpen: boolean } | null;
  /** Far earlier than all others, as systems write for "no date". */
  readonly missing: readonly string[];
  /** Plain numbers, which other columns hold too. */
  readonly isNumber: boolean;
}

const LANGUAGES = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'sv',
  'da',
  'nb',
  'fi',
  'pl',
  'cs',
  'hu',
  'ro',
  'tr',
  'ru',
  'uk',
  'el',
  'ja',
  'zh',
  'ko',
];
/** Values that are looked at. */
const LOOKED_AT = 300;
const NEARLY_ALL = 0.98;
const DAY_MS = 86_400_000;

type Reading = (text: string) => number | null;
interface Tried {
  readonly format: string;
  readonly language: string | null;
  readonly read: Reading;
  readonly hits: number;
}

/** How the values of a column are read as times, or null where they are none. */
export function guessDates(profile: Profile, now: number): DateGuess | null {
  const values = profile.samples.slice(0, LOOKED_AT);
  if (values.length === 0 || values.every((value) => value.length > 60 || !/\p{Nd}/u.test(value)))
    return null;
  const numbers = guessNumbers(values, now);
  if (numbers) return numbers;
  const first = bestOf(values, now, null);
  if (!first) return null;
  const chosen = [first];
  // Files put together from two systems have two forms.
  for (
    let rest = unread(values, chosen);
    rest.length > 0 && chosen.length < 3;
    rest = unread(values, chosen)
  ) {
    const more = bestOf(rest, now, first);
    if (!more) break;
    chosen.push(more);
  }
  const share = 1 - unread(values, chosen).length / values.length;
  const formats = chosen.map(({ format }) => format);
  const other = otherOrder(profile, values, first, now);
  const example = quoted(values.find((value) => first.read(value) !== null) ?? '');
  return {
    formats,
    language: chosen.find(({ language }) => language !== null && language !== 'en')?.language ?? null,
    share,
    needsZone: formats.some((format) => format !== 'iso' && !/Z|z/.test(format)) || !values.every(namesZone),
    reason: `${share >= NEARLY_ALL ? 'dates' : `dates in ${Math.round(share * 100)} %`} such as ${example}${other ? `; ${other.text}` : ''}`,
    other: other && { ...other, format: swapped(first.format) },
    missing: missingOf(profile, first.read),
    isNumber: false,
  };
}

const namesZone = (value: string): boolean =>
  /(?:z|[+-]\d\d:?\d\d|utc|gmt|\])$/i.test(value.trim()) && /\d:\d/.test(value);
const unread = (values: readonly string[], chosen: readonly Tried[]): string[] =>
  values.filter((value) => chosen.every(({ read }) => read(value) === null));

function readerOf(format: string, language: string | null): Reading | null {
  const made = dateFormatsOf([format], [language ?? 'en']);
  const [one] = 'formats' in made ? made.formats : [];
  if (!one) return null;
  return (text) => {
    const read = one.read(fold(text));
    return isTime(read) ? read.local : null;
  };
}

/** The format that reads most of the values: at least two thirds where it is the first one, and every tenth where it is a further one. */
function bestOf(values: readonly string[], now: number, before: Tried | null): Tried | null {
  const formats = new Set(values.slice(0, 60).flatMap(formatsLike));
  let best: (Tried & { inTime: number }) | null = null;
  for (const format of formats) {
    const names = /MMM|EEE/.test(format);
    for (const language of names ? LANGUAGES : [null]) {
      const read = readerOf(format, language);
      if (!read) continue;
      if (before && conflicts(before, format, language)) continue;
      const times = values.map(read);
      const hits = times.filter((time) => time !== null).length;
      const inTime = times.filter((time) => time !== null && time < now + 2 * DAY_MS).length;
      if (!best || hits > best.hits || (hits === best.hits && inTime > best.inTime))
        best = { format, language, read, hits, inTime };
    }
  }
  return best && best.hits >= values.length * (before ? 0.1 : 0.6) ? best : null;
}

const conflicts = (before: Tried, format: string, language: string | null): boolean =>
  'mistakes' in dateFormatsOf([before.format, format], [language ?? before.language ?? 'en']);

function guessNumbers(values: readonly string[], now: number): DateGuess | null {
  const FROM = Date.UTC(2000, 0, 1);
  const kinds = [
    {
      format: 'epoch-seconds',
      form: /^\d{9,10}(?:\.\d+)?$/,
      at: (value: number) => value * 1_000,
      text: 'seconds since 1970',
    },
    {
      format: 'epoch-milliseconds',
      form: /^\d{12,13}$/,
      at: (value: number) => value,
      text: 'milliseconds since 1970',
    },
    {
      format: 'excel-day',
      form: /^\d{5}(?:[.,]\d+)?$/,
      at: (value: number) => (value - 25_569) * DAY_MS,
      text: 'day numbers of Excel',
    },
  ].map((kind) => ({
    ...kind,
    hits: values.filter((value) => {
      if (!kind.form.test(value)) return false;
      const at = kind.at(Number(value.replace(',', '.')));
      return at >= FROM && at < now + 400 * DAY_MS;
    }).length,
  }));
  const found = kinds.filter(({ hits }) => hits > 0).sort((a, b) => b.hits - a.hits);
  const hits = found.reduce((sum, kind) => sum + kind.hits, 0);
  if (hits < 0.9 * values.length) return null;
  const formats = found.map(({ format }) => format);
  return {
    formats,
    language: null,
    share: hits / values.length,
    needsZone: formats.includes('excel-day'),
    reason: `${found.map(({ text }) => text).join(' and ')}, such as ${quoted(values[0] ?? '')}`,
    other: null,
    missing: [],
    isNumber: true,
  };
}

/** The format with day and month in the other order. */
const swapped = (format: string): string =>
  format.replace(
    /(d{1,2})([./\- ]{1,3})(M{1,2})(?!M)|(M{1,2})(?!M)([./\- ]{1,3})(d{1,2})/,
    (_, d, s1, m, m2, s2, d2) => (d ? `${m}${s1}${d}` : `${d2}${s2}${m2}`),
  );

/** Of dates like 3/11/2026: which order counts and why; null where there is one order only. */
function otherOrder(profile: Profile, values: readonly string[], { format, read }: Tried, now: number) {
  const dayFirst = /^d{1,2}[./\- ]{1,3}M{1,2}(?!M)/.test(format);
  const monthFirst = /^M{1,2}(?!M)[./\- ]{1,3}d/.test(format);
  if (!dayFirst && !monthFirst) return null;
  const order = dayFirst ? 'the day is first' : 'the month is first';
  const [first, second] = profile.parts;
  if (first > 12 !== second > 12) {
    const far = first > 12 ? first : second;
    return { text: `${order}, because ${far} is not a month`, isOpen: false };
  }
  if (first > 12) return { text: 'some have the day first and some the month', isOpen: true };
  if (dayFirst && /^d+\./.test(format)) return { text: `${order}, as in dates with points`, isOpen: false };
  const otherRead = readerOf(swapped(format), null);
  if (!otherRead) return null;
  const own = values.flatMap((value) => read(value) ?? []);
  const others = values.flatMap((value) => otherRead(value) ?? []);
  const isLate = (times: readonly number[]) => times.some((time) => time > now + 2 * DAY_MS);
  if (!isLate(own) && isLate(others))
    return { text: `${order}: the other order has dates in the future`, isOpen: false };
  const example = values[0] ?? '';
  const readings = [read(example), otherRead(example)].map((time) =>
    time === null ? 'no date' : shown({ local: time, isDay: true }),
  );
  return {
    text: `no value has a day after the 12th, so both orders fit: ${quoted(example)} is ${readings[0]} or ${readings[1]}`,
    isOpen: true,
  };
}

/** Days of 1900 and 1970 among later ones. */
function missingOf({ counts }: Profile, read: Reading): string[] {
  if (!counts || counts.size < 3) return [];
  const empty = [...counts.keys()].filter((value) => {
    const time = read(value);
    return time !== null && (time === 0 || time < Date.UTC(1901, 0, 2));
  });
  return empty.length <= 2 ? empty : [];
}
