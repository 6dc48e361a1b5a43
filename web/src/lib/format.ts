/*
 * Numbers, dates and words by the viewer's locale. Scores have one decimal, counts none; the minus is a real one. Days of
 * windows are days of UTC, as the API counts them; moments are in the viewer's zone.
 */

/** With the digits 0 to 9: of others (Arabic, Persian) two numbers in an English sentence stand in the wrong order. */
export const viewerLocale = (): Intl.Locale =>
  new Intl.Locale(typeof navigator === 'undefined' ? 'en' : navigator.language, { numberingSystem: 'latn' });

const known = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${JSON.stringify(options)}`;
  const made = (known.get(key) as Intl.NumberFormat) ?? new Intl.NumberFormat(viewerLocale(), options);
  known.set(key, made);
  return made;
}
function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${JSON.stringify(options)}`;
  const made = (known.get(key) as Intl.DateTimeFormat) ?? new Intl.DateTimeFormat(viewerLocale(), options);
  known.set(key, made);
  return made;
}

const realMinus = (text: string): string => text.replace(/^(\u200e?)-/, '$1\u2212');
/** Shown where there is no number. */
export const NONE = '\u2013';

/** A score: "41.3", "−8.0". With `sign`: "+41.3". `digits`: one, where nothing else is said. */
export function formatScore(
  score: number | null | undefined,
  { sign = false, digits = 1 }: { readonly sign?: boolean; readonly digits?: number } = {},
): string {
  if (score === null || score === undefined) return NONE;
  // What rounds to zero has no sign.
  const rounded = Math.round(score * 10 ** digits) / 10 ** digits || 0;
  return realMinus(
    numberFormat({
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: sign ? 'exceptZero' : 'auto',
    }).format(rounded),
  );
}

/** An interval: "35.0 to 47.2". */
export function formatInterval(low: number | null | undefined, high: number | null | undefined): string {
  if (low === null || low === undefined || high === null || high === undefined) return NONE;
  return `${formatScore(low)} to ${formatScore(high)}`;
}

/** A count: "1,284". */
export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined
    ? NONE
    : numberFormat({ maximumFractionDigits: 0 }).format(count);
}

/** "1 answer", "1,284 answers". */
export function formatAnswers(count: number | null | undefined): string {
  return `${formatCount(count)} ${count === 1 ? 'answer' : 'answers'}`;
}

/** An amount of money in its currency: "€1,284.50". */
export const formatMoney = (amount: number, currency: string): string =>
  realMinus(numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount));

/** A share of 0..1: "58 %", by locale. */
export function formatShare(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined
    ? NONE
    : numberFormat({ style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
        share,
      );
}

const HOUR = { timeZone: 'UTC', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' } as const;

/** A day of UTC: "3 Nov 2026". */
export const formatDay = (time: string | number | Date): string =>
  dateFormat({ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(time));

/** A day of UTC without its year: "3 Nov". */
export const formatDayOfYear = (time: string | number | Date): string =>
  dateFormat({ timeZone: 'UTC', day: 'numeric', month: 'short' }).format(new Date(time));

/** An hour of UTC: "3 Nov 2026, 14:00". */
export const formatHour = (time: string | number | Date): string =>
  dateFormat({ ...HOUR, year: 'numeric' }).format(new Date(time));

/** An hour of UTC without its year: "3 Nov, 14:00". */
export const formatHourOfYear = (time: string | number | Date): string =>
  dateFormat(HOUR).format(new Date(time));

/** A month of UTC: "Nov 2026". */
export const formatMonth = (time: string | number | Date): string =>
  dateFormat({ timeZone: 'UTC', month: 'short', year: 'numeric' }).format(new Date(time));

/** A moment in the viewer's zone: "3 Nov 2026, 14:05". */
export const formatMoment = (time: string | number | Date): string =>
  dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

/** A time of today in the viewer's zone: "14:05:09"; of another day with its date. */
export function formatClock(time: string | number | Date): string {
  const date = new Date(time);
  return date.toDateString() === new Date().toDateString()
    ? dateFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(date)
    : formatMoment(date);
}

/** The viewer's time zone: "Europe/Berlin". */
export const viewerZone = (): string => dateFormat({}).resolvedOptions().timeZone;

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long before `now`: "3 hours ago", "yesterday". */
export function formatAge(time: string | number | Date, now: number): string {
  const passed = new Date(time).getTime() - now;
  const format =
    (known.get('r') as Intl.RelativeTimeFormat) ??
    new Intl.RelativeTimeFormat(viewerLocale(), { numeric: 'auto' });
  known.set('r', format);
  for (const [unit, length] of UNITS)
    if (Math.abs(passed) >= length) return format.format(Math.trunc(passed / length), unit);
  return 'just now';
}

/** A length of time by its largest unit: "3 hours", "12 minutes", "under a minute". */
export function formatSpan(seconds: number): string {
  for (const [unit, length] of UNITS)
    if (seconds * 1_000 >= length)
      return numberFormat({ style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(
        Math.round((seconds * 1_000) / length),
      );
  return 'under a minute';
}

/** A short time: "0.1 s"; from a minute on in words. */
export const formatLag = (ms: number): string =>
  ms < 60_000
    ? `${numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms / 1_000)}\u00a0s`
    : formatSpan(ms / 1_000);

/** A window in words: "Last 30 days"; "30 days to 9 Nov 2026" when it ends at a moment. */
export function formatWindow(window: string, asOf: string | null = null): string {
  const length = windowLength(window);
  return asOf === null ? `Last ${length}` : `${length} to ${formatDay(asOf)}`;
}

/** "30 days", "12 months". */
export function windowLength(window: string): string {
  const [, time, count, unit] = /^P(T?)(\d+)([DWMYH])$/.exec(window) ?? [];
  const names: Record<string, string> = {
    D: 'day',
    W: 'week',
    M: time ? 'minute' : 'month',
    Y: 'year',
    H: 'hour',
  };
  if (count === undefined || unit === undefined) return window;
  return `${count} ${names[unit]}${count === '1' ? '' : 's'}`;
}

/** For texts of respondents: the browser finds the direction of the script in the text. */
export const TEXT_DIRECTION = { dir: 'auto' } as const;
