import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor, type Ingestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { type BatchAccount, submitItems } from '../../ingestion/pipeline/submit.ts';
import { addRejected, forgetSourceDays } from '../../store/responses/source-days.ts';
import {
  DIMENSIONS,
  narrowScope,
  openTestDatabase,
  PEPPER,
  type TestDatabase,
} from '../fixtures/database.ts';

const WIDE = narrowScope('wide', () => true);
const HOUR = 3_600_000;
let database: TestDatabase;
let clock = Date.UTC(2026, 2, 1);
let ingestor: Ingestor;
let submit: (
  id: string,
  sources: readonly string[] | null,
  items: readonly object[],
) => Promise<BatchAccount>;

beforeAll(async () => {
  database = await openTestDatabase();
  const { store, encryption, cells, mappings, sign } = database;
  ingestor = createIngestor({
    ...{ store, encryption, cells, mappings, sign, dimensions: DIMENSIONS, pepper: PEPPER },
    cellLimits: DEFAULT_CELL_LIMITS,
    now: () => clock,
    warn: () => undefined,
  });
  const read = createItemReader(DIMENSIONS, 'responses');
  submit = (id, sources, items) =>
    submitItems(ingestor, { id, sources, scope: id === 'admin' ? EVERYTHING : WIDE }, read, items, 'test');
});
afterAll(() => database.close());

const item = (externalId: string, source: string, at = clock, score = 9) => ({
  externalId,
  source,
  answeredAt: new Date(at).toISOString(),
  score,
});
const codes = ({ rejected }: BatchAccount) => rejected.map(({ code, message }) => `${code} ${message}`);
const answers = (externalId: string) =>
  database.sql(`SELECT score, answered_at AS at FROM response WHERE external_id = '${externalId}'`);

it('a key that is bound to sources submits for no other, item by item', async () => {
  const answer = await submit(
    'k',
    ['web', 'app'],
    [item('a1', 'web'), item('a2', 'shop'), item('a3', 'app')],
  );
  expect(answer).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'FORBIDDEN' }] });
  expect(codes(answer)[0]).toMatch(/source: this key is bound to other sources/);
  expect(await database.sql(`SELECT FROM source WHERE name = 'shop'`)).toEqual([]);
});

it('no other key corrects or redates a response of a source, except bound ones and administrators', async () => {
  await submit('first', null, [item('b1', 'mail', clock - HOUR)]);
  const later = (score: number) => item('b1', 'mail', clock - HOUR + score * 60_000, score);
  const strange = await submit('second', null, [later(1), item('b2', 'mail')]);
  expect(strange).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'FORBIDDEN' }] });
  expect(codes(strange)[0]).toMatch(/source: .*corrected by a key that is bound to this source/);
  expect(await answers('b1')).toMatchObject([{ score: 9, at: new Date(clock - HOUR) }]);
  for (const [score, id, sources] of [
    [2, 'first', null],
    [3, 'third', ['mail']],
    [4, 'admin', null],
  ] as const) {
    expect(await submit(id, sources, [later(score)])).toMatchObject({ accepted: 1 });
    expect(await answers('b1')).toMatchObject([{ score }]);
  }
  // What was recorded before it was kept who named a source stays as it was.
  await database.sql(`UPDATE source SET made_by = NULL WHERE name = 'mail'`);
  await database.mappings.refresh(database.store);
  expect(await submit('second', null, [later(5)])).toMatchObject({ accepted: 1 });
});

it('a correction is not dated after its arrival, and a response dated ahead does not block later ones', async () => {
  const day = 23 * HOUR;
  expect(await submit('k', ['web'], [item('c1', 'web', clock - HOUR, 9)])).toMatchObject({ accepted: 1 });
  const pinned = await submit('k', ['web'], [item('c1', 'web', clock + day, 0)]);
  expect(pinned).toMatchObject({ rejected: [{ code: 'IN_THE_FUTURE' }] });
  expect(codes(pinned)[0]).toMatch(/a correction is dated at the latest now/);
  // Clocks differ by minutes.
  expect(await submit('k', ['web'], [item('c1', 'web', clock + 60_000, 8)])).toMatchObject({ accepted: 1 });
  // A first one may be ahead; from its arrival on it is corrected as any other.
  expect(await submit('k', ['web'], [item('c2', 'web', clock + day, 0)])).toMatchObject({ accepted: 1 });
  expect(await submit('k', ['web'], [item('c2', 'web', clock - HOUR, 5)])).toMatchObject({
    rejected: [{ code: 'STALE' }],
  });
  clock += HOUR;
  expect(await submit('k', ['web'], [item('c2', 'web', clock, 10)])).toMatchObject({ accepted: 1 });
  expect(await answers('c2')).toMatchObject([{ score: 10, at: new Date(clock) }]);
  const both = await submit('k', ['web'], [item('c3', 'web', clock, 1), item('c3', 'web', clock + day, 2)]);
  expect(both).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'IN_THE_FUTURE' }] });
});

it('what arrived of a source is counted by day, also when several write at once, and forgotten after 90 days', async () => {
  const days = () =>
    database.sql(
      `SELECT day::text, accepted::int, duplicates::int, rejected, examined::int, missing, delays FROM source_day JOIN source ON id = source_id WHERE name = 'counted' ORDER BY day`,
    );
  const first = clock;
  const ahead = { ...item('n1', 'counted', clock + 23 * HOUR), region: 'Japan' };
  await submit('admin', null, [item('n0', 'counted'), item('n0', 'counted'), ahead]);
  clock += 24 * HOUR;
  const other = (id: number) =>
    addRejected(database.store, [{ id, day: '2026-03-02', rejected: { STALE: 2 }, at: new Date(clock) }]);
  const [source] = await database.sql<{ id: number }>(`SELECT id FROM source WHERE name = 'counted'`);
  const sent = Array.from({ length: 8 }, (_, i) => [
    item(`m${i}`, 'counted'),
    item(`bad${i}`, 'counted', clock, 11),
  ]);
  await Promise.all([
    ...sent.map((items) => submit('admin', null, items)),
    other(source?.id ?? -1),
    other(source?.id ?? -1),
  ]);
  await ingestor.idle();
  const without = (items: number) =>
    Object.fromEntries(
      ['comment', 'respondent', 'account', ...DIMENSIONS.map(({ field }) => field)].map((field) => [
        field,
        items,
      ]),
    );
  const second = {
    ...{ day: '2026-03-02', accepted: 8, duplicates: 0, rejected: { OUT_OF_SCALE: 8, STALE: 4 } },
    ...{ examined: 8, missing: without(8), delays: { 0: 8 } },
  };
  expect(await days()).toEqual([
    {
      ...{ day: '2026-03-01', accepted: 2, duplicates: 1, rejected: {} },
      ...{ examined: 2, missing: { ...without(2), region: 1 }, delays: { 0: 1, '-17': 1 } },
    },
    second,
  ]);
  await forgetSourceDays(database.store, first + 90 * 24 * HOUR);
  expect(await days()).toHaveLength(2);
  await forgetSourceDays(database.store, first + 91 * 24 * HOUR);
  expect(await days()).toEqual([second]);
});

it('counts a batch once whose commit was not answered, with what it repeats', async () => {
  const { store, encryption, cells, mappings, sign } = database;
  let isLost = true;
  const losing = Object.assign(Object.create(store), {
    transaction: async (...given: Parameters<typeof store.transaction>) => {
      const result = await store.transaction(...given);
      if (given[1]?.lockMs === undefined || !isLost) return result;
      isLost = false;
      throw Object.assign(new Error('the connection ended'), { code: '08006' });
    },
  });
  const retrying = createIngestor({
    ...{ store: losing, encryption, cells, mappings, sign, dimensions: DIMENSIONS, pepper: PEPPER },
    cellLimits: DEFAULT_CELL_LIMITS,
    now: () => clock,
    warn: () => undefined,
  });
  await submit('admin', null, [item('old', 'lost')]);
  const read = createItemReader(DIMENSIONS, 'responses');
  const items = [item('new 1', 'lost'), item('old', 'lost'), item('new 2', 'lost'), item('new 1', 'lost')];
  const answer = await submitItems(
    retrying,
    { id: 'admin', sources: null, scope: EVERYTHING },
    read,
    items,
    'test',
  );
  expect([isLost, answer.accepted, answer.duplicates]).toEqual([false, 2, 2]);
  expect(
    await database.sql(
      `SELECT accepted::int, examined::int, duplicates::int, missing ->> 'comment' AS silent, delays FROM source_day
        JOIN source ON id = source_id WHERE name = 'lost'`,
    ),
  ).toEqual([{ accepted: 3, examined: 3, duplicates: 2, silent: '3', delays: { 0: 3 } }]);
});
