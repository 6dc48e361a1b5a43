import { DateTime, Duration } from 'luxon';
import { parseDateTime } from '../../domain/time/date-time.ts';

const RELATIVE = /^(now|newest)(?:-(P.{1,20}))?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MINUTE_MS = 60_000;

/** What relative moments are relative to. */
export interface Present {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where windows end that show the newest response that the caller may read; now, while responses keep coming. */
  readonly newest: () => Promise<number>;
}

/**
 * A moment as addresses give it, in RFC 3339: "now", "newest", "now-P30D", a day ("2026-03-31", at its begin in UTC), or RFC
 * 3339 itself. Any other text stays as it is.
 */
export async function momentText(text: string, present: Present): Promise<string> {
  if (DAY.test(text)) return `${text}T00:00:00Z`;
  const [, from, back] = RELATIVE.exec(text) ?? [];
  if (from === undefined) {
    // In a query string a plus sign means a space.
    const signed = text.replace(' ', '+');
    return parseDateTime(signed) ? signed : text;
  }
  const end = from === 'now' ? present.now : await present.newest();
  const moment = DateTime.fromMillis(Math.floor(end / MINUTE_MS) * MINUTE_MS, { zone: 'UTC' });
  const length = back === undefined ? Duration.fromMillis(0) : Duration.fromISO(back);
  const found = moment.minus(length);
  return (length.isValid && found.toISO({ suppressMilliseconds: true })) || text;
}
