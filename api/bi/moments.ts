import { DateTime, Duration } from 'luxon';
import { parseDateTime } from '../../domain/time/date-time.ts';

const RELATIVE = /^(now|newest)(?:\/([mhd]))?(?:-(P.{1,20}))?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MINUTE_MS = 60_000;
/** Whole minutes, hours and days of UTC: their ends are those of windows. */
const WHOLE_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 1_440 * MINUTE_MS };

/** What relative moments are relative to. */
export interface Present {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where windows end that show the newest response that the caller may read; now, while responses keep coming. */
  readonly newest: () => Promise<number>;
}

/**
 * A moment as addresses give it, in RFC 3339: "now", "newest", "now-P30D", "now/d-P30D" (from the end of the day), a day ("2026-03-31", at its begin in UTC), or RFC
 * 3339 itself. Any other text stays as it is.
 */
export async function momentText(text: string, present: Present): Promise<string> {
  if (DAY.test(text)) return `${text}T00:00:00Z`;
  const [, from, whole, back] = RELATIVE.exec(text) ?? [];
  if (from === undefined) {
    // In a query string a plus sign means a space.
    const signed = text.replace(' ', '+');
    return parseDateTime(signed) ? signed : text;
  }
  const end = from === 'now' ? present.now : await present.newest();
  const ms = WHOLE_MS[whole ?? ''];
  const rounded = ms === undefined ? Math.floor(end / MINUTE_MS) * MINUTE_MS : Math.ceil(end / ms) * ms;
  const moment = DateTime.fromMillis(rounded, { zone: 'UTC' });
  const length = back === undefined ? Duration.fromMillis(0) : Duration.fromISO(back);
  const found = moment.minus(length);
  return (length.isValid && found.toISO({ suppressMilliseconds: true })) || text;
}
