import { expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { DecryptionError, decrypt, type EncryptionContext, encrypt, isEncryptedField } from './aes-gcm.ts';

const KEY = Buffer.alloc(32, 1);
const CONTEXT: EncryptionContext = { tenant: 't', subject: 's', field: 'comment', row: 'r' };

it('decrypts what it encrypted, and never encrypts the same way twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const ciphertext = encrypt(KEY, CONTEXT, text);
      expect(decrypt(KEY, CONTEXT, ciphertext).toString()).toBe(text);
      expect(encrypt(KEY, CONTEXT, text)).not.toBe(ciphertext);
    }),
  );
});

it('decrypts only under its key and for its row and field', () => {
  const ciphertext = encrypt(KEY, CONTEXT, 'secret');
  for (const part of ['tenant', 'subject', 'field', 'row'] as const) {
    expect(() => decrypt(KEY, { ...CONTEXT, [part]: 'other' }, ciphertext)).toThrow(DecryptionError);
  }
  expect(() => decrypt(Buffer.alloc(32, 2), CONTEXT, ciphertext)).toThrow(DecryptionError);
  // The parts of the context cannot run into each other.
  expect(() => decrypt(KEY, { ...CONTEXT, tenant: 'ts', subject: '' }, ciphertext)).toThrow(DecryptionError);
});

it('detects every flipped bit', () => {
  const ciphertext = encrypt(KEY, CONTEXT, 'secret');
  const bytes = Buffer.from(ciphertext.slice(2), 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decrypt(KEY, CONTEXT, `1.${changed.toString('base64')}`)).toThrow(DecryptionError);
    }),
  );
  expect(() => decrypt(KEY, CONTEXT, 'plain text')).toThrow(DecryptionError);
});

it('of a versioned content decrypts only as that version, and the older format decrypts too', () => {
  const versioned = { ...CONTEXT, version: 'first' };
  const ciphertext = encrypt(KEY, versioned, 'secret');
  expect(decrypt(KEY, versioned, ciphertext).toString()).toBe('secret');
  expect(() => decrypt(KEY, { ...CONTEXT, version: 'second' }, ciphertext)).toThrow(DecryptionError);
  expect(() => decrypt(KEY, CONTEXT, ciphertext)).toThrow(DecryptionError);
  // The newer format cannot be turned into the older one.
  expect(() => decrypt(KEY, versioned, ciphertext.replace(/^2/, '1'))).toThrow(DecryptionError);
  const older = encrypt(KEY, CONTEXT, 'secret');
  expect([isEncryptedField(older), isEncryptedField(ciphertext)]).toEqual([true, false]);
  expect(decrypt(KEY, versioned, older).toString()).toBe('secret');
});
