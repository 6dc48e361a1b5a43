import type { Session, Statement } from '../database/client.ts';

const CLAIM: Statement = {
  name: 'instance_claim',
  text: 'INSERT INTO instance (id, pepper_fingerprint) VALUES (1, $1) ON CONFLICT (id) DO NOTHING',
};
const READ: Statement = {
  name: 'instance_read',
  text: 'SELECT pepper_fingerprint AS "pepperFingerprint" FROM instance WHERE id = 1',
};

const REPLACE: Statement = {
  name: 'instance_replace',
  text: 'UPDATE instance SET pepper_fingerprint = $1 WHERE id = 1',
};
const TENANT: Statement = { name: 'instance_tenant', text: 'SELECT tenant FROM instance WHERE id = 1' };

/** The pepper is not the one that this record's pseudonyms were made with. */
export class WrongPepperError extends Error {
  override readonly name = 'WrongPepperError';
}

/**
 * Ties the record to the newest of the peppers at the first start, and refuses later to do without the one it is tied to:
 * the same person would become two. Answers with the fingerprint that it is tied to.
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

/** Why no pepper may be made for this record: it is tied to one. Null before its first start. */
export async function pepperMissing(session: Session): Promise<WrongPepperError | null> {
  const [row] = await session.rows(READ, []);
  return row ? wrongPepper() : null;
}

const wrongPepper = () =>
  new WrongPepperError(
    'the record was made with another pseudonym pepper: set SCORELINE_PEPPER to it, or restore the file "pepper" of the data folder',
  );

/** Ties the record to another pepper, when everybody was carried over to it. */
export async function tiePepper(session: Session, fingerprint: string): Promise<void> {
  await session.rows(REPLACE, [fingerprint]);
}

/** The record's own name, which binds what is sealed to it. Only after `checkPepper`. */
export async function readTenant(session: Session): Promise<string> {
  const [row] = await session.rows<{ tenant: string }>(TENANT, []);
  if (!row) throw new Error('the record has no instance row');
  return row.tenant;
}
