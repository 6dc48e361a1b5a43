import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../domain/seals/seal.ts';
import { HOUR_MS, openSealedDatabase } from '../fixtures/sealed-database.ts';

const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
const iso = (minutes: number) => new Date(BASE + minutes * 60_000).toISOString();
const DAYS = { from: BASE, until: BASE + 2 * DAY_MS };

describe('an hour of several mappings', () => {
  it('is one tree in the order of its responses', async () => {
    const database = await openSealedDatabase();
    await database.submit(
      Array.from({ length: 24 }, (_, i) => ({
        externalId: `m${i}`,
        answeredAt: iso(i),
        score: i % 11,
        source: ['api', 'phone', 'mail'][i % 3],
      })),
    );
    expect(await database.seal()).toEqual({ sealed: 1, refused: [] });
    const [seal] = await database.sql<{ manifest: string }>('SELECT manifest FROM seal');
    const { mappings } = JSON.parse(seal?.manifest ?? '') as Manifest;
    expect(Object.values(mappings)).toEqual([8, 8, 8]);
    const leaves = await database.sql<{ id: string }>(
      'SELECT response_id AS id FROM seal_leaf ORDER BY place',
    );
    const responses = await database.sql<{ id: string }>('SELECT id FROM response ORDER BY id');
    expect(leaves).toEqual(responses);
    expect(await database.verify(DAYS)).toMatchObject({ verdict: 'VERIFIED', responses: 24, rollups: 1 });
    await database.close();
  });
});
