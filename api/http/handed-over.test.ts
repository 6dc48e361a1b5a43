import { type DocumentNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { sha256 } from '../../config/gate-settings.ts';
import { KEPT_CHARACTERS } from '../gate/documents.ts';
import { HandedOver } from './handed-over.ts';

const textOf = ({ loc }: DocumentNode) => loc?.source.body ?? '';

it('finds documents by the hash of their text, and keeps few characters', async () => {
  const handedOver = new HandedOver();
  const documents = Array.from({ length: 50 }, (_, i) => parse(`{ a } #${i}\n${' '.repeat(100_000)}`));
  for (const document of documents) {
    handedOver.add(document);
    expect(await handedOver.get(`apq:${sha256(textOf(document))}`)).toBe(document);
  }
  const kept = await Promise.all(documents.map((one) => handedOver.get(sha256(textOf(one)))));
  const characters = kept.reduce((sum, one) => sum + (one ? textOf(one).length : 0), 0);
  expect(characters).toBeGreaterThan(0);
  expect(characters).toBeLessThanOrEqual(KEPT_CHARACTERS);
});
