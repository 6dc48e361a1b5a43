import { DateTime, Duration } from 'luxon';

/** The moment that is a period (ISO 8601) before `now` (epoch milliseconds): what is from before is past the period. */
export const keptSince = (now: number, period: string): Date =>
  DateTime.fromMillis(now, { zone: 'utc' }).minus(Duration.fromISO(period)).toJSDate();

/** The moment that is a period (ISO 8601) after `now` (epoch milliseconds): what is from now is past the period then. */
export const keptUntil = (now: number, period: string): Date =>
  DateTime.fromMillis(now, { zone: 'utc' }).plus(Duration.fromISO(period)).toJSDate();
