import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followAgents } from '../../agents/follow-agents.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { AGENTS } from '../../agents/registry.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { readRuns, readStates } from '../../store/agents/agent-states.ts';
import { type DecisionRow, readAgentDecisions, readApprovals } from '../../store/agents/decisions.ts';
import type { Autonomy } from '../../store/tables/agents.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { type SampleWorld, sampleAgent } from '../fixtures/sample-agent.ts';
import { until } from '../fixtures/server.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const HOUR_MS = 3_600_000;
const world: SampleWorld = { values: {}, cells: 'everything', about: [], failing: false };
const agent = sampleAgent(world) as AnyAgent;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
let now = Date.parse('2026-01-01T00:00:00Z');
const deps = () => ({
  store: database.store,
  cells: database.cells,
  dimensions: DIMENSIONS,
  now: () => now,
});
let key = '';
/** One run, an hour after the last, over this value under the test's key. */
const run = async (value: number, options = {}) => {
  now += HOUR_MS;
  world.values = { [key]: value };
  return runAgent(deps(), agent, { onError, ...options });
};
/** The oldest first. */
const stored = async (): Promise<DecisionRow[]> => {
  const all = { agent: 'sample', states: null, after: null, limit: 1_000 };
  return (await readAgentDecisions(database.store, null, all)).filter((row) => row.key === key).reverse();
};
const acted = async () =>
  (
    await database.sql<{ write: number }>(`SELECT (rule->>'write')::integer AS write FROM alert_rule
    WHERE name = '${key}' ORDER BY version`)
  ).map(({ write }) => write);
const set = (autonomy: Autonomy, enabled = true) =>
  writeSetting(database.store, {
    agent: 'sample',
    autonomy,
    enabled,
    changedBy: 'test',
    changedAt: new Date(now),
    reason: 'test',
  });
const person = (name: string, notes: unknown[] = []) => ({
  id: name,
  name,
  now: new Date(now),
  note: async (_session: unknown, subject: unknown) => void notes.push(subject),
  onError,
});
const settle = (id: string, verb: 'APPROVE' | 'EDIT' | 'REJECT', by = person('Ada'), action?: unknown) =>
  settleProposal({ store: database.store, agents: [agent] }, id, { verb, action, reason: 'because' }, by);

let tests = 0;
beforeEach(async () => {
  tests += 1;
  key = `key ${tests}`;
  world.failing = false;
  errors.length = 0;
  await set('ACT');
});

describe('a run', () => {
  it('stores each decision with what it was made of, and acts in the same transaction', async () => {
    world.about = ['ModelVersion:1'];
    await run(3);
    await run(12);
    world.about = [];
    const [first, second] = await stored();
    expect(first).toMatchObject({
      policy: 'sample@1 ten@1',
      inputs: { value: 3, before: null },
      reason: 'the value is 3',
      state: 'NONE',
      outcome: null,
      about: ['ModelVersion:1'],
      traceId: null,
    });
    expect(second).toMatchObject({
      inputs: { value: 12, before: 3 },
      state: 'DONE',
      outcome: 'wrote 12',
      alternatives: [{ action: null, reason: '12 is not below 10' }],
    });
    expect(second?.inputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(await acted()).toEqual([12]);
    expect((await readStates(database.store, 'sample')).get(key)?.state).toEqual({ value: 12 });
    expect((await readRuns(database.store)).find(({ agent }) => agent === 'sample')).toMatchObject({
      state: { observed: 1, decided: 1, error: null },
      at: new Date(now),
    });
  });

  it('writes an unchanged nothing once a day, and each near miss that begins', async () => {
    for (const value of [1, 2, 9, 8, 1]) await run(value);
    expect((await stored()).map(({ reason }) => reason)).toEqual([
      'the value is 1',
      'the value is 9',
      'the value is 1',
    ]);
    now += 22 * HOUR_MS;
    await run(4);
    expect(await stored()).toHaveLength(3);
    now += HOUR_MS;
    await run(5);
    expect((await stored()).at(-1)?.reason).toBe('the value is 5');
    expect((await readStates(database.store, 'sample')).get(key)?.state).toEqual({ value: 5 });
  });

  it('stores an action that fails with nothing of what it wrote, and tries again an hour later', async () => {
    world.failing = true;
    await run(10);
    expect((await stored()).map(({ state, outcome }) => [state, outcome])).toEqual([
      ['FAILED', 'failed: the number cannot be written now'],
    ]);
    expect(await acted()).toEqual([]);
    expect(errors).toHaveLength(1);
    now -= HOUR_MS / 2;
    await run(11);
    expect(await stored(), 'half an hour later').toHaveLength(1);
    world.failing = false;
    await run(11);
    expect((await stored()).map(({ state }) => state)).toEqual(['FAILED', 'DONE']);
    expect(await acted()).toEqual([11]);
  });

  it('writes nothing in a dry run, and answers what it would do', async () => {
    expect(await run(10, { dryRun: true })).toEqual([
      { key, action: { write: 10 }, nearMiss: false, reason: 'the value is 10', id: null, state: null },
    ]);
    expect(await stored()).toEqual([]);
    expect(await acted()).toEqual([]);
    expect((await readStates(database.store, 'sample')).has(key)).toBe(false);
  });

  it('stops when the agent is switched off, also in the middle', async () => {
    world.values = { [key]: 10, [`${key} b`]: 11, [`${key} c`]: 12 };
    const cut: AnyAgent = {
      ...agent,
      observe: async function* (given, known) {
        for await (const one of agent.observe(given, known)) {
          yield one;
          if (one.key === key) await set('ACT', false);
        }
      },
    };
    expect(await runAgent(deps(), cut, { onError })).toHaveLength(1);
    expect(await acted()).toEqual([10]);
    expect(await runAgent(deps(), agent, { onError })).toEqual([]);
    expect(
      await runAgent(deps(), agent, { onError, dryRun: true }),
      'a dry run changes nothing',
    ).toHaveLength(3);
  });

  it('is repeated by its loop, which is listed', async () => {
    world.values = { [key]: 10 };
    const stop = followAgents({
      ...deps(),
      cells: database.cells,
      agents: [agent],
      loops: database.loops,
      onError,
    });
    await until(async () => (await acted()).length > 1, 'the agent acts');
    expect(database.loops.periodic().map(({ name }) => name)).toContain('agent sample');
    await stop();
    expect(errors).toEqual([]);
  });
});

describe('a proposal', () => {
  const proposed = async (value = 10) => {
    await set('PROPOSE');
    await run(value);
    const last = (await stored()).at(-1);
    if (last?.state !== 'PROPOSED') throw new Error('nothing was proposed');
    return last.id;
  };

  it('waits, is acted on when a person approves it, and not twice', async () => {
    const id = await proposed();
    expect(await acted()).toEqual([]);
    const notes: unknown[] = [];
    await settle(id, 'APPROVE', person('Ada', notes));
    expect(await acted()).toEqual([10]);
    expect((await stored()).at(-1)).toMatchObject({ state: 'DONE', outcome: 'wrote 10' });
    expect(notes).toEqual([{ decision: id, verb: 'APPROVE' }]);
    await expect(settle(id, 'APPROVE')).rejects.toThrow('id: Ada has approved it already');
    expect(await acted()).toEqual([10]);
  });

  it('is won by one of two people', async () => {
    const id = await proposed();
    const both = await Promise.allSettled([
      settle(id, 'APPROVE', person('Ada')),
      settle(id, 'REJECT', person('Bob')),
    ]);
    const lost = both.filter((one) => one.status === 'rejected');
    expect(lost.map(({ reason }) => String(reason.message))).toEqual([
      expect.stringMatching(/^id: (Ada has approved|Bob has rejected) it already$/),
    ]);
    expect(await readApprovals(database.store, [id])).toHaveLength(1);
  });

  it('is acted on as it was edited', async () => {
    const id = await proposed();
    await expect(settle(id, 'EDIT', person('Ada'), { write: 'x' })).rejects.toThrow('a number');
    await settle(id, 'EDIT', person('Ada'), { write: 77 });
    expect(await acted()).toEqual([77]);
    expect(await readApprovals(database.store, [id])).toMatchObject([
      { verb: 'EDIT', edited: { write: 77 } },
    ]);
  });

  it('is not made again for the same verdict, neither while it waits nor after it was rejected', async () => {
    const id = await proposed(10);
    await run(11);
    expect(await stored()).toHaveLength(1);
    await settle(id, 'REJECT');
    now += 48 * HOUR_MS;
    await run(12);
    expect(await stored()).toHaveLength(1);
    await run(1);
    await run(13);
    expect((await stored()).map(({ state }) => state)).toEqual(['REJECTED', 'NONE', 'PROPOSED']);
  });

  it('is superseded by another decision about the same', async () => {
    const id = await proposed();
    await run(1);
    const [first, second] = await stored();
    expect(first).toMatchObject({ id, state: 'REJECTED', outcome: `superseded by Decision:${second?.id}` });
    await expect(settle(id, 'APPROVE')).rejects.toThrow('its state is REJECTED');
  });

  it('that fails is stored as failed, with who approved it', async () => {
    const id = await proposed();
    world.failing = true;
    await settle(id, 'APPROVE');
    expect((await stored()).at(-1)).toMatchObject({ state: 'FAILED' });
    expect(await acted()).toEqual([]);
    expect(await readApprovals(database.store, [id])).toMatchObject([{ verb: 'APPROVE', actorName: 'Ada' }]);
    world.failing = false;
    await run(10);
    expect((await stored()).map(({ state }) => state)).toEqual(['FAILED', 'PROPOSED']);
    await settle((await stored()).at(-1)?.id ?? '', 'APPROVE');
    // What was done is not proposed again at once: this agent does not work in batches.
    await run(10);
    expect((await stored()).map(({ state }) => state)).toEqual(['FAILED', 'DONE']);
  });

  it('cannot be approved while its agent is switched off, and can be rejected', async () => {
    const id = await proposed();
    await set('PROPOSE', false);
    await expect(settle(id, 'APPROVE')).rejects.toThrow('the agent sample is switched off');
    await settle(id, 'REJECT');
    expect((await stored()).at(-1)?.state).toBe('REJECTED');
  });

  it('is only recorded by an agent that observes', async () => {
    await set('OBSERVE');
    await run(10);
    await set('PROPOSE');
    await run(10);
    expect((await stored()).map(({ state }) => state)).toEqual(['OBSERVED', 'PROPOSED']);
    expect(await acted()).toEqual([]);
  });
});

describe('a stored decision', () => {
  it('follows from its inputs again, for every agent', async () => {
    for (const value of [1, 9, 10]) await run(value);
    const all = { agent: null, states: null, after: null, limit: 10_000 };
    const rows = await readAgentDecisions(database.store, null, all);
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) expect(replay([...AGENTS, agent], row)).toEqual({ same: true, reason: null });
  });

  it('is found to differ where it does', async () => {
    await run(10);
    const [row] = await stored();
    if (!row) throw new Error('nothing was stored');
    const reasons = [
      replay([], row),
      replay([{ ...agent, version: 2 }], row),
      replay([agent], { ...row, inputs: { value: 11, before: null } }),
      replay([agent], { ...row, decision: { ...(row.decision as object), reason: 'another' } }),
    ].map(({ reason }) => reason);
    expect(reasons).toEqual([
      'this version of Scoreline has no such agent',
      'it was decided by sample@1; this version of Scoreline has sample@2',
      'the stored inputs are not those whose hash was recorded',
      'the same inputs lead to another decision',
    ]);
  });

  it('is never changed, but for how it ended', async () => {
    await run(10);
    const [row] = await stored();
    await expect(
      database.sql(`UPDATE agent_decision SET reason = 'x' WHERE id = '${row?.id}'`),
    ).rejects.toThrow('never changed');
  });
});
