import type { Session, Statement } from '../database/client.ts';

/** Seconds without progress, although there is something to read. */
export const STALLED_S = 60;

const STALLED: Statement = {
  name: 'followers_stalled',
  text: `SELECT f.name FROM follower f CROSS JOIN LATERAL (SELECT recorded_at FROM journal j
      WHERE (j.xact, j.position) > (f.xact, f.position) AND j.xact < (SELECT journal_safe_end()) ORDER BY j.xact, j.position LIMIT 1) next
    WHERE f.name = ANY ($1::text[]) AND greatest(f.recorded_at, next.recorded_at) < now() - make_interval(secs => $2)`,
};

/**
 * The followers without progress: the next entry that they may read and their last step are both older than a
 * minute.
 */
export async function stalledFollowers(session: Session, names: readonly string[]): Promise<string[]> {
  return (await session.rows<{ name: string }>(STALLED, [names, STALLED_S])).map(({ name }) => name);
}
