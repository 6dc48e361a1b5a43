import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { rewrapCheck } from './check-keys.ts';
import { rewrapConnections } from './connection-secrets.ts';
import { lockKeys, noteRetired } from './key-lock.ts';
import type { KeyProvider, Retirement } from './key-provider.ts';
import { reencryptComments } from './reencrypt-comments.ts';
import type { SubjectEncryption } from './subject-encryption.ts';
import { SUBJECT_COLUMNS, type SubjectKeyRow } from './subject-rows.ts';

/** Subjects of one transaction. */
const BATCH = 500;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

const OLD_KEYS = statement(
  'rotate_old_keys',
  `SELECT ${SUBJECT_COLUMNS} FROM subject_key WHERE id > $1::uuid AND wrapped_at < $2 ORDER BY id LIMIT $3 FOR UPDATE`,
);
const REWRAP = statement(
  'rotate_rewrap',
  `UPDATE subject_key k SET wrapped = s.wrapped, provider = $2, key_version = s.version, wrapped_at = now()
    FROM json_to_recordset($1::json) AS s (id uuid, wrapped text, version text) WHERE k.id = s.id`,
);
const OLD_LOOKUPS = statement(
  'rotate_old_lookups',
  `SELECT ${SUBJECT_COLUMNS} FROM subject_key WHERE id > $1::uuid AND lookup IS NOT NULL AND lookup NOT LIKE $2
    ORDER BY id LIMIT $3 FOR UPDATE`,
);
/**
 * A row of the same person that exists under the new pepper already stays beside the old one: both are found.
 */
const RELINK = statement(
  'rotate_relink',
  `UPDATE subject_key k SET lookup = s.lookup, pseudonym = s.pseudonym
    FROM json_to_recordset($1::json) AS s (id uuid, lookup text, pseudonym text)
    WHERE k.id = s.id AND NOT EXISTS (SELECT FROM subject_key other WHERE other.lookup = s.lookup) RETURNING k.id`,
);
const VERSIONS = statement(
  'rotate_versions',
  `SELECT version, count(*)::integer AS keys FROM (
      SELECT provider, key_version AS version FROM subject_key
      UNION ALL SELECT provider, key_version FROM connection WHERE wrapped IS NOT NULL
      UNION ALL SELECT provider, key_version FROM target WHERE wrapped IS NOT NULL
      UNION ALL SELECT provider, key_version FROM quarantine WHERE wrapped IS NOT NULL
      UNION ALL SELECT key_check ->> 'provider', key_check ->> 'version' FROM instance) used
    WHERE provider = $1 GROUP BY 1 ORDER BY 1`,
);
const NOW = statement('rotate_now', 'SELECT now() AS now');

/**
 * Rewraps every data key with the provider in use, and binds older comments to the version of their response;
 * returns how many keys. Readers and writers continue meanwhile.
 */
export async function rewrapKeys(store: Store, encryption: SubjectEncryption): Promise<number> {
  const [started] = await store.rows<{ now: Date }>(NOW, []);
  await rewrapCheck(store, encryption);
  const connections = await rewrapConnections(store, encryption, started?.now);
  const subjects = await inBatches(store, async (session, after) => {
    const rows = await session.rows<SubjectKeyRow>(OLD_KEYS, [after, started?.now, BATCH]);
    const subjects = await encryption.open(rows);
    const wrapped = await encryption.wrap(session, subjects);
    const keys = subjects.map(({ id }, i) => ({ id, ...wrapped[i] }));
    await session.rows(REWRAP, [JSON.stringify(keys), encryption.provider.name]);
    await reencryptComments(session, encryption, subjects);
    return rows;
  });
  return connections + subjects;
}

/** Moves a pseudonym to the pepper in use. */
export interface Relinking {
  readonly version: number;
  /** Null when its pepper is not known. */
  carriedOver(pseudonym: string): string | null;
  lookupOf(pseudonym: string): string;
}

/** Moves every person to the pepper in use; returns how many. */
export async function relinkSubjects(
  store: Store,
  encryption: SubjectEncryption,
  pepper: Relinking,
): Promise<number> {
  return inBatches(store, async (session, after) => {
    const rows = await session.rows<SubjectKeyRow>(OLD_LOOKUPS, [after, `${pepper.version}:%`, BATCH]);
    const subjects = await encryption.open(rows);
    const relinked = subjects.flatMap((subject) => {
      const carried = subject.pseudonym === null ? null : pepper.carriedOver(subject.pseudonym);
      if (carried === null) return [];
      const lookup = pepper.lookupOf(carried);
      return [{ id: subject.id, lookup, pseudonym: encryption.encryptPseudonym(subject, carried, lookup) }];
    });
    await session.rows(RELINK, [JSON.stringify(relinked)]);
    encryption.forget(rows.map(({ id }) => id));
    return rows;
  });
}

/** Creates a new wrapping key, which every process uses from then on; returns its version. */
export function rotateWrapping(store: Store, provider: KeyProvider): Promise<string> {
  return store.transaction(async (session) => {
    await lockKeys(session);
    return provider.rotate();
  });
}

/**
 * Destroys the wrapping keys before the newest, while no process wraps.
 * @throws KeyProviderError while something is wrapped under one of them.
 */
export function retireWrapping(store: Store, provider: KeyProvider): Promise<Retirement> {
  return store.transaction(async (session) => {
    await lockKeys(session);
    // Statements after the lock see what its last holders committed.
    const current = await provider.current();
    const inUse = await session.rows<{ version: string; keys: number }>(VERSIONS, [provider.name]);
    const old = inUse.filter(({ version }) => version !== current);
    if (old.length > 0) {
      const held = old.map(({ version, keys }) => `${keys} under version ${version}`).join(', ');
      throw new KeyProviderError(
        `data keys are still wrapped by older keys of ${provider.name} (${held}); nothing was destroyed. Run "npm run keys -- rewrap", then retire again`,
      );
    }
    const retired = await provider.retire();
    await noteRetired(session, provider.name, retired.versions);
    return retired;
  });
}

async function inBatches(
  store: Store,
  work: (session: Session, after: string) => Promise<readonly SubjectKeyRow[]>,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined = FIRST_UUID; after !== undefined; ) {
    const from: string = after;
    const rows = await store.transaction((session) => work(session, from));
    count += rows.length;
    after = rows.at(-1)?.id;
  }
  return count;
}
