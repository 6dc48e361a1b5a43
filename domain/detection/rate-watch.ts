import { rateLimitOf, rateRatios } from './watch-limits.ts';

/*
 * Whether the share of those who were asked that answers has changed: likelihood-ratio CUSUMs per person who was asked, with limits for a
 * stated rate of false alarms, as for scores. People answer later than they are asked, so a day's answers are compared with those who
 * were asked in the days before it, weighted by how quickly people answer; the weights, the weekdays and the spread are those of the baseline.
 */

/** One day: how many were asked, and how many answered on it. */
export interface RateDay {
  readonly asked: number;
  readonly answered: number;
}

/** Days that the charts run over; before them is the baseline. */
export const CHART_DAYS = 56;
const BASELINE_DAYS = 182;
/** Days that are read for it, the reach of the delays included. */
export const RATE_DAYS = CHART_DAYS + BASELINE_DAYS;
const FEWEST_BASELINE_DAYS = 56;
/** False alarms a year of one segment, of all its charts together: one in five years. */
export const RATE_FALSE_ALARMS = 0.2;
/** What each chart is tuned to: the rate times so much. */
const TUNED = [0.9, 0.75, 0.5, 1.25] as const;
/** Shares of the answers that come on the same day, and of the rest on each next one; 1: all on the same day. */
const QUICKNESS = [1, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12] as const;
const REACH = 28;
/** A rate that is higher leaves no room for a rise. */
const MOST_RATE = 0.98;
const WEEKDAYS = 7;
const LEAST_ANSWERS = 200;
const DAYS_A_YEAR = 365.25;

/** What the charts say at the end of the last day. */
export interface RateReading {
  /** The share that answered before, and in the days since the change began (absent a change: of the charts). */
  readonly before: number;
  readonly now: number;
  readonly direction: 'fall' | 'rise';
  /** Days before the end at which the change began. */
  readonly days: number;
  /** The chart that is closest to its limit, in parts of it: from 1 on it is an alarm. */
  readonly height: number;
}

interface Usual {
  readonly rate: number;
  /** Its standard error, and by how much days vary more than chance. */
  readonly error: number;
  readonly dispersion: number;
  /** Who could answer on each day, weekday and delay taken into account. */
  readonly exposed: readonly number[];
}

/** Reads the charts over days without gaps, the last being over; null: too few to know what is usual. */
export function readRate(first: number, days: readonly RateDay[]): RateReading | null {
  const begin = days.findIndex(({ asked }) => asked > 0);
  const from = begin < 0 ? days.length : begin;
  const until = days.length - CHART_DAYS;
  // Answers of the first days belong to people who were asked before the history begins.
  if (until - from < FEWEST_BASELINE_DAYS) return null;
  const usual = usualOf(first, days, from + Math.min(REACH, WEEKDAYS), until);
  if (!usual) return null;
  const charts = TUNED.flatMap((factor) => chartOf(days, until, usual, factor) ?? []);
  const highest = charts.sort((a, b) => b.height - a.height)[0];
  if (!highest) return null;
  const { height, since, factor } = highest;
  const start = height > 0 ? since : until;
  const [answered, exposed] = [
    sumOf(
      days.map((day) => day.answered),
      start,
    ),
    sumOf(usual.exposed, start),
  ];
  return {
    before: usual.rate,
    now: exposed > 0 ? answered / exposed : 0,
    direction: factor < 1 ? 'fall' : 'rise',
    days: days.length - start,
    height,
  };
}

const sumOf = (list: readonly number[], from: number, until = list.length) =>
  list.slice(from, until).reduce((a, b) => a + b, 0);

/** Who could answer on each day, if so large a share of the answers comes on each. */
function exposedBy(days: readonly RateDay[], quickness: number): number[] {
  return days.map((_, day) => {
    let [sum, weight] = [0, quickness];
    for (let ago = 0; ago < REACH && day - ago >= 0; ago++, weight *= 1 - quickness)
      sum += weight * (days[day - ago]?.asked ?? 0);
    return sum;
  });
}

/** What is usual in the days of the baseline, under the delay that explains them best. */
function usualOf(first: number, days: readonly RateDay[], from: number, until: number): Usual | null {
  const answers = sumOf(
    days.map(({ answered }) => answered),
    from,
    until,
  );
  if (answers < LEAST_ANSWERS) return null;
  const found = QUICKNESS.map((quickness) => {
    const plain = exposedBy(days, quickness);
    const rate = answers / Math.max(1, sumOf(plain, from, until));
    const factors = weekdaysOf(first, days, plain, { from, until, rate });
    const exposed = plain.map((value, day) => value * (factors[(first + day) % WEEKDAYS] ?? 1));
    return { exposed, rate: answers / Math.max(1, sumOf(exposed, from, until)) };
  })
    .filter(({ rate }) => rate < MOST_RATE)
    .map((one) => ({ ...one, dispersion: dispersionOf(days, one.exposed, one.rate, from, until) }))
    .sort((a, b) => a.dispersion - b.dispersion)[0];
  if (!found) return null;
  const dispersion = Math.max(1, found.dispersion);
  const asked = sumOf(found.exposed, from, until);
  const error = Math.sqrt((dispersion * found.rate * (1 - found.rate)) / asked);
  return { ...found, dispersion, error };
}

/** How much of the rate each weekday has. */
function weekdaysOf(
  first: number,
  days: readonly RateDay[],
  exposed: readonly number[],
  { from, until, rate }: { readonly from: number; readonly until: number; readonly rate: number },
): number[] {
  return Array.from({ length: WEEKDAYS }, (_, weekday) => {
    let [answered, expected] = [0, 0];
    for (let day = from; day < until; day++) {
      if ((first + day) % WEEKDAYS !== weekday) continue;
      answered += days[day]?.answered ?? 0;
      expected += rate * (exposed[day] ?? 0);
    }
    return expected > 0 ? answered / expected : 1;
  });
}

/** The variance of days about what is expected, in parts of what chance alone would give. */
function dispersionOf(
  days: readonly RateDay[],
  exposed: readonly number[],
  rate: number,
  from: number,
  until: number,
): number {
  let [sum, n] = [0, 0];
  for (let day = from; day < until; day++) {
    const asked = exposed[day] ?? 0;
    if (asked * rate < 0.5) continue;
    sum += ((days[day]?.answered ?? 0) - asked * rate) ** 2 / (asked * rate * (1 - rate));
    n += 1;
  }
  return n > WEEKDAYS + 1 ? sum / (n - WEEKDAYS - 1) : Number.POSITIVE_INFINITY;
}

/** One CUSUM over the last days; null: the baseline is too short for its shift. */
function chartOf(days: readonly RateDay[], until: number, usual: Usual, factor: number) {
  const { rate, error, dispersion, exposed } = usual;
  const moved = rate * factor;
  if (moved >= MOST_RATE) return null;
  const { yes, no } = rateRatios(rate, factor);
  // Days that vary more than chance hold as much as fewer people.
  const perDay = sumOf(exposed, 0, until) / until / dispersion;
  const runLength = Math.max(100, (perDay * DAYS_A_YEAR * TUNED.length) / RATE_FALSE_ALARMS);
  const limit = rateLimitOf(factor, { rate, error, runLength });
  if (limit === null) return null;
  let [height, since] = [0, until];
  for (let day = until; day < days.length; day++) {
    const answered = days[day]?.answered ?? 0;
    const others = Math.max(0, (exposed[day] ?? 0) - answered);
    height = Math.max(0, height + (answered * yes + others * no) / dispersion);
    if (height === 0) since = day + 1;
  }
  return { factor, height: height / limit, since };
}
