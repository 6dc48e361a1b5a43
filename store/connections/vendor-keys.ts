import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type ConnectionKeyRow, openConnectionKeys, SECRET_KEY } from '../encryption/connection-secrets.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { fetchAgain } from './notices.ts';

/** How a connection asks its vendor for what was announced. */
export interface VendorAccess {
  /** The origin of the vendor's interface; null: not known yet. */
  readonly origin: string | null;
  /** null: what is announced waits until there is one. */
  readonly key: string | null;
  /** Requests a minute. */
  readonly rate: number;
}

const INSERT = statement(
  'vendor_keys_insert',
  'INSERT INTO connection_fetch (id, origin, rate) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING',
);
const LOCK = statement(
  'vendor_keys_lock',
  `SELECT ${SECRET_KEY} FROM connection WHERE id = $1 AND removed_at IS NULL FOR UPDATE`,
);
const REVISION = statement('vendor_keys_revision', 'SELECT revision FROM connection_fetch WHERE id = $1');
/** Another key is tried at once: what the former one failed at says nothing of it. */
const CHANGE = statement(
  'vendor_keys_change',
  `UPDATE connection_fetch SET key = $2, revision = $3, origin = coalesce($4, origin), failures = 0, open_until = NULL,
      last_error = NULL, last_error_at = NULL WHERE id = $1`,
);
const ORIGIN = statement('vendor_keys_origin', 'SELECT origin FROM connection_fetch WHERE id = $1');
const READ = statement(
  'vendor_keys_read',
  `SELECT c.id, c.wrapped, c.provider, c.key_version AS version, f.revision, f.key, f.origin FROM connection_fetch f
    JOIN connection c ON c.id = f.id WHERE f.id = $1 AND c.removed_at IS NULL AND f.key IS NOT NULL`,
);

/** Stores how a new connection asks its vendor. */
export async function insertVendorAccess(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
  { origin, key, rate }: VendorAccess,
  at: Date,
): Promise<void> {
  await session.rows(INSERT, [id, origin, rate]);
  if (key !== null) await changeVendorKey(session, encryption, id, { key, origin, rate, at });
}

/**
 * Replaces the vendor's key, and the origin where one is given, closes the circuit, and makes due what waits. False where there is no such connection. One
 * that is older than what its vendor announces gets its first key here.
 * @throws KeyProviderError
 */
export async function changeVendorKey(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
  {
    key,
    origin,
    rate,
    at,
  }: { readonly key: string; readonly origin: string | null; readonly rate: number; readonly at: Date },
): Promise<boolean> {
  const [row] = await session.rows<ConnectionKeyRow>(LOCK, [id]);
  if (row) await session.rows(INSERT, [id, origin, rate]);
  const [present] = await session.rows<{ revision: number }>(REVISION, [id]);
  if (!row || !present) return false;
  const [subject] = await openConnectionKeys(encryption, [row]);
  if (!subject) return false;
  const revision = present.revision + 1;
  const sealed = encryption.encryptSecret(subject, revision, key, 'vendor-key');
  await session.rows(CHANGE, [id, sealed, revision, origin]);
  await fetchAgain(session, id, null, at);
  return true;
}

/** The origin of the vendor's interface; null where it is not known. */
export async function readVendorOrigin(session: Session, id: string): Promise<string | null> {
  const [row] = await session.rows<{ origin: string | null }>(ORIGIN, [id]);
  return row?.origin ?? null;
}

interface KeyRow extends ConnectionKeyRow {
  readonly revision: number;
  readonly key: string;
  readonly origin: string;
}

/** The origin and the key; null where the connection has no key or was removed. @throws KeyProviderError, DecryptionError */
export async function readVendorKey(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
): Promise<{ readonly origin: string; readonly key: string } | null> {
  const [row] = await session.rows<KeyRow>(READ, [id]);
  if (!row) return null;
  const [subject] = await openConnectionKeys(encryption, [row]);
  if (!subject) return null;
  return { origin: row.origin, key: encryption.openSecret(subject, row.revision, row.key, 'vendor-key') };
}
