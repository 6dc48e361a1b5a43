import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dataMonitor } from '../../agents/data-monitor/index.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { readAlerts } from '../../store/agents/alerts.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* The data monitor watches who answers of those invited, and who gives up of those who began. */

const DAY_MS = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY_MS);
const FIRST = TODAY - 238;
/** Days of the planted falls, counted from today. */
const FALL = 20;
let database: TestDatabase;
let now = TODAY * DAY_MS;
const errors: Error[] = [];
const agent = dataMonitor({ followerDelays: async () => ({}), retention: {} }) as AnyAgent;
const run = () => {
  now += 10 * 60_000;
  const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now };
  return runAgent(deps, agent, { onError: (error) => errors.push(error) });
};
const cellOf = (region: string) =>
  database.cells.all().find(({ attributes }) => attributes.region === region)?.id ?? 0;

/** Stores counts of each day of a region as a year of invitations would leave them. */
async function fill(
  region: string,
  seed: number,
  asked: number,
  rateOn: (ago: number) => number,
  began: (ago: number) => number,
) {
  const random = randomFrom(seed);
  const drawn = (n: number, share: number) =>
    Array.from({ length: n }, random).filter((x) => x < share).length;
  for (let day = FIRST; day < TODAY; day++) {
    const invited = asked + drawn(20, 0.5);
    const started = drawn(invited, began(TODAY - day));
    const answered = drawn(started, rateOn(TODAY - day));
    const at = new Date(day * DAY_MS);
    await database.sql(
      `INSERT INTO invitation (id, source_id, external_id, received_at, content_hash, at, cell_id, invited, started)
        VALUES ($1, 1, $2, $3, '', $3, $4, $5, $6)`,
      [randomUUID(), `${region} ${day}`, at, cellOf(region), invited, started],
    );
    await database.sql(
      `INSERT INTO rollup_day (bucket, cell_id, model_version_id, promoters, passives, detractors, n, sum, sum_squares)
        VALUES ($1, $2, 0, $3, 0, 0, $3, 0, 0)`,
      [at, cellOf(region), answered],
    );
  }
}
const alerts = () => readAlerts(database.store, null, { states: null, after: null, limit: 100 });
const clear = async () => {
  for (const table of ['invitation', 'rollup_day', 'agent_state', 'alert', 'agent_decision'])
    await database.sql(`DELETE FROM ${table}`);
};

beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    ['Germany', 'Japan'].map((region) => ({
      externalId: region,
      answeredAt: new Date((FIRST - 2) * DAY_MS).toISOString(),
      score: 9,
      region,
    })),
  );
  await database.cells.refresh(database.store);
});
afterAll(() => database?.close());

it('says nothing of noise', async () => {
  await clear();
  await fill(
    'Germany',
    1,
    120,
    () => 0.5,
    () => 0.6,
  );
  await fill(
    'Japan',
    2,
    60,
    () => 0.4,
    () => 0.7,
  );
  await run();
  expect(await alerts()).toEqual([]);
  const made = await readAgentDecisions(database.store, null, {
    agent: 'data-monitor',
    states: null,
    after: null,
    limit: 10,
  });
  const ofRates = made.filter(({ key }) => key.endsWith(' rate'));
  expect(ofRates.map(({ reason }) => reason.split(' Of all: ')[0]).sort()).toEqual([
    'The response rate is as usual in 3 segments.',
    'The share of those who give up after they began is as usual in 3 segments.',
  ]);
  for (const one of ofRates) expect(replay([agent], one)).toEqual({ same: true, reason: null });
  // Once a day: what was judged is not judged again.
  expect((await run()).filter(({ key }) => key.endsWith(' rate'))).toEqual([]);
});

it('finds a planted fall of the response rate and says where, by how much and since when', async () => {
  await clear();
  await fill(
    'Germany',
    3,
    120,
    () => 0.5,
    (ago) => (ago > FALL ? 0.6 : 0.4),
  );
  await fill(
    'Japan',
    4,
    60,
    () => 0.4,
    () => 0.7,
  );
  await run();
  const found = await alerts();
  expect(found).toMatchObject([{ severity: 'WARNING', state: 'OPEN' }]);
  expect(found[0]?.title).toMatch(/^The response rate fell: /);
  expect(found[0]?.summary).toMatch(
    /From (29|30)[.\d]* % to (2[0-4])[.\d]* % over (1[89]|2\d) days\..*Germany/,
  );
  now += DAY_MS;
  await run();
  expect(await alerts()).toHaveLength(1);
});

it('finds that more give up after they began, without a fall of those who begin', async () => {
  await clear();
  await fill(
    'Germany',
    5,
    120,
    (ago) => (ago > FALL ? 0.6 : 0.35),
    () => 0.5,
  );
  await fill(
    'Japan',
    6,
    60,
    () => 0.4,
    () => 0.7,
  );
  await run();
  const titles = (await alerts()).map(({ title }) => title);
  expect(titles).toContainEqual(
    expect.stringMatching(/^The share of those who give up after they began rose: /),
  );
  expect(errors).toEqual([]);
});

it('judges the rates of more cells and days than a call takes arguments', async () => {
  await clear();
  const cells = 560;
  await database.sql(
    `INSERT INTO invitation (id, source_id, external_id, received_at, content_hash, at, cell_id, invited, started)
      SELECT gen_random_uuid(), 1, d || ' ' || c, t, '', t, c, 10, 6
      FROM generate_series($1::integer, $2::integer) AS d, generate_series(1, $3::integer) AS c,
        LATERAL (SELECT to_timestamp(d * 86400.0) AS t) AS x`,
    [FIRST, TODAY - 1, cells],
  );
  const made = await run();
  expect(made.map(({ key }) => key)).toEqual(expect.arrayContaining(['response rate', 'abandonment rate']));
});
