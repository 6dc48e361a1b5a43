/** A time that a question names. */
export interface NamedTime {
  /** ISO 8601 duration. */
  readonly window: string;
  /** Where it ends, epoch milliseconds; null: now. */
  readonly asOf: number | null;
  /** How many words name it. */
  readonly words: number;
}

const UNITS: Readonly<Record<string, readonly [letter: string, factor: number]>> = {
  hour: ['H', 1],
  day: ['D', 1],
  week: ['W', 1],
  month: ['M', 1],
  quarter: ['M', 3],
  year: ['Y', 1],
};
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const ROLLING = new Set(['last', 'past', 'previous', 'this']);
const DAY_MS = 86_400_000;

const durationOf = (count: number, unit: string): string | null => {
  const [letter, factor] = UNITS[unit.replace(/s$/, '')] ?? [];
  if (letter === undefined || factor === undefined || count < 1 || count > 1_000) return null;
  return `P${letter === 'H' ? 'T' : ''}${count * factor}${letter}`;
};

/** The time that is named at that word; null: none. `now`: epoch milliseconds. */
export function timeAt(words: readonly string[], at: number, now: number): NamedTime | null {
  const [word = '', next = '', third = ''] = words.slice(at, at + 3);
  if (ROLLING.has(word)) {
    const single = durationOf(1, next);
    if (single !== null) return { window: single, asOf: null, words: 2 };
    const several = /^\d{1,4}$/.test(next) ? durationOf(Number(next), third) : null;
    return several === null ? null : { window: several, asOf: null, words: 3 };
  }
  if (word === 'today') return { window: 'P1D', asOf: null, words: 1 };
  if (word === 'yesterday') return { window: 'P1D', asOf: Math.floor(now / DAY_MS) * DAY_MS, words: 1 };
  const month = MONTHS.indexOf(word);
  if (month >= 0) return monthAt(month, next, now);
  const year = yearOf(word);
  return year === null ? null : { window: 'P1Y', asOf: Date.UTC(year + 1, 0, 1), words: 1 };
}

const yearOf = (word: string) => (/^(?:19|20)\d\d$/.test(word) ? Number(word) : null);

/** Without a year the last one that has begun. */
function monthAt(month: number, next: string, now: number): NamedTime {
  const given = yearOf(next);
  const thisYear = new Date(now).getUTCFullYear();
  const year = given ?? (Date.UTC(thisYear, month, 1) <= now ? thisYear : thisYear - 1);
  return { window: 'P1M', asOf: Date.UTC(year, month + 1, 1), words: given === null ? 1 : 2 };
}
