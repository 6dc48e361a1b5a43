import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { escalation } from '../../agents/escalation/index.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { parsePlan, renamed } from '../../domain/on-call/plan.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { moveAlert, raiseAlert, readAlertEvents } from '../../store/agents/alerts.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import type { Autonomy, Severity } from '../../store/tables/agents.ts';
import { listDeliveries, queueDeliveries } from '../../store/targets/deliveries.ts';
import { insertPlan } from '../../store/targets/on-call-plan.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* Quiet hours, and the escalation of alerts that no one acknowledges. */

const MINUTE = 60_000;
const NAMES = ['ana', 'ben', 'lead', 'lake'] as const;
const agent = escalation as AnyAgent;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
/** Noon of a Monday. */
let now = Date.parse('2026-11-02T12:00:00Z');
let database: TestDatabase;
const ids = new Map<string, string>();
const nameOf = (id: string) => [...ids].find(([, one]) => one === id)?.[0];

beforeAll(async () => {
  database = await openTestDatabase();
  for (const name of NAMES) {
    const [row] = await database.sql<{ id: string }>(
      `INSERT INTO target (name, kind, settings, events, role, attributes, rate, created_by, created_at)
        VALUES ($1, 'webhook', '{}', $2::text[], 'all', '{}', 60, 'test', now()) RETURNING id`,
      [name, name === 'lake' ? ['alert.raised', 'alert.resolved'] : []],
    );
    ids.set(name, row?.id ?? '');
  }
});
afterAll(() => database?.close());
beforeEach(async () => {
  now = Date.parse('2026-11-02T12:00:00Z');
  await database.sql('DELETE FROM delivery');
  await database.sql('DELETE FROM alert');
  await database.sql('DELETE FROM agent_decision');
  await set('ACT');
  await plan(PLAN);
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

const PLAN = {
  schedules: {
    primary: { timeZone: 'Europe/Berlin', unit: 'DAY', begins: '2026-11-02', targets: ['ana', 'ben'] },
  },
  escalation: {
    steps: [
      { schedule: 'primary', minutes: 15 },
      { target: 'lead', minutes: 30 },
    ],
  },
};
const NIGHT = { timeZone: 'Europe/Berlin', windows: [{ from: '20:00', until: '07:00' }] };
const plan = (given: object) =>
  database.store.transaction((session) =>
    insertPlan(session, {
      plan: renamed(parsePlan(given), ids),
      createdBy: 'test',
      createdAt: new Date(now),
      reason: 'test',
    }),
  );
const set = (autonomy: Autonomy) =>
  writeSetting(database.store, {
    ...{ agent: 'escalation', autonomy, enabled: true },
    ...{ changedBy: 'test', changedAt: new Date(now), reason: 'test' },
  });
const by = () => ({ actor: 'test', actorName: 'test', reason: 'test', decisionId: null, at: new Date(now) });
/** Raises the alert of the key, or changes it, and queues what targets get. */
const raise = async (severity: Severity = 'WARNING', key: string = randomUUID()) => {
  const content = {
    ...{ key, severity, rule: 'score', title: 'NPS fell', summary: '', segment: {}, cells: '{(,)}' },
    ...{ since: new Date(now), before: null, after: null, facts: null, evidence: [] },
  };
  const { alert, isNew } = await raiseAlert(database.store, content, by());
  await queue(alert.id, isNew ? 'alert.raised' : 'alert.changed');
  return alert.id;
};
const queue = (alert: string, event: 'alert.raised' | 'alert.changed' | 'alert.resolved') =>
  queueDeliveries(database.store, {
    ...{ event, subject: `Alert:${alert}`, decisionId: null, cells: '{(,)}', at: new Date(now) },
  });
const deps = () => ({ store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now });
const run = async (afterMinutes = 0, options = {}) => {
  now += afterMinutes * MINUTE;
  return runAgent(deps(), agent, { onError, ...options });
};
/** Who was asked, in order, with the minute after noon. */
const asked = async () =>
  (await listDeliveries(database.store, { states: null, target: null, after: null, limit: 100 }))
    .filter(({ event }) => event === 'alert.escalated')
    .reverse()
    .map(({ targetId, createdAt }) => [
      nameOf(targetId),
      (createdAt.getTime() - Date.parse('2026-11-02T12:00:00Z')) / MINUTE,
    ]);
/** What is due about the alert, when and where. */
const dueOf = async (alert: string) =>
  (await listDeliveries(database.store, { states: null, target: null, after: null, limit: 100 }))
    .filter(({ subject }) => subject === `Alert:${alert}`)
    .map((one) => [one.event, nameOf(one.targetId), one.due.toISOString()])
    .sort();
const decisions = async () =>
  (
    await readAgentDecisions(database.store, null, {
      agent: 'escalation',
      states: null,
      after: null,
      limit: 100,
    })
  ).reverse();

it('asks who is on call at once, the next step once no one acknowledged in time, and no step twice', async () => {
  const alert = await raise();
  await run();
  await run(14);
  expect(await asked()).toEqual([['ana', 0]]);
  await run(1);
  // Looks that follow, and a process that looks at the same time, send nothing again.
  await Promise.all([run(), run()]);
  await run(60);
  await run(24 * 60);
  expect(await asked()).toEqual([
    ['ana', 0],
    ['lead', 15],
  ]);
  const made = await decisions();
  expect(made.map(({ state }) => state)).toContain('DONE');
  expect(made.map(({ reason }) => reason)).toContain(
    'Step 2 of 2: no one has acknowledged it within 15 minutes.',
  );
  expect(made.at(-1)?.reason).toBe('All 2 steps were sent, and no one has acknowledged the alert.');
  for (const one of made) expect(replay([agent], one)).toEqual({ same: true, reason: null });
  const events = await readAlertEvents(database.store, [alert]);
  expect(events.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['RAISED', 'test'],
    ['ESCALATED', 'step 1 of 2'],
    ['ESCALATED', 'step 2 of 2'],
  ]);
  // Neither the names of targets nor of schedules are in what callers who see the alert may read.
  expect(JSON.stringify([made, events])).not.toMatch(/ana|ben|lead|primary/);
});

it('ends when someone acknowledges, and begins again at the first step when the alert becomes worse', async () => {
  const key = randomUUID();
  const alert = await raise('WARNING', key);
  await run();
  await moveAlert(database.store, alert, 'ACKNOWLEDGED', by());
  await run(60);
  expect(await asked()).toEqual([['ana', 0]]);
  expect((await decisions()).at(-1)?.reason).toBe('The alert is acknowledged after step 1 of 2.');
  await raise('CRITICAL', key);
  await run();
  await run(15);
  expect(await asked()).toEqual([
    ['ana', 0],
    ['ana', 60],
    ['lead', 75],
  ]);
  // Who was asked is sent the end too, and who wants every end.
  await moveAlert(database.store, alert, 'RESOLVED', by());
  await queue(alert, 'alert.resolved');
  const ends = await listDeliveries(database.store, { states: null, target: null, after: null, limit: 100 });
  expect(
    ends
      .filter(({ event }) => event === 'alert.resolved')
      .map(({ targetId }) => nameOf(targetId))
      .sort(),
  ).toEqual(['ana', 'lake', 'lead']);
});

it('looks for a day at an alert of which all steps were sent, and again when there are more', async () => {
  const alert = await raise('WARNING', 'long');
  await run();
  await run(15);
  expect((await run(31)).map(({ reason }) => reason)).toEqual([
    'All 2 steps were sent, and no one has acknowledged the alert.',
  ]);
  expect(await run(24 * 60)).toEqual([]);
  await plan({
    ...PLAN,
    escalation: { steps: [...PLAN.escalation.steps, { target: 'ben', minutes: 60 }] },
  });
  await run();
  expect(await asked()).toHaveLength(3);
  await run(24 * 60 + 1);
  expect(await run()).toEqual([]);
  // Worse after someone had acknowledged it: another escalation begins.
  await moveAlert(database.store, alert, 'ACKNOWLEDGED', by());
  await raise('CRITICAL', 'long');
  await run();
  expect(await asked()).toHaveLength(4);
});

it('asks the target that is on call when a step is due, and passes over targets that get nothing', async () => {
  now += 21 * 60 * MINUTE;
  await raise();
  await run();
  expect((await asked()).at(-1)?.[0]).toBe('ben');
  await database.sql(`UPDATE target SET disabled_at = now(), disabled_reason = 'away' WHERE name = 'ana'`);
  now = Date.parse('2026-11-02T13:00:00Z');
  await raise();
  await run();
  await database.sql(`UPDATE target SET disabled_at = NULL, disabled_reason = NULL WHERE name = 'ana'`);
  expect((await asked()).map(([name]) => name)).toContain('lead');
  const passed = (await decisions()).find(({ alternatives }) => alternatives.length > 1);
  expect(passed?.alternatives[0]).toMatchObject({
    reason: 'the target is switched off',
    action: { step: 1 },
  });
});

it('waits for the end of quiet hours, unless the alert is severe', async () => {
  await plan({ ...PLAN, quietHours: NIGHT });
  now = Date.parse('2026-11-02T20:00:00Z');
  const mild = await raise('WARNING');
  const severe = await raise('CRITICAL');
  await run();
  expect(await dueOf(mild)).toEqual([['alert.raised', 'lake', '2026-11-03T06:00:00.000Z']]);
  expect(await dueOf(severe)).toEqual([
    ['alert.escalated', 'ana', '2026-11-02T20:00:00.000Z'],
    ['alert.raised', 'lake', '2026-11-02T20:00:00.000Z'],
  ]);
  expect((await decisions()).map(({ reason }) => reason)).toContain(
    'Step 1 of 2 is due, and waits until 2026-11-03T06:00:00.000Z: quiet hours.',
  );
  now = Date.parse('2026-11-03T06:00:00Z');
  await run();
  expect((await dueOf(mild)).map(([event]) => event)).toEqual(['alert.escalated', 'alert.raised']);
});

it('sends at once what waits about an alert that becomes severe, also to who hears of no changes', async () => {
  await plan({ ...PLAN, quietHours: NIGHT });
  now = Date.parse('2026-11-02T20:00:00Z');
  const other = await raise('WARNING');
  const alert = await raise('WARNING', 'grows');
  now += 90 * MINUTE;
  expect(await raise('CRITICAL', 'grows')).toBe(alert);
  expect(await dueOf(alert)).toEqual([['alert.raised', 'lake', '2026-11-02T21:30:00.000Z']]);
  expect(await dueOf(other)).toEqual([['alert.raised', 'lake', '2026-11-03T06:00:00.000Z']]);
});

it('holds what waits by the plan that is saved meanwhile, and leaves what was tried to its own time', async () => {
  await plan({ ...PLAN, quietHours: NIGHT });
  now = Date.parse('2026-11-02T20:00:00Z');
  const [mild, tried] = [await raise('WARNING'), await raise('WARNING')];
  await database.sql('UPDATE delivery SET attempts = 1 WHERE subject = $1', [`Alert:${tried}`]);
  const morning = ['alert.raised', 'lake', '2026-11-03T06:00:00.000Z'];
  await plan({ ...PLAN, quietHours: { ...NIGHT, windows: [{ from: '20:00', until: '06:00' }] } });
  expect(await dueOf(mild)).toEqual([['alert.raised', 'lake', '2026-11-03T05:00:00.000Z']]);
  await plan({ ...PLAN, quietHours: NIGHT });
  expect(await dueOf(mild)).toEqual([morning]);
  await plan({ ...PLAN, quietHours: { ...NIGHT, targets: ['ana'] } });
  expect(await dueOf(mild)).toEqual([['alert.raised', 'lake', '2026-11-02T20:00:00.000Z']]);
  expect(await dueOf(tried)).toEqual([morning]);
  const later = await raise('WARNING');
  await plan({ ...PLAN, quietHours: NIGHT });
  const last = await raise('WARNING');
  await plan({});
  expect([await dueOf(later), await dueOf(last)]).toEqual(
    Array(2).fill([['alert.raised', 'lake', '2026-11-02T20:00:00.000Z']]),
  );
});

it('leaves alerts below its severity alone, and does nothing without a plan', async () => {
  await raise('INFO');
  await run();
  await plan({});
  await raise('CRITICAL');
  await run();
  expect([await asked(), await decisions()]).toEqual([[], []]);
});

it('proposes, shows in a dry run, and is stopped, as every agent', async () => {
  await raise();
  expect(await run(0, { dryRun: true })).toMatchObject([{ action: { do: 'ask', step: 1 }, id: null }]);
  await set('PROPOSE');
  await run();
  await run(5);
  const [proposed, ...more] = await decisions();
  expect([proposed?.state, more]).toEqual(['PROPOSED', []]);
  expect(await asked()).toEqual([]);
  const person = { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError };
  const approve = { verb: 'APPROVE' as const, reason: 'yes' };
  await settleProposal({ store: database.store, agents: [agent] }, proposed?.id ?? '', approve, person);
  expect(await asked()).toEqual([['ana', 5]]);
});
