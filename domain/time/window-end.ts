const DAY_MS = 86_400_000;
/** From which age of the newest answer on a record is one of the past: until then answers keep coming. */
const PAST_MS = 2 * DAY_MS;

/**
 * Where a window ends that is to show what there is: null, at the present, while answers keep coming; of a record of the past the midnight (UTC)
 * after its newest answer.
 * @param newest null: there is none
 * @param now epoch milliseconds
 */
export function windowEnd(newest: Date | null, now: number): Date | null {
  if (newest === null || now - newest.getTime() < PAST_MS) return null;
  return new Date((Math.floor(newest.getTime() / DAY_MS) + 1) * DAY_MS);
}
