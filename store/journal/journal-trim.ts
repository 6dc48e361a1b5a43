import { DAY_MS } from '../../domain/time/time-windows.ts';
import type { Session, Store } from '../database/client.ts';
import type { Lease } from '../database/lease.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';
import { BEGINNING, isAfter, type JournalPosition, saveFollowerPosition } from './journal.ts';

/*
 * The journal is kept for retention.journal, and longer for followers that have yet to read it, but not for one
 * that has not moved for FOLLOWER_PATIENCE_MS. Its position expires, and when it comes back it starts over from
 * the database (decision 0053). Entries of kind "model" are few, and stay.
 */

/** How long a follower that does not move keeps old entries from being deleted. */
export const FOLLOWER_PATIENCE_MS = 30 * DAY_MS;

/** How far back the journal reaches. */
export interface JournalMark extends JournalPosition {
  /** From this moment on past states are available. */
  readonly reachesBack: Date;
}

/** Followers register while the journal is not being trimmed. */
const TRIM_ALONE = statement('trim_alone', `SELECT pg_advisory_xact_lock(${LOCKS.journalTrim})`);
const TRIM_SHARED = statement('trim_shared', `SELECT pg_advisory_xact_lock_shared(${LOCKS.journalTrim})`);
const MARK = statement(
  'trim_mark',
  'SELECT xact, position, reaches_back AS "reachesBack" FROM journal_mark WHERE id = 1',
);
const SET_MARK = statement(
  'trim_set_mark',
  `INSERT INTO journal_mark AS m (id, xact, position, reaches_back) VALUES (1, $1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET xact = excluded.xact, position = excluded.position, recorded_at = now(),
      reaches_back = greatest(m.reaches_back, excluded.reaches_back)`,
);
/** The newest entry is never among them: it marks the end of the journal. */
const OLDEST = statement(
  'trim_oldest',
  `SELECT xact, position, recorded_at AS "recordedAt" FROM journal
    WHERE (xact, position) > ($1::bigint, $2::bigint) AND xact < (SELECT journal_safe_end())
      AND (xact, position) < (SELECT xact, position FROM journal ORDER BY xact DESC, position DESC LIMIT 1)
    ORDER BY xact, position LIMIT $3`,
);
/** Exports store their position in the log of seals beside that in the journal. */
const FOLLOWERS = statement(
  'trim_followers',
  `SELECT name, xact, position, recorded_at >= $1 AS alive FROM follower WHERE name NOT LIKE 'openlineage % seals' FOR UPDATE`,
);
const FORGET = statement('trim_forget', 'DELETE FROM follower WHERE name = ANY ($1::text[])');
const DELETE = statement(
  'trim_delete',
  `DELETE FROM journal WHERE (xact, position) > ($1::bigint, $2::bigint) AND (xact, position) <= ($3::bigint, $4::bigint)
    AND kind <> 'model' RETURNING position`,
);
const REGISTER = statement(
  'trim_register',
  `INSERT INTO follower (name, xact, position) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET recorded_at = now() RETURNING xact, position`,
);

/** Up to where entries were deleted; null if none were. */
export async function journalMark(session: Session): Promise<JournalMark | null> {
  const [mark] = await session.rows<JournalMark>(MARK, []);
  return mark ?? null;
}

/** If entries after that position may have been deleted: how far back the journal reaches; else null. */
export async function marksBehind(session: Session, at: JournalPosition): Promise<JournalMark | null> {
  const mark = await journalMark(session);
  return mark && isAfter(mark, at) ? mark : null;
}

const WRITTEN = statement(
  'trim_was_written',
  `SELECT WHERE EXISTS (SELECT FROM journal WHERE xact = $1 AND position = $2)
    OR EXISTS (SELECT FROM journal_mark WHERE (xact, position) >= ($1::bigint, $2::bigint))`,
);

/** Whether the journal has that entry, or may have had it before it was trimmed. */
export async function wasWritten(session: Session, { xact, position }: JournalPosition): Promise<boolean> {
  return (await session.rows(WRITTEN, [xact, position])).length > 0;
}

export interface ResumedPlace {
  readonly from: JournalPosition;
  /** Not null: entries after `from` are gone, and the follower must start over from the database. */
  readonly trimmed: JournalMark | null;
}

/** The position to continue from. From now on the journal keeps what this follower has yet to read. */
export function resumeFollower(store: Store, name: string): Promise<ResumedPlace> {
  return store.transaction(async (session) => {
    await session.rows(TRIM_SHARED, []);
    const [from] = await session.rows<JournalPosition>(REGISTER, [name, BEGINNING.xact, BEGINNING.position]);
    if (!from) throw new Error(`the follower ${name} could not be registered`);
    return { from, trimmed: await marksBehind(session, from) };
  });
}

/** Moves the follower back to the journal's beginning, under its lease; the first entries may be gone. */
export function restartFollower(store: Store, name: string, lease: Lease): Promise<ResumedPlace> {
  return store.transaction(async (session) => {
    await session.rows(TRIM_SHARED, []);
    await session.rows(REGISTER, [name, BEGINNING.xact, BEGINNING.position]);
    await saveFollowerPosition(session, name, BEGINNING, lease);
    return { from: BEGINNING, trimmed: await journalMark(session) };
  });
}

interface Trimming {
  /** Entries from before this moment are too old. */
  readonly before: Date;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Per transaction. */
  readonly batch?: number;
  /** Whether the process stops: no batch begins then. */
  readonly stopped?: (() => boolean) | undefined;
}

/** Deletes entries that are too old and that no follower has yet to read, batch by batch; returns how many. */
export async function trimJournal(
  store: Store,
  { before, now, batch = 1_000, stopped = () => false }: Trimming,
): Promise<number> {
  let deleted = 0;
  for (let more = true; more && !stopped(); ) {
    const done = await store.transaction((session) => trimBatch(session, before, now, batch));
    deleted += done.deleted;
    more = done.more;
  }
  return deleted;
}

async function trimBatch(session: Session, before: Date, now: number, batch: number) {
  await session.rows(TRIM_ALONE, []);
  const start = (await journalMark(session)) ?? BEGINNING;
  const entries = await session.rows<JournalPosition & { recordedAt: Date }>(OLDEST, [
    start.xact,
    start.position,
    batch,
  ]);
  const young = entries.findIndex(({ recordedAt }) => recordedAt >= before);
  const old = young === -1 ? entries : entries.slice(0, young);
  const patience = new Date(now - FOLLOWER_PATIENCE_MS);
  const followers = await session.rows<JournalPosition & { name: string; alive: boolean }>(FOLLOWERS, [
    patience,
  ]);
  const waiting = followers.filter(({ alive }) => alive);
  const free = old.filter((entry) => !waiting.some((follower) => isAfter(entry, follower)));
  const last = free.at(-1);
  if (!last) return { deleted: 0, more: false };
  const gone = followers.filter((follower) => !follower.alive && isAfter(last, follower));
  await session.rows(FORGET, [gone.map(({ name }) => name)]);
  const rows = await session.rows(DELETE, [start.xact, start.position, last.xact, last.position]);
  // Times are cut to milliseconds here: one more is certainly after the newest.
  const newest = Math.max(...free.map(({ recordedAt }) => recordedAt.getTime())) + 1;
  await session.rows(SET_MARK, [last.xact, last.position, new Date(newest)]);
  return { deleted: rows.length, more: free.length === batch };
}
