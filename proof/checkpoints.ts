import type { KeyObject } from 'node:crypto';
import {
  type Checkpoint,
  canonicalText,
  checkpointHash,
  type SignedCheckpoint,
} from '../domain/seals/seal.ts';
import {
  isSigned,
  keyFingerprint,
  keyForSize,
  publicKeyOf,
  signText,
  type TrustedKey,
} from '../domain/seals/signing-key.ts';

/**
 * Signs the state of the log, and of the audit log beside it; `previous`: the checkpoint before it. `now`:
 * epoch milliseconds.
 */
export function signCheckpoint(
  signingKey: KeyObject,
  state: Pick<Checkpoint, 'size' | 'root' | 'audit'>,
  previous: SignedCheckpoint | null,
  now: number,
): SignedCheckpoint {
  const checkpoint: Checkpoint = {
    format: 'scoreline-head/1',
    ...state,
    forgetting: 'recorded',
    previous: previous && checkpointHash(previous),
    at: new Date(now).toISOString(),
    key: keyFingerprint(publicKeyOf(signingKey)),
  };
  const body = canonicalText(checkpoint);
  return {
    size: state.size,
    body,
    signature: signText(signingKey, body),
  };
}

/**
 * Checks the chain from the first checkpoint to the last: each names the one before it by body and signature,
 * so the last signature covers all. `before`: a known checkpoint, which the first one follows. Returns what is
 * wrong, or null.
 */
export function brokenChain(
  checkpoints: readonly SignedCheckpoint[],
  keys: readonly TrustedKey[],
  before: SignedCheckpoint | null = null,
): string | null {
  let previous = before;
  for (const checkpoint of checkpoints) {
    const named = `the checkpoint of size ${checkpoint.size}`;
    const content = parseCheckpoint(checkpoint.body);
    if (!content || content.size !== checkpoint.size) return `${named} does not say what it should`;
    if (content.previous !== (previous && checkpointHash(previous))) {
      return previous
        ? `${named} does not follow the checkpoint of size ${previous.size}: one of the two was changed`
        : `${named} is the first, but names one before it`;
    }
    if (previous && checkpoint.size <= previous.size) return `${named} does not grow the log`;
    previous = checkpoint;
  }
  return previous && brokenSignature(previous, keys);
}

/** That a checkpoint names a key that did not sign for this instance then, or null. */
export function foreignCheckpoint(
  checkpoints: readonly SignedCheckpoint[],
  keys: readonly TrustedKey[],
): string | null {
  const foreign = checkpoints.find(
    ({ size, body }) => parseCheckpoint(body)?.key !== keyForSize(keys, size)?.fingerprint,
  );
  return foreign ? `the checkpoint of size ${foreign.size} names another key than this instance's` : null;
}

/** What is wrong with the signature of that checkpoint, or null. */
export function brokenSignature(checkpoint: SignedCheckpoint, keys: readonly TrustedKey[]): string | null {
  const { size, body, signature } = checkpoint;
  const key = keyForSize(keys, size);
  const foreign = foreignCheckpoint([checkpoint], keys);
  if (foreign || !key) return foreign;
  // Another spelling of the same bytes would give the next checkpoint another hash.
  const isCanonical = Buffer.from(signature, 'base64').toString('base64') === signature;
  return isCanonical && isSigned(key.publicKey, body, signature)
    ? null
    : `the signature of the checkpoint of size ${size} does not fit it`;
}

/** The checkpoint in the text, or null if there is none. */
export function parseCheckpoint(body: string): Checkpoint | null {
  try {
    const checkpoint = JSON.parse(body) as Checkpoint;
    return checkpoint.format === 'scoreline-head/1' && typeof checkpoint.root === 'string'
      ? checkpoint
      : null;
  } catch {
    return null;
  }
}
