import { DateTime, Duration } from 'luxon';

/** The moment that is a period (ISO 8601) before `now` (epoch milliseconds): what is from before is past the period. */
export const keptSince = (now: number, period: string): Date =>
  DateTime.fromMillis(now, { zone: 'utc' }).minus(Duration.fromISO(period)).toJSDate();

/** The moment that is a period (ISO 8601) after `now` (epoch milliseconds): what is from now is past the period then. */
export const keptUntil = (now: number, period: string): Date =>
  DateTime.fromMillis(now, { zone: 'utc' }).plus(Duration.fromISO(period)).toJSDate();

/** Whether a text is a period of retention: an ISO 8601 duration of a day or more, and of a thousand years at most. */
export function isAge(text: string): boolean {
  const days = /^P[\dYMWDTHS]{2,40}$/.test(text) ? Duration.fromISO(text).as('days') : Number.NaN;
  return days >= 1 && days <= 365_000;
}
