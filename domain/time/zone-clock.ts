import { IANAZone } from 'luxon';
import { UserError } from '../errors/user-error.ts';
import { quoted } from '../text/text.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A duration, zone or range that is not a valid window; the message says what would be right. */
export class WindowError extends UserError {
  override readonly name = 'WindowError';
}

/** The offset of one zone's clocks from UTC at a moment, in milliseconds. */
export type ZoneClock = (time: number) => number;

const utc: ZoneClock = () => 0;

// Keyed by the lower-case name: names are valid in any case, and each spelling would stay in luxon's caches.
const clocks = new Map<string, ZoneClock>([
  ['utc', utc],
  ['etc/utc', utc],
]);

/**
 * The clock of an IANA time zone.
 * @throws WindowError for any other name.
 */
export function zoneClock(name: string): ZoneClock {
  const key = name.length > 64 ? '' : name.toLowerCase();
  const present = clocks.get(key);
  if (present) return present;
  // Newer engines also accept offsets such as "+02:00", which are not zones.
  if (!/^[a-z]/.test(key) || !IANAZone.isValidZone(name)) {
    throw new WindowError(`timeZone: ${quoted(name)} is not an IANA zone such as "Europe/Berlin"`);
  }
  const zone = IANAZone.create(name);
  const clock = remembering((time) => zone.offset(time) * MINUTE_MS);
  clocks.set(key, clock);
  return clock;
}

/**
 * Offsets change rarely: one that holds at both ends of a block holds within. No zone has changed and changed
 * back within four days.
 */
const BLOCK_MS = 4 * DAY_MS;
/** Of all zones together, about two centuries of ten: there are hundreds, and callers name them. */
const MOST_KNOWN = 200_000;
const offsets: Map<number, number>[] = [];
let known = 0;

function forgetOffsets(): void {
  for (const ofZone of offsets) ofZone.clear();
  known = 0;
}

/** Each offset costs a formatted date (about 10 µs), and a long series asks for tens of thousands. */
function remembering(clock: ZoneClock): ZoneClock {
  const edges = new Map<number, number>();
  offsets.push(edges);
  const atEdge = (block: number) => {
    let offset = edges.get(block);
    if (offset === undefined) {
      offset = clock(block * BLOCK_MS);
      if (known >= MOST_KNOWN) forgetOffsets();
      edges.set(block, offset);
      known += 1;
    }
    return offset;
  };
  return (time) => {
    const block = Math.floor(time / BLOCK_MS);
    const offset = atEdge(block);
    return offset === atEdge(block + 1) ? offset : clock(time);
  };
}

/** @throws WindowError unless the name is that of an IANA time zone. */
export function assertZone(name: string): void {
  zoneClock(name);
}

/** The calendar day that the zone's clocks show, as the epoch milliseconds of that day's midnight in UTC. */
export function localDay(clock: ZoneClock, time: number): number {
  return floorTo(time + clock(time), DAY_MS);
}

/**
 * The start of a calendar day: the first moment at which the clocks show it. That is midnight if it exists
 * once, the earlier one if it occurs twice (Azores, Havana), and the change of clocks if it is skipped (São
 * Paulo, Cairo). A day that the zone skipped (Apia, 30 December 2011) begins and ends with the next one.
 */
export function startOfDay(clock: ZoneClock, day: number): number {
  if (clock === utc) return day;
  // No zone is a day ahead or behind, so a day either side is safely before and after this midnight.
  const before = clock(day - DAY_MS);
  const after = clock(day + DAY_MS);
  const byOld = day - before;
  if (before === after || clock(byOld) === before) return byOld;
  const byNew = day - after;
  return clock(byNew) === after ? byNew : clockChange(clock, byNew, byOld);
}

/**
 * The wall-clock hour that contains the moment. A change of clocks within an hour (by half an hour on Lord
 * Howe) ends one and begins the next, so no bucket is longer than an hour, and an hour that occurs twice is two
 * buckets.
 */
export function startOfHour(clock: ZoneClock, time: number): number {
  const start = floorTo(time + clock(time), HOUR_MS) - clock(time);
  return clock(start) === clock(time) ? start : clockChange(clock, start, time);
}

/** The end of the wall-clock hour that begins at `start`. */
export function endOfHour(clock: ZoneClock, start: number): number {
  const offset = clock(start);
  const end = floorTo(start + offset, HOUR_MS) + HOUR_MS - offset;
  return clock(end - 1) === offset ? end : clockChange(clock, start, end - 1);
}

/** When the clocks of a zone showed a date and time: once, twice, or never, because they were moved past it. */
export type ShownAt =
  | { readonly shown: 'once'; readonly at: number }
  | { readonly shown: 'twice'; readonly first: number; readonly second: number }
  | { readonly shown: 'never'; readonly change: number };

/**
 * The moments at which the clocks showed a date and time, given as the epoch milliseconds that it would be in
 * UTC. For a skipped time: the moment of the change.
 */
export function momentsOf(clock: ZoneClock, local: number): ShownAt {
  if (clock === utc) return { shown: 'once', at: local };
  // As in `startOfDay`: a day either side is safely before and after.
  const before = clock(local - DAY_MS);
  const after = clock(local + DAY_MS);
  const [byOld, byNew] = [local - before, local - after];
  const isOld = clock(byOld) === before;
  if (before === after) return { shown: 'once', at: byOld };
  const isNew = clock(byNew) === after;
  if (isOld && isNew) return { shown: 'twice', first: byOld, second: byNew };
  if (isOld) return { shown: 'once', at: byOld };
  if (isNew) return { shown: 'once', at: byNew };
  return { shown: 'never', change: clockChange(clock, byNew, byOld) };
}

/**
 * The first moment after `before` with the offset that holds at `after`; by bisection, because zones only
 * expose offsets.
 */
function clockChange(clock: ZoneClock, before: number, after: number): number {
  const target = clock(after);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (clock(middle) === target) high = middle;
    else low = middle;
  }
  return high;
}

/** The largest multiple of `size` that is not greater; also for moments before 1970. */
export function floorTo(time: number, size: number): number {
  return Math.floor(time / size) * size;
}

/** Whether it is a zone that has a clock. */
export function isZone(name: string): boolean {
  try {
    zoneClock(name);
    return true;
  } catch {
    return false;
  }
}
