import { DAY_MS } from '../time/time-windows.ts';
import { type ClockSkew, clockSkewOf } from './delays.ts';
import {
  type DayVolume,
  judgeDay,
  judgeSilence,
  PROFILE_DAYS,
  profileOf,
  type Silence,
  usualRange,
  type VolumeProfile,
} from './volume.ts';

/*
 * What the counters of a source say of its data. The agent data-monitor, `sources { quality }` and /metrics all judge by this, so that
 * they never disagree.
 */

type Counts = Readonly<Record<string, number>>;

/** What arrived of a source on one day of UTC. */
export interface CountedDay {
  /** "2026-11-27". */
  readonly day: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: Counts;
  readonly examined: number;
  readonly missing: Counts;
  readonly delays: Counts;
  readonly lastAcceptedAt: Date | null;
}

/** The accepted items of each day since 1970 from `first` on, without gaps, the last day being today. */
export interface DailyVolume {
  readonly first: number;
  readonly accepted: readonly number[];
  /** Epoch milliseconds; null: nothing of it was stored in the days. */
  readonly lastAcceptedAt: number | null;
}

/** Days that are read: those of a profile, yesterday and today. */
export const DAYS_READ = PROFILE_DAYS + 2;
/** Days that shares are taken of, today included. */
export const SHARE_DAYS = 30;

/** A new survey version is news for so long. */
export const WORDING_NEWS_MS = 7 * DAY_MS;

/** Days since 1970. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** A number for each day from the first one that is known, at the earliest from `first`, until today; 0 where nothing arrived. */
export function daily<Day extends Pick<CountedDay, 'day'>>(
  days: readonly Day[],
  [first, today]: readonly [number, number],
  of: (day: Day) => number,
): { readonly first: number; readonly counts: number[] } {
  const from = Math.max(first, Math.min(today, ...days.map(({ day }) => dayNumber(day))));
  const counts = new Array<number>(today - from + 1).fill(0);
  for (const day of days) if (dayNumber(day.day) <= today) counts[dayNumber(day.day) - from] = of(day);
  return { first: from, counts };
}

/** The daily volume of a source. */
export function volumeOf(days: readonly CountedDay[], bounds: readonly [number, number]): DailyVolume {
  const { first, counts } = daily(days, bounds, ({ accepted }) => accepted);
  const last = days.flatMap(({ lastAcceptedAt }) => lastAcceptedAt?.getTime() ?? []);
  return { first, accepted: counts, lastAcceptedAt: last.length === 0 ? null : Math.max(...last) };
}

/** What is usual of the source, from the weeks before yesterday; null: it has no rhythm yet. */
export function usualOf({ first, accepted }: Pick<DailyVolume, 'first' | 'accepted'>): VolumeProfile | null {
  const before = accepted.slice(0, -2).slice(-PROFILE_DAYS);
  return profileOf(first + accepted.length - 2 - before.length, before);
}

/** The silence since the last accepted item, or since the source is counted. */
export function silenceOf(
  { first, lastAcceptedAt }: DailyVolume,
  profile: VolumeProfile,
  now: number,
): Silence & { readonly since: number } {
  const since = lastAcceptedAt ?? first * DAY_MS;
  return { since, ...judgeSilence(profile, since, now) };
}

/** A day of a source, and what its weekday usually brings. */
export interface JudgedDay {
  /** Days since 1970. */
  readonly day: number;
  readonly accepted: number;
  readonly usual: {
    readonly expected: number;
    readonly low: number;
    readonly high: number;
  } | null;
  /** A day that is not over can only be too high. */
  readonly verdict: DayVolume['verdict'];
}

function judged(profile: VolumeProfile | null, day: number, accepted: number, isOver: boolean): JudgedDay {
  if (!profile) return { day, accepted, usual: null, verdict: null };
  const { expected, verdict } = judgeDay(profile, day, accepted);
  const usual = { expected, ...usualRange(profile, day) };
  return { day, accepted, usual, verdict: isOver || verdict === 'surge' ? verdict : null };
}

/** What is said of the items of some days. Shares are null where there is nothing to take them of. */
export interface Shares {
  /** Accepted, repeated and rejected; and shares of them. */
  readonly items: number;
  readonly invalidShare: number | null;
  readonly duplicateShare: number | null;
  /** Accepted items whose fields were looked at. */
  readonly examined: number;
  /** By the field, the most frequent first; only fields that some item had no value for. */
  readonly missing: readonly { readonly field: string; readonly share: number }[];
  readonly clockSkew: ClockSkew | null;
}

/** The data quality of a source; the shares are of the last 30 days. */
export interface SourceQuality extends Shares {
  readonly today: JudgedDay;
  readonly yesterday: JudgedDay;
  /** Epoch milliseconds; null: nothing was accepted in the days that are read. */
  readonly lastAcceptedAt: number | null;
  /** Milliseconds between two answers at the usual volume; null: it has no rhythm yet. */
  readonly typicalGapMs: number | null;
  /** Null without a rhythm. */
  readonly silence: Silence | null;
}

/** Judges the counters of one source at that moment. */
export function qualityOf(days: readonly CountedDay[], now: number): SourceQuality {
  const today = Math.floor(now / DAY_MS);
  const volume = volumeOf(days, [today - DAYS_READ + 1, today]);
  const profile = usualOf(volume);
  const week = profile?.means.reduce((sum, mean) => sum + mean, 0) ?? 0;
  return {
    today: judged(profile, today, volume.accepted.at(-1) ?? 0, false),
    yesterday: judged(profile, today - 1, volume.accepted.at(-2) ?? 0, true),
    lastAcceptedAt: volume.lastAcceptedAt,
    typicalGapMs: week > 0 ? (7 * DAY_MS) / week : null,
    silence: profile && silenceOf(volume, profile, now),
    ...sharesOf(days.filter(({ day }) => dayNumber(day) > today - SHARE_DAYS)),
  };
}

/** The shares of what arrived on those days. */
export function sharesOf(days: readonly CountedDay[]): Shares {
  const sum = (of: (day: CountedDay) => number) => days.reduce((all, day) => all + of(day), 0);
  const added = (of: (day: CountedDay) => Counts) => {
    const all: Record<string, number> = {};
    for (const day of days)
      for (const [name, count] of Object.entries(of(day))) all[name] = (all[name] ?? 0) + count;
    return all;
  };
  const rejections = added(({ rejected }) => rejected);
  const rejected = Object.values(rejections).reduce((a, b) => a + b, 0);
  const [accepted, duplicates] = [sum((day) => day.accepted), sum((day) => day.duplicates)];
  const [items, examined] = [accepted + duplicates + rejected, sum((day) => day.examined)];
  const missing = Object.entries(added((day) => day.missing))
    .map(([field, count]) => ({ field, share: count / Math.max(1, examined) }))
    .sort((a, b) => b.share - a.share || (a.field < b.field ? -1 : 1));
  return {
    items,
    invalidShare: items === 0 ? null : rejected / items,
    duplicateShare: items === 0 ? null : duplicates / items,
    examined,
    missing,
    clockSkew: clockSkewOf(
      added(({ delays }) => delays),
      rejections['IN_THE_FUTURE'],
    ),
  };
}
