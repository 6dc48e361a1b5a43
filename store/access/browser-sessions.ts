import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SessionClaims } from '../tables/access.ts';

/** A session of a browser that has not ended; it may have expired. */
export interface BrowserSessionRow {
  readonly id: string;
  /** SHA-256 of its token, as hex. */
  readonly hash: string;
  /** "admin", "ApiKey:…" or "login:…". */
  readonly actor: string;
  /** SHA-256 of the key that was presented, or of the settings of the identity provider, as hex. */
  readonly keyHash: string;
  /** What the identity provider says; null of the session of a key. */
  readonly claims: SessionClaims | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A session as it is listed. */
export interface ListedSession {
  readonly id: string;
  readonly actor: string;
  /** Of the key or the person. */
  readonly name: string;
  readonly role: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date | null;
  readonly expiresAt: Date;
}

/** Announces new and ended sessions to other processes, without which. */
export const BROWSER_SESSION_CHANNEL = 'browser_session';

const LIVE = statement(
  'browser_sessions_live',
  `SELECT id, hash, actor, key_hash AS "keyHash", claims, created_at AS "createdAt", expires_at AS "expiresAt"
    FROM browser_session WHERE ended_at IS NULL AND expires_at > $1`,
);
// Sessions are added, ended and, once they are over, deleted: these identify the state.
const STATE = statement(
  'browser_sessions_state',
  'SELECT count(*) AS made, count(ended_at) AS ended, max(created_at)::text AS last FROM browser_session',
);
const INSERT = statement(
  'browser_sessions_insert',
  `WITH made AS (INSERT INTO browser_session (id, hash, actor, key_hash, created_at, expires_at, claims)
      VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb) RETURNING id)
    SELECT pg_notify('${BROWSER_SESSION_CHANNEL}', '') FROM made`,
);
/** All but the newest ones of the actor. */
const END_OLDEST = statement(
  'browser_sessions_end_oldest',
  `UPDATE browser_session SET ended_at = $2 WHERE ended_at IS NULL AND id IN (
    SELECT id FROM browser_session WHERE actor = $1 AND ended_at IS NULL ORDER BY created_at DESC, id OFFSET $3)`,
);
const END = statement(
  'browser_sessions_end',
  `WITH ended AS (UPDATE browser_session SET ended_at = $2 WHERE hash = $1 AND ended_at IS NULL RETURNING id)
    SELECT pg_notify('${BROWSER_SESSION_CHANNEL}', '') FROM ended`,
  { isSmall: true },
);
const END_BY_ID = statement(
  'browser_sessions_end_by_id',
  `WITH ended AS (UPDATE browser_session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id)
    SELECT pg_notify('${BROWSER_SESSION_CHANNEL}', '') FROM ended`,
  { isSmall: true },
);
const SEEN = statement('browser_sessions_seen', 'UPDATE browser_session SET last_seen_at = $2 WHERE id = $1');
const LIST = statement(
  'browser_sessions_list',
  `SELECT s.id, s.actor, coalesce(s.claims->>'name', k.name, s.actor) AS name, coalesce(s.claims->>'role', k.role, 'admin') AS role,
      s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt"
    FROM browser_session s LEFT JOIN api_key k ON s.actor = 'ApiKey:' || k.id::text
    WHERE s.ended_at IS NULL AND s.expires_at > $1 AND k.revoked_at IS NULL AND ($2::text IS NULL OR s.actor = $2)
      AND ($3::timestamptz IS NULL OR (s.created_at, s.id) < ($3, $4::uuid))
    ORDER BY s.created_at DESC, s.id DESC LIMIT $5`,
);
const END_ALL = statement(
  'browser_sessions_end_all',
  `WITH ended AS (UPDATE browser_session SET ended_at = $2 WHERE actor = $1 AND ended_at IS NULL RETURNING id)
    SELECT pg_notify('${BROWSER_SESSION_CHANNEL}', '') FROM ended`,
  { isSmall: true },
);
const FORGET = statement(
  'browser_sessions_forget',
  'DELETE FROM browser_session WHERE expires_at < $1 OR ended_at < $1',
);

/** The sessions that are neither ended nor expired. */
export function readLiveSessions(session: Session, at: Date): Promise<BrowserSessionRow[]> {
  return session.rows<BrowserSessionRow>(LIVE, [at]);
}

/** Changes whenever a session is added, ended or deleted. */
export async function browserSessionsState(session: Session): Promise<string> {
  const [row] = await session.rows<{ made: number; ended: number; last: string | null }>(STATE, []);
  return `${row?.made} ${row?.ended} ${row?.last}`;
}

/** Adds a session, and ends the oldest of its actor beyond `most`. */
export async function insertBrowserSession(
  session: Session,
  { id, hash, actor, keyHash, claims, createdAt, expiresAt }: BrowserSessionRow,
  most: number,
): Promise<void> {
  await session.rows(INSERT, [
    id,
    hash,
    actor,
    keyHash,
    createdAt,
    expiresAt,
    claims === null ? null : JSON.stringify(claims),
  ]);
  await session.rows(END_OLDEST, [actor, createdAt, most]);
}

/** Ends one session; false when there is none of that hash. */
export async function endBrowserSession(session: Session, hash: string, at: Date): Promise<boolean> {
  return (await session.rows(END, [hash, at])).length > 0;
}

/** Ends the session of an id; false when it ended before. */
export async function endSessionById(session: Session, id: string, at: Date): Promise<boolean> {
  return (await session.rows(END_BY_ID, [id, at])).length > 0;
}

/** Records when a session was last used. */
export async function touchBrowserSession(session: Session, id: string, at: Date): Promise<void> {
  await session.rows(SEEN, [id, at]);
}

/** The sessions that go on, newest first, after that one; of one actor or of all (null). */
export function listBrowserSessions(
  session: Session,
  at: Date,
  actor: string | null,
  {
    after,
    limit,
  }: { readonly after: Pick<ListedSession, 'createdAt' | 'id'> | null; readonly limit: number },
): Promise<ListedSession[]> {
  return session.rows<ListedSession>(LIST, [at, actor, after?.createdAt ?? null, after?.id ?? null, limit]);
}

/** Ends all sessions of an actor; returns how many. */
export async function endSessionsOf(session: Session, actor: string, at: Date): Promise<number> {
  return (await session.rows(END_ALL, [actor, at])).length;
}

/** Deletes the sessions that ended or expired more than a day ago. */
export async function forgetBrowserSessions(session: Session, now: number): Promise<void> {
  await session.rows(FORGET, [new Date(now - DAY_MS)]);
}

const DAY_MS = 24 * 3_600_000;
