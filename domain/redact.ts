import { isIPv6 } from 'node:net';
import { ibanEnd, passesLuhn } from './check-digits.ts';

/*
 * What a comment may carry that names a person, by pattern. Every quantifier is bounded, so hostile text costs no more
 * than ordinary text. Names and addresses in prose are not found; the encryption of comments is the wall for those.
 * Where a pattern could also be a price, a date or a booking, the digits alone decide: rather a number too many stays
 * than that ordinary ones go; but not so for e-mail, cards, IBANs and numbers with a country code.
 */

/** A space within a number, as people paste it: also the ones that do not break. */
const S = '[ \\u00a0\\u2007\\u202f]';
/** What may stand between the digits of a telephone number. */
const SEPARATOR = '[ \\u00a0\\u2007\\u202f./()\\u2010-\\u2013-]';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const LABEL = '[\\p{L}\\p{M}\\p{N}-]{1,63}';
/** "@", percent-encoded once or twice in a query string, or spelt out: "jane (at) example.com". */
const AT = '(?:@|%(?:25)?40| ?[([{] ?at ?[)\\]}] ?)';
const DOT = '(?:\\.| ?[([{] ?dot ?[)\\]}] ?)';
/** An e-mail address from its "@" on: a name with two labels or more, or an IP address. */
const AT_DOMAIN = new RegExp(
  `${AT}(?:(?:${LABEL}${DOT}){1,8}\\p{L}[\\p{L}\\p{M}\\p{N}-]{1,62}|\\[?(?:${OCTET}\\.){3}${OCTET}\\]?)`,
  'giu',
);
const LOCAL_CHARACTER = /[\p{L}\p{M}\p{N}._+'~!$*^-]/u;
/** RFC 5321 allows 64; more is for leaders and lines that people fill in ("e-mail:_____jane@example.com"). */
const LONGEST_LOCAL = 256;
/** "https://jane:secret@host": who logs in there; the host may stay. */
const USER_INFO = /\b([a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/?#]{1,256}@(?=[^\s/?#])/gi;

const IBAN_START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g;

/** Not "version 1.2.3.4", which looks the same. */
const IPV4 = new RegExp(
  `(?<![\\w.])(?<!\\b(?:version|release|build|firmware) )(?:${OCTET}\\.){3}${OCTET}(?![\\w]|\\.\\d)`,
  'gi',
);
const IPV6 = /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4})?(?![\w:])/g;

/** "+49 (0)30 1234567", "0049301234567": from 8 to the 15 digits of E.164, and the (0) that people write. */
const INTERNATIONAL = new RegExp(
  `(?<![\\w+])(?:\\+[1-9](?:${SEPARATOR}{0,2}\\d){7,15}|00${S}?[1-9](?:${SEPARATOR}{0,2}\\d){8,14})(?!\\d)`,
  'g',
);
/** "(212) 555-0123", "212-555-0123", "212.555.0123", and with spaces only where the codes can be ones of the plan. */
const NORTH_AMERICAN =
  /(?<![\w.,+/-])(?:1[ .-])?(?:\(\d{3}\) ?\d{3}[ .-]?\d{4}|\d{3}[ .-]\d{3}[.-]\d{4}|[2-9]\d{2} [2-9]\d{2} \d{4})(?![\w-]|[.,]\d)/g;
/**
 * With the trunk prefix 0: "030 1234567", "(030) 123 456 78", "0171/1234567", "06.12.34.56.78", "01711234567". Between
 * two groups there is always a separator: otherwise digits could be grouped in millions of ways.
 */
const NATIONAL = new RegExp(
  `(?<![\\w.,:+/-])(?:\\(0\\d{1,4}\\)${S}?\\d{1,11}|0\\d{1,11})(?:(?:${S}|[/\\u2010-\\u2013-]){1,2}\\d{1,11}){0,6}(?![\\w:-]|[.,]\\d)|(?<![\\w.,+/-])0\\d(?:\\.\\d\\d){4}(?![\\w]|[.,]\\d)`,
  'g',
);
/** Any number that is said to be one: "my mobile is 98765 43210", "call me on 555-0123". */
const SAID = new RegExp(
  `\\b((?:telephone|telefon|tel|phone|mobile|mobil|mob|cell|handy|fax|whatsapp|call|ring|my number)\\b(?:[ .:#]|\\b(?:no|nr|number|is|was|me|us|at|on|under|back)\\b){1,8})(\\(?\\d(?:${SEPARATOR}{0,2}\\d){6,14})(?!\\d|[.,:]\\d)`,
  'gi',
);

/**
 * The text with e-mail and IP addresses, telephone numbers, payment card numbers and IBANs, and the user-info of URLs,
 * replaced by what they were: [email], [ip], [phone], [card], [iban]. Linear in the text's length. What stands free only
 * after its neighbour went is looked at again, so that doing it again changes nothing.
 */
export function redact(text: string): string {
  let before = text;
  for (let pass = 0; pass < PASSES; pass++) {
    const after = redactOnce(before);
    if (after === before) break;
    before = after;
  }
  return before;
}

/** Text that needs more is not written by people; the bound keeps hostile text cheap. */
const PASSES = 6;

function redactOnce(text: string): string {
  return replaceCards(replaceIbans(replaceEmails(text.replace(USER_INFO, '$1[email]@'))))
    .replace(IPV6, (found) => (isAddress(found) ? '[ip]' : found))
    .replace(IPV4, '[ip]')
    .replace(INTERNATIONAL, (found) => (GROUPED.test(found) ? found : '[phone]'))
    .replace(NORTH_AMERICAN, '[phone]')
    .replace(NATIONAL, (found) => (isNational(found) ? '[phone]' : found))
    .replace(SAID, (found, cue: string, number: string) =>
      DATE.test(number) || GROUPED.test(number) ? found : `${cue}[phone]`,
    );
}

/** "+12.500.000", "1 000 000": a quantity with its thousands apart; nine digits in threes may be a telephone number. */
const GROUPED = /^\+?(?:\d{1,2}([ .])\d{3}\1\d{3}|\d{1,3}(?:\.\d{3}){2,4})$/;
/** "05/06/2014", "05 06 2014", "05.06.14", "2014-06-05", and what follows it; "06.12.34.56.78" goes on in the same way. */
const DATE =
  /^(?:(?:19|20)\d{2}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/. ])\d{1,2}\2(?:(?:19|20)\d{2}|\d{2}(?!\2\d)))(?!\d)/;

/** From 9 to 12 digits with the trunk prefix; fewer are opening hours ("0800-1900") or references. */
function isNational(found: string): boolean {
  const digits = found.replace(/\D/g, '').length;
  return digits >= 9 && digits <= 12 && !DATE.test(found);
}

/** As `isIPv6`, but not for "::" or "a::b", which are signs of other things. */
function isAddress(found: string): boolean {
  return isIPv6(found) && (/[0-9A-Fa-f]{3}/.test(found) || found.split(':').filter(Boolean).length > 2);
}

/** From each "@domain" back to where the local part begins: one look at every character. */
function replaceEmails(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(AT_DOMAIN)) {
    const earliest = Math.max(done, index - LONGEST_LOCAL);
    let start = index;
    while (start > earliest && isLocal(text, start - 1)) start--;
    if (start === index) continue;
    pieces.push(text.slice(done, start), '[email]');
    done = index + found.length;
  }
  return pieces.join('') + text.slice(done);
}

/** Whether the character may stand in a local part; "%2B" is the "+" of a query string. */
function isLocal(text: string, at: number): boolean {
  const character = text[at] ?? '';
  return LOCAL_CHARACTER.test(character) || (character === '%' && /^%2b/i.test(text.slice(at, at + 3)));
}

function replaceIbans(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { index } of text.matchAll(IBAN_START)) {
    const end = index < done ? null : ibanEnd(text, index);
    if (end === null) continue;
    pieces.push(text.slice(done, index), '[iban]');
    done = end;
  }
  return pieces.join('') + text.slice(done);
}

/**
 * Card numbers of each length begin with these digits (the ranges that issuers have under ISO/IEC 7812). None are issued
 * with 17 or 18 digits, which many identifiers have; every tenth of those would pass as a card.
 */
const ISSUERS: Readonly<Record<number, RegExp>> = {
  13: /^4/,
  14: /^3[0689]/,
  15: /^(?:1|2[01]|3[47])/,
  16: /^[2-6]/,
  19: /^[456]/,
};
const LONGEST_CARD = 19;
const CARD_SEPARATOR = new RegExp(`^(?:${S}|-)$`);

/**
 * Card numbers begin and end where groups of digits do; tried from every group, the longest first, since an expiry
 * date, a check code or another card may follow.
 */
function replaceCards(text: string): string {
  const groups = [...text.matchAll(/\d+/g)];
  const pieces: string[] = [];
  let done = 0;
  for (let first = 0; first < groups.length; first++) {
    const start = groups[first]?.index ?? 0;
    if (start < done || /[\w.,+]/.test(text[start - 1] ?? '')) continue;
    const end = cardEnd(text, groups, first);
    if (end === null) continue;
    pieces.push(text.slice(done, start), '[card]');
    done = end;
  }
  return pieces.join('') + text.slice(done);
}

/** Where the longest card number that begins with this group ends. */
function cardEnd(text: string, groups: readonly RegExpExecArray[], first: number): number | null {
  let digits = '';
  let found: number | null = null;
  let end = groups[first]?.index ?? 0;
  for (const { 0: group, index } of groups.slice(first, first + LONGEST_CARD)) {
    if (digits && !CARD_SEPARATOR.test(text.slice(end, index))) break;
    if (digits.length + group.length > LONGEST_CARD) break;
    digits += group;
    end = index + group.length;
    if (ISSUERS[digits.length]?.test(digits) && passesLuhn(digits)) found = end;
  }
  return found;
}
