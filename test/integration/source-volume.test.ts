import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { MOST_COUNTED, readSources } from '../../store/responses/sources.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* What counting the answers of a source reads: the price of `sources` (decision 0100) holds for any number of combinations. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;
/** Every combination has an answer in every hour of 31 days: four times as much as is counted. */
const BUSY_CELLS = 120;
const HOURS = 31 * 24;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  const answer = (source: string, hours: number, more: object = {}) => ({
    externalId: `${source} ${hours}`,
    source,
    answeredAt: new Date(NOW - hours * HOUR_MS).toISOString(),
    score: 9,
    region: 'Germany',
    ...more,
  });
  const rare = [-3, 0, 0.4, 1, 23, 24, 25, 100, 600, 719.9, 720, 721, 2_000];
  await database.submit([
    answer('busy', 1),
    ...rare.map((hours) => answer('rare', hours)),
    ...rare.map((hours) => answer('reviews', hours, { score: null, comment: 'Fine.' })),
  ]);
  await database.mappings.refresh(database.store);
  const mapping = database.mappings.all().find(({ source }) => source === 'busy')?.id;
  await database.sql(
    `INSERT INTO cell (key, attributes) SELECT 'busy ' || i, '{"region": "Japan"}' FROM generate_series(1, ${BUSY_CELLS}) i`,
  );
  await database.sql(
    `INSERT INTO rollup_mapping (bucket, cell_id, model_version_id, mapping_version_id, n)
    SELECT date_trunc('hour', $1::timestamptz, 'UTC') - h * interval '1 hour', c.id, 0, ${mapping}, 2
    FROM generate_series(1, ${HOURS}) h CROSS JOIN cell c WHERE c.key LIKE 'busy %'`,
    [new Date(NOW)],
  );
  await database.sql('ANALYZE');
  await database.cells.refresh(database.store);
});
afterAll(() => database?.close());

const read = async (scope = EVERYTHING, first = 10) => {
  const deps = { ...database, store: database.scopedReader.as(scope), now: () => NOW };
  const { rows } = await readSources(deps, scope, { segment: {}, first, after: null });
  return new Map(rows.map((row) => [row.name, row]));
};

/** Rows of the rollup that the database has read so far. */
async function rowsRead(): Promise<number> {
  await database.sql('SELECT pg_stat_force_next_flush()');
  const [row] = await database.sql<{ n: number }>(
    `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 AS n FROM pg_stat_user_tables WHERE relname = 'rollup_mapping'`,
  );
  return row?.n ?? 0;
}

describe('the answers of a source', () => {
  it('are counted to the hour, those of the running hour and of a day ahead included', async () => {
    const found = await read();
    for (const name of ['rare', 'reviews'])
      expect(found.get(name), name).toMatchObject({ recent: 11, today: 6, complete: true });
  });

  it('are counted from the newest hour back, and counting ends', async () => {
    const found = await read();
    const { recent = 0, today = 0, complete } = found.get('busy') ?? {};
    expect(complete).toBe(false);
    expect(today).toBe(1 + 24 * BUSY_CELLS * 2);
    expect(Number(recent)).toBeGreaterThanOrEqual(2 * MOST_COUNTED);
    expect(Number(recent)).toBeLessThan(3 * MOST_COUNTED);
  });

  // In the servers' statistics others count as well, and late.
  // In the servers' statistics others count as well, and late.
  it.skipIf(inject('services'))('are counted without reading all of them', async () => {
    await read(); // notes the scope
    const before = await rowsRead();
    await read();
    expect((await rowsRead()) - before).toBeLessThan(1.5 * MOST_COUNTED);
  });

  it.skipIf(inject('services'))('are not counted of the source after the page', async () => {
    const before = await rowsRead();
    await read(EVERYTHING, 0);
    expect((await rowsRead()) - before).toBeLessThan(MOST_COUNTED / 10);
  });

  it('are those that the caller may read', async () => {
    const found = await read(narrowScope('german', ({ attributes }) => attributes.region === 'Germany'));
    expect(found.get('busy')).toMatchObject({ recent: 1, today: 1, complete: true });
    expect(found.get('rare')).toMatchObject({ recent: 11, today: 6, complete: true });
  });
});
