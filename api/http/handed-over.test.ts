import { type DocumentNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { sha256 } from '../../config/gate-settings.ts';
import { documentBytes, KEPT_BYTES } from '../gate/documents.ts';
import { HandedOver } from './handed-over.ts';

const textOf = ({ loc }: DocumentNode) => loc?.source.body ?? '';

it('finds documents by the hash of their text, and keeps little', async () => {
  const handedOver = new HandedOver();
  const documents = Array.from({ length: 50 }, (_, i) => parse(`{ a } #${i}\n${' '.repeat(100_000)}`));
  for (const document of documents) {
    handedOver.add(document);
    expect(await handedOver.get(`apq:${sha256(textOf(document))}`)).toBe(document);
  }
  const kept = await Promise.all(documents.map((one) => handedOver.get(sha256(textOf(one)))));
  const bytes = kept.reduce((sum, one) => sum + (one ? documentBytes(one) : 0), 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(KEPT_BYTES);
});
