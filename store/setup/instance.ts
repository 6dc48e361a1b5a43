import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

const CLAIM = statement(
  'instance_claim',
  'INSERT INTO instance (id, pepper_fingerprint) VALUES (1, $1) ON CONFLICT (id) DO NOTHING',
);
const READ = statement(
  'instance_read',
  'SELECT pepper_fingerprint AS "pepperFingerprint" FROM instance WHERE id = 1',
);

const REPLACE = statement('instance_replace', 'UPDATE instance SET pepper_fingerprint = $1 WHERE id = 1');
const TENANT = statement('instance_tenant', 'SELECT tenant FROM instance WHERE id = 1');

/** The pepper is not the one of this database's pseudonyms. */
export class WrongPepperError extends Error {
  override readonly name = 'WrongPepperError';
}

/**
 * Binds the database to the newest of the peppers at the first start, and later refuses a start without the
 * bound one: the same person would become two. Returns the fingerprint of the bound pepper.
 * @throws WrongPepperError
 */
export async function checkPepper(session: Session, fingerprints: readonly string[]): Promise<string> {
  await session.rows(CLAIM, [fingerprints[0]]);
  const [row] = await session.rows<{ pepperFingerprint: string }>(READ, []);
  if (!row || !fingerprints.includes(row.pepperFingerprint)) {
    throw wrongPepper();
  }
  return row.pepperFingerprint;
}

/** Why no pepper may be generated for this database: it is bound to one. Null before its first start. */
export async function pepperMissing(session: Session): Promise<WrongPepperError | null> {
  const [row] = await session.rows(READ, []);
  return row ? wrongPepper() : null;
}

const wrongPepper = () =>
  new WrongPepperError(
    'the database was created with another pseudonym pepper: set SCORELINE_PEPPER to it, or restore the file "pepper" of the data folder',
  );

/** Binds the database to another pepper, after every person was moved to it. */
export async function tiePepper(session: Session, fingerprint: string): Promise<void> {
  await session.rows(REPLACE, [fingerprint]);
}

/** The database's own id, to which encrypted data is bound. Only after `checkPepper`. */
export async function readTenant(session: Session): Promise<string> {
  const [row] = await session.rows<{ tenant: string }>(TENANT, []);
  if (!row) throw new Error('the database has no instance row');
  return row.tenant;
}
