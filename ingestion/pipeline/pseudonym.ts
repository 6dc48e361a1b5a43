import { createHmac } from 'node:crypto';
import { composed } from '../../domain/text/composed.ts';
import type { IdentityKind } from '../../store/tables/identities.ts';

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

/** What a pseudonym stands for. The same identifier has another pseudonym as an account than as a respondent. */
export type Named = 'respondent' | 'account' | 'staff';

const LETTERS: Readonly<Record<Named, string>> = { respondent: 'p', account: 'a', staff: 's' };
const NAMED: Readonly<Record<string, Named>> = { p: 'respondent', a: 'account', s: 'staff' };

/**
 * "p1_" (an account: "a1_", a staff member: "s1_") and 32 hex digits: HMAC-SHA256 of the identifier, trimmed and in lower case (e-mail addresses are typed
 * in many ways), under the pepper. The identifier itself is not stored outside the encrypted item. A later
 * pepper hashes the pseudonym of the one before it (decision 0022): "p2_…" can be computed from "p1_…", but not
 * without the new secret.
 */
export function pseudonym(pepper: Pepper, identifier: string, of: Named = 'respondent'): string {
  const normalised = composed(identifier, 'NFKC').trim().toLowerCase();
  const input = pepper.former ? pseudonym(pepper.former, identifier, of) : normalised;
  return underPepper(pepper, input, of);
}

function underPepper(pepper: Pepper, input: string, of: Named): string {
  return `${LETTERS[of]}${pepper.version}_${keyed(pepper, of, input).slice(0, 32)}`;
}

/** The peppers, newest first. */
export function peppers(pepper: Pepper): Pepper[] {
  return [pepper, ...(pepper.former ? peppers(pepper.former) : [])];
}

/** The current pseudonym of the person, account or staff member, from one of any version; null for an unknown version. */
export function carriedOver(pepper: Pepper, old: string): string | null {
  const match = /^([pas])(\d{1,9})_[0-9a-f]{32}$/.exec(old);
  if (!match) return null;
  if (Number(match[2]) === pepper.version) return old;
  const before = pepper.former ? carriedOver(pepper.former, old) : null;
  return before === null ? null : underPepper(pepper, before, NAMED[match[1] as string] as Named);
}

/**
 * The lookup that finds a person in the database: a keyed hash of the pseudonym, so that neither leads to the
 * other without the pepper. A pseudonym of another version has none.
 */
export function lookupOf(pepper: Pepper, pseudonymOfIt: string): string {
  return `${pepper.version}:${keyed(pepper, 'subject', pseudonymOfIt).slice(0, 32)}`;
}

/** The lookups of a person or account under every pepper, newest first: rows that have not been moved yet are found too. */
export function lookupsOf(pepper: Pepper, identifier: string, of: Named = 'respondent'): string[] {
  return pseudonymsOf(pepper, identifier, of).lookups;
}

/** The pseudonyms of an identifier under every pepper, newest first, and their lookups. Each is hashed once. */
export function pseudonymsOf(pepper: Pepper, identifier: string, of: Named = 'respondent') {
  const all = peppers(pepper);
  // A later pepper hashes the pseudonym of the one before it.
  const pseudonyms: string[] = [];
  for (const one of all.toReversed()) {
    const former = pseudonyms[0];
    pseudonyms.unshift(former === undefined ? pseudonym(one, identifier, of) : underPepper(one, former, of));
  }
  return { pseudonyms, lookups: all.map((one, i) => lookupOf(one, pseudonyms[i] as string)) };
}

/** The pseudonym of an identifier with its lookups. */
export function pseudonymous(pepper: Pepper, identifier: string, of: Named) {
  const { pseudonyms, lookups } = pseudonymsOf(pepper, identifier, of);
  return { pseudonym: pseudonyms[0] as string, lookups };
}

/**
 * The lookups for a caller's text: read as the identifier of a respondent, of an account and of a staff member, because who is
 * identified alike in all of them is one person, and as a pseudonym if it looks like one.
 */
export function lookupsOfGiven(pepper: Pepper, given: string): string[] {
  const known = peppers(pepper).flatMap((one) => {
    const carried = carriedOver(one, given.trim());
    return carried === null ? [] : [lookupOf(one, carried)];
  });
  return [
    ...known,
    ...lookupsOf(pepper, given),
    ...lookupsOf(pepper, given, 'account'),
    ...lookupsOf(pepper, given, 'staff'),
  ];
}

/**
 * 64 hex digits: a keyed hash, because a plain one of a short item could be found by trying (an e-mail address
 * and eleven scores are few guesses).
 */
export function keyedHash(pepper: Pepper, purpose: 'event' | 'content' | 'print', text: string): string {
  return keyed(pepper, purpose, text);
}

/** Whether two peppers make the same pseudonyms, without revealing them: stored in the database. */
export function pepperFingerprint(pepper: Pepper): string {
  return `v${pepper.version}:${keyed(pepper, 'fingerprint', 'scoreline').slice(0, 32)}`;
}

/**
 * What a caller's text names, as a respondent or as an account: the identifier, or the one with that pseudonym.
 */
export function namedBy(pepper: Pepper, given: string, kind: IdentityKind) {
  const of = kind === 'ACCOUNT' ? 'account' : 'respondent';
  const carried = carriedOver(pepper, given.trim());
  if (carried === null || !carried.startsWith(LETTERS[of])) return pseudonymous(pepper, given, of);
  const lookups = peppers(pepper).flatMap((one) => {
    const own = carriedOver(one, given.trim());
    return own === null ? [] : [lookupOf(one, own)];
  });
  return { pseudonym: carried, lookups };
}
