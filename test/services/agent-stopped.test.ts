import { afterAll, beforeAll, expect, it } from 'vitest';
import { decideAbout } from '../../agents/loop/run.ts';
import { holdSetting, writeSetting } from '../../store/agents/agent-settings.ts';
import { unnamed } from '../../store/database/statement.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { patience } from '../fixtures/patience.ts';
import { type SampleWorld, sampleAgent } from '../fixtures/sample-agent.ts';

/* An agent that never had a setting has no row to lock: a change waits for its step all the same. */
let database: TestDatabase;
const WAITING = unnamed(
  `SELECT count(*)::integer AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
);
const waiting = async () => (await database.store.rows<{ n: number }>(WAITING, []))[0]?.n;
const stop = (agent: string, done: () => void) =>
  database.store
    .transaction((session) =>
      writeSetting(session, {
        ...{ agent, autonomy: 'ACT', enabled: false },
        ...{ changedBy: 'test', changedAt: new Date(), reason: 'test' },
      }),
    )
    .then(done);

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

it('a change of a setting waits for the step that has read it, also if there was none, and for no other agent', async () => {
  const ended: string[] = [];
  let stopping = Promise.resolve();
  await database.store.transaction(async (session) => {
    expect(await holdSetting(session, 'sample')).toBeNull();
    stopping = stop('sample', () => void ended.push('stop'));
    await stop('another', () => void ended.push('another'));
    await expect.poll(waiting, { timeout: patience(20_000) }).toBe(1);
    ended.push('step');
  });
  await stopping;
  expect(ended).toEqual(['another', 'step', 'stop']);
  expect(await database.store.transaction((session) => holdSetting(session, 'sample'))).toMatchObject({
    enabled: false,
  });
});

it('a step that begins while an agent is stopped waits, and then does nothing', async () => {
  const world: SampleWorld = { values: {}, cells: 'everything', about: [], failing: false };
  const agent = { ...sampleAgent(world), name: 'sample-of-two' };
  const deps = { ...database, dimensions: DIMENSIONS, now: Date.now };
  const seen = { key: 'k', inputs: { value: 12, before: null }, cells: 'everything' as const, about: [] };
  let step: Promise<unknown> = Promise.resolve();
  await database.store.transaction(async (session) => {
    await writeSetting(session, {
      ...{ agent: agent.name, autonomy: 'ACT', enabled: false },
      ...{ changedBy: 'test', changedAt: new Date(), reason: 'test' },
    });
    step = decideAbout(deps, agent as never, seen, { onError: () => undefined });
    await expect.poll(waiting, { timeout: patience(20_000) }).toBe(1);
  });
  expect(await step).toBeNull();
  expect(await database.sql(`SELECT FROM alert_rule WHERE name = 'k'`)).toEqual([]);
});
