/** Seconds from the year 1970 to 9999. */
const MOST_SECONDS = 253_402_300_799;

/** Seconds since 1970 as a time of RFC 3339; null of anything else. */
export const rfc3339 = (seconds: unknown): string | null =>
  typeof seconds === 'number' && seconds > 0 && seconds <= MOST_SECONDS
    ? new Date(seconds * 1_000).toISOString()
    : null;
