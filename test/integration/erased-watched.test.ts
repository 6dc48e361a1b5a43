import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { accountWatch } from '../../agents/account-watch/index.ts';
import type { AnyAgent, Observation } from '../../agents/loop/agent.ts';
import { decideAbout } from '../../agents/loop/run.ts';
import { outreach } from '../../agents/outreach/index.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { until } from '../fixtures/patience.ts';

/* An account that is erased or restricted between the observation of an agent and its decision: nothing is written of it. */

const DAY_MS = 86_400_000;
let database: TestDatabase;
let number = 0;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const deps = () => ({
  store: database.store,
  cells: database.cells,
  dimensions: DIMENSIONS,
  now: Date.now,
});
const options = {
  onError: (error: Error) => {
    throw error;
  },
};
const watch = accountWatch({ capacity: 20 }) as AnyAgent;
const before = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

/** An account at risk, by name. */
async function atRisk(): Promise<string> {
  const account = `account ${++number}`;
  const of = (name: string) => ({
    ...{ account, segmentValues: { region: 'Peru' }, externalId: `${account} ${name}` },
  });
  await database.submit([
    {
      ...{ externalId: account, answeredAt: before(10), score: 2, respondent: `p ${account}` },
      ...{ account, region: 'Peru' },
    },
  ]);
  await database.submitOutcomes([
    { ...of('start'), kind: 'SUBSCRIPTION_STARTED', at: before(80) },
    { ...of('paid'), kind: 'PAYMENT', at: before(40), amount: 10, currency: 'EUR' },
  ]);
  return account;
}

const idOf = async () =>
  (
    await database.sql<{ id: string }>(
      'SELECT account_id AS id FROM outcome ORDER BY received_at DESC, id LIMIT 1',
    )
  )[0]?.id ?? '';

/** What the agent observes of that key. */
async function observed(agent: AnyAgent, key: string): Promise<Observation<unknown>> {
  for await (const one of agent.observe(deps(), new Map())) if (one.key.startsWith(key)) return one;
  throw new Error(`nothing is observed of ${key}`);
}

const written = (id: string) =>
  database.sql(
    `SELECT 'alert' AS what FROM alert WHERE key LIKE '%' || $1 || '%'
      UNION ALL SELECT 'decision' FROM agent_decision WHERE key LIKE '%' || $1 || '%' OR array_to_string(about, ' ') LIKE '%' || $1 || '%'
      UNION ALL SELECT 'state' FROM agent_state WHERE key LIKE '%' || $1 || '%'
      UNION ALL SELECT 'case' FROM case_record WHERE cause LIKE '%' || $1 || '%'`,
    [id],
  );

it.each([
  ['erased', (account: string) => erase(database, personOf(account), BY)],
  ['restricted', (account: string) => restrict(database, personOf(account), true)],
])('the watch writes nothing of an account that was %s since it looked', async (_what, exercise) => {
  const account = await atRisk();
  const id = await idOf();
  const observation = await observed(watch, `account ${id} `);
  await exercise(account);
  expect(await decideAbout(deps(), watch, observation, options)).toMatchObject({ id: null, state: null });
  expect(await written(id)).toEqual([]);
});

it('no work is proposed about an alert that went with its account', async () => {
  const account = await atRisk();
  const id = await idOf();
  await decideAbout(deps(), watch, await observed(watch, `account ${id} `), options);
  const [alert] = await database.sql<{ id: string }>(`SELECT id FROM alert WHERE key LIKE '%' || $1 || '%'`, [
    id,
  ]);
  const observation = await observed(outreach as AnyAgent, `Alert:${alert?.id}`);
  await erase(database, personOf(account), BY);
  expect(await decideAbout(deps(), outreach as AnyAgent, observation, options)).toMatchObject({ id: null });
  expect(await written(alert?.id ?? 'none')).toEqual([]);
});

it.runIf(inject('services'))(
  'an erasure waits for a decision that is being written, and deletes it',
  async () => {
    const account = await atRisk();
    const id = await idOf();
    const observation = await observed(watch, `account ${id} `);
    let isErased = false;
    let erasing: Promise<unknown> = Promise.resolve();
    const waits = async () => {
      const text = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      return (await database.sql(text)).length > 0;
    };
    // The last step of the transaction.
    const note = async () => {
      erasing = erase(database, personOf(account), BY).then(() => {
        isErased = true;
      });
      await until(async () => isErased || (await waits()), 'the erasure waits or is done');
    };
    await decideAbout(deps(), watch, observation, { ...options, note });
    await erasing;
    expect(await written(id)).toEqual([]);
  },
);
