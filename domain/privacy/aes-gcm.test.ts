import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSealedPlace, SealBroken, type SealContext, seal, unseal } from './aes-gcm.ts';

const KEY = Buffer.alloc(32, 1);
const CONTEXT: SealContext = { tenant: 't', subject: 's', field: 'comment', row: 'r' };

it('opens what it sealed, and never seals the same way twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = seal(KEY, CONTEXT, text);
      expect(unseal(KEY, CONTEXT, sealed).toString()).toBe(text);
      expect(seal(KEY, CONTEXT, text)).not.toBe(sealed);
    }),
  );
});

it('opens only under its key and in its place', () => {
  const sealed = seal(KEY, CONTEXT, 'secret');
  for (const part of ['tenant', 'subject', 'field', 'row'] as const) {
    expect(() => unseal(KEY, { ...CONTEXT, [part]: 'other' }, sealed)).toThrow(SealBroken);
  }
  expect(() => unseal(Buffer.alloc(32, 2), CONTEXT, sealed)).toThrow(SealBroken);
  // The parts of the context do not run into each other.
  expect(() => unseal(KEY, { ...CONTEXT, tenant: 'ts', subject: '' }, sealed)).toThrow(SealBroken);
});

it('notices every flipped bit', () => {
  const sealed = seal(KEY, CONTEXT, 'secret');
  const bytes = Buffer.from(sealed.slice(2), 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal(KEY, CONTEXT, `1.${changed.toString('base64')}`)).toThrow(SealBroken);
    }),
  );
  expect(() => unseal(KEY, CONTEXT, 'plain text')).toThrow(SealBroken);
});

it('of a content that has a version opens only as that version, and what was sealed before there was one opens too', () => {
  const versioned = { ...CONTEXT, version: 'first' };
  const sealed = seal(KEY, versioned, 'secret');
  expect(unseal(KEY, versioned, sealed).toString()).toBe('secret');
  expect(() => unseal(KEY, { ...CONTEXT, version: 'second' }, sealed)).toThrow(SealBroken);
  expect(() => unseal(KEY, CONTEXT, sealed)).toThrow(SealBroken);
  // Nobody makes the older format of the newer one.
  expect(() => unseal(KEY, versioned, sealed.replace(/^2/, '1'))).toThrow(SealBroken);
  const older = seal(KEY, CONTEXT, 'secret');
  expect([isSealedPlace(older), isSealedPlace(sealed)]).toEqual([true, false]);
  expect(unseal(KEY, versioned, older).toString()).toBe('secret');
});
