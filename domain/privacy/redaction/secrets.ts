import type { View } from './cues.ts';
import { apart, type Span } from './span.ts';

/*
 * Secrets: keys, tokens, passwords. Patterns find the beginning; `extended` walks to the end, so that no
 * quantifier is unbounded.
 */

/** Prefixes that issuers publish so that leaked keys can be found. */
const ISSUED =
  /(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16}|(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20}|github_pat_[A-Za-z0-9_]{20}|glpat-[A-Za-z0-9_-]{16}|xox[abeprs]-[A-Za-z0-9-]{10}|AIza[0-9A-Za-z_-]{30}|SG\.[A-Za-z0-9_-]{16}|npm_[A-Za-z0-9]{30}|hf_[A-Za-z0-9]{20}|ya29\.[A-Za-z0-9_-]{20}|dop_v1_[a-f0-9]{40}|shp(?:at|ss|ca)_[a-f0-9]{20}|EAAC[A-Za-z0-9]{20}|AGE-SECRET-KEY-1[A-Z0-9]{20}|GOCSPX-[A-Za-z0-9_-]{20}|pypi-Ag[A-Za-z0-9_-]{20}|dckr_pat_[A-Za-z0-9_-]{20}|dapi[a-f0-9]{32}|ATATT3[A-Za-z0-9_=-]{20}|lin_api_[A-Za-z0-9]{20}|sq0(?:atp|csp)-[A-Za-z0-9_-]{20}|key-[a-f0-9]{32}|SK[a-f0-9]{32}|xapp-\d-[A-Za-z0-9-]{20}|\d{8,10}:AA[A-Za-z0-9_-]{32}|AccountKey=[A-Za-z0-9+/]{20}|hooks\.slack\.com\/services\/[A-Z0-9]{8,12}\/[A-Z0-9]{8,12}\/[A-Za-z0-9]{16})/g;
const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{4}/g;
const BEARER = /(?<![A-Za-z])(?:bearer|basic) ([A-Za-z0-9._~+/=-]{16})/gi;
const PEM = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/g;
const PEM_END = '-----END';
const LONGEST_PEM = 8_192;

/** "?token=...": URL parameters that authenticate. */
const PARAMETER =
  /[?&#;](?:[\w.-]{0,24}(?:token|secret|signature|password|session_?id|(?:api|access|auth|private)[_-]?key|(?:auth|verification|confirmation|invite)[_-]?code|credential)|auth|key|sig|session|sid|passwd|pwd|code|otp|jwt|ticket|invite|magic|sv|hash|uid|user_?id)=([^\s&#"'<>\ue000]{4})/gi;
/** "password: hunter2", "api key = ..." */
const NAMED =
  /(?<![\p{L}\d?&#_])(?:pass ?word|passwort|kennwort|pass ?phrase|passcode|pwd|mot de passe|contrase(?:ñ|n\u0303?)a|senha|wachtwoord|haslo|hasło|lösenord|adgangskode|salasana|şifre|parola|пароль|密码|密碼|パスワード|비밀번호|كلمة المرور|api[ _-]?key|secret(?:[ _-]?key)?|access[ _-]?token|auth[ _-]?token|token)(?: {0,2}[:=] {0,2}| (?:is|was|ist|lautet|est|es|è) {0,2}[:=]? ?)["'“”„«]?([^\s"'“”„«»,;\ue000]{4,200})/giu;

const KEY_CHARACTER = /[A-Za-z0-9._~+/=-]/;
const VALUE_CHARACTER = /[^\s&#"'<>\ue000]/;
/** Path parts of links that authenticate: long, with letters of both cases and digits. */
const URL = /(?:https?:\/\/|www\.)[^\s"'<>\ue000]{4,2048}/gi;
const RANDOM = /[A-Za-z0-9_-]{16,512}/g;

/** Keys, tokens and passwords. */
export function findSecrets({ text }: View): Span[] {
  return apart([
    ...pemBlocks(text),
    ...keys(text),
    ...parameters(text),
    ...named(text),
    ...randomParts(text),
  ]);
}

const secret = (start: number, end: number): Span => ({ start, end, kind: 'secret' });

function extended(text: string, from: number, pattern: RegExp): number {
  let end = from;
  while (end < text.length && pattern.test(text[end] as string)) end++;
  // A full stop at the end belongs to the sentence.
  while (end > from && /[.,;:!?)]/.test(text[end - 1] as string)) end--;
  return end;
}

function pemBlocks(text: string): Span[] {
  if (!text.includes('-----BEGIN')) return [];
  return [...text.matchAll(PEM)].map(({ 0: found, index }) => {
    const from = index + found.length;
    const close = text.slice(from, from + LONGEST_PEM).indexOf(PEM_END);
    if (close < 0) return secret(index, Math.min(text.length, from + LONGEST_PEM));
    const dashes = text.indexOf('-----', from + close + PEM_END.length);
    const end = dashes < 0 || dashes > from + close + 80 ? from + close + PEM_END.length : dashes + 5;
    return secret(index, end);
  });
}

function keys(text: string): Span[] {
  const places: Span[] = [];
  let done = 0;
  for (const pattern of [ISSUED, JWT]) {
    done = 0;
    for (const { 0: found, index } of text.matchAll(pattern)) {
      // A match within a key belongs to it: each character is visited once.
      if (index < done) continue;
      done = extended(text, index + found.length, KEY_CHARACTER);
      places.push(secret(index, done));
    }
  }
  done = 0;
  for (const { 0: found, 1: start = '', index } of text.matchAll(BEARER)) {
    const from = index + found.length - start.length;
    if (from < done) continue;
    done = extended(text, index + found.length, KEY_CHARACTER);
    if (/\d/.test(text.slice(from, done))) places.push(secret(from, done));
  }
  return places;
}

function parameters(text: string): Span[] {
  if (!text.includes('=')) return [];
  const places: Span[] = [];
  let done = 0;
  for (const { 0: found, 1: value = '', index } of text.matchAll(PARAMETER)) {
    if (index < done) continue;
    done = extended(text, index + found.length, VALUE_CHARACTER);
    places.push(secret(index + found.length - value.length, done));
  }
  return places;
}

/** After "is", a word such as "wrong" is not a password: a digit or a sign is required. */
function named(text: string): Span[] {
  const places: Span[] = [];
  for (const { 0: found, 1: value = '', index } of text.matchAll(NAMED)) {
    const isGiven = /[:=] {0,2}["'“”„«]?$/u.test(found.slice(0, found.length - value.length));
    const trimmed = value.replace(/[.!?)]$/, '');
    if (!/\d/.test(trimmed) && !(isGiven && trimmed.length >= 6 && /[^\p{L}]/u.test(trimmed))) continue;
    const start = index + found.length - value.length;
    places.push(secret(start, start + trimmed.length));
  }
  return places;
}

/** Before a path part that authenticates. */
const DOOR =
  /\/(?:[\w-]{0,24}(?:reset|password|verify|verification|confirm|activat|invit|unsubscribe|login|signin|magic|token|auth|session))[\w-]{0,12}\/(?:[\w-]{1,8}\/)?$/i;
const LONGEST_DOOR = 90;
const LEAST_RANDOM = 24;

function randomParts(text: string): Span[] {
  if (!text.includes('://') && !/www\./i.test(text)) return [];
  const places: Span[] = [];
  for (const { 0: url, index } of text.matchAll(URL))
    for (const { 0: part, index: at } of url.matchAll(RANDOM))
      if (isMixed(part) || isHandedOut(part, url.slice(Math.max(0, at - LONGEST_DOOR), at)))
        places.push(secret(index + at, index + at + part.length));
  return places;
}

/** Letters of both cases and digits. */
const isMixed = (part: string) =>
  part.length >= LEAST_RANDOM &&
  /[a-z]/.test(part) &&
  /[A-Z]/.test(part) &&
  /\d[A-Za-z_-]{0,40}\d/.test(part) &&
  !part.includes('--');

/** Hexadecimal digits, a UUID, or a run of letters and digits in the place of a secret. */
function isHandedOut(part: string, before: string): boolean {
  if (!/\d/.test(part)) return false;
  if (before.endsWith('=')) return /^[0-9a-f]{32}/i.test(part);
  const isRandom = /[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-/i.test(part) || !/[-_]/.test(part);
  return isRandom && DOOR.test(before);
}
