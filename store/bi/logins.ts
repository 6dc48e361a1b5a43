import type { Segment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** Sets of cells, as PostgreSQL multiranges. */
export interface CellSets {
  readonly score: string;
  readonly response: string;
  readonly prediction: string;
}

/** A login, with its key as it is now. */
export interface BiLoginRow extends CellSets {
  readonly login: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly role: string;
  readonly attributes: Segment;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Whether role and attributes of the key are those that the sets were made for. */
  readonly isCurrent: boolean;
  readonly refused: string | null;
  readonly grantedAt: Date;
  readonly narrowedAt: Date;
  readonly sessionAt: Date | null;
}

const LIST = statement(
  'bi_logins',
  `SELECT l.login, l.key_id AS "keyId", k.name AS "keyName", k.role, k.attributes, k.expires_at AS "expiresAt",
      k.revoked_at AS "revokedAt", k.role = l.role AND k.attributes = l.attributes AS "isCurrent", l.score::text AS score,
      l.response::text AS response, l.prediction::text AS prediction, l.refused, l.granted_at AS "grantedAt",
      l.narrowed_at AS "narrowedAt", l.session_at AS "sessionAt"
    FROM bi_login l JOIN api_key k ON k.id = l.key_id ORDER BY l.granted_at, l.login`,
);
/** A second grant for a key gives its login another password. */
const PUT = statement(
  'bi_login_put',
  `INSERT INTO bi_login (login, key_id, role, attributes, score, response, prediction, granted_at, narrowed_at)
    VALUES ($1, $2, $3, $4::jsonb, $5::int4multirange, $6::int4multirange, $7::int4multirange, now(), clock_timestamp())
    ON CONFLICT (login) DO UPDATE SET role = excluded.role, attributes = excluded.attributes, score = excluded.score,
      response = excluded.response, prediction = excluded.prediction, refused = NULL, granted_at = excluded.granted_at,
      narrowed_at = excluded.narrowed_at`,
);
/** Sessions of a login that loses something are ended: what they read before may be held in a snapshot, a cursor, a table. */
const UPDATE = statement(
  'bi_login_update',
  `UPDATE bi_login SET role = $2, attributes = $3::jsonb, score = $4::int4multirange, response = $5::int4multirange,
      prediction = $6::int4multirange, refused = $7,
      narrowed_at = CASE WHEN $4::int4multirange @> score AND $5::int4multirange @> response AND $6::int4multirange @> prediction
        THEN narrowed_at ELSE clock_timestamp() END
    WHERE login = $1`,
);
const REMOVE = statement('bi_login_remove', 'DELETE FROM bi_login WHERE login = $1');

/** Every login, the oldest first. */
export function listBiLogins(session: Session): Promise<BiLoginRow[]> {
  return session.rows<BiLoginRow>(LIST, []);
}

type Shown = Pick<BiLoginRow, 'login' | 'role' | 'attributes'> & CellSets;

/** Adds the login of a key, or renews it. */
export async function putBiLogin(session: Session, row: Shown & { readonly keyId: string }): Promise<void> {
  const { login, keyId, role, attributes, score, response, prediction } = row;
  await session.rows(PUT, [login, keyId, role, JSON.stringify(attributes), score, response, prediction]);
}

/** What the login sees from now on. */
export async function updateBiLogin(session: Session, row: Shown, refused: string | null): Promise<void> {
  const { login, role, attributes, score, response, prediction } = row;
  await session.rows(UPDATE, [login, role, JSON.stringify(attributes), score, response, prediction, refused]);
}

const SAME = statement(
  'bi_login_same',
  `SELECT score = $2::int4multirange AND response = $3::int4multirange AND prediction = $4::int4multirange AS same
    FROM bi_login WHERE login = $1`,
);

/** Whether the login's sets are these: PostgreSQL joins neighbouring ranges, so equal sets differ as text. */
export async function hasSets(session: Session, login: string, sets: CellSets): Promise<boolean> {
  const [row] = await session.rows<{ same: boolean }>(SAME, [
    login,
    sets.score,
    sets.response,
    sets.prediction,
  ]);
  return row?.same === true;
}

/** Removes the login; its role in PostgreSQL sees nothing then. */
export async function removeBiLogin(session: Session, login: string): Promise<void> {
  await session.rows(REMOVE, [login]);
}

/** A session of a login, now. */
export interface BiSession {
  readonly pid: number;
  readonly login: string;
  readonly beganAt: Date;
  readonly address: string | null;
  readonly application: string;
  /** Of its transaction, if one is open. */
  readonly transactionAt: Date | null;
  readonly seconds: number | null;
  /** Whether followers of the journal wait for its transaction. */
  readonly holdsBack: boolean;
  readonly holdsAdvisoryLock: boolean;
  /** Whether a person was erased or restricted since its transaction began. */
  readonly seesErased: boolean;
}

const SESSIONS = statement(
  'bi_sessions',
  `SELECT a.pid, a.usename::text AS login, a.backend_start AS "beganAt", host(a.client_addr) AS address,
      coalesce(a.application_name, '') AS application, a.xact_start AS "transactionAt",
      extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds, a.backend_xid IS NOT NULL AS "holdsBack",
      EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory') AS "holdsAdvisoryLock",
      coalesce(a.xact_start < greatest((SELECT max(recorded_at) FROM erasure), (SELECT max(recorded_at) FROM restricted_response WHERE counting IS NULL)), false)
        AS "seesErased"
    FROM pg_stat_activity a WHERE a.datname = current_database() AND a.usename = ANY ($1::text[])`,
);
/** Named by when it began too: process ids are used again. */
const END = statement(
  'bi_session_end',
  `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
    WHERE a.pid = $1 AND a.usename = $2 AND date_trunc('milliseconds', a.backend_start) = $3`,
);

/** The sessions of these logins. */
export function readBiSessions(session: Session, logins: readonly string[]): Promise<BiSession[]> {
  return session.rows<BiSession>(SESSIONS, [logins]);
}

/** Ends the session. */
export async function endBiSession(session: Session, { pid, login, beganAt }: BiSession): Promise<void> {
  await session.rows(END, [pid, login, beganAt]);
}

const NOTE = statement(
  'bi_session_note',
  `UPDATE bi_login SET session_at = greatest(session_at, $2), noted_at = clock_timestamp()
    WHERE login = $1 AND (session_at IS NULL OR session_at < $2)
      AND (noted_at IS NULL OR noted_at < clock_timestamp() - interval '1 minute') RETURNING login`,
);

/**
 * Claims the sessions of a login up to that moment for a row of the audit log: at most one a minute, and of several servers one.
 */
export async function claimSessions(session: Session, login: string, until: Date): Promise<boolean> {
  return (await session.rows(NOTE, [login, until])).length > 0;
}
