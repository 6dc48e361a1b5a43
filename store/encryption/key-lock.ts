import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';
import type { KeyProvider, WrappedKey } from './key-provider.ts';

/*
 * Wrapping keys change in one process while others wrap. Wrapping takes a shared lock until the end of the
 * transaction that stores the result; creating or destroying wrapping keys takes it exclusively. So when a key
 * is destroyed, everything that it wrapped is committed and visible.
 */

const SHARE = statement('keys_share', `SELECT pg_advisory_xact_lock_shared(${LOCKS.wrappingKeys})`);
const ALONE = statement('keys_alone', `SELECT pg_advisory_xact_lock(${LOCKS.wrappingKeys})`);
const RETIRED = statement(
  'keys_retired',
  'SELECT version FROM retired_key WHERE provider = $1 AND version = ANY ($2::text[])',
);
const RETIRE = statement(
  'keys_retire',
  'INSERT INTO retired_key (provider, version) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING',
);

/** Until the transaction ends, no other process wraps, creates or destroys wrapping keys. */
export async function lockKeys(session: Session): Promise<void> {
  await session.rows(ALONE, []);
}

/**
 * Wraps in the transaction that stores the result.
 * @throws KeyProviderError when this process wraps under a retired key because it does not have the new one.
 */
export async function wrapLocked(
  session: Session,
  provider: KeyProvider,
  keys: Parameters<KeyProvider['wrap']>[0],
): Promise<WrappedKey[]> {
  await session.rows(SHARE, []);
  const wrapped = await provider.wrap(keys);
  const versions = [...new Set(wrapped.map(({ version }) => version))];
  const [retired] = await session.rows<{ version: string }>(RETIRED, [provider.name, versions]);
  if (retired)
    throw new KeyProviderError(
      `this process wraps under ${provider.name} version ${retired.version}, which was retired: give it the newer key and restart it`,
    );
  return wrapped;
}

/** Records that nothing may be wrapped under those versions again; only under `lockKeys`. */
export async function noteRetired(
  session: Session,
  provider: string,
  versions: readonly string[],
): Promise<void> {
  if (versions.length > 0) await session.rows(RETIRE, [provider, versions]);
}
