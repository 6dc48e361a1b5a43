import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AuditCheckpoint } from './audit.ts';

/*
 * The keys that sign what an instance vouches for: checkpoints, rows that explain leaves, proofs. One is in use
 * at a time. A rotation is a statement signed by both keys: the new one vouches for what the former signed up
 * to that state of the logs, the former names its successor, so an auditor who knows either key can check
 * everything.
 */

/** What a new key and its predecessor sign together. */
export interface Rotation {
  readonly format: 'scoreline-signing-key/1';
  /** Fingerprint of the new key. */
  readonly key: string;
  /** Fingerprint of the key before it. */
  readonly former: string;
  /** Seals in the log at that moment: the former key signs no longer log. */
  readonly size: number;
  /** `headHash` of the newest checkpoint at that moment, or null before the first. */
  readonly head: string | null;
  /** The last row of the audit log at that moment: the new key signs later rows. */
  readonly audit: AuditCheckpoint | null;
  readonly at: string;
}

/** A public key of the instance as stored and exported; the first has no statement. */
export interface SigningKeyEntry {
  /** SPKI, DER, base64. */
  readonly publicKey: string;
  /** The rotation that brought it into use: canonical JSON. */
  readonly statement: string | null;
  /** By this key over the statement, Ed25519, base64. */
  readonly signature: string | null;
  /** By the key before it; null where that key was lost. */
  readonly formerSignature: string | null;
}

/** A key whose signatures are accepted, and for which part of the logs. */
export interface TrustedKey {
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** It signs checkpoints of more seals than this. */
  readonly above: number;
  /** And of at most this many. */
  readonly until: number;
  /** It signs rows of the audit log up to this number. */
  readonly lastRow: number;
}

/** SHA-256 of the public key (SPKI, DER), hex: how checkpoints name their signer. */
export function keyFingerprint(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }));
}

/** The public half of a private key. */
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

/** The public key as stored. */
export function keptKey(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The stored key, or null if it is not one. */
export function parseKey(kept: string): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(kept, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

/** The first key of an instance. */
export function firstKey(signingKey: KeyObject): SigningKeyEntry {
  return {
    publicKey: keptKey(publicKeyOf(signingKey)),
    statement: null,
    signature: null,
    formerSignature: null,
  };
}

/**
 * The entry that brings a new key into use. `former`: the previous private key, or its fingerprint if it was
 * lost.
 */
export function rotatedKey(
  signingKey: KeyObject,
  former: KeyObject | string,
  state: Pick<Rotation, 'size' | 'head' | 'audit'>,
  now: number,
): SigningKeyEntry {
  const publicKey = publicKeyOf(signingKey);
  const rotation: Rotation = {
    format: 'scoreline-signing-key/1',
    key: keyFingerprint(publicKey),
    former: typeof former === 'string' ? former : keyFingerprint(publicKeyOf(former)),
    ...state,
    at: new Date(now).toISOString(),
  };
  const statement = canonicalize(rotation) ?? '';
  return {
    publicKey: keptKey(publicKey),
    statement,
    signature: signText(signingKey, statement),
    formerSignature: typeof former === 'string' ? null : signText(former, statement),
  };
}

/** Only this key, for everything. */
export function trustOnly(publicKey: KeyObject): TrustedKey[] {
  const fingerprint = keyFingerprint(publicKey);
  return [{ fingerprint, publicKey, above: -1, until: Infinity, lastRow: Infinity }];
}

/**
 * The keys that follow from a known one: earlier keys that it vouches for, later ones that it named as
 * successors, oldest first. `entries`: all keys stored in the database, oldest first; keys that do not follow
 * are left out.
 */
export function trustedKeys(entries: readonly SigningKeyEntry[], known: KeyObject): TrustedKey[] {
  const keys = entries.map(({ publicKey }) => parseKey(publicKey));
  const prints = keys.map((key) => key && keyFingerprint(key));
  const place = prints.indexOf(keyFingerprint(known));
  if (place === -1) return trustOnly(known);
  const rotations = entries.map((entry, i) => parseRotation(entry, prints[i], prints[i - 1]));
  let first = place;
  for (; first > 0 && signedBy(keys[first], entries[first], 'signature') && rotations[first]; first--);
  let last = place;
  for (; last + 1 < entries.length; last++) {
    const next = entries[last + 1];
    const isNamed =
      rotations[last + 1] &&
      signedBy(keys[last], next, 'formerSignature') &&
      signedBy(keys[last + 1], next, 'signature');
    if (!isNamed) break;
  }
  const trusted: TrustedKey[] = [];
  for (let i = first; i <= last; i++) {
    const [key, fingerprint, next] = [keys[i], prints[i], i < last ? rotations[i + 1] : null];
    if (!key || !fingerprint) continue;
    trusted.push({
      fingerprint,
      publicKey: key,
      above: i === first ? -1 : (rotations[i]?.size ?? -1),
      until: next ? next.size : Infinity,
      lastRow: next ? (next.audit?.seq ?? 0) : Infinity,
    });
  }
  return trusted;
}

/** The key that signs logs of that size, or null. */
export function keyForSize(keys: readonly TrustedKey[], size: number): TrustedKey | null {
  return keys.find(({ above, until }) => size > above && size <= until) ?? null;
}

/** Whether the key that signed audit rows at that time signed the text of that row. */
export function isSignedBy(
  keys: readonly TrustedKey[],
  seq: number,
  text: string,
  signature: string,
): boolean {
  const key = keys.find(({ lastRow }) => seq <= lastRow);
  return key !== undefined && isSigned(key.publicKey, text, signature);
}

function signedBy(
  key: KeyObject | null | undefined,
  entry: SigningKeyEntry | undefined,
  by: 'signature' | 'formerSignature',
): boolean {
  const [text, signature] = [entry?.statement, entry?.[by]];
  return Boolean(key && text && signature && isSigned(key, text, signature));
}

/** The statement, if it belongs to this key and its predecessor. */
function parseRotation(
  { statement }: SigningKeyEntry,
  key: string | null | undefined,
  former: string | null | undefined,
): Rotation | null {
  try {
    const said = JSON.parse(statement ?? '') as Rotation;
    const fits = said.format === 'scoreline-signing-key/1' && said.key === key && said.former === former;
    return fits && Number.isSafeInteger(said.size) ? said : null;
  } catch {
    return null;
  }
}
