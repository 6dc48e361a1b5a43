import type { Session } from '../database/client.ts';
import { type Lease, SupersededError } from '../database/lease.ts';
import { statement } from '../database/statement.ts';
import type { JournalPayload } from '../tables/schema.ts';

/**
 * A position in the journal. Numbers come from a sequence, and a smaller one may commit later; below
 * journal_safe_end() every transaction of this database has ended. So readers go in the order (xact, position),
 * only below it, and miss nothing.
 */
export interface JournalPosition {
  readonly xact: number;
  readonly position: number;
}

export interface JournalEntry extends JournalPosition {
  readonly kind: string;
  readonly recordedAt: Date;
  readonly payload: JournalPayload;
}

/** Before every entry, including restored ones (their xact is negative). */
export const BEGINNING: JournalPosition = { xact: Number.MIN_SAFE_INTEGER, position: 0 };

/** Evaluated once per statement, in its snapshot (migrations/0027). */
const SAFE = 'xact < (SELECT journal_safe_end())';

const READ = statement(
  'journal_read',
  `SELECT xact, position, kind, recorded_at AS "recordedAt", payload FROM journal
    WHERE (xact, position) > ($1::bigint, $2::bigint) AND ${SAFE} ORDER BY xact, position LIMIT $3`,
);
/** The same, and whether committed entries are held back behind them. The safe end is asked for once: it moves within a statement. */
const FOLLOW = statement(
  'journal_follow',
  `WITH safe AS MATERIALIZED (SELECT journal_safe_end() AS xact)
    SELECT xact, position, kind, recorded_at AS "recordedAt", payload,
      EXISTS (SELECT FROM journal held WHERE held.xact >= (SELECT safe.xact FROM safe)) AS "isHeldBack"
    FROM journal WHERE (xact, position) > ($1::bigint, $2::bigint) AND xact < (SELECT safe.xact FROM safe)
    ORDER BY xact, position LIMIT $3`,
);
/** Selects the last entry that a reader can read by now. */
export const JOURNAL_HEAD = `SELECT xact, position FROM journal WHERE ${SAFE} ORDER BY xact DESC, position DESC LIMIT 1`;
const HEAD = statement('journal_head', JOURNAL_HEAD);
const BEHIND = statement(
  'journal_behind',
  `SELECT count(*) AS entries FROM journal WHERE (xact, position) > ($1::bigint, $2::bigint)`,
);

/** Up to `limit` entries after `after`, oldest first; only those before which no later commit can appear. */
export function readJournal(
  session: Session,
  after: JournalPosition,
  limit: number,
): Promise<JournalEntry[]> {
  return session.rows<JournalEntry>(READ, [after.xact, after.position, limit]);
}

/** As `readJournal`, for a follower: `isLast` if nothing came after these entries by the moment of the read, held back or not. */
export async function readAhead(
  session: Session,
  after: JournalPosition,
  limit: number,
): Promise<{ readonly entries: JournalEntry[]; readonly isLast: boolean }> {
  const rows = await session.rows<JournalEntry & { readonly isHeldBack: boolean }>(FOLLOW, [
    after.xact,
    after.position,
    limit,
  ]);
  const isLast = rows.length > 0 && rows.length < limit && rows[0]?.isHeldBack === false;
  return { entries: rows.map(({ isHeldBack: _, ...entry }) => entry), isLast };
}

/** The last entry that a reader can read by now. */
export async function journalHead(session: Session): Promise<JournalPosition> {
  const [head] = await session.rows<JournalPosition>(HEAD, []);
  return head ?? BEGINNING;
}

const COMMITTED = statement(
  'journal_committed',
  `SELECT xact, position, kind, recorded_at AS "recordedAt", payload - '{added,removed}'::text[] AS payload FROM journal
    WHERE (xact, position) > ($1::bigint, $2::bigint) ORDER BY xact, position LIMIT $3`,
);

/**
 * Up to `limit` committed entries after `after`, without the ids of what they changed. Others may still appear
 * between them: this shows what a read may contain beyond `after`, and must not be followed.
 */
export function readCommitted(
  session: Session,
  after: JournalPosition,
  limit: number,
): Promise<JournalEntry[]> {
  return session.rows<JournalEntry>(COMMITTED, [after.xact, after.position, limit]);
}

/** How many committed entries come after `after`. */
export async function journalLag(session: Session, after: JournalPosition): Promise<number> {
  const [row] = await session.rows<{ entries: number }>(BEHIND, [after.xact, after.position]);
  return row?.entries ?? 0;
}

const NEXT_AGE = statement(
  'journal_next_age',
  `SELECT greatest(extract(epoch FROM clock_timestamp() - recorded_at), 0)::double precision AS seconds FROM journal
    WHERE (xact, position) > ($1::bigint, $2::bigint) ORDER BY xact, position LIMIT 1`,
);

/** Seconds since the first committed entry after `after` was recorded; 0: there is none. */
export async function journalDelay(session: Session, after: JournalPosition): Promise<number> {
  const [row] = await session.rows<{ seconds: number }>(NEXT_AGE, [after.xact, after.position]);
  return row?.seconds ?? 0;
}

const OF_TRANSACTION = statement(
  'journal_of_transaction',
  'SELECT FROM journal WHERE xact = $3 AND (xact, position) > ($1::bigint, $2::bigint) LIMIT 1',
);

/** Whether entries of that transaction come after `at`. */
export async function hasYetToFollow(session: Session, at: JournalPosition, xact: number): Promise<boolean> {
  return (await session.rows(OF_TRANSACTION, [at.xact, at.position, xact])).length > 0;
}

/** "757.12" (transaction, position): the form that clients receive and send as `after`. */
export function formatPosition({ xact, position }: JournalPosition): string {
  return `${xact}.${position}`;
}

/** The position in `text`, or null when it is not one. */
export function parsePosition(text: string): JournalPosition | null {
  const match = /^(-?\d{1,16})\.(\d{1,16})$/.exec(text);
  return match ? { xact: Number(match[1]), position: Number(match[2]) } : null;
}

export function isAfter(a: JournalPosition, b: JournalPosition): boolean {
  return a.xact > b.xact || (a.xact === b.xact && a.position > b.position);
}

const EVENTS_CHANGED = statement(
  'journal_events_changed',
  'SELECT journal_responses(NULL::uuid[], $1::uuid[], NULL::rollup_delta[])',
);

/**
 * Names responses whose source events changed while they themselves and every number stayed, in the transaction that changes them: the
 * projection of the lineage reads them again. For a change of the response itself the triggers do it.
 */
export async function noteEventsChanged(session: Session, responseIds: readonly string[]): Promise<void> {
  if (responseIds.length > 0) await session.rows(EVENTS_CHANGED, [responseIds]);
}

const LOAD = statement('follower_load', 'SELECT xact, position FROM follower WHERE name = $1');
const SAVE = statement(
  'follower_save',
  `INSERT INTO follower (name, xact, position) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET xact = excluded.xact, position = excluded.position, recorded_at = now()`,
);

const SAVE_HELD = statement(
  'follower_save_held',
  `WITH held AS (SELECT FROM lease WHERE name = $4 AND token = $5 FOR KEY SHARE),
    saved AS (UPDATE follower SET xact = $2::bigint, position = $3::bigint, recorded_at = now() FROM held
      WHERE follower.name = $1 RETURNING follower.name)
    SELECT (SELECT count(*) FROM held)::integer AS held, (SELECT count(*) FROM saved)::integer AS saved`,
);

/**
 * The follower's position expired because it did not move for so long, and entries that it has not read may be
 * deleted (store/journal/journal-trim.ts): it starts over from a known state.
 */
export class ForgottenPositionError extends Error {
  override readonly name = 'ForgottenPositionError';
  constructor(follower: string) {
    super(
      `the position of "${follower}" in the journal has expired, because it had not moved for long; the follower starts over`,
    );
  }
}

/** The named follower's durable position. */
export async function followerPosition(session: Session, name: string): Promise<JournalPosition> {
  const [row] = await session.rows<JournalPosition>(LOAD, [name]);
  return row ?? BEGINNING;
}

const BEHIND_SAVED = statement(
  'journal_behind_saved',
  `SELECT count(*) AS entries FROM journal WHERE (xact, position) >
    (coalesce((SELECT xact FROM follower WHERE name = $1), $2::bigint), coalesce((SELECT position FROM follower WHERE name = $1), $3::bigint))`,
);

/** How many committed entries come after the named follower's durable position. */
export async function followerLag(session: Session, name: string): Promise<number> {
  const [row] = await session.rows<{ entries: number }>(BEHIND_SAVED, [
    name,
    BEGINNING.xact,
    BEGINNING.position,
  ]);
  return row?.entries ?? 0;
}

/**
 * Saves the named follower's position: in the transaction of its effect, or after an idempotent one. With a
 * lease only while it is held, and while the follower is registered (`resumeFollower`).
 * @throws SupersededError, ForgottenPositionError
 */
export async function saveFollowerPosition(
  session: Session,
  name: string,
  { xact, position }: JournalPosition,
  lease?: Lease,
): Promise<void> {
  if (!lease) {
    await session.rows(SAVE, [name, xact, position]);
    return;
  }
  const [row] = await session.rows<{ held: number; saved: number }>(SAVE_HELD, [
    name,
    xact,
    position,
    lease.name,
    lease.token,
  ]);
  if (!row?.held) throw new SupersededError(lease);
  if (!row.saved) throw new ForgottenPositionError(name);
}

const TOUCH = statement(
  'follower_touch',
  `UPDATE follower SET recorded_at = now() WHERE name = $1
    AND EXISTS (SELECT FROM lease WHERE name = $2 AND token = $3)`,
);

/** Records that the named follower is working, within a long step. Does nothing if the lease is lost. */
export async function touchFollower(session: Session, name: string, lease: Lease): Promise<void> {
  await session.rows(TOUCH, [name, lease.name, lease.token]);
}
