import type { Session } from '../database/client.ts';
import type { Loops, RunningFollower } from '../database/loops.ts';
import { statement } from '../database/statement.ts';
import { followerPosition, type JournalPosition, journalDelay, journalLag } from './journal.ts';

/** Seconds without progress, although there is something to read. */
export const STALLED_S = 60;

const STALLED = statement(
  'followers_stalled',
  `SELECT f.name FROM follower f CROSS JOIN LATERAL (SELECT recorded_at FROM journal j
      WHERE (j.xact, j.position) > (f.xact, f.position) AND j.xact < (SELECT journal_safe_end()) ORDER BY j.xact, j.position LIMIT 1) next
    WHERE f.name = ANY ($1::text[]) AND greatest(f.recorded_at, next.recorded_at) < now() - make_interval(secs => $2)`,
);
const WAITS = statement(
  'follower_waits',
  `SELECT FROM (SELECT recorded_at FROM journal WHERE (xact, position) > ($1::bigint, $2::bigint) AND xact < (SELECT journal_safe_end())
      ORDER BY xact, position LIMIT 1) next
    WHERE next.recorded_at < now() - make_interval(secs => $3)`,
);

/** Journal entries that each listed follower has yet to read. */
export function followerLags(session: Session, loops: Loops): Promise<Record<string, number>> {
  return ofEach(session, loops, (at) => journalLag(session, at));
}

/** The age of the oldest change that each listed follower has yet to read, in seconds. */
export function followerDelays(session: Session, loops: Loops): Promise<Record<string, number>> {
  return ofEach(session, loops, (at) => journalDelay(session, at));
}

/** A figure of each follower that is listed: those of this process, and those whose positions are stored, in whatever process they run. */
async function ofEach(
  session: Session,
  loops: Loops,
  read: (at: JournalPosition) => Promise<number>,
): Promise<Record<string, number>> {
  const inMemory = loops.followers().filter(({ isKept }) => !isKept);
  const kept = (await loops.kept()).map(
    async (name) => [name, await read(await followerPosition(session, name))] as const,
  );
  const others = inMemory.map(async ({ name, position }) => [name, await read(position())] as const);
  return Object.fromEntries(await Promise.all([...others, ...kept]));
}

/**
 * The followers without progress: the next entry that they may read and their last step are both older than a
 * minute.
 */
export async function stalledFollowers(session: Session, names: readonly string[]): Promise<string[]> {
  return (await session.rows<{ name: string }>(STALLED, [names, STALLED_S])).map(({ name }) => name);
}

/** The followers of this process without progress. */
export async function stalledHere(session: Session, loops: Loops): Promise<RunningFollower[]> {
  const running = loops.followers();
  const kept = running.filter(({ isKept }) => isKept);
  const stalled = new Set(
    await stalledFollowers(
      session,
      kept.map(({ name }) => name),
    ),
  );
  const waits = async ({ isKept, position, idleFor }: RunningFollower) => {
    if (isKept || idleFor() < STALLED_S) return false;
    const { xact, position: at } = position();
    return (await session.rows(WAITS, [xact, at, STALLED_S])).length > 0;
  };
  const waiting = await Promise.all(running.map(waits));
  return running.filter((one, i) => waiting[i] || (one.isKept && stalled.has(one.name)));
}
