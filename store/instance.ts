import type { Session, Statement } from './client.ts';

const CLAIM: Statement = {
  name: 'instance_claim',
  text: 'INSERT INTO instance (id, pepper_fingerprint) VALUES (1, $1) ON CONFLICT (id) DO NOTHING',
};
const READ: Statement = {
  name: 'instance_read',
  text: 'SELECT pepper_fingerprint AS "pepperFingerprint" FROM instance WHERE id = 1',
};

/** The pepper is not the one that this record's pseudonyms were made with. */
export class WrongPepper extends Error {
  override readonly name = 'WrongPepper';
}

/**
 * Ties the record to the pepper at the first start, and refuses another one later: the same person would become two.
 * @throws WrongPepper
 */
export async function checkPepper(session: Session, fingerprint: string): Promise<void> {
  await session.rows(CLAIM, [fingerprint]);
  const [row] = await session.rows<{ pepperFingerprint: string }>(READ, []);
  if (row?.pepperFingerprint !== fingerprint) {
    throw new WrongPepper(
      'the record was made with another pseudonym pepper: set SCORELINE_PEPPER to it, or restore the file "pepper" of the data folder',
    );
  }
}
