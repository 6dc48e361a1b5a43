const DAY_MS = 86_400_000;
/**
 * From this age of the newest response on, a database counts as historical: until then responses keep coming.
 */
const PAST_MS = 2 * DAY_MS;

/**
 * The end of a window that should show the data: null (now) while responses keep coming; for a historical
 * database the midnight (UTC) after its newest response.
 * @param newest null: there is none
 * @param now epoch milliseconds
 */
export function windowEnd(newest: Date | null, now: number): Date | null {
  if (newest === null || now - newest.getTime() < PAST_MS) return null;
  return new Date((Math.floor(newest.getTime() / DAY_MS) + 1) * DAY_MS);
}
