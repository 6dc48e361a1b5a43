import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../domain/time/zone-clock.ts';
import type { NumberField } from './pattern.ts';

/** The parts of a date. */
export type Fields = Partial<Record<NumberField | 'half', number>> & {
  /** Minutes ahead of UTC. */
  readonly offset?: number;
  /** The name of a time zone. */
  readonly zone?: string;
};

/** A date and time as shown by a clock. */
export interface LocalTime {
  /** The epoch milliseconds that it would be in UTC. */
  readonly local: number;
  /** A day without a time. */
  readonly isDay: boolean;
  readonly offset?: number;
  readonly zone?: string;
}

const LEAST_YEAR = 1;
const MOST_YEAR = 9_999;

/** The date and time in the fields, or why there is none: "31 is not a day of that month". */
export function localTimeOf(fields: Fields): LocalTime | string {
  const day = dayOf(fields);
  if (typeof day === 'string') return day;
  const time = timeOf(fields);
  if (typeof time === 'string') return time;
  return {
    local: day + (time ?? 0),
    isDay: time === null,
    ...(fields.offset === undefined ? {} : { offset: fields.offset }),
    ...(fields.zone === undefined ? {} : { zone: fields.zone }),
  };
}

/** Midnight of the day, as in UTC. */
function dayOf(fields: Fields): number | string {
  const { weekday, quarter } = fields;
  const day = fields.week !== undefined ? dayOfWeekDate(fields) : dayOfYear(fields);
  if (typeof day === 'string') return day;
  const found = new Date(day);
  if (weekday !== undefined && weekday !== weekdayOf(day))
    return 'the day of the week is not that of the date';
  if (quarter !== undefined && quarter !== Math.floor(found.getUTCMonth() / 3) + 1)
    return 'the quarter is not that of the date';
  return day;
}

/** From 1, Monday. */
const weekdayOf = (day: number) => ((new Date(day).getUTCDay() + 6) % 7) + 1;

function dayOfYear({ year = 0, month = 1, day = 1, ordinal }: Fields): number | string {
  if (year < LEAST_YEAR || year > MOST_YEAR)
    return `${year} is not a year from ${LEAST_YEAR} to ${MOST_YEAR}`;
  if (ordinal !== undefined) {
    const days = (utc(year + 1, 1, 1) - utc(year, 1, 1)) / DAY_MS;
    return ordinal >= 1 && ordinal <= days ? utc(year, 1, ordinal) : `${ordinal} is not a day of that year`;
  }
  if (month < 1 || month > 12) return `${month} is not a month`;
  const last = new Date(utc(year, month + 1, 0)).getUTCDate();
  return day >= 1 && day <= last ? utc(year, month, day) : `${day} is not a day of that month`;
}

/** By ISO 8601: the first week of a year is that of its first Thursday. */
function dayOfWeekDate({ weekYear: year = 0, week = 1, weekday = 1 }: Fields): number | string {
  if (year < LEAST_YEAR || year > MOST_YEAR)
    return `${year} is not a year from ${LEAST_YEAR} to ${MOST_YEAR}`;
  const firstMonday = (of: number) => utc(of, 1, 4) - (weekdayOf(utc(of, 1, 4)) - 1) * DAY_MS;
  const weeks = Math.round((firstMonday(year + 1) - firstMonday(year)) / (7 * DAY_MS));
  if (week < 1 || week > weeks) return `${week} is not a week of that year`;
  if (weekday < 1 || weekday > 7) return `${weekday} is not a day of the week from 1 to 7`;
  return firstMonday(year) + ((week - 1) * 7 + weekday - 1) * DAY_MS;
}

/** Milliseconds from midnight; null for a day without a time. "24:00" is the end of the day. */
function timeOf(fields: Fields): number | null | string {
  const { hour12, half, minute = 0, second = 0, millisecond = 0 } = fields;
  if (hour12 !== undefined && (hour12 < 1 || hour12 > 12)) return `${hour12} is not an hour from 1 to 12`;
  const hour = hour12 === undefined ? fields.hour : (hour12 % 12) + (half === 1 ? 12 : 0);
  if (hour === undefined) return null;
  if (minute > 59) return `${minute} is not a minute`;
  // A leap second ends an hour, or a quarter of one in some zones; it becomes the second after it.
  if (second > (minute % 15 === 14 ? 60 : 59)) return `${second} is not a second`;
  const rest = minute * MINUTE_MS + second * 1_000 + millisecond;
  if (hour > 24 || (hour === 24 && rest > 0)) return `${hour} is not an hour from 0 to 23`;
  return hour * HOUR_MS + rest;
}

/** As `Date.UTC`, but also for the years before 100. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}
