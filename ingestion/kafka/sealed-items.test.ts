import { expect, it } from 'vitest';
import { DecryptionError } from '../../domain/privacy/aes-gcm.ts';
import { openItem, sealItem } from './sealed-items.ts';

const pepper = { version: 1, secret: Buffer.alloc(32, 1) };
const later = { version: 2, secret: Buffer.alloc(32, 2), former: pepper };
const handed = {
  by: { id: 'ApiKey:1', role: 'feed', attributes: { region: ['Germany'] }, sources: ['crm'] },
  position: 'request 1 item 0',
  item: { externalId: 'a', comment: 'checkout' },
};

it('an item opens under the pepper that sealed it, also when that is a former one', () => {
  const sealed = sealItem(pepper, 'here', handed);
  expect(sealed.toString('latin1')).not.toContain('checkout');
  expect(openItem(pepper, 'here', sealed)).toEqual(handed);
  expect(openItem(later, 'here', sealed)).toEqual(handed);
  expect(openItem(later, 'here', sealItem(later, 'here', handed))).toEqual(handed);
});

it('what was changed, or made without the pepper or for another instance, does not open', () => {
  const sealed = sealItem(pepper, 'here', handed);
  const changed = Buffer.from(sealed);
  changed[sealed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const other = { version: 1, secret: Buffer.alloc(32, 3) };
  for (const value of [changed, Buffer.from('forged'), Buffer.alloc(0), sealItem(other, 'here', handed)])
    expect(() => openItem(pepper, 'here', value)).toThrow(DecryptionError);
  expect(() => openItem(pepper, 'there', sealed)).toThrow(DecryptionError);
});
