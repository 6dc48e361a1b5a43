import { cues, plain, type View } from './cues.ts';
import { isWord, isWordLetter, type Span } from './span.ts';

/*
 * E-mail addresses: as written, percent-encoded in a query string, or spelt out ("jane at example dot com"),
 * and the user-info of URLs. Every quantifier is bounded.
 */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const LABEL = '[\\p{L}\\p{M}\\p{N}-]{1,63}';
/** "@", percent-encoded once or twice, or a word for it in brackets. */
const AT =
  '(?: ?@ ?|%(?:25)?40| ?[([{<*] ?(?:at|ät|aet|arobase|arroba|chiocciola|apenstaartje|malpa|małpa|snabel-?a|krøllalfa|собака|@) ?[)\\]}>*] ?)';
const DOT =
  '(?:[.\\u3002]| ?[([{<*] ?(?:dot|punkt|point|punto|ponto|punt|kropka|piste|точка|\\.) ?[)\\]}>*] ?)';
/** From the "@" on: a name with two labels or more, or an IP address. */
const AT_DOMAIN = new RegExp(
  `${AT}(?:(?:${LABEL}${DOT}){1,8}\\p{L}[\\p{L}\\p{M}\\p{N}-]{1,62}|\\[?(?:${OCTET}\\.){3}${OCTET}\\]?)`,
  'giu',
);
const LOCAL_CHARACTER = /[\p{L}\p{M}\p{N}._+'~!$*^-]/u;
/** RFC 5321 allows 64; the rest is for leaders and fill-in lines ("e-mail:_____jane@example.com"). */
const LONGEST_LOCAL = 256;
/** "https://jane:secret@host": the user-info; the host may stay. */
const USER_INFO = /(?<![a-z0-9])[a-z][a-z0-9+.-]{1,15}:\/\/([^\s/?#\ue000]{1,256}@)(?=[^\s/?#])/gi;

/** The user-info of URLs, with its "@". */
export function findUserInfo({ text }: View): Span[] {
  if (!text.includes('://')) return [];
  return [...text.matchAll(USER_INFO)].map(({ 0: found, 1: info = '', index }) => {
    const start = index + found.length - info.length;
    // The "@" stays: the rest is still a URL.
    return { start, end: start + info.length - 1, kind: 'email' };
  });
}

const MAY_HOLD = /[@%([{<*]/;

/** From each "@domain" back to the start of the local part, in a single pass. */
export function findEmails({ text }: View): Span[] {
  if (!MAY_HOLD.test(text)) return [];
  const spans: Span[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(AT_DOMAIN)) {
    const earliest = Math.max(done, index - LONGEST_LOCAL);
    let start = index;
    // Scripts without spaces: the sentence ends where the address begins.
    const isAscii = /[\w.+-]/.test(text[index - 1] ?? '');
    while (start > earliest && isLocal(text, start - 1) && !(isAscii && UNSPACED.test(text[start - 1] ?? '')))
      start--;
    if (start === index || (found.startsWith(' @ ') && !hasLetter(text, start, index))) continue;
    const end = index + hostLength(found);
    spans.push({ start, end, kind: 'email' });
    done = end;
  }
  return spans;
}

const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/u;

/** Without the continuation of a sentence: "example.orgまで". */
function hostLength(found: string): number {
  const dot = found.lastIndexOf('.');
  if (dot < 0 || !/[a-z]/i.test(found[dot + 1] ?? '')) return found.length;
  const rest = found.slice(dot + 1).search(UNSPACED);
  return rest < 0 ? found.length : dot + 1 + rest;
}

/** Whether the character may stand in a local part; "%2B" is the "+" of a query string. */
function isLocal(text: string, at: number): boolean {
  const character = text[at] ?? '';
  return LOCAL_CHARACTER.test(character) || (character === '%' && /^%2b/i.test(text.slice(at, at + 3)));
}

function hasLetter(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isWordLetter(text[at])) return true;
  return false;
}

const AT_WORDS = new Set(
  'at ät aet arobase arobas arroba chiocciola apenstaartje malpa snabel-a snabela kroellalfa kukac zavinac собака @'.split(
    ' ',
  ),
);
const DOT_WORDS = new Set(
  'dot punkt point punto ponto punt kropka piste prikk tecka tocka pont точка .'.split(' '),
);
/** A lone "@" as well, though not the one of an address. */
const AT_CUES = cues(
  'at ät aet arobase arobas arroba chiocciola apenstaartje malpa snabela kroellalfa kukac zavinac собака',
  'snabel-a _@_',
);
/** Top-level domains that people spell out; longer ones are read with a dot. */
const ENDINGS = new Set(
  (
    'com net org edu gov info biz io co uk de fr es it nl pl se dk no fi br in cn jp kr ca au nz ch at be pt ie cz sk hu ro gr tr ' +
    'ru ua mx ar cl eu us me app dev online site email example test tv ai'
  ).split(' '),
);
const TOKEN = /[^\s,;:!?()"<>\ue000]{1,64}/g;
/** "jane.doe at example.com": a dot, digit or "_" within it makes it an account name, not a word. */
const ACCOUNT = /^[\p{L}\p{N}][\p{L}\p{N}+-]{0,31}(?:[._][\p{L}\p{N}+-]{1,31}|\d)/u;
const HOST = /^(?:[\p{L}\p{N}-]{1,63}\.){1,4}\p{L}{2,24}\.?$/u;
const MAIL_CUES = cues(
  'mail email mails emails courriel correo posta eposta epost sahkoposti почта',
  'e-mail_ メール 邮箱 邮件 메일',
);

/**
 * Addresses spelt out in words. "at" alone is an English word, so a spelt dot, an account name, or the word
 * "mail" before it is needed too.
 */
export function findSpeltEmails(view: View): Span[] {
  const { text } = view;
  if (!view.has(AT_CUES)) return [];
  const tokens = [...text.matchAll(TOKEN)];
  const spans: Span[] = [];
  for (let i = 1; i + 1 < tokens.length; i++) {
    const word = plain(tokens[i]?.[0] ?? '');
    if (!AT_WORDS.has(word)) continue;
    const last = hostEnd(tokens, i + 1, word !== 'at' && word !== 'aet', view);
    if (last === null) continue;
    const first = localStart(tokens, i - 1);
    const start = tokens[first]?.index ?? 0;
    const end = trimmedEnd(tokens[last]);
    if (start >= (spans.at(-1)?.end ?? 0)) spans.push({ start, end, kind: 'email' });
    i = last;
  }
  return spans;
}

const trimmedEnd = (token: RegExpExecArray | undefined) =>
  (token?.index ?? 0) + (token?.[0] ?? '').replace(/\.$/, '').length;

/** "jane dot doe at": back over spelt dots. */
function localStart(tokens: readonly RegExpExecArray[], at: number): number {
  let first = at;
  while (first >= 2 && at - first < 8 && DOT_WORDS.has(plain(tokens[first - 1]?.[0] ?? ''))) first -= 2;
  return first;
}

/** The token that ends the host name, or null. */
function hostEnd(
  tokens: readonly RegExpExecArray[],
  first: number,
  isSure: boolean,
  view: View,
): number | null {
  let last: number | null = null;
  for (let at = first; at + 2 < tokens.length && at - first < 8; at += 2) {
    if (!DOT_WORDS.has(plain(tokens[at + 1]?.[0] ?? ''))) break;
    const ending = plain((tokens[at + 2]?.[0] ?? '').replace(/[.'’]{1,3}$/, ''));
    if (ENDINGS.has(ending)) last = at + 2;
  }
  if (last !== null) return last;
  const host = tokens[first]?.[0] ?? '';
  if (!HOST.test(host)) return null;
  const local = tokens[first - 2];
  if (isSure || ACCOUNT.test(local?.[0] ?? '')) return first;
  return view.distance(MAIL_CUES, local?.index ?? 0) < 30 && isWord(local?.[0]?.[0]) ? first : null;
}
