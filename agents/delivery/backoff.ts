const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Milliseconds before each attempt, as Standard Webhooks recommends; after the last, a delivery is dead. */
const BEFORE_ATTEMPT = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** A delay is up to so much longer or shorter by chance, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * Milliseconds until the next attempt after so many; null: there is none. A target that names a time is not asked before it.
 * @param random from 0 to 1
 */
export function nextDelay(attempts: number, afterMs: number | null, random: () => number): number | null {
  const delay = BEFORE_ATTEMPT[attempts];
  if (delay === undefined) return null;
  return Math.round(Math.max(delay * (1 - JITTER + 2 * JITTER * random()), afterMs ?? 0));
}

/** Failures in a row after which the circuit of a target opens. */
export const FAILURES_TO_OPEN = 5;
const [FIRST_PAUSE, LONGEST_PAUSE] = [30 * SECOND, 15 * MINUTE];

/** For how many milliseconds no delivery is tried after so many failures in a row; 0: none. Then one is tried. */
export function circuitPause(failures: number): number {
  if (failures < FAILURES_TO_OPEN) return 0;
  return Math.min(FIRST_PAUSE * 2 ** (failures - FAILURES_TO_OPEN), LONGEST_PAUSE);
}

/** How many seconds of a target's rate may be used at once. */
const BURST_MS = 10 * SECOND;

/** How many deliveries of a rate a minute may begin now, and up to when the rate is used after `n` of them. */
export function pace(rate: number, usedUntil: number, now: number) {
  const each = MINUTE / rate;
  const from = Math.max(usedUntil, now - Math.max(BURST_MS, each));
  return {
    free: Math.max(0, Math.floor((now - from) / each)),
    usedAfter: (n: number) => from + n * each,
  };
}
