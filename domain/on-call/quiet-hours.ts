import { DAY_MS, localDay, zoneClock } from '../time/zone-clock.ts';
import { firstShown, lastShown, minutesOf } from './shifts.ts';

export const DAYS_OF_WEEK = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const;
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

/** Hours of each week in which alerts below a severity wait. */
export interface QuietHours {
  /** IANA. */
  readonly timeZone: string;
  /** Alerts of this severity and above pass. */
  readonly below: 'WARNING' | 'CRITICAL';
  /** The targets that are quiet; null: all. */
  readonly targets: readonly string[] | null;
  readonly windows: readonly QuietWindow[];
}

export interface QuietWindow {
  /** On which it begins. */
  readonly days: readonly DayOfWeek[];
  /** HH:mm on the clocks of the zone. */
  readonly from: string;
  /** Not later than `from`: of the next day. */
  readonly until: string;
}

/** Windows that follow each other are one; more than a week of them is no quiet. */
const LONGEST_MS = 8 * DAY_MS;

/** Until when it is quiet, in epoch milliseconds; null: it is not quiet at that moment. */
export function quietUntil(quiet: Pick<QuietHours, 'timeZone' | 'windows'>, at: number): number | null {
  let end: number | null = null;
  for (let next = endOf(quiet, at); next !== null && next - at < LONGEST_MS; next = endOf(quiet, next))
    end = next;
  return end;
}

/** Whether some hours of each week are not quiet. */
export const isEverLoud = (quiet: Pick<QuietHours, 'timeZone' | 'windows'>): boolean => {
  let at = Date.UTC(2026, 0, 5);
  const most = at + LONGEST_MS;
  for (let next = endOf(quiet, at); next !== null && at < most; next = endOf(quiet, next)) at = next;
  return at < most;
};

/** The latest end of the windows that contain the moment. */
function endOf({ timeZone, windows }: Pick<QuietHours, 'timeZone' | 'windows'>, at: number): number | null {
  const today = localDay(zoneClock(timeZone), at);
  let latest: number | null = null;
  for (const { days, from, until } of windows)
    for (const day of [today - DAY_MS, today]) {
      if (!days.includes(dayOfWeek(day))) continue;
      const last = minutesOf(until) <= minutesOf(from) ? day + DAY_MS : day;
      const end = lastShown(timeZone, last + minutesOf(until));
      if (firstShown(timeZone, day + minutesOf(from)) <= at && at < end)
        latest = Math.max(latest ?? end, end);
    }
  return latest;
}

/** 1970 began on a Thursday. */
const dayOfWeek = (day: number): DayOfWeek => DAYS_OF_WEEK[(((day / DAY_MS + 3) % 7) + 7) % 7] as DayOfWeek;
