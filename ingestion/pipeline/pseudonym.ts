import { createHmac } from 'node:crypto';

/** The secret under which respondents become pseudonyms; its version stands in front of each pseudonym. */
export interface Pepper {
  readonly version: number;
  /** At least 32 random bytes. */
  readonly secret: Buffer;
  /** The one before it: what it makes is the input of this one, so that old pseudonyms can be carried over. */
  readonly former?: Pepper | undefined;
}

function keyed(pepper: Pepper, purpose: string, text: string): string {
  return createHmac('sha256', pepper.secret).update(`${purpose}\n${text}`).digest('hex');
}

/**
 * "p1_" and 32 hex digits: HMAC-SHA256 of the identifier, trimmed and in lower case (the same e-mail address is typed
 * in many ways), under the pepper. The identifier itself is not kept anywhere. A later pepper hashes the pseudonym of the
 * one before it (decision 0022): "p2_…" can be made of "p1_…", but not without the new secret.
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

/** The person's pseudonym of today, from one of any version; null of a version that is not known. */
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
 * What finds a person in the record: a keyed hash of the pseudonym, so that neither leads to the other without the
 * pepper. A pseudonym of another version has none.
 */
export function lookupOf(pepper: Pepper, pseudonymOfIt: string): string {
  return `${pepper.version}:${keyed(pepper, 'subject', pseudonymOfIt).slice(0, 32)}`;
}

/** The lookups of a person under every pepper, newest first: rows that were not carried over yet are found too. */
export function lookupsOf(pepper: Pepper, identifier: string): string[] {
  return peppers(pepper).map((one) => lookupOf(one, pseudonym(one, identifier)));
}

/** The lookups under which what was given is found: taken as an identifier, and as a pseudonym if it looks like one. */
export function lookupsOfGiven(pepper: Pepper, given: string): string[] {
  const known = peppers(pepper).flatMap((one) => {
    const carried = carriedOver(one, given.trim());
    return carried === null ? [] : [lookupOf(one, carried)];
  });
  return [...known, ...lookupsOf(pepper, given)];
}

/**
 * 64 hex digits: a keyed hash, since a plain one of a short item could be found again by trying (an e-mail address and
 * eleven scores are few guesses).
 */
export function keyedHash(pepper: Pepper, purpose: 'event' | 'content', text: string): string {
  return keyed(pepper, purpose, text);
}

/** Tells whether two peppers make the same pseudonyms, without telling anything of them: kept in the record. */
export function pepperFingerprint(pepper: Pepper): string {
  return `v${pepper.version}:${keyed(pepper, 'fingerprint', 'scoreline').slice(0, 32)}`;
}
