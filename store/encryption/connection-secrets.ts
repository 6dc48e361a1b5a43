import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from './subject-encryption.ts';
import type { SubjectWithKey } from './subject-rows.ts';

/*
 * The secret of a connection, and of a target, is encrypted under a data key of its own, and so is each row of the quarantine. The key
 * provider wraps these keys as it does those of persons: a rotation of the wrapping key wraps them again, and without the provider
 * nothing can be read.
 */

/** A data key as it is stored. */
export interface ConnectionKeyRow {
  readonly id: string;
  readonly wrapped: string;
  readonly provider: string;
  /** Of the wrapping key. */
  readonly version: string;
}

export const SECRET_KEY = 'id, wrapped, provider, key_version AS version';

/** Rows of one transaction: there may be many in the quarantine. */
const BATCH = 500;

const rewrapping = (table: 'connection' | 'target' | 'quarantine') => ({
  old: statement(
    `${table}_old_keys`,
    `SELECT ${SECRET_KEY} FROM ${table} WHERE wrapped IS NOT NULL AND wrapped_at < $1 ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
  ),
  rewrap: statement(
    `${table}_rewrap`,
    `UPDATE ${table} c SET wrapped = s.wrapped, provider = $2, key_version = s.version, wrapped_at = now()
      FROM json_to_recordset($1::json) AS s (id uuid, wrapped text, version text) WHERE c.id = s.id`,
  ),
});
const REWRAPPED = [rewrapping('connection'), rewrapping('target'), rewrapping('quarantine')];

/** The connections or targets with their data keys. */
export function openConnectionKeys(
  encryption: SubjectEncryption,
  rows: readonly ConnectionKeyRow[],
): Promise<SubjectWithKey[]> {
  return encryption.open(rows.map((row) => ({ ...row, lookup: null, pseudonym: null, restricted: false })));
}

/** Wraps the data keys of all connections, targets and quarantined rows by the provider in use that were wrapped before `started`; returns how many. */
export async function rewrapConnections(
  store: Store,
  encryption: SubjectEncryption,
  started: Date | undefined,
): Promise<number> {
  let count = 0;
  for (const { old, rewrap } of REWRAPPED) {
    for (let rewrapped = BATCH; rewrapped === BATCH; ) {
      rewrapped = await store.transaction(async (session: Session) => {
        const rows = await session.rows<ConnectionKeyRow>(old, [started]);
        if (rows.length === 0) return 0;
        const keys = await openConnectionKeys(encryption, rows);
        const wrapped = await encryption.wrap(session, keys);
        const renewed = keys.map(({ id }, i) => ({ id, ...wrapped[i] }));
        await session.rows(rewrap, [JSON.stringify(renewed), encryption.provider.name]);
        return rows.length;
      });
      count += rewrapped;
    }
  }
  return count;
}
