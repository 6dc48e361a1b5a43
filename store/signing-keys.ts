import type { SigningKeyEntry } from '../domain/signing-key.ts';
import type { Session, Statement } from './client.ts';

const ALL: Statement = {
  name: 'signing_keys',
  text: `SELECT public_key AS "publicKey", statement, signature, former_signature AS "formerSignature" FROM signing_key ORDER BY id`,
};
const NEWEST: Statement = {
  name: 'signing_keys_newest',
  text: 'SELECT public_key AS "publicKey" FROM signing_key ORDER BY id DESC LIMIT 1',
};
const ADD: Statement = {
  name: 'signing_keys_add',
  text: `INSERT INTO signing_key (id, public_key, statement, signature, former_signature)
    SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4 FROM signing_key`,
};

/** The signing keys that the record names, oldest first; none before the first start. */
export function readSigningKeys(session: Session): Promise<SigningKeyEntry[]> {
  return session.rows<SigningKeyEntry>(ALL, []);
}

/** The public key in use (SPKI, DER, base64), or null before the first start. */
export async function newestSigningKey(session: Session): Promise<string | null> {
  const [row] = await session.rows<{ publicKey: string }>(NEWEST, []);
  return row?.publicKey ?? null;
}

/** Adds the key that is in use from now on. Call it under `lockSeals`. */
export async function addSigningKey(session: Session, entry: SigningKeyEntry): Promise<void> {
  const { publicKey, statement, signature, formerSignature } = entry;
  await session.rows(ADD, [publicKey, statement, signature, formerSignature]);
}
