import type { Fields } from './fields.ts';
import { minutesOf } from './read-pattern.ts';

const CALENDAR = /^(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d))$/;
const ORDINAL = /^(\d{4})-?(\d{3})$/;
const WEEK = /^(\d{4})-?w(\d\d)-?([1-7])$/;
const TIME = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?$/;
const OFFSET = /^(.*\d) ?(z|utc|gmt|[+-]\d\d(?::?\d\d)?)$/;

/**
 * The fields of a folded ISO 8601 text (also with a space in place of "T"), null if it has another form, or
 * what is missing: a complete date is needed.
 */
export function readIso(text: string): Fields | string | null {
  const space = text.search(/[t ]/);
  const date = space === -1 ? text : text.slice(0, space);
  const day = readDay(date);
  if (!day) return missingIn(text, date);
  if (space === -1) return day;
  const time = readTime(text.slice(space + 1));
  return time && { ...day, ...time };
}

function readDay(text: string): Fields | null {
  const calendar = CALENDAR.exec(text);
  if (calendar) {
    const [, year, month, day, shortMonth, shortDay] = calendar;
    return { year: Number(year), month: Number(month ?? shortMonth), day: Number(day ?? shortDay) };
  }
  const ordinal = ORDINAL.exec(text);
  if (ordinal) return { year: Number(ordinal[1]), ordinal: Number(ordinal[2]) };
  const week = WEEK.exec(text);
  if (week) return { weekYear: Number(week[1]), week: Number(week[2]), weekday: Number(week[3]) };
  return null;
}

function readTime(given: string): Fields | null {
  const bracket = given.endsWith(']') ? given.indexOf('[') : -1;
  const zone = bracket === -1 ? null : given.slice(bracket + 1, -1);
  const rest = bracket === -1 ? given : given.slice(0, bracket);
  const withOffset = OFFSET.exec(rest);
  const [, clock = rest, offset] = withOffset ?? [];
  const time = TIME.exec(clock);
  if (!time) return null;
  const [, hour, minute = '0', second = '0', fraction = '0'] = time;
  const minutes = offset === undefined ? null : minutesOf(offset);
  if (offset !== undefined && minutes === null) return null;
  return {
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Math.floor(Number(`0.${fraction}`) * 1_000 + 1e-6),
    ...(minutes === null ? {} : { offset: minutes }),
    ...(zone === null ? {} : { zone }),
  };
}

function missingIn(text: string, date: string): string | null {
  if (/^\d\d?(?::\d\d){1,2}(?:[.,]\d{1,9})?(?: ?[ap]m)?$/.test(text))
    return 'it is a time of day without a date';
  if (/^\d{4}$/.test(date)) return 'it is a year without a month and a day';
  if (/^\d{4}-\d\d$/.test(date)) return 'it is a month without a day';
  return /^\d{4}-?w\d\d$/.test(date) ? 'it is a week without a day' : null;
}
