import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { idBytes, uuidOf } from './id-bytes.ts';

/** What a link of a mail says, encrypted: nothing of it can be read in the address. */
export interface SurveyInvitee {
  /** One answer per link: the external id of its response. */
  readonly externalId: string;
  /** Identifiers; only their pseudonyms are stored. */
  readonly respondent: string | null;
  readonly account: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Values by field of a dimension. */
  readonly dimensions: Readonly<Record<string, string>>;
}

const CIPHER = 'aes-256-gcm';
const [ID_BYTES, IV_BYTES, TAG_BYTES] = [16, 12, 16];
/** Plain texts are padded to a multiple, so that the length of a link does not show that of a name. */
const PADDED_TO = 64;
/** Characters: an invitee with the longest identifiers and values of several dimensions. */
const LONGEST_TOKEN = 8_192;
const BASE64URL = /^[\w-]+$/;

const inviteeShape = z.tuple([
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  z.int(),
  z.record(z.string(), z.string()),
]);

/** What a key is for: a link, or the moment at which its page was shown. */
type Purpose = 'link' | 'visit';

const keyFor = (secret: string, purpose: Purpose): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `scoreline survey ${purpose}`, 32));

/** Whether the text can be the last part of a link's path. */
export const isTokenLike = (token: string): boolean =>
  token.length <= LONGEST_TOKEN &&
  BASE64URL.test(token) &&
  token.length * 6 >= (ID_BYTES + IV_BYTES + TAG_BYTES) * 8;

/** The id of the connection that a token names; null where it is no token. It is not proven to be its token yet. */
export function connectionOfToken(token: string): string | null {
  if (!isTokenLike(token)) return null;
  return uuidOf(Buffer.from(token, 'base64url').subarray(0, ID_BYTES));
}

/**
 * The token of a link: the connection's id, and what is encrypted under its secret.
 * @param iv 12 random bytes
 */
export function makeToken(connection: string, secret: string, invitee: SurveyInvitee, iv: Buffer): string {
  const { externalId, respondent, account, expiresAt, dimensions } = invitee;
  const text = JSON.stringify([externalId, respondent, account, expiresAt, dimensions]);
  return Buffer.concat([idBytes(connection), encrypted(secret, 'link', connection, text, iv)]).toString(
    'base64url',
  );
}

/** What the token says, if it was made under one of the secrets; else null. Whether it expired is the caller's to check. */
export function readToken(
  connection: string,
  secrets: readonly string[],
  token: string,
): SurveyInvitee | null {
  const bytes = Buffer.from(token, 'base64url');
  // Several texts decode to the same bytes; only one of them was made here.
  if (bytes.toString('base64url') !== token) return null;
  const text = decrypted(secrets, 'link', connection, bytes.subarray(ID_BYTES));
  if (text === null) return null;
  const [externalId, respondent, account, expiresAt, dimensions] = inviteeShape.parse(JSON.parse(text));
  return { externalId, respondent, account, expiresAt, dimensions };
}

/** The moment at which a page was shown, for its form: what is sent twice from one page is one answer. */
export function makeVisit(secret: string, externalId: string, at: number, iv: Buffer): string {
  return encrypted(secret, 'visit', externalId, String(at), iv).toString('base64url');
}

/** The moment in the form, if the page was made here for this link; else null. */
export function readVisit(secrets: readonly string[], externalId: string, visit: string): number | null {
  if (!BASE64URL.test(visit) || visit.length > 2 * PADDED_TO) return null;
  const text = decrypted(secrets, 'visit', externalId, Buffer.from(visit, 'base64url'));
  return text === null ? null : Number(text);
}

function encrypted(secret: string, purpose: Purpose, context: string, text: string, iv: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, keyFor(secret, purpose), iv).setAAD(Buffer.from(context));
  const length = Buffer.byteLength(text);
  const padded = `${text}${' '.repeat(purpose === 'link' ? (PADDED_TO - (length % PADDED_TO)) % PADDED_TO : 0)}`;
  return Buffer.concat([iv, cipher.update(padded, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function decrypted(
  secrets: readonly string[],
  purpose: Purpose,
  context: string,
  bytes: Buffer,
): string | null {
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(-TAG_BYTES)];
  for (const secret of secrets) {
    try {
      const decipher = createDecipheriv(CIPHER, keyFor(secret, purpose), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8').trimEnd();
    } catch {
      // Not made under this secret.
    }
  }
  return null;
}
