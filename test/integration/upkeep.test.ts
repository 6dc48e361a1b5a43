import { afterAll, beforeAll, expect, it } from 'vitest';
import { vacuumGrown } from '../../store/database/upkeep.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* What a server's autovacuum does, for the embedded database. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const begin = Date.parse('2026-01-01T00:00:00Z');
const submit = (from: number, count: number) =>
  database.submit(
    Array.from({ length: count }, (_, i) => ({
      externalId: `r${from + i}`,
      respondent: `p${from + i}`,
      answeredAt: new Date(begin + (from + i) * 60_000).toISOString(),
      score: (from + i) % 11,
    })),
  );
const estimated = async () => {
  const [row] = await database.sql<{ rows: number }>(
    `SELECT reltuples::integer AS rows FROM pg_class WHERE oid = 'source_event'::regclass`,
  );
  return row?.rows;
};

it('renews statistics of tables that have grown, once, and frees deleted rows', async (context) => {
  if (database.store.backend !== 'pglite') {
    expect(await vacuumGrown(database.store)).toEqual([]);
    return context.skip();
  }
  await submit(0, 2_000);
  expect(await estimated()).toBeLessThanOrEqual(0);
  expect(await vacuumGrown(database.store)).toContain('source_event');
  expect(await estimated()).toBe(2_000);
  expect(await vacuumGrown(database.store)).toEqual([]);

  await submit(2_000, 2_000);
  expect(await vacuumGrown(database.store)).toContain('source_event');
  expect(await estimated()).toBe(4_000);

  const pages = async () =>
    (await database.sql<{ bytes: number }>(`SELECT pg_relation_size('source_event') AS bytes`))[0]?.bytes;
  const before = await pages();
  await database.sql('DELETE FROM source_event');
  expect(await vacuumGrown(database.store)).toContain('source_event');
  expect(await pages()).toBeLessThan(before as number);
  // A stop ends it between two tables.
  await submit(4_000, 3_000);
  expect(await vacuumGrown(database.store, () => true)).toEqual([]);
});
