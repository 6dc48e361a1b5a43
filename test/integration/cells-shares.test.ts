import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import type { CellLimits } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { giveBackCells } from '../../store/responses/return-cells.ts';
import {
  DIMENSIONS,
  narrowScope,
  openTestDatabase,
  PEPPER,
  type TestDatabase,
} from '../fixtures/database.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/** Limits so low that a few answers reach them: 20 cells as they are sent, 5 of one key, 2 more with "other". */
const LIMITS: CellLimits = { limit: 20, perKey: 0.25, perSource: 0.5, perMinute: 100 };
const IN_GERMANY = narrowScope('germany', ({ attributes }) => attributes.region === 'Germany');
const WIDE = narrowScope('wide', () => true);

let database: TestDatabase;
let warnings: string[];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  warnings = [];
  await database.sql('DELETE FROM response');
  await database.sql(
    'TRUNCATE response_key, source_event, cell, disclosure_cell, rollup_minute, rollup_hour, rollup_day',
  );
  await database.cells.reload(database.store);
});

let id = 0;
const item = (region: string, productLine: string, channel = 'web', source = 'api') => {
  id += 1;
  return {
    externalId: `r-${id}`,
    answeredAt: '2026-03-01T00:00:00Z',
    score: 9,
    region,
    productLine,
    channel,
    source,
  };
};

/** A process of its own, as far as cells go. */
function open(limits: Partial<CellLimits> = {}) {
  const { store, encryption, cells, mappings, sign } = database;
  const ingestor = createIngestor({
    ...{ store, encryption, cells, mappings, sign, dimensions: DIMENSIONS, pepper: PEPPER, now: Date.now },
    cellLimits: { ...LIMITS, ...limits },
    warn: (message) => warnings.push(message),
  });
  const read = createItemReader(DIMENSIONS, 'responses');
  return (by: string, scope: Scope, items: readonly object[]) =>
    submitItems(ingestor, { id: by, scope, sources: null }, read, items, 'test');
}
const filed = async () =>
  (
    await database.sql<{
      name: string;
    }>(`SELECT concat_ws(' / ', c.attributes->>'region', c.attributes->>'product_line',
      c.attributes->>'channel') AS name FROM response r JOIN cell c ON c.id = r.cell_id ORDER BY r.external_id`)
  ).map(({ name }) => name);
const cellsOf = async (where: string) =>
  (await database.sql<{ n: number }>(`SELECT count(*)::integer AS n FROM cell WHERE ${where}`))[0]?.n;

it('a flood uses its own share, and new values of others are stored as sent', async () => {
  const submit = open();
  const flood = Array.from({ length: 60 }, (_, i) => item('Germany', `p${i}`, `c${i % 3}`));
  const answer = await submit('ApiKey:flood', IN_GERMANY, flood);
  expect(answer).toMatchObject({ accepted: 60 - answer.rejected.length });
  expect(await cellsOf(`attributes->>'region' <> 'Germany'`)).toBe(0);
  expect(await cellsOf(`made_by = 'ApiKey:flood' AND NOT overflow`)).toBe(5);
  expect(await cellsOf(`made_by = 'ApiKey:flood' AND overflow`)).toBeLessThanOrEqual(3);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^ApiKey:flood: its share of the cells \(0.25 of 20\) is used up/);
  await submit('ApiKey:honest', WIDE, [item('Austria', 'Payments', 'mail')]);
  expect(await filed()).toContain('Austria / Payments / mail');
});

it('reports for each item where it was filed, keeps known values, and never leaves the bounds of the key', async () => {
  const submit = open({ limit: 100, perKey: 0.2 });
  await submit('admin', EVERYTHING, [item('Germany', 'A'), item('Austria', 'B', 'mail')]);
  await submit(
    'k',
    IN_GERMANY,
    Array.from({ length: 20 }, (_, i) => item('Germany', `p${i}`)),
  );
  const answer = await submit('k', IN_GERMANY, [
    item('Germany', 'New'),
    item('Germany', 'A'),
    item('Germany', 'B', 'mail'),
    item('Austria', 'B'),
  ]);
  expect(answer).toMatchObject({ accepted: 3, rejected: [{ index: 3, code: 'FORBIDDEN' }], filedAsTotal: 2 });
  expect(answer.filedAs).toEqual([
    {
      index: 0,
      values: { productLine: 'other', region: 'Germany', lifecycleStage: 'unknown', channel: 'web' },
    },
    {
      index: 2,
      values: { productLine: 'other', region: 'Germany', lifecycleStage: 'unknown', channel: 'mail' },
    },
  ]);
  const out = await submit(
    'l',
    narrowScope('new', ({ attributes }) => attributes.region === 'New'),
    [item('New', 'A'), item('New', 'B'), item('New', 'C')],
  );
  expect(out).toMatchObject({ accepted: 3 });
  await expectRollupsToEqualRecount(database);
});

it('an item is rejected if its place would be outside the bounds of the key', async () => {
  const submit = open({ limit: 8, perKey: 1, perSource: 1 });
  await submit(
    'admin',
    EVERYTHING,
    Array.from({ length: 8 }, (_, i) => item('Germany', `p${i}`)),
  );
  const peru = narrowScope('peru', ({ attributes }) => attributes.region === 'Peru');
  expect(await submit('k', peru, [item('Peru', 'p1')])).toMatchObject({
    accepted: 0,
    rejected: [{ code: 'NO_CELL', message: expect.stringMatching(/finds no room.*outside the segment/) }],
  });
  // Nothing of it is there, and who is not narrowed is filed in "other" of what is new alone.
  expect(await submit('admin', EVERYTHING, [item('Peru', 'p1')])).toMatchObject({
    accepted: 1,
    filedAs: [{ values: { region: 'other' } }],
  });
});

it('the share is counted in the database: a restart, another process and another key of the source do not renew it', async () => {
  const flood = (source: string) =>
    Array.from({ length: 10 }, (_, i) => item('Germany', `p${id + i}`, 'web', source));
  await open()('k1', WIDE, flood('s'));
  await open()('k1', WIDE, flood('s'));
  expect(await cellsOf('NOT overflow')).toBe(5);
  await Promise.all([open()('k2', WIDE, flood('s')), open()('k3', WIDE, flood('s'))]);
  expect(await cellsOf('NOT overflow')).toBe(10);
  await open()('k4', WIDE, flood('t'));
  expect(await cellsOf('NOT overflow')).toBe(15);
  await open({ perMinute: 2 })('k5', WIDE, flood('u'));
  expect(await cellsOf('NOT overflow')).toBe(17);
});

it('a duplicate reports where the response is, and a stale one leaves no cell in use', async () => {
  const submit = open({ limit: 100, perKey: 0.01 });
  await submit('k', WIDE, [item('Germany', 'A')]);
  const again = item('Germany', 'New');
  expect(await submit('k', WIDE, [again])).toMatchObject({ accepted: 1, filedAsTotal: 1 });
  expect(await submit('k', WIDE, [again])).toMatchObject({
    duplicates: 1,
    filedAs: [{ index: 0, values: { productLine: 'other' } }],
  });
  await submit('admin', EVERYTHING, [{ ...again, region: 'Peru', answeredAt: '2020-01-01T00:00:00Z' }]);
  expect(await cellsOf('NOT used')).toBe(1);
});

it('unused cells are released, and one in flight is added again', async () => {
  const submit = open();
  const first = item('Germany', 'A');
  await submit('k', WIDE, [first, item('Germany', 'B'), item('Germany', 'C'), item('Germany', 'D')]);
  await submit('k', WIDE, [{ ...first, region: 'Nowhere' }]);
  expect(await cellsOf(`NOT used AND attributes->>'region' = 'Nowhere'`)).toBe(1);
  expect(await giveBackCells(database.store, database.cells)).toBe(0);
  await database.sql(`UPDATE cell SET recorded_at = now() - interval '1 day'`);
  const before = database.cells.version;
  expect(await giveBackCells(database.store, database.cells)).toBe(1);
  expect(database.cells.version).toBeGreaterThan(before);
  expect(await cellsOf('true')).toBe(4);
  // The share is free again, once.
  const answer = await submit('k', WIDE, [item('Germany', 'E'), item('Germany', 'F')]);
  expect(answer.filedAsTotal).toBe(1);
});

it('cells of a server that does not flag their use are kept', async () => {
  const submit = open();
  await submit('k', WIDE, [item('Germany', 'A'), item('Germany', 'B')]);
  await database.sql(`INSERT INTO cell (key, attributes) VALUES ('unmarked', '{"region": "Peru"}')`);
  expect(await cellsOf('NOT used')).toBe(0);
  await database.sql(`UPDATE cell SET used = key = 'unmarked', recorded_at = now() - interval '1 day'`);
  expect(await cellsOf('NOT used')).toBe(2);
  expect(await giveBackCells(database.store, database.cells)).toBe(0);
  expect(await cellsOf('true')).toBe(3);
});

it('a process that does not know of a release adds the cell again instead of writing to nothing', async () => {
  const submit = open();
  const first = item('Germany', 'A');
  await submit('k', WIDE, [first]);
  await submit('k', WIDE, [{ ...first, region: 'Nowhere' }]);
  await database.sql(`DELETE FROM cell WHERE attributes->>'region' = 'Nowhere'`);
  expect(await submit('k', WIDE, [item('Nowhere', 'A'), item('Germany', 'A')])).toMatchObject({
    accepted: 2,
  });
  expect(await filed()).toEqual(expect.arrayContaining(['Nowhere / A / web']));
  expect(await cellsOf('NOT used')).toBe(0);
});

it('a released cell is never missing for arriving responses', async () => {
  const submit = open({ limit: 1_000, perKey: 1, perSource: 1, perMinute: 10_000 });
  const first = item('Germany', 'A');
  await submit('k', WIDE, [first]);
  for (let round = 0; round < 5; round++) {
    const regions = Array.from({ length: 8 }, (_, i) => `${round} ${i}`);
    // Stale, so that their cells are added and hold nothing.
    await submit(
      'k',
      WIDE,
      regions.map((region) => ({ ...first, region })),
    );
    await database.sql(`UPDATE cell SET recorded_at = now() - interval '1 day' WHERE NOT used`);
    const [, ...answers] = await Promise.all([
      giveBackCells(database.store, database.cells),
      ...regions.map((region) => submit('k', WIDE, [item(region, 'A')])),
    ]);
    for (const answer of answers) expect(answer.accepted).toBe(1);
  }
  const dangling = 'SELECT FROM response r WHERE NOT EXISTS (SELECT FROM cell c WHERE c.id = r.cell_id)';
  expect(await database.sql(dangling)).toEqual([]);
  expect(await cellsOf('NOT used')).toBe(0);
});

it('names the subject of a token by a hash in the log', async () => {
  const submit = open();
  await submit(
    'token:ada@example.org',
    IN_GERMANY,
    Array.from({ length: 20 }, (_, i) => item('Germany', `p${i}`)),
  );
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^token:[0-9a-f]{12}: its share of the cells/);
});
