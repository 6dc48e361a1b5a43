import type { KeyObject } from 'node:crypto';
import { canonicalText, type Head, headHash, type SignedHead } from '../domain/seals/seal.ts';
import {
  isSigned,
  keyFingerprint,
  keyForSize,
  publicKeyOf,
  signText,
  type TrustedKey,
} from '../domain/seals/signing-key.ts';

/** Signs a state of the log, and of the audit log beside it; `previous`: the head before it. `now`: epoch milliseconds. */
export function signHead(
  signingKey: KeyObject,
  state: Pick<Head, 'size' | 'root' | 'audit'>,
  previous: SignedHead | null,
  now: number,
): SignedHead {
  const head: Head = {
    format: 'scoreline-head/1',
    ...state,
    forgetting: 'recorded',
    previous: previous && headHash(previous),
    at: new Date(now).toISOString(),
    key: keyFingerprint(publicKeyOf(signingKey)),
  };
  const body = canonicalText(head);
  return {
    size: state.size,
    body,
    signature: signText(signingKey, body),
  };
}

/**
 * Checks the chain from the first head to the last: each names the one before it by body and signature, so the last
 * signature vouches for all. `before`: a head that is known already, which the first one follows. The answer says what is wrong, or
 * null.
 */
export function brokenChain(
  heads: readonly SignedHead[],
  keys: readonly TrustedKey[],
  before: SignedHead | null = null,
): string | null {
  let previous = before;
  for (const head of heads) {
    const named = `the head of size ${head.size}`;
    const content = parseHead(head.body);
    if (!content || content.size !== head.size) return `${named} does not say what it should`;
    if (content.previous !== (previous && headHash(previous))) {
      return previous
        ? `${named} does not follow the head of size ${previous.size}: one of the two was changed`
        : `${named} is the first, but names one before it`;
    }
    if (previous && head.size <= previous.size) return `${named} does not grow the log`;
    previous = head;
  }
  return previous && brokenSignature(previous, keys);
}

/** That a head names a key that did not sign for this instance then, or null. */
export function foreignHead(heads: readonly SignedHead[], keys: readonly TrustedKey[]): string | null {
  const foreign = heads.find(
    ({ size, body }) => parseHead(body)?.key !== keyForSize(keys, size)?.fingerprint,
  );
  return foreign ? `the head of size ${foreign.size} names another key than this instance's` : null;
}

/** What is wrong with the signature of that head, or null. */
export function brokenSignature(head: SignedHead, keys: readonly TrustedKey[]): string | null {
  const { size, body, signature } = head;
  const key = keyForSize(keys, size);
  const foreign = foreignHead([head], keys);
  if (foreign || !key) return foreign;
  // Another spelling of the same bytes would give the next head another hash.
  const isCanonical = Buffer.from(signature, 'base64').toString('base64') === signature;
  return isCanonical && isSigned(key.publicKey, body, signature)
    ? null
    : `the signature of the head of size ${size} does not fit it`;
}

/** The head that the text says, or null when it says none. */
export function parseHead(body: string): Head | null {
  try {
    const head = JSON.parse(body) as Head;
    return head.format === 'scoreline-head/1' && typeof head.root === 'string' ? head : null;
  } catch {
    return null;
  }
}
