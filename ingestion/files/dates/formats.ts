import { LRUCache } from 'lru-cache';
import { cut, quoted } from '../../../domain/text/text.ts';
import { DAY_MS } from '../../../domain/time/zone-clock.ts';
import { type LocalTime, localTimeOf } from './fields.ts';
import { readIso } from './iso.ts';
import { type Names, namesOf } from './names.ts';
import { readEpochMilliseconds, readEpochSeconds, readExcelDay } from './numbers.ts';
import { type Part, parsePattern } from './pattern.ts';
import { readPattern, type Sample, writeLike } from './read-pattern.ts';

/** One format of dates. */
export interface DateFormat {
  /** Its name in the map. */
  readonly name: string;
  /** For messages: an example of such a date. */
  readonly example: string;
  /**
   * The fields of a folded text; null if it has another form, a text with the reason if it has this form but is
   * not a date.
   */
  read(text: string): LocalTime | string | null;
  /** A date in this format, in one or two ways. */
  write(sample: Sample): readonly string[];
}

const orReason = (read: ReturnType<typeof readIso>): LocalTime | string | null =>
  read === null || typeof read === 'string' ? read : localTimeOf(read);
const twoDigits = (value: number) => String(value).padStart(2, '0');

const ISO: DateFormat = {
  name: 'iso',
  example: '2026-03-31 or 2026-03-31T09:30:00Z',
  read: (text) => orReason(readIso(text)),
  write: ({ year, month, day, hour, minute, second }) => {
    const date = [String(year), twoDigits(month), twoDigits(day)];
    const time = [hour, minute, second].map(twoDigits);
    return [`${date.join('-')}t${time.join(':')}`, date.join('-'), date.join('')];
  },
};
const NUMBERS: readonly DateFormat[] = [
  { name: 'epoch-seconds', example: '1793527200 (seconds since 1970)', read: readEpochSeconds },
  {
    name: 'epoch-milliseconds',
    example: '1793527200123 (milliseconds since 1970)',
    read: readEpochMilliseconds,
  },
  { name: 'excel-day', example: "46327.4375 (a day number of Excel's)", read: readExcelDay },
].map((format) => ({ ...format, write: () => [] }));
/** Luxon's names for them. */
const ALSO: Readonly<Record<string, string>> = { X: 'epoch-seconds', x: 'epoch-milliseconds' };

/** Named formats. */
const NAMED: ReadonlyMap<string, DateFormat> = new Map(
  [ISO, ...NUMBERS].map((format) => [format.name, format]),
);

/** A mistake in a format or the languages of a map. */
export interface FormatMistake {
  readonly at: 'format' | 'language';
  /** Which of the formats. */
  readonly index?: number;
  readonly message: string;
}

type Checked = { readonly formats: readonly DateFormat[] } | { readonly mistakes: readonly FormatMistake[] };

/** Cached: checking ten formats takes some milliseconds, and each batch of an import brings its map. */
const checked = new LRUCache<string, Checked>({ max: 100 });

/** The formats of a map, with names in the languages; or what is wrong with them. */
export function dateFormatsOf(formats: readonly string[], languages: readonly string[]): Checked {
  const key = JSON.stringify([formats, languages]);
  const known = checked.get(key) ?? check(formats, languages);
  checked.set(key, known);
  return known;
}

function check(formats: readonly string[], languages: readonly string[]): Checked {
  const { names, clashes } = namesOf(languages);
  const mistakes: FormatMistake[] = [];
  const made: DateFormat[] = [];
  formats.forEach((format, index) => {
    const one = dateFormatOf(format, names);
    if (typeof one === 'string') mistakes.push({ at: 'format', index, message: `${quoted(format)} ${one}` });
    else made.push(one);
  });
  const usesNames = formats.some((format) => /[MLEc]{3}|a/.test(format) && !NAMED.has(format));
  if (usesNames && clashes[0] !== undefined)
    mistakes.push({ at: 'language', message: `${cut(clashes[0], 120)}; name only one of the languages` });
  if (mistakes.length === 0) mistakes.push(...conflictsOf(made));
  return mistakes.length > 0 ? { mistakes } : { formats: made };
}

function dateFormatOf(format: string, names: Names): DateFormat | string {
  const named = NAMED.get(ALSO[format] ?? format);
  if (named) return named;
  if (format.trim() === '') return 'is empty; write "iso" or a pattern such as "dd/MM/yyyy HH:mm"';
  const parts = parsePattern(format);
  if (typeof parts === 'string') return parts;
  return (
    mistakeOfNames(parts, names) ?? mistakeOfReading(parts, names) ?? patternFormat(format, parts, names)
  );
}

function patternFormat(name: string, parts: readonly Part[], names: Names): DateFormat {
  return {
    name,
    example: name,
    read: (text) => {
      const fields = readPattern(parts, names, text);
      return fields && localTimeOf(fields);
    },
    write: (sample) => [writeLike(parts, names, sample, false), writeLike(parts, names, sample, true)],
  };
}

/** Japanese, for example, has numbers instead of names of months. */
function mistakeOfNames(parts: readonly Part[], names: Names): string | null {
  const none = parts.find((part) => part.kind === 'name' && names[part.field].names.size === 0);
  return none ? 'has the name of a month, which is a number in this language: write "M"' : null;
}

/** A pattern must read its own output: otherwise it never matches. */
function mistakeOfReading(parts: readonly Part[], names: Names): string | null {
  const reads = SAMPLES.some((sample) =>
    readPattern(parts, names, writeLike(parts, names, sample, false).trim()),
  );
  return reads ? null : 'can match no date: nothing that it writes is read by it';
}

/** Dates whose day, month and year can be confused, and their times. */
const SAMPLES: readonly Sample[] = [
  sampleOf(Date.UTC(2026, 2, 4, 5, 6, 7, 8)),
  sampleOf(Date.UTC(2001, 1, 3, 4, 5, 6, 7)),
  sampleOf(Date.UTC(2010, 10, 12, 9, 8, 7, 654)),
  sampleOf(Date.UTC(2012, 11, 11, 22, 10, 11, 12)),
  sampleOf(Date.UTC(2011, 11, 10, 9, 10, 11, 120)),
];

function sampleOf(time: number): Sample {
  const at = new Date(time);
  const weekday = ((at.getUTCDay() + 6) % 7) + 1;
  // Its week is that of its Thursday.
  const thursday = new Date(time + (4 - weekday) * DAY_MS);
  const dayOfYear = (of: Date) =>
    Math.floor((of.getTime() - Date.UTC(of.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    ordinal: dayOfYear(at),
    weekYear: thursday.getUTCFullYear(),
    week: Math.ceil(dayOfYear(thursday) / 7),
    weekday,
    quarter: Math.floor(at.getUTCMonth() / 3) + 1,
    hour: at.getUTCHours(),
    hour12: at.getUTCHours() % 12 || 12,
    half: at.getUTCHours() < 12 ? 0 : 1,
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    millisecond: at.getUTCMilliseconds(),
    fraction: at.getUTCMilliseconds(),
  };
}

/** Two formats that read one text as two dates: a file has one order of day and month. */
function conflictsOf(formats: readonly DateFormat[]): FormatMistake[] {
  for (const [index, later] of formats.entries())
    for (const earlier of formats.slice(0, index))
      for (const text of SAMPLES.flatMap((sample) => [...earlier.write(sample), ...later.write(sample)])) {
        const [one, other] = [earlier.read(text), later.read(text)];
        if (!isTime(one) || !isTime(other) || isSame(one, other)) continue;
        const message =
          `${quoted(earlier.name)} and ${quoted(later.name)} read ${quoted(text)} as two dates, ${shown(one)} and ${shown(other)}; ` +
          'a file has one order: name only one of them';
        return [{ at: 'format', index, message }];
      }
  return [];
}

/** Whether it was read as a time. */
export const isTime = (read: ReturnType<DateFormat['read']>): read is LocalTime =>
  read !== null && typeof read !== 'string';

/** Whether two readings of one text give the same moment in any zone. */
export function isSame(one: LocalTime, other: LocalTime): boolean {
  if (one.zone !== other.zone) return false;
  if ((one.offset === undefined) !== (other.offset === undefined)) return false;
  const minutes = (one.offset ?? 0) - (other.offset ?? 0);
  return one.local - other.local === minutes * 60_000;
}

/** The reading as a text: "2026-03-04", "2026-03-04T05:06:07". */
export function shown({ local, isDay }: LocalTime): string {
  const text = new Date(local).toISOString();
  return isDay ? text.slice(0, 10) : text.slice(0, 19);
}
