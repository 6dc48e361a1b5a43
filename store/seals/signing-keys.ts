import type { KeyObject } from 'node:crypto';
import {
  keptKey,
  type SigningKeyEntry,
  type TrustedKey,
  trustedKeys,
} from '../../domain/seals/signing-key.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

const ALL = statement(
  'signing_keys',
  `SELECT public_key AS "publicKey", statement, signature, former_signature AS "formerSignature" FROM signing_key ORDER BY id`,
);
const NEWEST = statement(
  'signing_keys_newest',
  'SELECT public_key AS "publicKey" FROM signing_key ORDER BY id DESC LIMIT 1',
);
const ADD = statement(
  'signing_keys_add',
  `INSERT INTO signing_key (id, public_key, statement, signature, former_signature)
    SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4 FROM signing_key`,
);

/**
 * Another process has rotated the signing key since this one started: what this one signs would count as
 * tampering.
 */
export class SigningKeyReplacedError extends Error {
  override readonly name = 'SigningKeyReplacedError';
  constructor() {
    super(
      'the signing key of this database was rotated while this process ran: restart it with the new key; nothing was signed',
    );
  }
}

/** The signing keys stored in the database, oldest first; none before the first start. */
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

/** The keys that follow from the known one, by the stored rotations. */
export async function readTrustedKeys(session: Session, known: KeyObject): Promise<TrustedKey[]> {
  return trustedKeys(await readSigningKeys(session), known);
}

/**
 * Refuses to sign with a replaced key. Under `lockSeals`, so that no rotation can happen meanwhile.
 * @throws SigningKeyReplacedError
 */
export async function checkInUse(session: Session, publicKey: KeyObject): Promise<void> {
  const newest = await newestSigningKey(session);
  if (newest !== null && newest !== keptKey(publicKey)) throw new SigningKeyReplacedError();
}
