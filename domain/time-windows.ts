import { DateTime, IANAZone } from 'luxon';

/** Epoch milliseconds; `until` is exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

export type Granularity = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

/** The length of a rolling window: whole buckets of one unit. */
export interface WindowLength {
  readonly unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months';
  readonly count: number;
}

/** A duration, zone or range that cannot be a window; the message says what would be right. */
export class WindowError extends Error {
  override readonly name = 'WindowError';
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** @throws WindowError unless the name is that of an IANA time zone. */
export function assertZone(name: string): void {
  if (name.length > 64 || !IANAZone.isValidZone(name)) {
    throw new WindowError(
      `timeZone: ${JSON.stringify(name.slice(0, 64))} is no IANA zone such as "Europe/Berlin"`,
    );
  }
}

const DURATION = /^P(?:(\d+)([DWMY])|T(\d+)([HM]))$/;
/** The longest window of each unit: minutes live for 48 hours; beyond ten years nobody compares. */
const LONGEST = { minutes: 2_880, hours: 2_160, days: 3_653, weeks: 522, months: 120 } as const;

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
    const given = JSON.stringify(text.slice(0, 40));
    throw new WindowError(
      `${given} is no window: a whole number of one unit, such as PT15M, PT6H, P1D, P30D, P12W, P3M`,
    );
  }
  if (count * factor > LONGEST[unit]) {
    throw new WindowError(`${text} is too long: at most ${LONGEST[unit]} ${unit}; take a coarser unit`);
  }
  return { unit, count: count * factor };
}

const UNITS: Readonly<Record<string, readonly [WindowLength['unit'], number]>> = {
  D: ['days', 1],
  W: ['weeks', 1],
  M: ['months', 1],
  Y: ['months', 12],
  TH: ['hours', 1],
  TM: ['minutes', 1],
};

/**
 * The rolling window of that length at a moment. It ends with the bucket (minute, hour, or day of the zone) that
 * holds the moment, so that answers of just now are in it, and begins the length earlier by the zone's calendar.
 */
export function windowAt(length: WindowLength, asOf: number, zone: string): TimeRange {
  const unit = length.unit === 'minutes' || length.unit === 'hours' ? length.unit : 'days';
  const until = bucketEnd(asOf, unit, zone);
  return { from: back(until, length, zone), until };
}

/** The first bucket edge at or after the moment. */
function bucketEnd(time: number, unit: 'minutes' | 'hours' | 'days', zone: string): number {
  if (unit === 'minutes') return Math.ceil(time / MINUTE_MS) * MINUTE_MS;
  if (zone === 'UTC') {
    const size = unit === 'hours' ? HOUR_MS : DAY_MS;
    return Math.ceil(time / size) * size;
  }
  const start = startOf(time, unit === 'hours' ? 'HOUR' : 'DAY', zone);
  return start === time ? time : next(start, unit === 'hours' ? 'HOUR' : 'DAY', zone);
}

/** The moment a length earlier, by the zone's calendar. */
function back(time: number, { unit, count }: WindowLength, zone: string): number {
  if (unit === 'minutes') return time - count * MINUTE_MS;
  if (unit === 'hours') return time - count * HOUR_MS;
  if (zone === 'UTC' && unit === 'days') return time - count * DAY_MS;
  if (zone === 'UTC' && unit === 'weeks') return time - count * 7 * DAY_MS;
  return DateTime.fromMillis(time, { zone })
    .minus({ [unit]: count })
    .startOf('day')
    .toMillis();
}

/**
 * The calendar buckets that the range touches: contiguous, in the zone, weeks from Monday (ISO 8601).
 * @throws WindowError when there would be more than `limit`.
 */
export function calendarBuckets(
  range: TimeRange,
  every: Granularity,
  zone: string,
  limit: number,
): TimeRange[] {
  const expected = (range.until - range.from) / SHORTEST[every];
  const tooMany = (count: number) =>
    new WindowError(
      `from: about ${Math.ceil(count)} buckets of one ${every.toLowerCase()}; at most ${limit}`,
    );
  // Before any is made: a millennium in minutes is a typing mistake.
  if (expected > limit * 1.2) throw tooMany(expected);
  const buckets: TimeRange[] = [];
  let from = startOf(range.from, every, zone);
  while (from < range.until) {
    const until = next(from, every, zone);
    buckets.push({ from, until });
    if (buckets.length > limit) throw tooMany(expected);
    from = until;
  }
  return buckets;
}

const SHORTEST: Readonly<Record<Granularity, number>> = {
  MINUTE: MINUTE_MS,
  HOUR: HOUR_MS,
  DAY: 24 * HOUR_MS,
  WEEK: 7 * DAY_MS,
  MONTH: 30 * DAY_MS,
};

const LUXON_UNIT = { MINUTE: 'minute', HOUR: 'hour', DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;

function startOf(time: number, every: Granularity, zone: string): number {
  if (every === 'MINUTE') return Math.floor(time / MINUTE_MS) * MINUTE_MS;
  if (zone === 'UTC' && every === 'HOUR') return Math.floor(time / HOUR_MS) * HOUR_MS;
  if (zone === 'UTC' && every === 'DAY') return Math.floor(time / DAY_MS) * DAY_MS;
  const local = DateTime.fromMillis(time, { zone });
  // By subtraction: in the hour that the clock repeats, its start "by the clock" could be the other one.
  if (every === 'HOUR') return time - (local.minute * MINUTE_MS + local.second * 1_000 + local.millisecond);
  return local.startOf(LUXON_UNIT[every]).toMillis();
}

function next(start: number, every: Granularity, zone: string): number {
  if (every === 'MINUTE') return start + MINUTE_MS;
  if (zone === 'UTC' && every === 'HOUR') return start + HOUR_MS;
  if (zone === 'UTC' && every === 'DAY') return start + DAY_MS;
  if (every === 'HOUR') {
    // Where the clock moves by half an hour (Lord Howe), the hour it moves in is longer or shorter.
    const after = startOf(start + HOUR_MS, 'HOUR', zone);
    return after > start ? after : start + HOUR_MS;
  }
  const unit = LUXON_UNIT[every];
  return DateTime.fromMillis(start, { zone })
    .plus({ [unit]: 1 })
    .startOf(unit)
    .toMillis();
}

/**
 * The trailing window that ends with the bucket.
 * @throws WindowError when the bucket's end is no edge of the window's unit (a window of days on buckets of hours).
 */
export function rollingRange(
  bucket: TimeRange,
  length: WindowLength,
  zone: string,
  every: Granularity,
): TimeRange {
  const fine = every === 'MINUTE' || every === 'HOUR';
  if (length.unit === 'hours' && every === 'MINUTE') {
    throw new WindowError(
      'rolling: a window of hours needs buckets of an hour or longer; take minutes, such as PT60M',
    );
  }
  if (fine && length.unit !== 'minutes' && length.unit !== 'hours') {
    throw new WindowError(
      `rolling: a window of ${length.unit} needs buckets of a day or longer; take hours, such as PT24H`,
    );
  }
  return { from: back(bucket.until, length, zone), until: bucket.until };
}

export type Level = 'DAY' | 'HOUR' | 'MINUTE';

/**
 * The range as whole UTC days, whole UTC hours and whole minutes, each as coarse as fits, in order: the record keeps
 * rollups of these. A day of a zone is a sum of hours; one of Asia/Kolkata begins and ends in the middle of an hour.
 * @throws WindowError unless the edges are whole minutes.
 */
export function splitByLevel({ from, until }: TimeRange): (TimeRange & { level: Level })[] {
  if (from % MINUTE_MS !== 0 || until % MINUTE_MS !== 0) {
    throw new WindowError('a window begins and ends with a whole minute');
  }
  const parts: (TimeRange & { level: Level })[] = [];
  const push = (level: Level, start: number, stop: number) => {
    if (start < stop) parts.push({ level, from: start, until: stop });
  };
  const hourFrom = Math.min(until, Math.ceil(from / HOUR_MS) * HOUR_MS);
  const hourUntil = Math.max(hourFrom, Math.floor(until / HOUR_MS) * HOUR_MS);
  const dayFrom = Math.min(hourUntil, Math.ceil(hourFrom / DAY_MS) * DAY_MS);
  const dayUntil = Math.max(dayFrom, Math.floor(hourUntil / DAY_MS) * DAY_MS);
  push('MINUTE', from, hourFrom);
  push('HOUR', hourFrom, dayFrom);
  push('DAY', dayFrom, dayUntil);
  push('HOUR', dayUntil, hourUntil);
  push('MINUTE', hourUntil, until);
  return parts;
}
