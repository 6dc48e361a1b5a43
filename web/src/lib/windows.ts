import type { Compare } from './url-state.ts';

/** From inclusive, to exclusive, RFC 3339. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** The range that a window is compared with: the one of the same length before it, or the same a year before. */
export function rangeBefore({ from, to }: Range, window: string, compare: Compare): Range {
  if (compare === 'year') return { from: monthsLater(from, -12), to: monthsLater(to, -12) };
  const [, count, unit] = /^P(\d+)([MY])$/.exec(window) ?? [];
  if (count !== undefined)
    return { from: monthsLater(from, -Number(count) * (unit === 'Y' ? 12 : 1)), to: from };
  const length = Date.parse(to) - Date.parse(from);
  return { from: new Date(Date.parse(from) - length).toISOString(), to: from };
}

/** The same moment of another month, by UTC; its last day where the month is shorter. */
export function monthsLater(time: string, months: number): string {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.toISOString();
}

/** Its length in days. */
export const daysOf = ({ from, to }: Range): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
