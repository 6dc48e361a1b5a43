import type { DayCounts } from '../../domain/detection/baseline.ts';
import { FIRST_DAY, type MadeUpDay, madeUpDays } from './made-up-segments.ts';
import { monitorAlarms, thresholdAlarms, watchAll, zTestAlarms } from './monitors.ts';

/* Simulated years with known truth, seeded: the same numbers give the same figures. */

const YEAR = 365;
const SCORE = 30;
/** Answers a day. */
export const VOLUMES = [5, 20, 100] as const;
/** Falls in points. */
export const SHIFTS = [5, 10, 20] as const;
/** Days of training before something happens. */
const BEFORE = 2 * YEAR;

/** What looks at the same answers. */
const MONITORS = {
  'score monitor': monitorAlarms,
  'daily z-test': zTestAlarms,
  'fixed threshold': (days: readonly DayCounts[]) => thresholdAlarms(days, SCORE),
} as const;
export type MonitorName = keyof typeof MONITORS;
export const MONITOR_NAMES = Object.keys(MONITORS) as readonly MonitorName[];

type ByMonitor<T> = Readonly<Record<MonitorName, T>>;
const byMonitor = <T>(of: (alarms: (days: readonly DayCounts[]) => readonly number[]) => T): ByMonitor<T> =>
  Object.fromEntries(MONITOR_NAMES.map((name) => [name, of(MONITORS[name])])) as ByMonitor<T>;

/** Segments in which nothing changes, for four years: alarms of each monitor, from the first day on. */
export function falseAlarms(
  perDay: number,
  segments: number,
): { readonly years: number; readonly alarms: ByMonitor<number> } {
  const years = 4;
  const all = Array.from({ length: segments }, (_, seed) =>
    madeUpDays(1_000 * perDay + seed, years * YEAR, [() => ({ perDay, score: SCORE })]),
  );
  return {
    years: years * segments,
    alarms: byMonitor((alarms) => all.reduce((sum, days) => sum + alarms(days).length, 0)),
  };
}

/** A fall after two years: days from it to the first alarm of each monitor within a year, ascending. */
export function delays(perDay: number, shift: number, segments: number): ByMonitor<readonly number[]> {
  const truth = (day: number) => ({ perDay, score: day < BEFORE ? SCORE : SCORE - shift });
  const all = Array.from({ length: segments }, (_, seed) =>
    madeUpDays(7_000 * perDay + 100 * shift + seed, BEFORE + YEAR, [truth]),
  );
  return byMonitor((alarms) =>
    all
      .flatMap((days) => alarms(days).find((day) => day >= FIRST_DAY + BEFORE) ?? [])
      .map((day) => day - FIRST_DAY - BEFORE + 1)
      .sort((a, b) => a - b),
  );
}

/** The middle of a sorted list; null for an empty one. */
export const medianOf = (sorted: readonly number[]): number | null =>
  sorted[Math.floor(sorted.length / 2)] ?? null;

interface Mover {
  readonly strata: readonly ((day: number) => MadeUpDay)[];
  /** From when on alarms count, and how long it goes on, in days. */
  readonly from: number;
  readonly length: number;
}

/** What moves a score although nothing changes within a channel and beyond the time of the year. */
const MOVERS = {
  'channels: 75:25 to 25:75, true score of each unchanged': {
    strata: [
      (day: number) => ({ perDay: day < BEFORE ? 15 : 5, score: 50 }),
      (day: number) => ({ perDay: day < BEFORE ? 5 : 15, score: -10 }),
    ],
    from: BEFORE,
    length: BEFORE + YEAR,
  },
  'time of the year: 24 points, from the fourth year on': {
    strata: [(day: number) => ({ perDay: 20, score: SCORE + 12 * Math.sin((2 * Math.PI * day) / 365.25) })],
    from: 3 * YEAR,
    length: 5 * YEAR,
  },
} satisfies Readonly<Record<string, Mover>>;
export type MoverName = keyof typeof MOVERS;
export const MOVER_NAMES = Object.keys(MOVERS) as readonly MoverName[];

/** How often the score monitor raises an alert for it, and in how many segments it names it as mix or season. */
export function explained(name: MoverName, segments: number) {
  const { strata, from, length } = MOVERS[name];
  let [alerts, asMix, asSeason] = [0, 0, 0];
  for (let seed = 0; seed < segments; seed++) {
    const events = watchAll(madeUpDays(90_000 + seed, length, strata)).filter(
      ({ day }) => day >= FIRST_DAY + from,
    );
    alerts += events.filter(({ kind }) => kind === 'FOUND' || kind === 'FURTHER').length;
    if (events.some(({ kind }) => kind === 'MIX')) asMix += 1;
    if (events.some(({ kind }) => kind === 'SEASON')) asSeason += 1;
  }
  return { years: (segments * (length - from)) / YEAR, alerts, asMix, asSeason };
}
