import type { IncomingHttpHeaders } from 'node:http';

type Fields = IncomingHttpHeaders | Readonly<Record<string, unknown>>;

/** A request's credential: a key, or why it is not one. */
export type Presented = { readonly key: string } | { readonly key: null; readonly why: string };

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
  return key ?? (basic || null);
}

/**
 * The key of a request: `Authorization: Bearer KEY`, `X-Api-Key: KEY`, or Basic authentication with the key as password. A browser adds
 * Basic credentials by itself to whatever a page makes it send, so they are not taken from pages of other origins.
 */
export function requestKey(headers: IncomingHttpHeaders): Presented {
  const { key, basic } = read(headers);
  if (key !== null) return { key };
  if (basic === null) return { key: null, why: 'a key is needed: Authorization: Bearer KEY' };
  if (basic === '')
    return { key: null, why: 'Basic authentication: the key is the password, after any user name' };
  if (!isOfAnotherOrigin(headers)) return { key: basic };
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
