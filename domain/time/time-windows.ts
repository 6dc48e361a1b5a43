import { quoted } from '../text/text.ts';
import {
  DAY_MS,
  endOfHour,
  floorTo,
  HOUR_MS,
  localDay,
  MINUTE_MS,
  startOfDay,
  startOfHour,
  WindowError,
  type ZoneClock,
  zoneClock,
} from './zone-clock.ts';

export { assertZone, DAY_MS, HOUR_MS, MINUTE_MS, WindowError } from './zone-clock.ts';

/** Epoch milliseconds; `until` is exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

export const GRANULARITIES = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** In the order of ISO 8601. */
export const WEEKDAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The length of a rolling window: whole buckets of one unit. */
export interface WindowLength {
  readonly unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months';
  readonly count: number;
}

const DURATION = /^P(?:(\d{1,12})([DWMY])|T(\d{1,12})([HM]))$/;
/**
 * The longest window of each unit: minute rollups are kept for 48 hours; beyond ten years comparisons make no
 * sense.
 */
const LONGEST = { minutes: 2_880, hours: 2_160, days: 3_653, weeks: 522, months: 120 } as const;

const UNITS: Readonly<Record<string, readonly [WindowLength['unit'], number]>> = {
  D: ['days', 1],
  W: ['weeks', 1],
  M: ['months', 1],
  Y: ['months', 12],
  TH: ['hours', 1],
  TM: ['minutes', 1],
};

/**
 * Reads an ISO 8601 duration of whole buckets: PT15M, PT6H, P1D, P30D, P12W, P3M, P1Y.
 * @throws WindowError for mixtures, fractions, zero, or more than ten years (48 hours in minutes, 90 days in hours).
 */
export function parseWindow(text: string): WindowLength {
  const match = DURATION.exec(text);
  const count = Number(match?.[1] ?? match?.[3] ?? 0);
  const letter = match?.[2] ?? (match?.[4] ? `T${match[4]}` : '');
  const [unit, factor] = UNITS[letter] ?? [];
  if (!unit || !factor || count === 0) {
    throw new WindowError(
      `${quoted(text)} is not a window: a whole number of one unit, such as PT15M, PT6H, P1D, P30D, P12W, P3M`,
    );
  }
  if (count * factor > LONGEST[unit]) {
    const coarser = unit === 'minutes' || unit === 'hours' ? '; take a coarser unit' : '';
    throw new WindowError(`${text} is too long: at most ${LONGEST[unit]} ${unit}${coarser}`);
  }
  return { unit, count: count * factor };
}

/**
 * The rolling window of that length at a moment. It ends with the bucket (minute, hour, or day of the zone)
 * that contains the moment, so that it includes the newest responses, and begins the length earlier by the
 * zone's calendar; hours and minutes are exact.
 * @throws WindowError for an unknown zone.
 */
export function windowAt(length: WindowLength, asOf: number, zone: string): TimeRange {
  const clock = zoneClock(zone);
  if (length.unit === 'minutes') return endingAt(-floorTo(-asOf, MINUTE_MS), length);
  if (length.unit === 'hours') {
    const start = startOfHour(clock, asOf);
    return endingAt(start === asOf ? asOf : endOfHour(clock, start), length);
  }
  let day = localDay(clock, asOf);
  // More than one step only if a day is partly shown twice (St. John's, whose clocks changed just after
  // midnight).
  while (startOfDay(clock, day) < asOf) day += DAY_MS;
  return daysEndingBefore(clock, day, length);
}

/** The window of exact hours or minutes before a moment. */
function endingAt(until: number, { unit, count }: WindowLength): TimeRange {
  return { from: until - count * (unit === 'hours' ? HOUR_MS : MINUTE_MS), until };
}

/** The window of days, weeks or months before the beginning of a day, by the calendar. */
function daysEndingBefore(clock: ZoneClock, day: number, { unit, count }: WindowLength): TimeRange {
  const until = startOfDay(clock, day);
  let first = unit === 'months' ? addMonths(day, -count) : day - count * (unit === 'weeks' ? 7 : 1) * DAY_MS;
  // A zone that skipped a day has none to begin with there.
  while (startOfDay(clock, first) >= until) first -= DAY_MS;
  return { from: startOfDay(clock, first), until };
}

/** About how long a bucket is, calendar buckets at their longest: nothing within the limit is refused by it. */
const TYPICAL: Readonly<Record<Granularity, number>> = {
  MINUTE: MINUTE_MS,
  HOUR: HOUR_MS,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
  MONTH: 31 * DAY_MS,
  QUARTER: 92 * DAY_MS,
  YEAR: 366 * DAY_MS,
};

/**
 * The calendar buckets that the range touches: contiguous, in the zone. Weeks begin on `weekStart` (ISO 8601:
 * Monday), quarters in January, April, July and October.
 * @throws WindowError for an unknown zone, an empty range, or more than `limit` buckets.
 */
export function calendarBuckets(
  range: TimeRange,
  every: Granularity,
  zone: string,
  limit: number,
  weekStart: Weekday = 'MONDAY',
): TimeRange[] {
  const clock = zoneClock(zone);
  if (!(range.from < range.until)) throw new WindowError('a range must end later than it begins');
  const tooMany = (count: string) =>
    new WindowError(
      `the range has ${count} buckets of one ${every.toLowerCase()}, at most ${limit} are answered; ` +
        'take coarser buckets or a shorter range',
    );
  // Checked first: a millennium in minutes is a typing mistake.
  const expected = (range.until - range.from) / TYPICAL[every];
  if (!(expected <= limit + 1)) throw tooMany(`about ${Math.ceil(expected)}`);
  const buckets =
    every === 'MINUTE' || every === 'HOUR'
      ? clockBuckets(range, every, clock)
      : dayBuckets(range, { every, weekStart }, clock);
  if (buckets.length > limit) throw tooMany(String(buckets.length));
  return buckets;
}

function clockBuckets(range: TimeRange, every: 'MINUTE' | 'HOUR', clock: ZoneClock): TimeRange[] {
  const minutes = every === 'MINUTE';
  const buckets: TimeRange[] = [];
  let from = minutes ? floorTo(range.from, MINUTE_MS) : startOfHour(clock, range.from);
  while (from < range.until) {
    const until = minutes ? from + MINUTE_MS : endOfHour(clock, from);
    buckets.push({ from, until });
    from = until;
  }
  return buckets;
}

/** Monday, 5 January 1970. */
const FIRST_MONDAY = 4 * DAY_MS;

/** The same day so many months later (a midnight in UTC), or the last of that month if it has no such day. */
function addMonths(day: number, months: number): number {
  const date = new Date(day);
  const dayOfMonth = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const first = date.getTime();
  date.setUTCMonth(date.getUTCMonth() + 1, 0);
  return first + (Math.min(dayOfMonth, date.getUTCDate()) - 1) * DAY_MS;
}

/** Buckets that are whole calendar days. */
interface DayBuckets {
  readonly every: Exclude<Granularity, 'MINUTE' | 'HOUR'>;
  readonly weekStart: Weekday;
}

/** Months of one bucket; the others are days. */
const MONTHS: Readonly<Partial<Record<Granularity, number>>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The first day of the day's bucket; both are midnights in UTC. */
function firstDayOf(day: number, { every, weekStart }: DayBuckets): number {
  if (every === 'WEEK') {
    const first = FIRST_MONDAY + WEEKDAYS.indexOf(weekStart) * DAY_MS;
    return floorTo(day - first, 7 * DAY_MS) + first;
  }
  const months = MONTHS[every];
  if (months === undefined) return day;
  const date = new Date(day);
  date.setUTCDate(1);
  date.setUTCMonth(floorTo(date.getUTCMonth(), months));
  return date.getTime();
}

/** Steps through calendar days, not moments, because the start of a day does not depend on the step. */
function dayBuckets(range: TimeRange, of: DayBuckets, clock: ZoneClock): TimeRange[] {
  const buckets: TimeRange[] = [];
  const months = MONTHS[of.every];
  const days = of.every === 'WEEK' ? 7 : 1;
  let day = firstDayOf(localDay(clock, range.from), of);
  let from = startOfDay(clock, day);
  while (from < range.until) {
    day = months === undefined ? day + days * DAY_MS : addMonths(day, months);
    const until = startOfDay(clock, day);
    // A day that the zone skipped is empty; one that ends before the range does not belong to it.
    if (from < until && until > range.from) buckets.push({ from, until });
    from = until;
  }
  return buckets;
}

/**
 * The trailing window that ends with the bucket. `every`: the bucket's granularity; derived from its edges when
 * absent.
 * @throws WindowError when the bucket's edges do not fit the window's unit (a window of days on buckets of
 * hours).
 */
export function rollingRange(
  bucket: TimeRange,
  length: WindowLength,
  zone: string,
  every?: Granularity,
): TimeRange {
  const clock = zoneClock(zone);
  const { unit } = length;
  if (unit === 'minutes') return endingAt(bucket.until, length);
  const edges = [bucket.from, bucket.until];
  if (unit === 'hours') {
    if (every === 'MINUTE' || edges.some((edge) => startOfHour(clock, edge) !== edge)) {
      throw new WindowError(
        'rolling: a window of hours needs buckets of an hour or longer; take minutes, such as PT60M',
      );
    }
    return endingAt(bucket.until, length);
  }
  const fine = every === 'MINUTE' || every === 'HOUR';
  if (fine || edges.some((edge) => startOfDay(clock, localDay(clock, edge)) !== edge)) {
    throw new WindowError(
      `rolling: a window of ${unit} needs buckets of a day or longer; take hours, such as PT24H`,
    );
  }
  return daysEndingBefore(clock, localDay(clock, bucket.until), length);
}

export type Level = 'DAY' | 'HOUR' | 'MINUTE';

/**
 * The range as whole UTC days, whole UTC hours and whole minutes, each as coarse as possible but no coarser
 * than `coarsest`, in order: the levels of stored rollups. A day of a zone is a sum of hours; one of
 * Asia/Kolkata begins and ends in the middle of an hour.
 * @throws WindowError unless the edges are whole minutes, in order.
 */
export function splitByLevel(
  { from, until }: TimeRange,
  coarsest: Level = 'DAY',
): (TimeRange & { level: Level })[] {
  if (from % MINUTE_MS !== 0 || until % MINUTE_MS !== 0) {
    throw new WindowError('a window begins and ends with a whole minute');
  }
  if (from > until) throw new WindowError('a window must not end before it begins');
  const parts: (TimeRange & { level: Level })[] = [];
  const push = (level: Level, start: number, stop: number) => {
    if (start < stop) parts.push({ level, from: start, until: stop });
  };
  // Between the first and the last edge of a level, if there are two; nothing otherwise.
  const within = (start: number, stop: number, size: number): readonly [number, number] => {
    const first = -floorTo(-start, size);
    const last = floorTo(stop, size);
    return first < last ? [first, last] : [stop, stop];
  };
  const [hourFrom, hourUntil] = coarsest === 'MINUTE' ? [until, until] : within(from, until, HOUR_MS);
  const [dayFrom, dayUntil] =
    coarsest === 'DAY' ? within(hourFrom, hourUntil, DAY_MS) : [hourUntil, hourUntil];
  push('MINUTE', from, hourFrom);
  push('HOUR', hourFrom, dayFrom);
  push('DAY', dayFrom, dayUntil);
  push('HOUR', dayUntil, hourUntil);
  push('MINUTE', hourUntil, until);
  return parts;
}
