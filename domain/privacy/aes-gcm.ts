import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

/**
 * The value that a ciphertext belongs to: it decrypts only as the same field of the same row, subject and
 * tenant.
 */
export interface EncryptionContext {
  /** The instance that owns the database. */
  readonly tenant: string;
  readonly subject: string;
  /** "comment", "event", "respondent", "key". */
  readonly field: string;
  /** The id of its row. */
  readonly row: string;
  /** Which content of that row, if it changes: an earlier content does not decrypt when it is put back. */
  readonly version?: string | null;
}

/** A ciphertext does not decrypt: it was changed, moved to another row or field, or belongs to another key. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/** "1" is bound to its row and field alone, "2" to a version of the content too. */
const FORMATS = { place: '1', content: '2' } as const;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** JSON of a list: no two contexts give the same text. */
function associatedData(format: string, { tenant, subject, field, row, version }: EncryptionContext): Buffer {
  const place = ['scoreline', format, tenant, subject, field, row];
  return Buffer.from(JSON.stringify(format === FORMATS.content ? [...place, version] : place));
}

// Random bytes are drawn for many at once: a call per value would cost as much as the cipher.
const pool = Buffer.alloc(IV_BYTES * 512);
let used = pool.length;

/** 12 random bytes that nothing else gets. */
export function freshBytes(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += IV_BYTES;
  return Buffer.from(pool.subarray(used - IV_BYTES, used));
}

/** AES-256-GCM under a key of 32 bytes with a random nonce: one byte for the format, then nonce, tag and ciphertext. */
export function encryptBytes(key: Buffer, context: EncryptionContext, plain: Buffer | string): Buffer {
  const iv = freshBytes();
  const format = context.version == null ? FORMATS.place : FORMATS.content;
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associatedData(format, context));
  const body = [
    typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain),
    cipher.final(),
  ];
  return Buffer.concat([Buffer.from(format), iv, cipher.getAuthTag(), ...body]);
}

/** The same as text: the format, "." and base64 of the rest. */
export function encrypt(key: Buffer, context: EncryptionContext, plain: Buffer | string): string {
  const ciphertext = encryptBytes(key, context, plain);
  return `${ciphertext.toString('latin1', 0, 1)}.${ciphertext.toString('base64', 1)}`;
}

/** Whether the ciphertext is in the older format, bound to its row and field alone. */
export function isEncryptedField(ciphertext: string): boolean {
  return ciphertext.startsWith(`${FORMATS.place}.`);
}

function partsOf(ciphertext: string | Uint8Array): { readonly format: string; readonly bytes: Buffer } {
  if (typeof ciphertext !== 'string') {
    const all = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.byteLength);
    return { format: all.toString('latin1', 0, 1), bytes: all.subarray(1) };
  }
  const format = ciphertext[1] === '.' ? ciphertext.slice(0, 1) : '';
  return { format, bytes: Buffer.from(ciphertext.slice(2), 'base64') };
}

/**
 * The plaintext that was encrypted in that context; of the older format also where the context names a version.
 * @throws DecryptionError
 */
export function decrypt(key: Buffer, context: EncryptionContext, ciphertext: string | Uint8Array): Buffer {
  const { format, bytes } = partsOf(ciphertext);
  const where = `${context.field} of ${context.row}`;
  if (!(Object.values(FORMATS) as string[]).includes(format) || bytes.length < IV_BYTES + TAG_BYTES)
    throw new DecryptionError(
      `${where} is not an encrypted text of version ${FORMATS.place} or ${FORMATS.content}`,
    );
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    .setAAD(associatedData(format, context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new DecryptionError(
      `${where} cannot be decrypted: it was changed, or was encrypted for another place or key`,
    );
  }
}
