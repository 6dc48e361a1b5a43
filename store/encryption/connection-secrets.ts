import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption, SubjectWithKey } from './subject-encryption.ts';

/*
 * The secret of a connection is encrypted under a data key of the connection's own, which the key provider wraps as it does those of
 * persons: a rotation of the wrapping key wraps it again, and without the provider no secret can be read.
 */

/** A connection's data key as it is stored. */
export interface ConnectionKeyRow {
  readonly id: string;
  readonly wrapped: string;
  readonly provider: string;
  /** Of the wrapping key. */
  readonly version: string;
}

export const CONNECTION_KEY = 'id, wrapped, provider, key_version AS version';

const OLD_KEYS = statement(
  'connection_old_keys',
  `SELECT ${CONNECTION_KEY} FROM connection WHERE wrapped IS NOT NULL AND wrapped_at < $1 ORDER BY id FOR UPDATE`,
);
const REWRAP = statement(
  'connection_rewrap',
  `UPDATE connection c SET wrapped = s.wrapped, provider = $2, key_version = s.version, wrapped_at = now()
    FROM json_to_recordset($1::json) AS s (id uuid, wrapped text, version text) WHERE c.id = s.id`,
);

/** The connections with their data keys. */
export function openConnectionKeys(
  encryption: SubjectEncryption,
  rows: readonly ConnectionKeyRow[],
): Promise<SubjectWithKey[]> {
  return encryption.open(rows.map((row) => ({ ...row, lookup: null, pseudonym: null, restricted: false })));
}

/** Wraps the data keys of all connections by the provider in use that were wrapped before `started`; returns how many. */
export function rewrapConnections(
  store: Store,
  encryption: SubjectEncryption,
  started: Date | undefined,
): Promise<number> {
  return store.transaction(async (session: Session) => {
    const rows = await session.rows<ConnectionKeyRow>(OLD_KEYS, [started]);
    if (rows.length === 0) return 0;
    const keys = await openConnectionKeys(encryption, rows);
    const wrapped = await encryption.wrap(session, keys);
    const rewrapped = keys.map(({ id }, i) => ({ id, ...wrapped[i] }));
    await session.rows(REWRAP, [JSON.stringify(rewrapped), encryption.provider.name]);
    return rows.length;
  });
}
