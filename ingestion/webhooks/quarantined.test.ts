import { expect, it } from 'vitest';
import { itemAgain, type QuarantineContent, quarantinedItem } from './quarantined.ts';

const said = { position: 'item 0', reason: 'MAPPING', code: 'INVALID', field: null } as const;

it.each([undefined, null, '', 0, false, 'sl', { a: [1] }, []])('%o is read again as it waits', (item) => {
  const kept = quarantinedItem((text) => [text], { ...said, item });
  const content = JSON.parse(kept?.content ?? '') as QuarantineContent & { readonly kind: 'item' };
  expect(itemAgain(content.text)).toEqual(item ?? null);
});

it('what an earlier version kept of an absent item is read as nothing', () => {
  const content = JSON.parse(JSON.stringify({ kind: 'item', text: undefined })) as { readonly text: string };
  expect(itemAgain(content.text)).toBeNull();
});
