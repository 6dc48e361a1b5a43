import { DAY_MS } from '../../../domain/time/zone-clock.ts';
import type { LocalTime } from './fields.ts';

/* Dates written as one number, distinguished by their digits: no text matches two of these. */

/** From March 1973 to November 2286; fractions as programs write them. */
const SECONDS = /^(\d{9,10})(?:\.(\d{1,9}))?$/;
const MILLISECONDS = /^\d{12,13}$/;
/** To October 2173. */
const DAYS = /^(\d{1,5})(?:[.,](\d{1,15}))?$/;
/** The same five digits with a separator of thousands, which would be read as a day of 1900 to 1902 with a time. */
const IN_THOUSANDS = /^\d{1,3}[.,]\d{3}$/;
/** In Excel 1900 is a leap year, which it was not: after day 60 the count is one day ahead. */
const LEAP_DAY = 60;
const FIRST_DAY = Date.UTC(1900, 0, 1);

/** Seconds since 1970 in UTC. */
export function readEpochSeconds(text: string): LocalTime | null {
  const read = SECONDS.exec(text);
  if (!read) return null;
  const [, seconds, fraction = '0'] = read;
  return inUtc(Number(seconds) * 1_000 + Math.floor(Number(`0.${fraction}`) * 1_000 + 1e-6));
}

/** Milliseconds since 1970 in UTC. */
export function readEpochMilliseconds(text: string): LocalTime | null {
  return MILLISECONDS.test(text) ? inUtc(Number(text)) : null;
}

const inUtc = (local: number): LocalTime => ({ local, isDay: false, offset: 0 });

/** A day number of Excel (the 1900 system), with the time of day as its fraction; or why it is not one. */
export function readExcelDay(text: string): LocalTime | string | null {
  const read = DAYS.exec(text);
  if (!read) return null;
  const [, whole, fraction] = read;
  const days = Number(whole);
  if (days === 0) return 'the first day of Excel is 1';
  if (IN_THOUSANDS.test(text)) return `a day number has no separator of thousands; write ${whole}${fraction}`;
  if (days === LEAP_DAY) return 'it is 29 February 1900, a day that was not';
  const day = FIRST_DAY + (days - (days > LEAP_DAY ? 2 : 1)) * DAY_MS;
  if (fraction === undefined) return { local: day, isDay: true };
  return { local: day + Math.round(Number(`0.${fraction}`) * DAY_MS), isDay: false };
}
