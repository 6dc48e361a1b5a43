import { type DayCounts, noSums, type Sums } from './baseline.ts';
import type { Explained } from './explained.ts';
import type { Shares } from './shares.ts';
import type { Tuned } from './watch-limits.ts';

/* What a watch is made of: the plan, the state that is kept between days, and what happens on a day. */

/** What a watch looks for, and how often it may be wrong. */
export interface WatchPlan {
  readonly tuned: readonly Tuned[];
  readonly withEwma: boolean;
  /** Of all its charts together. */
  readonly falseAlarmsPerYear: number;
}

/** One chart; `since` is the first day after it was last at 0. */
export interface ChartState {
  value: number;
  since: number;
}

/** A change that was found and is in force. Days count from 1970 in UTC. */
export interface Change {
  readonly direction: 'FALL' | 'RISE';
  /** The first day of it, as estimated. */
  readonly since: number;
  readonly foundOn: number;
  readonly chart: string;
  readonly statistic: number;
  readonly limit: number;
  readonly answersPerDay: number;
  /** Answers since then, and the sum of their difference from the baseline before. */
  answers: number;
  difference: number;
  /** Variance of one answer, and standard error of the baseline's score. */
  readonly variance: number;
  readonly error: number;
  /** The baseline's score, in points. */
  readonly before: number;
}

/** What is remembered of a watched segment; JSON, of bounded size, and the same however its days were handed over. */
export interface WatchState {
  readonly version: 1;
  /** The last day that was taken. */
  day: number | null;
  /** Answers a day. */
  perDay: number;
  /** The baseline; with a change in force, `since` is what came after it. */
  sums: Sums;
  since: Sums | null;
  /** The whole history as it was, for the times of the year. */
  all: Sums;
  /** Days that are not yet part of the baseline. */
  pending: DayCounts[];
  charts: Record<string, ChartState>;
  change: Change | null;
  /** No explanation is looked for until that day. */
  quietUntil: number;
}

/** What happened on a day. */
export type WatchEvent =
  | { readonly kind: 'FOUND' | 'FURTHER'; readonly day: number; readonly change: Change }
  /** PARTLY: the level moved towards the one before the change. ADOPTED: it has lasted so long that it is the baseline now. */
  | { readonly kind: 'RECOVERED' | 'PARTLY' | 'ADOPTED'; readonly day: number; readonly change: Change }
  /** The score moved because other strata answered, or because of the time of the year: not a change. */
  | ({ readonly kind: 'MIX' | 'SEASON'; readonly day: number } & Explained);

/** The state before the first day. */
export const newWatch = (): WatchState => ({
  version: 1,
  day: null,
  perDay: 0,
  sums: noSums(),
  since: null,
  all: noSums(),
  pending: [],
  charts: {},
  change: null,
  quietUntil: 0,
});

/** The charts that are not of the plan. */
export const EWMA = 'EWMA';
export const RECOVERY = 'RECOVERY';
export const RAW = ['RAW FALL', 'RAW RISE'] as const;
/** The change that the charts without strata and seasons are tuned to. */
export const RAW_POINTS = 10;
export const YEAR_DAYS = 365.25;

/** Sum over the strata that the baseline knows. */
export function overStrata(
  { day, strata }: DayCounts,
  sharesAt: (day: number, stratum: number) => Shares | null,
  take: (
    counts: { promoters: number; passives: number; detractors: number },
    shares: Shares,
    stratum: number,
  ) => void,
): void {
  for (const [stratum, promoters, passives, detractors] of strata) {
    const shares = sharesAt(day, stratum);
    if (shares) take({ promoters, passives, detractors }, shares, stratum);
  }
}
