import { expect, it } from 'vitest';
import { DecryptionError } from '../../domain/privacy/aes-gcm.ts';
import { itemSeal } from './sealed-items.ts';

const pepper = { version: 1, secret: Buffer.alloc(32, 1) };
const later = { version: 2, secret: Buffer.alloc(32, 2), former: pepper };
const handed = {
  by: { id: 'ApiKey:1', role: 'feed', attributes: { region: ['Germany'] }, sources: ['crm'] },
  position: 'request 1 item 0',
  item: { externalId: 'a', comment: 'checkout' },
};

it('an item opens under the pepper that sealed it, also when that is a former one', () => {
  const sealed = itemSeal(pepper, 'here').seal(handed);
  expect(sealed.toString('latin1')).not.toContain('checkout');
  expect(itemSeal(pepper, 'here').open(sealed)).toEqual(handed);
  expect(itemSeal(later, 'here').open(sealed)).toEqual(handed);
  expect(itemSeal(later, 'here').open(itemSeal(later, 'here').seal(handed))).toEqual(handed);
});

it('what was changed, or made without the pepper or for another instance, does not open', () => {
  const sealed = itemSeal(pepper, 'here').seal(handed);
  const changed = Buffer.from(sealed);
  changed[sealed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const other = { version: 1, secret: Buffer.alloc(32, 3) };
  for (const value of [changed, Buffer.from('forged'), Buffer.alloc(0), itemSeal(other, 'here').seal(handed)])
    expect(() => itemSeal(pepper, 'here').open(value)).toThrow(DecryptionError);
  expect(() => itemSeal(pepper, 'there').open(sealed)).toThrow(DecryptionError);
});
