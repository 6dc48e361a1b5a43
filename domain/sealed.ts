import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

/** Which value a sealed text is: it opens only as the same field of the same row, subject and tenant. */
export interface SealContext {
  /** The instance whose record holds it. */
  readonly tenant: string;
  readonly subject: string;
  /** "comment", "event", "respondent", "key". */
  readonly field: string;
  /** The id of the row that holds it. */
  readonly row: string;
}

/** A sealed text does not open: it was changed, stands in another place, or belongs to another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const VERSION = '1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** JSON of a list: no two contexts have the same text. */
function associatedData({ tenant, subject, field, row }: SealContext): Buffer {
  return Buffer.from(JSON.stringify(['scoreline', VERSION, tenant, subject, field, row]));
}

// Random bytes are drawn for many at once: one call for each value would cost as much as the cipher.
const pool = Buffer.alloc(IV_BYTES * 512);
let used = pool.length;

function freshIv(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += IV_BYTES;
  return Buffer.from(pool.subarray(used - IV_BYTES, used));
}

/** AES-256-GCM under a key of 32 bytes with a random nonce: "1." and base64 of nonce, tag and ciphertext. */
export function seal(key: Buffer, context: SealContext, plain: Buffer | string): string {
  const iv = freshIv();
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associatedData(context));
  const body = [
    typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain),
    cipher.final(),
  ];
  return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), ...body]).toString('base64')}`;
}

/**
 * What was sealed in that context.
 * @throws SealBroken
 */
export function unseal(key: Buffer, context: SealContext, sealed: string): Buffer {
  const bytes = Buffer.from(sealed.slice(VERSION.length + 1), 'base64');
  const where = `${context.field} of ${context.row}`;
  if (!sealed.startsWith(`${VERSION}.`) || bytes.length < IV_BYTES + TAG_BYTES)
    throw new SealBroken(`${where} is not a sealed text of version ${VERSION}`);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    .setAAD(associatedData(context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SealBroken(`${where} does not open: it was changed, or was sealed for another place or key`);
  }
}
