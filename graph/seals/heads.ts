import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalText, type Head, headHash, type SignedHead } from '../../domain/seal.ts';

/** SHA-256 of the public key (SPKI, DER), hex: how a head names its signer. */
export function keyFingerprint(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }));
}

/** The public half of the instance's key. */
export function publicKeyOf(signingKey: KeyObject): KeyObject {
  return createPublicKey(signingKey);
}

/** Ed25519 by that key, base64. */
export function signText(signingKey: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), signingKey).toString('base64');
}

/** Whether that is the signature (base64) of the key over the text. */
export function isSigned(publicKey: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64'));
}

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
 * signature vouches for all. The answer says what is wrong, or null.
 */
export function brokenChain(heads: readonly SignedHead[], publicKey: KeyObject): string | null {
  let previous: SignedHead | null = null;
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
  return previous && brokenSignature(previous, publicKey);
}

/** That a head names another key than the instance's, or null. */
export function foreignHead(heads: readonly SignedHead[], publicKey: KeyObject): string | null {
  const foreign = heads.find(({ body }) => parseHead(body)?.key !== keyFingerprint(publicKey));
  return foreign ? `the head of size ${foreign.size} names another key than this instance's` : null;
}

/** What is wrong with the signature of that head, or null. */
export function brokenSignature({ size, body, signature }: SignedHead, publicKey: KeyObject): string | null {
  const foreign = foreignHead([{ size, body, signature }], publicKey);
  if (foreign) return foreign;
  const bytes = Buffer.from(signature, 'base64');
  return verify(null, Buffer.from(body), publicKey, bytes) && bytes.toString('base64') === signature
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
