import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { formOf } from './body.ts';
import type { DeliveryHeaders, SecretRules, WebhookConnector } from './connector.ts';

/** Why a delivery is not accepted as the vendor's. */
export type RefusalReason =
  | 'UNSIGNED' // a header of the signature is missing or malformed
  | 'OUTSIDE_WINDOW' // its timestamp is too far from now
  | 'WRONG_SIGNATURE';

/** A delivery that is not signed with the secret of the connection. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(`the delivery is refused: ${reason}`);
    this.reason = reason;
  }
}

/** Whether the bytes are equal, in a time that does not depend on where they differ. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The one value of a header; null where it is absent or blank. */
export function headerOf(headers: DeliveryHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** How far the timestamp of a delivery may be from the clock here, in either direction. */
export const WINDOW_SECONDS = 5 * 60;

/**
 * Refuses a delivery whose timestamp, in seconds since 1970, is outside the replay window.
 * @param now epoch milliseconds
 * @throws SignatureError
 */
export function assertWithinWindow(timestamp: string, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw new SignatureError('UNSIGNED');
  if (Math.abs(now / 1_000 - Number(timestamp)) > WINDOW_SECONDS) throw new SignatureError('OUTSIDE_WINDOW');
}

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Of the decoded secret, as the specification sets them. */
const [FEWEST_BYTES, MOST_BYTES] = [24, 64];
const VERSION = 'v1,';

const keyOf = (secret: string): Buffer =>
  Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');

const secretRules: SecretRules = {
  make: (random) => `${PREFIX}${random(32).toString('base64')}`,
  problemOf: (secret) => {
    const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
    const { length } = keyOf(secret);
    if (BASE64.test(text) && length >= FEWEST_BYTES && length <= MOST_BYTES) return null;
    return `must be "${PREFIX}" and the base64 of ${FEWEST_BYTES} to ${MOST_BYTES} bytes, as Standard Webhooks writes it`;
  },
};

/**
 * Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over "ID.TIMESTAMP.BODY", with a replay window. The header holds one
 * signature for each secret that the vendor has in use.
 */
export const standardWebhooks: Pick<WebhookConnector, 'secret' | 'verify' | 'deliveryId'> = {
  secret: secretRules,
  verify: (raw, headers, secret, now) => {
    const id = headerOf(headers, 'webhook-id');
    const timestamp = headerOf(headers, 'webhook-timestamp');
    const signatures = headerOf(headers, 'webhook-signature');
    if (id === null || timestamp === null || signatures === null) throw new SignatureError('UNSIGNED');
    assertWithinWindow(timestamp, now);
    const expected = createHmac('sha256', keyOf(secret))
      .update(`${id}.${timestamp}.`)
      .update(raw)
      .digest('base64');
    const given = signatures.split(' ').filter((one) => one.startsWith(VERSION));
    if (given.length === 0) throw new SignatureError('UNSIGNED');
    const fits = given.map((one) => sameBytes(Buffer.from(one.slice(VERSION.length)), Buffer.from(expected)));
    if (!fits.includes(true)) throw new SignatureError('WRONG_SIGNATURE');
  },
  deliveryId: (headers) => headerOf(headers, 'webhook-id'),
};

const [SHORTEST_SHARED, LONGEST_SHARED] = [16, 200];
const VISIBLE = /^[\x21-\x7e]*$/;

/** A secret that is used as its text, made here or by the vendor. */
export const sharedSecret: SecretRules = {
  make: (random) => random(32).toString('base64url'),
  problemOf: (secret) =>
    VISIBLE.test(secret) && secret.length >= SHORTEST_SHARED && secret.length <= LONGEST_SHARED
      ? null
      : `must be ${SHORTEST_SHARED} to ${LONGEST_SHARED} visible ASCII characters without blanks`,
};

/** How a vendor signs with an HMAC under the text of the secret. */
export interface HmacScheme {
  readonly algorithm: 'sha1' | 'sha256';
  readonly encoding: 'hex' | 'base64';
  /** The header of the signature, in lower case, and what its value begins with. */
  readonly header: string;
  readonly prefix?: string;
  /** The header of a signed timestamp, what stands between it and the body, and its seconds since 1970. */
  readonly timestamp?: {
    readonly header: string;
    readonly before: string;
    readonly secondsOf: (text: string) => string;
  };
}

/** A vendor that signs the raw bytes, after its timestamp if it has one. */
export function hmacSigned(scheme: HmacScheme): Pick<WebhookConnector, 'secret' | 'verify'> {
  const { algorithm, encoding, header, prefix = '', timestamp } = scheme;
  return {
    secret: sharedSecret,
    verify: (raw, headers, secret, now) => {
      const given = headerOf(headers, header);
      if (!given?.startsWith(prefix)) throw new SignatureError('UNSIGNED');
      const hmac = createHmac(algorithm, secret);
      if (timestamp) {
        const text = headerOf(headers, timestamp.header);
        if (text === null) throw new SignatureError('UNSIGNED');
        assertWithinWindow(timestamp.secondsOf(text), now);
        hmac.update(`${text}${timestamp.before}`);
      }
      const expected = `${prefix}${hmac.update(raw).digest(encoding)}`;
      if (!sameBytes(Buffer.from(given), Buffer.from(expected))) throw new SignatureError('WRONG_SIGNATURE');
    },
  };
}

/**
 * A vendor that signs the fields of a form: base64 of the HMAC-SHA1 of the address and, by name, each name with its values, as Twilio specifies it.
 */
export const formSigned = (header: string): Pick<WebhookConnector, 'secret' | 'verify'> => ({
  secret: sharedSecret,
  verify: (raw, headers, secret, _now, url) => {
    const given = headerOf(headers, header);
    if (given === null) throw new SignatureError('UNSIGNED');
    const form = formOf(raw.toString());
    const hmac = createHmac('sha1', secret).update(url);
    for (const name of [...new Set(form.keys())].sort())
      for (const value of [...new Set(form.getAll(name))].sort()) hmac.update(`${name}${value}`);
    if (!sameBytes(Buffer.from(given), Buffer.from(hmac.digest('base64'))))
      throw new SignatureError('WRONG_SIGNATURE');
  },
});

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;
const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * A vendor that signs nothing but sends headers of its customer's: "authorization: Bearer SECRET". It proves the sender, not the body
 * (decision 0157).
 */
export const bearerSecret: Pick<WebhookConnector, 'secret' | 'verify'> = {
  secret: sharedSecret,
  verify: (_raw, headers, secret) => {
    const given = BEARER.exec(headerOf(headers, 'authorization') ?? '')?.[1];
    if (given === undefined) throw new SignatureError('UNSIGNED');
    if (!sameBytes(sha256(given), sha256(secret))) throw new SignatureError('WRONG_SIGNATURE');
  },
};
