import { randomBytes } from 'node:crypto';
import { KeyProviderError, KeyProviderUnavailableError } from '../../domain/errors/key-provider-errors.ts';
import { DecryptionError } from '../../domain/privacy/aes-gcm.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { KeyCheck } from '../tables/schema.ts';
import type { SubjectEncryption } from './subject-encryption.ts';
import { SUBJECT_COLUMNS, type SubjectKeyRow } from './subject-rows.ts';

/*
 * A database is bound to its wrapping keys as it is to its pepper: otherwise new persons would be encrypted
 * under keys that are lost when the right ones are restored. The check is a key of no person, wrapped like
 * those of persons under the database's own name as its subject; it is rewrapped with them when wrapping keys
 * change.
 */

/** The wrapping keys are not those that wrapped the database's data keys. */
export class WrongWrappingKeyError extends Error {
  override readonly name = 'WrongWrappingKeyError';
}

const CHECK = statement('check_keys', 'SELECT key_check AS "keyCheck" FROM instance WHERE id = 1 FOR UPDATE');
const TIE = statement('check_keys_tie', 'UPDATE instance SET key_check = $1::jsonb WHERE id = 1');
/** Several per wrapping key, because a single one may be damaged. */
const SOME = statement(
  'check_keys_some',
  `SELECT ${SUBJECT_COLUMNS} FROM (SELECT DISTINCT provider AS p, key_version AS v FROM subject_key WHERE wrapped IS NOT NULL) used
    CROSS JOIN LATERAL (SELECT * FROM subject_key WHERE provider = p AND key_version = v AND wrapped IS NOT NULL LIMIT 5) few`,
);

const IN_USE = statement(
  'check_keys_in_use',
  `SELECT provider AS name FROM subject_key WHERE wrapped IS NOT NULL
    UNION SELECT provider FROM connection WHERE wrapped IS NOT NULL
    UNION SELECT key_check ->> 'provider' FROM instance WHERE key_check IS NOT NULL`,
);

/** The key providers that wrap something in the database. */
export async function providersInUse(session: Session): Promise<Set<string>> {
  return new Set((await session.rows<{ name: string }>(IN_USE, [])).map(({ name }) => name));
}

/**
 * Binds the database to the wrapping keys at its first start with them, if the stored keys unwrap, and refuses
 * other keys later. A remote provider that is unavailable is waited for, not refused. Starting processes do it
 * one after the other.
 * @throws WrongWrappingKeyError
 */
export function checkWrappingKeys(store: Store, encryption: SubjectEncryption): Promise<void> {
  return store.transaction(async (session) => {
    const [row] = await session.rows<{ keyCheck: KeyCheck | null }>(CHECK, []);
    try {
      if (row?.keyCheck) await encryption.open([checkRow(encryption, row.keyCheck)]);
      else {
        await checkSome(session, encryption);
        await tie(session, encryption, randomBytes(32));
      }
    } catch (error) {
      if (error instanceof KeyProviderUnavailableError) return;
      if (!(error instanceof DecryptionError || error instanceof KeyProviderError)) throw error;
      throw new WrongWrappingKeyError(
        `stored personal data cannot be decrypted (${error.message}): give the wrapping keys of this database, by SCORELINE_KEK, by the file ` +
          '"wrapping-keys" of the data folder from its backup, or by the settings of their provider; nothing was stored',
      );
    }
  });
}

/** Rewraps the check with the provider in use. */
export function rewrapCheck(store: Store, encryption: SubjectEncryption): Promise<void> {
  return store.transaction(async (session) => {
    const [row] = await session.rows<{ keyCheck: KeyCheck | null }>(CHECK, []);
    if (!row?.keyCheck) return;
    const [opened] = await encryption.open([checkRow(encryption, row.keyCheck)]);
    if (opened) await tie(session, encryption, opened.key);
  });
}

const checkRow = ({ tenant }: SubjectEncryption, check: KeyCheck): SubjectKeyRow => ({
  ...check,
  id: tenant,
  lookup: null,
  pseudonym: null,
  restricted: false,
});

async function tie(session: Session, encryption: SubjectEncryption, key: Buffer): Promise<void> {
  const [wrapped] = await encryption.wrap(session, [{ id: encryption.tenant, key }]);
  await session.rows(TIE, [JSON.stringify({ ...wrapped, provider: encryption.provider.name })]);
}

/** Whether something unwraps with each wrapping key in use. */
async function checkSome(session: Session, encryption: SubjectEncryption): Promise<void> {
  const failed = new Map<string, unknown>();
  const opened = new Set<string>();
  for (const row of await session.rows<SubjectKeyRow>(SOME, [])) {
    const key = `${row.provider} ${row.version}`;
    try {
      await encryption.open([row]);
      opened.add(key);
    } catch (error) {
      failed.set(key, error);
    }
  }
  for (const [key, error] of failed) if (!opened.has(key)) throw error;
}
