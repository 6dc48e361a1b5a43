/*
 * How long answers take to arrive, as a histogram whose classes double: few enough to be kept for each source and day. A clock that is
 * ahead shows as answers that arrive before they were given.
 */

/** Answers by the class of their delay; classes are whole numbers as text. */
export type Delays = Readonly<Record<string, number>>;

/** Answers are accepted for a day ahead, and from 1900 on. */
const [LEAST, MOST] = [-17, 32];
/** Classes from here down: an answer came more than 64 seconds before it was given. Clocks differ by seconds. */
const AHEAD = -7;
/** And from here up: more than 24 days (2^21 seconds) after. */
const LATE = 22;
/** Seconds. */
export const AHEAD_S = 2 ** (-AHEAD - 1);
export const LATE_S = 2 ** (LATE - 1);

/** 0: less than a second; else 1 for 1 to 2 seconds, 2 for 2 to 4 and so on, below 0 for answers from the future. */
export function delayClass(ms: number): number {
  const seconds = Math.abs(ms) / 1_000;
  if (seconds < 1) return 0;
  const size = Math.floor(Math.log2(seconds)) + 1;
  return ms < 0 ? Math.max(LEAST, -size) : Math.min(MOST, size);
}

/** What a histogram says of the clocks of a source. */
export interface ClockSkew {
  readonly measured: number;
  /** Shares of what was measured. */
  readonly ahead: number;
  readonly late: number;
  /** Seconds, to the middle of a class: exact to a factor of 1.5. */
  readonly median: number;
  /** The median of those ahead; null: there are none. */
  readonly medianAhead: number | null;
}

/**
 * The clock skew of a source; null: nothing was measured.
 * @param refused items that were rejected because they are more than a day ahead.
 */
export function clockSkewOf(delays: Delays, refused = 0): ClockSkew | null {
  const classes = Object.entries(delays).map(([name, count]) => [Number(name), count] as const);
  if (refused > 0) classes.push([LEAST - 1, refused]);
  classes.sort(([a], [b]) => a - b);
  const measured = sumOf(classes);
  if (measured === 0) return null;
  const ahead = classes.filter(([size]) => size <= AHEAD);
  const late = classes.filter(([size]) => size >= LATE);
  return {
    measured,
    ahead: sumOf(ahead) / measured,
    late: sumOf(late) / measured,
    median: medianOf(classes),
    medianAhead: ahead.length === 0 ? null : -medianOf(ahead),
  };
}

type Classes = readonly (readonly [size: number, count: number])[];
const sumOf = (classes: Classes) => classes.reduce((sum, [, count]) => sum + count, 0);
/** The geometric middle of a class. */
const secondsOf = (size: number) =>
  size === 0 ? 0 : Math.sign(size) * Math.round(2 ** (Math.abs(size) - 0.5));

function medianOf(classes: Classes): number {
  let left = sumOf(classes) / 2;
  for (const [size, count] of classes) {
    left -= count;
    if (left <= 0) return secondsOf(size);
  }
  return 0;
}
