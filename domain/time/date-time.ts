const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const HOUR_MS = 3_600_000;
/** Beginnings of hours and days are the same in every series; so many take about a megabyte. */
const MOST_TEXTS = 10_000;
const texts = new Map<number, string>();

/**
 * The RFC 3339 text in UTC of a moment in epoch milliseconds, as `Date.toISOString` writes it.
 * @throws RangeError for a number that is no moment.
 */
export function isoText(ms: number): string {
  if (ms % HOUR_MS !== 0) return new Date(ms).toISOString();
  let text = texts.get(ms);
  if (text === undefined) {
    text = new Date(ms).toISOString();
    if (texts.size === MOST_TEXTS) texts.clear();
    texts.set(ms, text);
  }
  return text;
}

/** A window that begins ten years before a moment, or ends after it, must have years with four digits too. */
const EARLIEST_MS = Date.UTC(1000, 0, 1);
const LATEST_MS = Date.UTC(9000, 0, 1);

/** The years of moments that are asked for. */
export const YEARS = '1000 to 8999';

/** Whether a moment in epoch milliseconds is in those years: databases and formats differ in others. */
export const isWithinYears = (ms: number): boolean => ms >= EARLIEST_MS && ms < LATEST_MS;

/**
 * The moment of an RFC 3339 text with offset, or null when it is not one. Unlike `Date.parse`, 30 February and
 * a time without an offset are refused; a leap second becomes the second after it.
 */
export function parseDateTime(text: string): Date | null {
  const match = RFC_3339.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 60)
    return null;
  const normal = text.replace(' ', 'T').toUpperCase();
  if (second < 60) return new Date(normal);
  return new Date(Date.parse(`${normal.slice(0, 17)}59${normal.slice(19)}`) + 1_000);
}
