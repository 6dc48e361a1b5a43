import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { dataMonitor } from '../../agents/data-monitor/index.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { retentionAgent } from '../../agents/retention/index.ts';
import type { Retention } from '../../domain/privacy/retention.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { readAlerts } from '../../store/agents/alerts.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { readDeletions } from '../../store/data-subjects/deletion-records.ts';
import { BATCH } from '../../store/data-subjects/retention.ts';
import type { Autonomy } from '../../store/tables/agents.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* Retention as an agent: what is past its period is deleted batch by batch, each by a decision. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
// Noon: a test of some minutes stays within a day.
const DAY = 24 * HOUR;
let now = Math.floor(Date.now() / DAY) * DAY + 12 * HOUR;
let database: TestDatabase;
let policy: Retention = {};
let rewrites = 0;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
const agent = () =>
  retentionAgent({
    retention: policy,
    cells: database.cells,
    sign: database.sign,
    filesDue: () => {
      rewrites += 1;
    },
  }) as AnyAgent;
const deps = () => ({ store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now });
const run = (options = {}) => {
  now += 10 * MINUTE;
  return runAgent(deps(), agent(), { onError, ...options });
};
const decisions = async () =>
  (
    await readAgentDecisions(database.store, null, {
      agent: 'retention',
      states: null,
      after: null,
      limit: 100,
    })
  ).reverse();
const set = (autonomy: Autonomy, enabled = true) =>
  writeSetting(database.store, {
    ...{ agent: 'retention', autonomy, enabled },
    ...{ changedBy: 'test', changedAt: new Date(now), reason: 'test' },
  });
const left = async () =>
  (await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM response'))[0]?.n;
const submitOld = async (name: string, count: number) => {
  const items = Array.from({ length: count }, (_, i) => ({
    externalId: `${name} ${i}`,
    answeredAt: '2020-01-01T00:00:00Z',
    score: i % 11,
    comment: 'a few words',
    region: 'Peru',
  }));
  for (let i = 0; i < count; i += 300) await database.submit(items.slice(i, i + 300));
};

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
beforeEach(async () => {
  policy = { responses: 'P5Y' };
  await set('ACT');
  // A decision that failed is not tried again within the hour.
  await database.sql('DELETE FROM agent_decision');
  await run();
  await database.sql('DELETE FROM agent_decision');
  rewrites = 0;
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

it('deletes in batches, each a decision with what is past its period and what was deleted', async () => {
  await submitOld('many', BATCH + 40);
  await database.submit([
    { externalId: 'new', answeredAt: '2026-05-01T00:00:00Z', score: 9, region: 'Peru' },
  ]);
  const last = (await readDeletions(database.store, null, 1))[0]?.id ?? 0;
  await run();
  // Decided within one run, at one time of the test's clock.
  const dueOf = ({ inputs }: { readonly inputs: unknown }) => (inputs as { due: number }).due;
  const made = (await decisions()).sort((a, b) => dueOf(b) - dueOf(a));
  expect(made.map(({ state, reason, outcome }) => [state, reason.split(' are ')[0], outcome])).toEqual([
    ['DONE', `At least ${BATCH} responses`, `deleted ${BATCH} responses`],
    ['DONE', '40 responses', 'deleted 40 responses'],
  ]);
  expect(made[0]?.inputs).toMatchObject({ kind: 'responses', keep: 'P5Y', due: BATCH, most: BATCH });
  for (const one of made) expect(replay([agent()], one)).toEqual({ same: true, reason: null });
  expect(await left()).toBe(1);
  expect(rewrites).toBe(2);
  const records = (await readDeletions(database.store, null, 10)).filter(({ id }) => id > last);
  expect(records.map(({ rows }) => rows)).toEqual([40, BATCH]);
  await expectRollupsToEqualRecount(database);
  await run();
  expect((await decisions()).at(-1)).toMatchObject({ state: 'NONE' });
});

it('shows in a dry run and records as an observer what it would delete, once', async () => {
  await submitOld('seen', BATCH + 1);
  const shown = await run({ dryRun: true });
  expect(shown.map(({ action }) => action)).toMatchObject([{ do: 'delete', kind: 'responses' }]);
  expect(await decisions()).toEqual([]);
  await set('OBSERVE');
  await run();
  await run();
  expect((await decisions()).map(({ state }) => state)).toEqual(['OBSERVED']);
  await set('ACT', false);
  expect(await run()).toEqual([]);
  expect(await left()).toBe(BATCH + 2);
});

it('waits for approval where it may only propose, and deletes what the policy says alone', async () => {
  await submitOld('asked', 3);
  await set('PROPOSE');
  await run();
  await run();
  const [proposed, ...more] = await decisions();
  expect([proposed?.state, more]).toEqual(['PROPOSED', []]);
  const by = { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError };
  const settle = (verb: 'APPROVE' | 'EDIT') =>
    settleProposal(
      { store: database.store, agents: [agent()] },
      proposed?.id ?? '',
      { verb, action: { do: 'delete', kind: 'responses', keep: 'P1D', before: '2100-01-01' }, reason: 'r' },
      by,
    );
  await expect(settle('EDIT')).rejects.toThrow('it follows from what was observed; approve it or reject it');
  policy = { responses: 'P9Y' };
  await settle('APPROVE');
  expect((await decisions())[0]).toMatchObject({
    state: 'FAILED',
    outcome: 'failed: the policy keeps responses P9Y now, not P5Y',
  });
  errors.splice(0);
  expect(await left()).toBe(4);
});

it('proposes the next batch once one was deleted, again what failed, and after a rejection what is past its period later', async () => {
  await submitOld('batches', BATCH + 2);
  const total = (await left()) ?? 0;
  await set('PROPOSE');
  const states = async () => (await decisions()).map(({ state }) => state);
  const settle = async (verb: 'APPROVE' | 'REJECT') =>
    settleProposal(
      { store: database.store, agents: [agent()] },
      (await decisions()).at(-1)?.id ?? '',
      { verb, reason: 'r' },
      { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError },
    );
  await run();
  await settle('APPROVE');
  expect(await left()).toBe(total - BATCH);
  await run();
  expect(await states()).toEqual(['DONE', 'PROPOSED']);
  policy = { responses: 'P9Y' };
  await settle('APPROVE');
  errors.splice(0);
  policy = { responses: 'P5Y' };
  await run();
  expect(await states()).toEqual(['DONE', 'FAILED', 'PROPOSED']);
  await settle('REJECT');
  await run();
  expect(await states()).toEqual(['DONE', 'FAILED', 'REJECTED']);
  now += DAY;
  await run();
  expect(await states()).toEqual(['DONE', 'FAILED', 'REJECTED', 'PROPOSED']);
  await settle('APPROVE');
  await run();
  expect((await states()).at(-1)).toBe('NONE');
  for (const one of await decisions()) expect(replay([agent()], one)).toEqual({ same: true, reason: null });
});

it('is behind, and an alert says so and why, where it does not act for a day', async () => {
  const monitor = dataMonitor({ followerDelays: async () => ({}), retention: policy }) as AnyAgent;
  const look = async () => {
    now += 10 * MINUTE;
    await runAgent(deps(), monitor, { onError });
    const all = await readAlerts(database.store, null, { states: null, after: null, limit: 10 });
    return all.find(({ title }) => title === 'Retention is behind');
  };
  await submitOld('late', 2);
  await set('OBSERVE');
  await look();
  expect(await look()).toMatchObject({
    severity: 'CRITICAL',
    state: 'OPEN',
    summary:
      'Rows that are more than a day past their period: 2 of responses; the agent retention has the autonomy OBSERVE.',
  });
  await set('ACT', false);
  now += HOUR;
  await set('ACT');
  await run();
  for (let i = 0; i < 2; i++) await look();
  expect(await look()).toMatchObject({ state: 'RESOLVED' });
});
