import type { Granularity } from '../gql/graphql.ts';
import type { Compare } from './url-state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface Range {
  /** Epoch milliseconds; exclusive end. */
  readonly from: number;
  readonly until: number;
}

/** The window of that length (ISO 8601) at a moment, as the API has it: it ends with the minute, hour or UTC day that holds the moment. */
export function windowAt(window: string, moment: number): Range {
  const [, time, digits, unit] = /^P(T?)(\d+)([DWMYH])$/.exec(window) ?? ['', '', '30', 'D'];
  const count = Number(digits);
  const bucket = time ? (unit === 'H' ? HOUR_MS : MINUTE_MS) : DAY_MS;
  const until = Math.ceil(moment / bucket) * bucket;
  if (time) return { from: until - count * bucket, until };
  if (unit === 'M' || unit === 'Y')
    return { from: addMonths(until, -count * (unit === 'Y' ? 12 : 1)), until };
  return { from: until - count * (unit === 'W' ? 7 : 1) * DAY_MS, until };
}

/** What a window is compared with: the one before it, or the same one a year before. */
export function comparedWith(window: string, range: Range, compare: Compare): Range {
  if (compare === 'previous') return windowAt(window, range.from);
  return { from: addMonths(range.from, -12), until: Math.min(addMonths(range.until, -12), range.from) };
}

/** The same day of another month, or its last one. */
function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

/** Buckets that fit a range: about 30 to 120 points. */
export function granularityOf({ from, until }: Range): Granularity {
  const days = (until - from) / DAY_MS;
  if (days <= 3) return 'HOUR';
  if (days <= 45) return 'DAY';
  return days <= 800 ? 'WEEK' : 'MONTH';
}

/** Where the window of that length ends at present, and where it begins, for addresses of files. */
export function relativeWindow(window: string): { readonly from: string; readonly to: string } {
  const [, time, unit] = /^P(T?)\d+([DWMYH])$/.exec(window) ?? [];
  const to = time ? `now/${unit === 'H' ? 'h' : 'm'}` : 'now/d';
  return { from: `${to}-${window}`, to };
}

/** The two windows of `comparedWith`, relative to the present, for addresses of files; null: they are not next to each other. */
export function relativeWindows(window: string, compare: Compare) {
  const twice = window.replace(/\d+/, (count) => String(2 * Number(count)));
  if (compare !== 'previous') return null;
  const { from, to } = relativeWindow(window);
  return { beforeFrom: `${to}-${twice}`, beforeTo: from, afterFrom: from, afterTo: to };
}

/** Whole minutes, as the API takes edges of windows. */
export const iso = (time: number): string => new Date(time).toISOString();
