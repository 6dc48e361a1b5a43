import type { KeyObject } from 'node:crypto';
import { checkpointHash } from '../domain/seals/seal.ts';
import {
  firstKey,
  isSigned,
  keptKey,
  keyFingerprint,
  parseKey,
  publicKeyOf,
  rotatedKey,
} from '../domain/seals/signing-key.ts';
import { audit, auditCheckpoint } from '../store/audit/audit.ts';
import type { Session, Store } from '../store/database/client.ts';
import { statement } from '../store/database/statement.ts';
import { newestNote } from '../store/seals/leaf-tombstones.ts';
import { lockSeals, readLastCheckpoint } from '../store/seals/seals.ts';
import { addSigningKey, newestSigningKey, readSigningKeys } from '../store/seals/signing-keys.ts';

/*
 * A database is bound to its signing key like to its pepper and its wrapping keys: under another key earlier
 * proofs would have an unknown signer, and an erasure would look like tampering.
 */

/** The signing key is not the one that signs this database. */
export class WrongSigningKeyError extends Error {
  override readonly name = 'WrongSigningKeyError';
}

/** The signer of the default model at the first start, when nothing else was signed yet. */
const MODEL = statement(
  'signing_model',
  'SELECT signature FROM model_version WHERE signature IS NOT NULL ORDER BY id LIMIT 1',
);

export interface SigningOptions {
  /** Private keys, oldest first: the last is the one to use. */
  readonly keys: readonly [KeyObject, ...KeyObject[]];
  /** The operator says that the key in use is lost: the last of `keys` replaces it without its signature. */
  readonly isLost: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Binds the database to its signing key at the first start, and later refuses another one. If the key in use is
 * given together with a newer one, the newer replaces it: by a statement that both sign, and a row of the audit
 * log. Returns the key in use.
 * @throws WrongSigningKeyError
 */
export function checkSigningKey(store: Store, options: SigningOptions): Promise<KeyObject> {
  const { keys, isLost } = options;
  const own = keys.at(-1) as KeyObject;
  return store.transaction(async (session) => {
    await lockSeals(session);
    const entries = await readSigningKeys(session);
    let inUse = entries.at(-1)?.publicKey;
    if (inUse === undefined) {
      const first = await adopt(session, keys);
      if (first) await addSigningKey(session, firstKey(first));
      else if (!isLost) throw refused(null);
      inUse = first ? keptKey(publicKeyOf(first)) : undefined;
    }
    const isIt = (key: KeyObject) => keptKey(publicKeyOf(key)) === inUse;
    if (isIt(own)) return own;
    const former = keys.find(isIt);
    if (entries.some(({ publicKey }) => publicKey === keptKey(publicKeyOf(own))))
      throw new WrongSigningKeyError(
        `the given signing key is an older one of this database, which is now signed with ${printOf(inUse)}: ${REMEDY}`,
      );
    if (!former && !isLost) throw refused(inUse ?? null);
    await rotate(session, own, former ?? (inUse === undefined ? null : printOf(inUse)), options.now);
    return own;
  });
}

/** Why no signing key may be generated for this database: it is signed with one. Null before its first start. */
export async function signingKeyMissing(session: Session): Promise<WrongSigningKeyError | null> {
  const inUse = await newestSigningKey(session);
  if (inUse !== null) return refused(inUse);
  const isSignedByOne =
    (await readLastCheckpoint(session)) ??
    (await newestNote(session)) ??
    (await session.rows(MODEL, [])).at(0) ??
    null;
  return isSignedByOne === null ? null : refused(null);
}

const REMEDY =
  'give it by SCORELINE_SIGNING_KEY or as the file "signing-key" of SCORELINE_SECRETS_DIR or of the data folder, from its backup or from the server that has it';

function refused(inUse: string | null): WrongSigningKeyError {
  const key = inUse === null ? 'another key' : `the key ${printOf(inUse)}`;
  return new WrongSigningKeyError(
    `this database is signed with ${key}, and not with the one that was given or generated here: ${REMEDY}; if it is permanently lost, run: npm run keys -- rotate --signing --lost. Nothing was stored`,
  );
}

/** The fingerprint of a stored key. */
function printOf(kept: string | undefined): string {
  const key = kept === undefined ? null : parseKey(kept);
  return key ? keyFingerprint(key) : 'unknown';
}

async function rotate(
  session: Session,
  own: KeyObject,
  former: KeyObject | string | null,
  now: number,
): Promise<void> {
  const last = await readLastCheckpoint(session);
  const state = {
    size: last?.size ?? 0,
    head: last && checkpointHash(last),
    audit: await auditCheckpoint(session),
  };
  const entry = former === null ? firstKey(own) : rotatedKey(own, former, state, now);
  await addSigningKey(session, entry);
  const key = keyFingerprint(publicKeyOf(own));
  const isNamed = typeof former === 'object' && former !== null;
  const subject = { action: 'signing', key, former: entry.statement, signedByFormer: isNamed };
  const system = { actor: 'system', actorName: 'system', role: 'system', policyVersion: null, purpose: null };
  await audit(session, { ...system, at: now, action: 'changeKeys', subject, outcome: 'done' });
}

/**
 * Which of the keys signed existing data from before databases stored their keys: the newest checkpoint, else
 * the newest leaf tombstone, else the first model. The newest key if nothing was signed; null if another key
 * signed.
 */
async function adopt(
  session: Session,
  keys: readonly [KeyObject, ...KeyObject[]],
): Promise<KeyObject | null> {
  const signer = (isIt: (publicKey: KeyObject) => boolean) =>
    keys.find((key) => isIt(publicKeyOf(key))) ?? null;
  const head = await readLastCheckpoint(session);
  if (head) return signer((key) => isSigned(key, head.body, head.signature));
  const note = await newestNote(session);
  if (note) return signer((key) => isSigned(key, note.text, note.signature));
  const [model] = await session.rows<{ signature: string }>(MODEL, []);
  if (!model) return keys.at(-1) ?? null;
  const { publicKey } = JSON.parse(model.signature) as { publicKey?: string };
  return signer((key) => keptKey(key) === publicKey);
}
