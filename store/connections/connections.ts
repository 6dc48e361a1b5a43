import { randomBytes } from 'node:crypto';
import type { Segment } from '../../domain/segments/cell.ts';
import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type ConnectionKeyRow, openConnectionKeys, SECRET_KEY } from '../encryption/connection-secrets.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { EMPTIED } from './quarantine.ts';

/** A connection as cached in every process: what is needed before a delivery is read. */
export interface LiveConnectionRow {
  readonly id: string;
  readonly connector: string;
  readonly name: string;
  /** Values by attribute of a dimension, to which its responses are limited. */
  readonly attributes: Segment;
  /** The sources that it is bound to; null: not bound. */
  readonly sources: readonly string[] | null;
  /** Counts the changes of its mapping. */
  readonly mappingRevision: number;
}

/** A connection as it is listed: without its secret. */
export interface ConnectionRow extends LiveConnectionRow {
  readonly mapping: unknown;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly rotatedAt: Date | null;
  /** Until when the secret before the present one is accepted. */
  readonly formerUntil: Date | null;
  readonly deliveries: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly ignored: number;
  readonly lastDeliveryAt: Date | null;
  readonly lastError: string | null;
  readonly lastErrorAt: Date | null;
  readonly lastRefusal: string | null;
  readonly lastRefusedAt: Date | null;
  readonly refused: number;
  readonly unkept: number;
  /** Rows of the quarantine whose content is kept. */
  readonly waiting: number;
  /** How it asks its vendor for what is announced; null where it announces nothing. */
  readonly fetching: FetchState | null;
}

/** The state of what a connection fetches from its vendor. */
export interface FetchState {
  readonly origin: string | null;
  readonly hasKey: boolean;
  /** Notices that were not fetched yet. */
  readonly waiting: number;
  /** ISO 8601: while the circuit is open, nothing is fetched. */
  readonly openUntil: string | null;
  readonly lastError: string | null;
  readonly lastErrorAt: string | null;
}

/** A connection that is bound to sources, and when it last delivered. */
export type WatchedConnection = Pick<
  ConnectionRow,
  'id' | 'name' | 'sources' | 'lastDeliveryAt' | 'lastRefusedAt'
>;

/** The connections that are bound to sources. */
export function readWatchedConnections(session: OwnerSession): Promise<WatchedConnection[]> {
  return session.rows<WatchedConnection>(WATCHED, []);
}

/** The properties of a new connection. */
export interface NewConnection extends Omit<LiveConnectionRow, 'mappingRevision'> {
  readonly mapping: unknown;
  readonly createdAt: Date;
  /** The name and the id of the creator. */
  readonly createdBy: string;
  readonly madeBy: string;
}

/** The channel that announces new and removed connections to other processes. */
export const CONNECTION_CHANNEL = 'connection';
/** Connections that may exist at once. */
export const MOST_CONNECTIONS = 1_000;

const LIVE_COLUMNS = 'id, connector, name, attributes, sources, mapping_revision AS "mappingRevision"';
const LIVE = statement(
  'connections_live',
  `SELECT ${LIVE_COLUMNS} FROM connection WHERE removed_at IS NULL ORDER BY created_at, id`,
);
const WATCHED = statement(
  'connections_watched',
  `SELECT id, name, sources, last_delivery_at AS "lastDeliveryAt", last_refused_at AS "lastRefusedAt" FROM connection
    WHERE removed_at IS NULL AND sources IS NOT NULL ORDER BY created_at, id`,
);
const LIST = statement(
  'connections_list',
  `SELECT ${LIVE_COLUMNS}, mapping, created_at AS "createdAt", created_by AS "createdBy", rotated_at AS "rotatedAt",
      former_until AS "formerUntil", deliveries, accepted, duplicates, rejected, ignored, last_delivery_at AS "lastDeliveryAt",
      last_error AS "lastError", last_error_at AS "lastErrorAt", last_refusal AS "lastRefusal", last_refused_at AS "lastRefusedAt", refused, unkept,
      (SELECT count(*) FROM quarantine q WHERE q.connection_id = connection.id AND q.sealed IS NOT NULL)::integer AS waiting,
      (SELECT json_build_object('origin', f.origin, 'hasKey', f.key IS NOT NULL, 'openUntil', f.open_until, 'lastError', f.last_error,
        'lastErrorAt', f.last_error_at, 'waiting', (SELECT count(*) FROM quarantine q WHERE q.connection_id = f.id
          AND q.reason = 'THIN' AND q.sealed IS NOT NULL)) FROM connection_fetch f WHERE f.id = connection.id) AS fetching
    FROM connection WHERE id = ANY ($1::uuid[]) AND removed_at IS NULL ORDER BY created_at, id`,
);
const STATE = statement(
  'connections_state',
  'SELECT count(*) AS made, count(removed_at) AS removed, coalesce(sum(mapping_revision), 0) AS mapped FROM connection',
);
const NOTIFY = `SELECT pg_notify('${CONNECTION_CHANNEL}', '')`;
const INSERT = statement(
  'connections_insert',
  `WITH made AS (INSERT INTO connection (id, connector, name, attributes, sources, mapping, created_at, created_by, made_by,
        wrapped, provider, key_version, wrapped_at, secret)
      SELECT $1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11, $12, now(), $13
      WHERE (SELECT count(*) FROM connection WHERE removed_at IS NULL) < ${MOST_CONNECTIONS} RETURNING id)
    ${NOTIFY} FROM made`,
);
const SECRETS = statement(
  'connections_secrets',
  `SELECT ${SECRET_KEY}, revision, secret, former_secret AS former, former_until AS "formerUntil" FROM connection
    WHERE id = $1 AND removed_at IS NULL`,
);
const LOCK_SECRETS = statement('connections_secrets_lock', `${SECRETS.text} FOR UPDATE`);
const ROTATE = statement(
  'connections_rotate',
  `UPDATE connection SET former_secret = CASE WHEN $4::timestamptz IS NOT NULL THEN secret END, former_until = $4, secret = $2,
      rotated_at = $3, revision = revision + 1, last_refusal = NULL, last_refused_at = NULL WHERE id = $1`,
);
/** The present secret again: the former one, as long as it is accepted, gets the new term. */
const ROTATE_AGAIN = statement(
  'connections_rotate_again',
  `UPDATE connection SET former_secret = CASE WHEN $3::timestamptz IS NOT NULL AND former_until > $2 THEN former_secret END,
      former_until = CASE WHEN former_until > $2 THEN $3::timestamptz END, rotated_at = $2, last_refusal = NULL, last_refused_at = NULL WHERE id = $1`,
);
/** The secrets and the data key are deleted at once: no process accepts anything signed with them. */
const REMOVE = statement(
  'connections_remove',
  `WITH removed AS (UPDATE connection SET removed_at = $2, removed_by = $3, revision = revision + 1, secret = NULL,
        former_secret = NULL, former_until = NULL, wrapped = NULL, provider = NULL, key_version = NULL, wrapped_at = NULL
      WHERE id = $1 AND removed_at IS NULL RETURNING id),
    forgotten AS (DELETE FROM connection_delivery d USING removed r WHERE d.connection_id = r.id),
    discarded AS (UPDATE quarantine q SET status = 'DISCARDED', settled_at = $2, ${EMPTIED}
      FROM removed r WHERE q.connection_id = r.id AND q.sealed IS NOT NULL),
    unwatched AS (DELETE FROM watched_file w USING removed r WHERE w.connection_id = r.id),
    unasked AS (DELETE FROM connection_fetch f USING removed r WHERE f.id = r.id)
    ${NOTIFY} FROM removed`,
  { isSmall: true },
);
const MAPPING = statement('connections_mapping', 'SELECT mapping FROM connection WHERE id = $1');
/** Held until the transaction ends: of two first mappings at once the second sees what the first one bound. */
const BOUND = statement(
  'connections_bound',
  'SELECT sources FROM connection WHERE id = $1 AND removed_at IS NULL FOR UPDATE',
);
const MAP = statement(
  'connections_map',
  `WITH mapped AS (UPDATE connection SET mapping = $2::jsonb, mapping_revision = mapping_revision + 1,
        sources = coalesce(sources, $3::jsonb)
      WHERE id = $1 AND removed_at IS NULL RETURNING id)
    ${NOTIFY} FROM mapped`,
);

/** The connections that are not removed, oldest first. */
export function readLiveConnections(session: Session): Promise<LiveConnectionRow[]> {
  return session.rows<LiveConnectionRow>(LIVE, []);
}

/** Those of the connections that are not removed, oldest first. */
export function listConnections(session: Session, ids: readonly string[]): Promise<ConnectionRow[]> {
  return session.rows<ConnectionRow>(LIST, [ids]);
}

/** Changes whenever a connection is added or removed, or its mapping is changed. */
export async function connectionsState(session: Session): Promise<string> {
  const [row] = await session.rows<{ made: number; removed: number; mapped: number }>(STATE, []);
  return `${row?.made} ${row?.removed} ${row?.mapped}`;
}

/** The mapping of a connection as it was declared. */
export async function readMapping(session: Session, id: string): Promise<unknown> {
  const [row] = await session.rows<{ mapping: unknown }>(MAPPING, [id]);
  return row?.mapping;
}

/** Stores a connection with its secret, encrypted under a data key of its own. False where there are too many. */
export async function insertConnection(
  session: Session,
  encryption: SubjectEncryption,
  made: NewConnection,
  secret: string,
): Promise<boolean> {
  const subject = { id: made.id, key: randomBytes(32) };
  const [wrapped] = await encryption.wrap(session, [subject]);
  const inserted = await session.rows(INSERT, [
    made.id,
    made.connector,
    made.name,
    JSON.stringify(made.attributes),
    made.sources === null ? null : JSON.stringify(made.sources),
    JSON.stringify(made.mapping),
    made.createdAt,
    made.createdBy,
    made.madeBy,
    wrapped?.wrapped,
    encryption.provider.name,
    wrapped?.version,
    encryption.encryptSecret(subject, 1, secret),
  ]);
  return inserted.length > 0;
}

interface SecretRow extends ConnectionKeyRow {
  readonly revision: number;
  readonly secret: string;
  readonly former: string | null;
  readonly formerUntil: Date | null;
}

/**
 * The secrets that deliveries may be signed with now, the current one first; null if the connection was
 * removed.
 * @throws KeyProviderError, DecryptionError
 */
export async function readSecrets(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
  now: Date,
): Promise<readonly string[] | null> {
  const [row] = await session.rows<SecretRow>(SECRETS, [id]);
  if (!row) return null;
  const [subject] = await openConnectionKeys(encryption, [row]);
  if (!subject) return null;
  const present = encryption.openSecret(subject, row.revision, row.secret);
  if (row.former === null || row.formerUntil === null || row.formerUntil <= now) return [present];
  return [present, encryption.openSecret(subject, row.revision - 1, row.former)];
}

/**
 * Replaces the secret; the previous one is accepted until `formerUntil` (null: no longer). A request that comes again, with the secret that
 * is the present one by now, does not make it the previous one. False if the connection was removed.
 */
export async function rotateSecret(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
  secret: string,
  { at, formerUntil }: { readonly at: Date; readonly formerUntil: Date | null },
): Promise<boolean> {
  const [row] = await session.rows<SecretRow>(LOCK_SECRETS, [id]);
  if (!row) return false;
  const [subject] = await openConnectionKeys(encryption, [row]);
  if (!subject) return false;
  if (encryption.openSecret(subject, row.revision, row.secret) === secret) {
    await session.rows(ROTATE_AGAIN, [id, at, formerUntil]);
    return true;
  }
  await session.rows(ROTATE, [
    id,
    encryption.encryptSecret(subject, row.revision + 1, secret),
    at,
    formerUntil,
  ]);
  return true;
}

/** The sources that the connection is bound to, with its row locked; undefined where there is no such connection. */
export async function holdBound(session: Session, id: string): Promise<readonly string[] | null | undefined> {
  const [row] = await session.rows<{ sources: readonly string[] | null }>(BOUND, [id]);
  return row?.sources;
}

/** Replaces the mapping; false where there is no such connection. */
export async function changeMapping(
  session: Session,
  id: string,
  mapping: unknown,
  sources: readonly string[] | null,
): Promise<boolean> {
  const bound = sources === null ? null : JSON.stringify(sources);
  return (await session.rows(MAP, [id, JSON.stringify(mapping), bound])).length > 0;
}

/** Removes a connection and destroys its secret; false where there is none, or it was removed before. */
export async function removeConnection(session: Session, id: string, at: Date, by: string): Promise<boolean> {
  return (await session.rows(REMOVE, [id, at, by])).length > 0;
}
