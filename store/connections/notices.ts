import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type ClaimedWork, type ClaimOwner, claimsOf } from '../database/claims.ts';
import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { EMPTIED } from './quarantine.ts';

/*
 * Notices of vendors that announce an answer without sending it. Each is a row of the quarantine under a key of its own, until what it
 * announces was fetched; what is given up waits there for a person.
 */

/** A connection that is asked for, as it is when a notice is claimed. */
export interface NoticeOwner extends ClaimOwner {
  readonly origin: string;
}

/** A notice that this process may fetch, until its claim expires. */
export interface ClaimedNotice extends ClaimedWork {
  /** Where its delivery stood, as the provenance names it. */
  readonly position: string;
}

/** Notices wait for vendors whose key is known. */
export const noticeClaims = claimsOf<NoticeOwner, ClaimedNotice>({
  name: 'notices',
  work: 'quarantine',
  columns: 'id, position',
  ownerId: 'connection_id',
  pending: `status = 'FETCHING'`,
  due: 'due_at',
  since: 'received_at',
  hasStatus: false,
  owner: 'connection_fetch',
  ownerColumns: 'id, origin',
  isOn: 'o.key IS NOT NULL AND o.origin IS NOT NULL',
});

/** The channel that announces notices that are due. */
export const NOTICE_CHANNEL = 'notice';
/** Notices of one connection that wait at once. */
export const MOST_NOTICES = 100_000;

/** What is kept of a notice. */
export interface KeptNotice {
  /** JSON. */
  readonly content: string;
  readonly position: string;
  /** When it is deleted. */
  readonly expiresAt: Date;
}

const NOTIFY = `SELECT pg_notify('${NOTICE_CHANNEL}', '')`;
const ROOM = statement(
  'notices_room',
  `SELECT count(*)::integer AS n FROM quarantine WHERE connection_id = $1 AND reason = 'THIN' AND sealed IS NOT NULL`,
);
// What was announced while it was fetched may be newer than what was read: the row under way leaves its digest to another row.
const PASS_ON = statement(
  'notices_pass_on',
  `UPDATE quarantine SET digest = digest || uuid_send(id)
    WHERE connection_id = $1 AND digest IN (SELECT decode(d, 'hex') FROM unnest($2::text[]) AS d) AND sealed IS NOT NULL
      AND status = 'FETCHING' AND claimed_until IS NOT NULL`,
);
// What was given up is fetched again when the vendor announces it again.
const INSERT = statement(
  'notices_insert',
  `WITH made AS (INSERT INTO quarantine (id, connection_id, status, reason, code, position, digest, bytes, wrapped, provider, key_version,
        wrapped_at, sealed, received_at, due_at, expires_at)
      SELECT n.id, $1, 'FETCHING', 'THIN', 'NOT_FETCHED', n.position, decode(n.digest, 'hex'), n.bytes, n.wrapped, $3, n.version, now(),
        decode(n.sealed, 'base64'), $4, $4, n.expires
      FROM json_to_recordset($2::json)
        AS n (id uuid, position text, digest text, bytes integer, wrapped text, version text, sealed text, expires timestamptz)
      ON CONFLICT (connection_id, digest) WHERE sealed IS NOT NULL
        DO UPDATE SET status = 'FETCHING', due_at = excluded.due_at, attempts = 0, last_error = NULL, expires_at = excluded.expires_at
        WHERE quarantine.status = 'WAITING' RETURNING id)
    ${NOTIFY} FROM made LIMIT 1`,
);
const SETTLE = statement(
  'notices_settle',
  `UPDATE quarantine SET status = 'REPLAYED', settled_at = $3, ${EMPTIED}, claimed_until = NULL, last_error = NULL
    WHERE id = $1 AND attempts = $2 AND status = 'FETCHING' RETURNING id`,
  { isSmall: true },
);
const GIVE_UP = statement(
  'notices_give_up',
  `UPDATE quarantine SET status = 'WAITING', due_at = NULL, claimed_until = NULL, attempted_at = $3, last_error = $4
    WHERE id = $1 AND attempts = $2 AND status = 'FETCHING' RETURNING id`,
  { isSmall: true },
);
const AGAIN = statement(
  'notices_again',
  `WITH again AS (UPDATE quarantine SET status = 'FETCHING', due_at = $2, attempts = 0, last_error = NULL
      WHERE connection_id = $1 AND reason = 'THIN' AND sealed IS NOT NULL AND ($3::uuid[] IS NULL OR id = ANY ($3))
        AND (claimed_until IS NULL OR claimed_until <= $2) RETURNING id),
    announced AS (${NOTIFY} FROM again LIMIT 1)
    SELECT id FROM again LEFT JOIN announced ON true`,
);
const CIRCUITS = statement(
  'notices_circuits',
  `SELECT c.connector, count(*) FILTER (WHERE f.open_until > $1)::integer AS count FROM connection_fetch f
    JOIN connection c ON c.id = f.id WHERE c.removed_at IS NULL GROUP BY 1 ORDER BY 1`,
);
const NOTE_ERROR = statement(
  'notices_note_error',
  'UPDATE connection_fetch SET last_error = $2, last_error_at = $3 WHERE id = $1',
  { isSmall: true },
);

/**
 * Keeps the notices of a connection. The same one waits once, beside those that are being fetched. False where there is no room for them,
 * and none is kept.
 * @throws KeyProviderError
 */
export async function keepNotices(
  session: Session,
  encryption: SubjectEncryption,
  connection: string,
  at: Date,
  notices: readonly KeptNotice[],
): Promise<boolean> {
  if (notices.length === 0) return true;
  const [waiting] = await session.rows<{ n: number }>(ROOM, [connection]);
  if ((waiting?.n ?? 0) + notices.length > MOST_NOTICES) return false;
  const subjects = notices.map(() => ({ id: randomUUID(), key: randomBytes(32) }));
  const wrapped = await encryption.wrap(session, subjects);
  const rows = notices.map(({ content, position, expiresAt: expires }, i) => {
    const subject = subjects[i] as (typeof subjects)[number];
    const sealed = encryption.encryptEvent(subject, subject.id, content, 'quarantine');
    return {
      ...{ ...wrapped[i], id: subject.id, position, bytes: sealed.length, expires },
      // A vendor's ids and a time: nothing that names a person is found by this hash.
      digest: createHash('sha256').update(content).digest('hex'),
      sealed: sealed.toString('base64'),
    };
  });
  await session.rows(PASS_ON, [connection, rows.map(({ digest }) => digest)]);
  await session.rows(INSERT, [connection, JSON.stringify(rows), encryption.provider.name, at]);
  return true;
}

/** What was announced is stored: its content is deleted. False where the claim had expired and another process has taken it over. */
export async function settleNotice(
  session: Session,
  { id, attempts }: ClaimedWork,
  at: Date,
): Promise<boolean> {
  return (await session.rows(SETTLE, [id, attempts, at])).length > 0;
}

/** It is fetched no more by itself and waits for a person. False where the claim had expired. */
export async function giveUpNotice(
  session: Session,
  { id, attempts }: ClaimedWork,
  at: Date,
  error: string,
): Promise<boolean> {
  return (await session.rows(GIVE_UP, [id, attempts, at, error])).length > 0;
}

/** Makes notices of a connection due at once, with all their attempts: those of the ids, or all (null). Returns how many. */
export async function fetchAgain(
  session: Session,
  connection: string,
  ids: readonly string[] | null,
  at: Date,
): Promise<number> {
  return (await session.rows(AGAIN, [connection, at, ids])).length;
}

/** Why something was not fetched last. */
export async function noteFetchError(
  session: Session,
  connection: string,
  error: string,
  at: Date,
): Promise<void> {
  await session.rows(NOTE_ERROR, [connection, error, at]);
}

/** Connections of which nothing is fetched because their circuit is open, by connector. */
export function countOpenCircuits(
  session: OwnerSession,
  at: Date,
): Promise<{ readonly connector: string; readonly count: number }[]> {
  return session.rows(CIRCUITS, [at]);
}
