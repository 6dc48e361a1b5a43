import { normalQuantile } from '../statistics/normal.ts';
import { DAY_MS } from '../time/time-windows.ts';

/*
 * Whether the answers of a day are fewer or more than the weekday brings, and whether a silence is longer than the rhythm allows. The
 * profile is the trimmed mean of each weekday over eight weeks; a day varies as a Poisson count does, times a factor of its own.
 */

/** Whole weeks that a profile is made of. */
export const PROFILE_DAYS = 56;
const WEEKDAYS = 7;
/** A source that brought answers on fewer of the days has no rhythm that could be broken. */
const FEWEST_ACTIVE = 24;
/** Of the days of a profile: with fewer, what is usual is not known yet. */
const FEWEST_DAYS = 28;
/** The largest and the least of so many values are left out: an import or an outage is no rhythm. */
const TRIM_FROM = 5;
/** False alarms per source and year of the daily comparison, at most. */
export const FALSE_ALARMS_A_YEAR = 1;
const LIMIT = normalQuantile(1 - FALSE_ALARMS_A_YEAR / 365.25 / 2);
const CHANCE_OF_SILENCE = FALSE_ALARMS_A_YEAR / 365.25;
/** The spread is known from 56 days, so extreme values are likelier than the normal distribution says; volume.test.ts measures it. */
const SPREAD_UNCERTAINTY = 1.3;
const SPREAD = Math.sqrt(1 + WEEKDAYS / PROFILE_DAYS) * SPREAD_UNCERTAINTY;

/** What is usual of one source. */
export interface VolumeProfile {
  /** Answers a day, by day of the week; 0 is the weekday of the first of January 1970, a Thursday. */
  readonly means: readonly number[];
  /** The standard deviation of a day's own factor: the variance of a count is mean + (variation mean)^2. */
  readonly variation: number;
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
function median(values: readonly number[]): number {
  const list = sorted(values);
  const half = list.length >> 1;
  return list.length % 2 ? (list[half] ?? 0) : ((list[half - 1] ?? 0) + (list[half] ?? 0)) / 2;
}
function trimmedMean(values: readonly number[]): number {
  const list = sorted(values);
  const kept = list.length >= TRIM_FROM ? list.slice(1, -1) : list;
  return sum(kept) / Math.max(1, kept.length);
}

/** What makes the variance of such counts 1, whatever their mean; without a variation it is Anscombe's transform. */
function stabilised(count: number, variation: number): number {
  const root = Math.sqrt(count + 0.375);
  return variation < 1e-4 ? 2 * root : (2 / variation) * Math.asinh(variation * root);
}
const deviationOf = (count: number, mean: number, variation: number) =>
  stabilised(count, variation) - stabilised(mean, variation);

/** The variation with which half of the days deviate by less than half of all normal values do; robust against single days. */
function variationOf(days: readonly (readonly [count: number, mean: number])[]): number {
  // The means were fitted to the same days: of n values n - 1 deviate freely.
  const weeks = days.length / WEEKDAYS;
  const scale = 1.4826 * Math.sqrt(weeks / (weeks - 1));
  const spread = (variation: number) =>
    scale * median(days.map(([count, mean]) => Math.abs(deviationOf(count, mean, variation))));
  if (spread(0) <= 1) return 0;
  let [low, high] = [0, 4];
  for (let i = 0; i < 16; i++) {
    const half = (low + high) / 2;
    if (spread(half) > 1) low = half;
    else high = half;
  }
  return high;
}

/**
 * The profile of the days from `first` on, one count each; null: they are too few, or on most of them nothing arrived.
 * @param first days since 1970 of the first count.
 */
export function profileOf(first: number, counts: readonly number[]): VolumeProfile | null {
  if (counts.length < FEWEST_DAYS) return null;
  if (counts.filter((count) => count > 0).length < (FEWEST_ACTIVE * counts.length) / PROFILE_DAYS)
    return null;
  const ofWeekday = (weekday: number) => counts.filter((_, i) => (first + i) % WEEKDAYS === weekday);
  const means = Array.from({ length: WEEKDAYS }, (_, weekday) => trimmedMean(ofWeekday(weekday)));
  const days = counts.map((count, i) => [count, means[(first + i) % WEEKDAYS] ?? 0] as const);
  return { means, variation: variationOf(days) };
}

/** How a day compares with its profile. */
export interface DayVolume {
  readonly expected: number;
  /** In standard deviations of a day. */
  readonly deviation: number;
  readonly verdict: 'fall' | 'surge' | null;
}

/** Compares a whole day that is not one of the profile's. */
export function judgeDay({ means, variation }: VolumeProfile, day: number, count: number): DayVolume {
  const expected = means[day % WEEKDAYS] ?? 0;
  const deviation = deviationOf(count, expected, variation) / SPREAD;
  const verdict = deviation <= -LIMIT ? 'fall' : deviation >= LIMIT ? 'surge' : null;
  return { expected, deviation, verdict };
}

/** The fewest and the most answers of a whole day that `judgeDay` finds usual. */
export function usualRange({ means, variation }: VolumeProfile, day: number): { low: number; high: number } {
  const middle = stabilised(means[day % WEEKDAYS] ?? 0, variation);
  const limit = LIMIT * SPREAD;
  const low = countAt(middle - limit, variation);
  const high = countAt(middle + limit, variation);
  return { low: Math.max(0, Math.floor(low) + 1), high: Math.max(0, Math.ceil(high) - 1) };
}

/** The inverse of `stabilised`. */
function countAt(value: number, variation: number): number {
  const root = variation < 1e-4 ? value / 2 : Math.sinh((value * variation) / 2) / variation;
  return root < 0 ? -1 : root ** 2 - 0.375;
}

/** A silence, and how likely the rhythm has one as long. */
export interface Silence {
  /** Answers that would have arrived meanwhile. */
  readonly expected: number;
  readonly chance: number;
  readonly isTooLong: boolean;
}

/**
 * Judges that nothing arrived between two moments (milliseconds). Hours of the day are not known, so whole days of UTC count, or, where
 * those are fewer, each full 24 hours as the quieter of the days that they touch.
 */
export function judgeSilence({ means, variation }: VolumeProfile, from: number, until: number): Silence {
  const mean = (day: number) => means[day % WEEKDAYS] ?? 0;
  const whole: number[] = [];
  for (let day = Math.ceil(from / DAY_MS); (day + 1) * DAY_MS <= until; day++) whole.push(mean(day));
  const blocks: number[] = [];
  for (let start = from; start + DAY_MS <= until; start += DAY_MS) {
    const day = Math.floor(start / DAY_MS);
    blocks.push(Math.min(mean(day), mean(day + 1)));
  }
  const days = sum(whole) >= sum(blocks) ? whole : blocks;
  // A negative binomial count of that mean and variation is 0.
  const none = (expected: number) =>
    variation < 1e-4 ? Math.exp(-expected) : (1 + variation ** 2 * expected) ** (-1 / variation ** 2);
  const chance = days.reduce((product, expected) => product * none(expected), 1);
  return { expected: sum(days), chance, isTooLong: chance < CHANCE_OF_SILENCE };
}
