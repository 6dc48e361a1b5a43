import { createHmac } from 'node:crypto';

/** The secret under which respondents become pseudonyms; its version stands in front of each pseudonym. */
export interface Pepper {
  readonly version: number;
  /** At least 32 random bytes. */
  readonly secret: Buffer;
}

function keyed(pepper: Pepper, purpose: string, text: string): string {
  return createHmac('sha256', pepper.secret).update(`${purpose}\n${text}`).digest('hex');
}

/**
 * "p1_" and 32 hex digits: HMAC-SHA256 of the identifier, trimmed and in lower case (the same e-mail address is typed
 * in many ways), under the pepper. The identifier itself is not kept anywhere.
 */
export function pseudonym(pepper: Pepper, identifier: string): string {
  const normalised = identifier.normalize('NFKC').trim().toLowerCase();
  return `p${pepper.version}_${keyed(pepper, 'respondent', normalised).slice(0, 32)}`;
}

/**
 * 64 hex digits: a keyed hash, since a plain one of a short item could be found again by trying (an e-mail address and
 * eleven scores are few guesses).
 */
export function keyedHash(pepper: Pepper, purpose: 'event' | 'content', text: string): string {
  return keyed(pepper, purpose, text);
}

/** What identifies a pepper without telling anything of it: kept in the record to notice a wrong one. */
export function pepperFingerprint(pepper: Pepper): string {
  return `v${pepper.version}:${keyed(pepper, 'fingerprint', 'scoreline').slice(0, 32)}`;
}
