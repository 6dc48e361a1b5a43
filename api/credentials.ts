import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

type Fields = IncomingHttpHeaders | Readonly<Record<string, unknown>>;

/** A request's credential: a key or the token of a session, or why there is none. */
export type Presented =
  | { readonly key: string }
  | { readonly key: null; readonly why: string; readonly isForged?: boolean };

/** The cookie of a browser's session. Under HTTPS its prefix keeps other hosts of the domain from setting it. */
export const sessionCookie = (isSecure: boolean): string => `${isSecure ? '__Host-' : ''}scoreline_session`;

/** How the token of a session begins. */
export const SESSION_PREFIX = 'ss_';
/** The header that a page sends with the token that `GET /session` returned. */
export const CSRF_HEADER = 'x-scoreline-csrf';

/** What a page proves with that it may read answers of this server: derived from the session's token, which it cannot read. */
export const csrfOf = (token: string): string =>
  createHash('sha256').update(`csrf ${token}`).digest('base64url');

/** The session token in a request's cookies; null if there is none. `isSecure`: browsers reach this server by HTTPS. */
export function sessionToken(headers: IncomingHttpHeaders, isSecure: boolean): string | null {
  return cookieOf(headers, sessionCookie(isSecure), (value) => value.startsWith(SESSION_PREFIX));
}

/** The first cookie of that name that fits; null if there is none. */
export function cookieOf(
  { cookie = '' }: IncomingHttpHeaders,
  name: string,
  fits: (value: string) => boolean = (value) => value !== '',
): string | null {
  for (const part of cookie.split(';')) {
    const equals = part.indexOf('=');
    if (part.slice(0, equals).trim() !== name) continue;
    const value = part.slice(equals + 1).trim();
    if (fits(value)) return value;
  }
  return null;
}

/** The first header that names a key is taken; a proxy with a password of its own leaves Authorization to it. */
function read(fields: Fields): { key: string | null; basic: string | null } {
  const authorization = fields['authorization'] ?? fields['Authorization'];
  const [, scheme = '', credential = ''] =
    typeof authorization === 'string' ? (/^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? []) : [];
  const plain = fields['x-api-key'] ?? fields['X-Api-Key'];
  if (scheme.toLowerCase() === 'bearer') return { key: credential, basic: null };
  if (typeof plain === 'string' && plain !== '') return { key: plain, basic: null };
  return { key: null, basic: scheme === '' ? null : passwordOf(credential) };
}

/** The password of `Basic` credentials: what follows the first colon. */
function passwordOf(credential: string): string {
  const text = Buffer.from(credential, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? '' : text.slice(colon + 1);
}

/** The key that a client wrote by itself, such as into the first message of a WebSocket. */
export function presentedKey(fields: Fields): string | null {
  const { key, basic } = read(fields);
  return notToken(key ?? (basic || null));
}

/** A session's token travels only in its cookie, which pages cannot read and other sites cannot send. */
const notToken = (key: string | null) => (key?.startsWith(SESSION_PREFIX) ? null : key);

/**
 * The credential of a request: its key, or else the token of its session. A browser adds the cookie by itself, so a
 * page of another origin cannot use it, and what may change something needs the CSRF token too.
 */
export function requestCredential(
  method: string,
  headers: IncomingHttpHeaders,
  isSecure: boolean,
): Presented {
  const presented = requestKey(headers);
  const token = sessionToken(headers, isSecure);
  if (token === null || presented.key !== null || headers.authorization !== undefined) return presented;
  if (isOfAnotherOrigin(headers))
    return { key: null, isForged: true, why: 'a session is not taken from a page of another origin' };
  if (method !== 'GET' && method !== 'HEAD' && headers[CSRF_HEADER] !== csrfOf(token))
    return {
      key: null,
      isForged: true,
      why: `a session needs the header ${CSRF_HEADER} here: send the value of csrf that GET /session returns`,
    };
  return { key: token };
}

/**
 * The key of a request: `Authorization: Bearer KEY`, `X-Api-Key: KEY`, or Basic authentication with the key as password. A browser adds
 * Basic credentials by itself to whatever a page makes it send, so they are not taken from pages of other origins.
 */
export function requestKey(headers: IncomingHttpHeaders): Presented {
  const { key, basic } = read(headers);
  if (key !== null)
    return notToken(key) === null
      ? { key: null, why: 'the token of a session is taken from its cookie only' }
      : { key };
  if (basic === null) return { key: null, why: 'a key is needed: Authorization: Bearer KEY' };
  if (basic === '')
    return { key: null, why: 'Basic authentication: the key is the password, after any user name' };
  if (notToken(basic) !== null && !isOfAnotherOrigin(headers)) return { key: basic };
  return {
    key: null,
    why: 'Basic authentication is not taken from a page of another origin; send Authorization: Bearer KEY',
  };
}

/** Whether a browser says that a page of another origin sends this. Who is no browser says nothing. */
export function isOfAnotherOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // Browsers leave Sec-Fetch-Site out where the address is plain HTTP.
  const from = headers.origin ?? headers.referer;
  return from !== undefined && hostOf(from) !== headers.host;
}

/** Whether a browser sent this: none is asked for a password, which it would keep and add by itself from then on. */
export function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  return (
    headers['sec-fetch-site'] !== undefined ||
    headers.origin !== undefined ||
    headers['user-agent']?.startsWith('Mozilla/5.') === true
  );
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}
