import type { Segment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** An API key as listed: without the secret. */
export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly attributes: Segment;
  /** The sources that the key is bound to; null: it is not bound. */
  readonly sources: readonly string[] | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  /** It may not change anything. */
  readonly readOnly: boolean;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly lastUsedAt: Date | null;
}

/** An active key, with the SHA-256 (hex) of its secret. */
export interface LiveKeyRow
  extends Pick<ApiKeyRow, 'id' | 'name' | 'role' | 'attributes' | 'sources' | 'expiresAt' | 'readOnly'> {
  readonly hash: string;
}

/** The channel that announces new and revoked keys to other processes: without which, because every SQL login may listen. */
export const API_KEY_CHANNEL = 'api_key';

const COLUMNS = `id, name, role, attributes, sources, created_at AS "createdAt", created_by AS "createdBy",
  expires_at AS "expiresAt", read_only AS "readOnly", revoked_at AS "revokedAt", revoked_by AS "revokedBy", last_used_at AS "lastUsedAt"`;
const LIST = statement('api_keys', `SELECT ${COLUMNS} FROM api_key ORDER BY created_at, id`);
const LIVE = statement(
  'api_keys_live',
  'SELECT id, name, role, attributes, sources, expires_at AS "expiresAt", read_only AS "readOnly", hash FROM api_key WHERE revoked_at IS NULL',
);
// Keys are only added and revoked, so these two counts identify the state.
const STATE = statement(
  'api_keys_state',
  'SELECT count(*) AS made, count(revoked_at) AS revoked FROM api_key',
);
const INSERT = statement(
  'api_keys_insert',
  `WITH made AS (INSERT INTO api_key (id, name, role, attributes, hash, created_at, created_by, expires_at, sources, read_only)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id)
    SELECT pg_notify('${API_KEY_CHANNEL}', '') FROM made`,
);
const REVOKE = statement(
  'api_keys_revoke',
  `WITH revoked AS (UPDATE api_key SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL
      RETURNING id)
    SELECT pg_notify('${API_KEY_CHANNEL}', '') FROM revoked`,
  { isSmall: true },
);
const USED = statement(
  'api_keys_used',
  'UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)',
  { isSmall: true },
);

/** All keys, including revoked and expired ones, oldest first. */
export function listApiKeys(session: Session): Promise<ApiKeyRow[]> {
  return session.rows<ApiKeyRow>(LIST, []);
}

/** Keys that are not revoked; they may have expired. */
export function readLiveKeys(session: Session): Promise<LiveKeyRow[]> {
  return session.rows<LiveKeyRow>(LIVE, []);
}

/** Changes whenever a key is added or revoked. */
export async function apiKeysState(session: Session): Promise<string> {
  const [row] = await session.rows<{ made: number; revoked: number }>(STATE, []);
  return `${row?.made} ${row?.revoked}`;
}

/** Adds a key and notifies the other processes. */
export async function insertApiKey(
  session: Session,
  key: LiveKeyRow & Pick<ApiKeyRow, 'createdAt' | 'createdBy'>,
): Promise<void> {
  const { id, name, role, attributes, sources, hash, createdAt, createdBy, expiresAt, readOnly } = key;
  await session.rows(INSERT, [
    id,
    name,
    role,
    JSON.stringify(attributes),
    hash,
    createdAt,
    createdBy,
    expiresAt,
    sources === null ? null : JSON.stringify(sources),
    readOnly,
  ]);
}

/** Revokes a key and notifies the other processes; false when there is none, or it was revoked before. */
export async function revokeApiKey(session: Session, id: string, at: Date, by: string): Promise<boolean> {
  return (await session.rows(REVOKE, [id, at, by])).length > 0;
}

/** Records when a key was last used. */
export async function touchApiKey(session: Session, id: string, at: Date): Promise<void> {
  await session.rows(USED, [id, at]);
}
