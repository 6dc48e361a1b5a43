import { createHmac } from 'node:crypto';

/** The secret that makes pseudonyms; its version is the pseudonym's prefix. */
export interface Pepper {
  readonly version: number;
  /** At least 32 random bytes. */
  readonly secret: Buffer;
  /** The previous one: its output is the input of this one, so that old pseudonyms can be moved. */
  readonly former?: Pepper | undefined;
}

function keyed(pepper: Pepper, purpose: string, text: string): string {
  return createHmac('sha256', pepper.secret).update(`${purpose}\n${text}`).digest('hex');
}

/**
 * "p1_" and 32 hex digits: HMAC-SHA256 of the identifier, trimmed and in lower case (e-mail addresses are typed
 * in many ways), under the pepper. The identifier itself is not stored outside the encrypted item. A later
 * pepper hashes the pseudonym of the one before it (decision 0022): "p2_…" can be computed from "p1_…", but not
 * without the new secret.
 */
export function pseudonym(pepper: Pepper, identifier: string): string {
  const normalised = identifier.normalize('NFKC').trim().toLowerCase();
  const input = pepper.former ? pseudonym(pepper.former, identifier) : normalised;
  return underPepper(pepper, input);
}

function underPepper(pepper: Pepper, input: string): string {
  return `p${pepper.version}_${keyed(pepper, 'respondent', input).slice(0, 32)}`;
}

/** The peppers, newest first. */
export function peppers(pepper: Pepper): Pepper[] {
  return [pepper, ...(pepper.former ? peppers(pepper.former) : [])];
}

/** The person's current pseudonym, from one of any version; null for an unknown version. */
export function carriedOver(pepper: Pepper, old: string): string | null {
  const version = versionOf(old);
  if (version === pepper.version) return old;
  const before = pepper.former ? carriedOver(pepper.former, old) : null;
  return before === null ? null : underPepper(pepper, before);
}

function versionOf(text: string): number | null {
  const match = /^p(\d{1,9})_[0-9a-f]{32}$/.exec(text);
  return match ? Number(match[1]) : null;
}

/**
 * The lookup that finds a person in the database: a keyed hash of the pseudonym, so that neither leads to the
 * other without the pepper. A pseudonym of another version has none.
 */
export function lookupOf(pepper: Pepper, pseudonymOfIt: string): string {
  return `${pepper.version}:${keyed(pepper, 'subject', pseudonymOfIt).slice(0, 32)}`;
}

/** The lookups of a person under every pepper, newest first: rows that have not been moved yet are found too. */
export function lookupsOf(pepper: Pepper, identifier: string): string[] {
  return peppers(pepper).map((one) => lookupOf(one, pseudonym(one, identifier)));
}

/** The lookups for a caller's text: read as an identifier, and as a pseudonym if it looks like one. */
export function lookupsOfGiven(pepper: Pepper, given: string): string[] {
  const known = peppers(pepper).flatMap((one) => {
    const carried = carriedOver(one, given.trim());
    return carried === null ? [] : [lookupOf(one, carried)];
  });
  return [...known, ...lookupsOf(pepper, given)];
}

/**
 * 64 hex digits: a keyed hash, because a plain one of a short item could be found by trying (an e-mail address
 * and eleven scores are few guesses).
 */
export function keyedHash(pepper: Pepper, purpose: 'event' | 'content', text: string): string {
  return keyed(pepper, purpose, text);
}

/** Whether two peppers make the same pseudonyms, without revealing them: stored in the database. */
export function pepperFingerprint(pepper: Pepper): string {
  return `v${pepper.version}:${keyed(pepper, 'fingerprint', 'scoreline').slice(0, 32)}`;
}
