import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountWatch } from '../../agents/account-watch/index.ts';
import { dataMonitor } from '../../agents/data-monitor/index.ts';
import { escalation } from '../../agents/escalation/index.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { modelMonitor } from '../../agents/model-monitor/index.ts';
import { modelRollback } from '../../agents/model-rollback/index.ts';
import { narrator } from '../../agents/narrator/index.ts';
import { outreach } from '../../agents/outreach/index.ts';
import { requestsAgent } from '../../agents/requests/index.ts';
import { retrainingAgent } from '../../agents/retraining/index.ts';
import { scoreMonitor } from '../../agents/score-monitor/index.ts';
import { RETRAINING_POLICIES } from '../../domain/models/retraining-policy.ts';
import { readRuns } from '../../store/agents/agent-states.ts';
import { type AlertRow, raiseAlert, readAlerts } from '../../store/agents/alerts.ts';
import { holdDecision, insertDecision, readApprovals } from '../../store/agents/decisions.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { type SampleWorld, sampleAgent } from '../fixtures/sample-agent.ts';

/* What a person may change of a proposal: what it says, and neither what it is about nor what later runs read. */

const NOW = Date.parse('2026-03-02T12:00:00Z');
const AT = new Date(NOW).toISOString();
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
const run = (agent: AnyAgent) =>
  runAgent({ store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => NOW }, agent, {
    onError,
  });
const alerts = () => readAlerts(database.store, null, { states: null, after: null, limit: 100 });
async function raise(key: string, facts: unknown): Promise<AlertRow> {
  const content = {
    key,
    severity: 'CRITICAL' as const,
    rule: 'r@1',
    title: `About ${key}`,
    summary: 'As found.',
  };
  const none = { segment: {}, cells: '{(,)}', since: new Date(NOW), before: null, after: null, evidence: [] };
  const by = { actor: 'test', actorName: 'test', reason: '', decisionId: null, at: new Date(NOW) };
  const { alert } = await database.store.transaction((session) =>
    raiseAlert(session, { ...content, ...none, facts }, by),
  );
  return alert;
}
const propose = (agent: AnyAgent, key: string, action: object, about: readonly string[] = []) =>
  insertDecision(database.store, {
    ...{ agent: agent.name, key, policy: `${agent.name}@1`, inputs: {}, inputHash: 'a'.repeat(64) },
    decision: { action, reason: 'found', alternatives: [] },
    ...{ verdict: 'act', reason: 'found', alternatives: [], autonomy: 'PROPOSE', state: 'PROPOSED' },
    ...{ outcome: null, about, cells: [1], traceId: null, decidedAt: new Date(NOW), settledAt: null },
  });
const edit = (agent: AnyAgent, id: string, action: unknown) =>
  settleProposal(
    { store: database.store, agents: [agent] },
    id,
    { verb: 'EDIT', action, reason: 'better so' },
    { id: 'a', name: 'Ada', now: new Date(NOW), note: async () => undefined, onError },
  );
const stateOf = async (id: string) =>
  (await database.store.transaction((session) => holdDecision(session, id)))?.state;

/** The proposal refuses the edit, naming the field, goes on waiting, and no alert is another. */
async function expectRefused(agent: AnyAgent, id: string, action: unknown, message: string) {
  const before = await alerts();
  await expect(edit(agent, id, action), message).rejects.toThrow(message);
  expect(await stateOf(id)).toBe('PROPOSED');
  expect(await readApprovals(database.store, [id])).toEqual([]);
  expect(await alerts()).toEqual(before);
}

beforeEach(async () => {
  errors.length = 0;
  await database.sql('TRUNCATE alert, alert_event, agent_decision, agent_state, agent_setting CASCADE');
});

const numbers = {
  ...{ rule: 'gone', watched: { region: ['Germany'] }, since: 20_000, difference: -12, members: [] },
  ...{
    change: { direction: 'FALL', phase: 'IN_FORCE', since: 20_000 },
    candidates: [],
    segments: [],
    themes: [],
  },
};
const KEY = 'score-monitor gone FALL region=Germany 20000';
const content = {
  ...{ key: KEY, severity: 'WARNING', title: 'The score fell', summary: 'By 12 points.' },
  ...{ segment: { region: ['Germany'] }, since: AT, before: 'nps_a', after: 'nps_b', facts: numbers },
  evidence: ['nps_a'],
};

describe('an edited proposal of the score monitor', () => {
  const agent = scoreMonitor as AnyAgent;

  it('is about no other alert', async () => {
    const other = await raise('integrity/seals', {});
    const id = await propose(agent, KEY, { kind: 'raise', content });
    const refused = (action: unknown, message: string) => expectRefused(agent, id, action, message);
    await refused(
      { kind: 'raise', content: { ...content, key: 'integrity/seals' } },
      'action.content.key: it stays',
    );
    await refused({ kind: 'resolve', alert: other.id, evidence: [] }, 'action.kind: it stays');
    await refused({ kind: 'change', alert: other.id, content }, 'action.kind: it stays');
    const own = await raise(KEY, numbers);
    const over = await propose(agent, KEY, { kind: 'resolve', alert: own.id, evidence: [] });
    await expectRefused(
      agent,
      over,
      { kind: 'resolve', alert: other.id, evidence: [] },
      'action.alert: it stays',
    );
  });

  it('has the numbers that were observed, so that later runs can read it', async () => {
    const id = await propose(agent, KEY, { kind: 'raise', content });
    for (const [name, value] of [
      ['facts', null],
      ['facts', { ...numbers, change: null, members: null, candidates: null }],
      ['facts', { ...numbers, candidates: [null] }],
      ['segment', { region: ['Japan'] }],
      ['since', '2020-01-01T00:00:00Z'],
      ['before', 'nps_c'],
      ['evidence', [`Alert:${id}`]],
      ['more', 1],
    ] as const)
      await expectRefused(
        agent,
        id,
        { kind: 'raise', content: { ...content, [name]: value } },
        `action.content.${name}`,
      );
    for (const given of [null, 'raise', [], { kind: 'raise' }, { kind: 'raise', content: [content] }])
      await expectRefused(agent, id, given, 'action');
    for (const given of [{ severity: 'LOUD' }, { title: '' }, { summary: null }])
      await expectRefused(
        agent,
        id,
        { kind: 'raise', content: { ...content, ...given } },
        'a severity (INFO, WARNING, CRITICAL), a title and a summary are expected',
      );
    await edit(agent, id, {
      kind: 'raise',
      content: { ...content, severity: 'INFO', title: 'A known fall' },
    });
    expect(await alerts()).toMatchObject([
      { severity: 'INFO', title: 'A known fall', summary: 'By 12 points.', facts: numbers },
    ]);
    await run(agent);
    expect(errors).toEqual([]);
  });
});

describe('an edited proposal', () => {
  const parts = { followerDelays: async () => ({}), retention: {} };
  const cause = {
    severity: 'WARNING',
    title: 'It is silent',
    summary: 'For 3 days.',
    evidence: [],
    facts: { days: 3 },
  };
  const action = { do: 'raise', rule: 'r@1', since: AT, alert: cause };

  it.each([
    accountWatch({ capacity: 20 }) as AnyAgent,
    dataMonitor(parts as never) as AnyAgent,
    modelMonitor as AnyAgent,
  ])('over an alert says it otherwise, and is about no other: $name', async (agent) => {
    const [own, other] = [await raise(`${agent.name}/one`, cause.facts), await raise('integrity/seals', {})];
    const id = await propose(agent, 'one', action);
    const refused = (given: unknown, message: string) => expectRefused(agent, id, given, message);
    await refused({ ...action, alert: { ...cause, facts: null } }, 'action.alert.facts');
    await refused({ ...action, rule: 'r@2' }, 'action.rule');
    await refused({ do: 'resolve', alert: other.id, reason: 'over', evidence: [] }, 'action.do');
    await refused({ ...action, alert: { ...cause, title: '' } }, 'a title and a summary');
    await edit(agent, id, { ...action, alert: { ...cause, severity: 'INFO' } });
    expect((await alerts()).find((one) => one.id === own.id)).toMatchObject({
      severity: 'INFO',
      facts: { days: 3 },
    });
    const over = { do: 'resolve', alert: own.id, reason: 'over', evidence: [] };
    const end = await propose(agent, 'one', over);
    await expectRefused(agent, end, { ...over, alert: other.id }, 'action.alert: it stays');
    await edit(agent, end, { ...over, reason: 'they said so' });
    expect((await alerts()).map(({ state }) => state).toSorted()).toEqual(['OPEN', 'RESOLVED']);
  });

  it('of every other agent is about nothing else', async () => {
    const [own, other] = [await raise('a/one', {}), await raise('a/other', {})];
    const training = { do: 'train', until: AT, triggers: ['drift'] };
    const ask = { do: 'ask', alert: own.id, openedAt: AT, step: 1, steps: 2, target: own.id };
    const open = { do: 'open', alert: own.id, severity: 'INFO', title: 'x', playbook: 'y', hours: 2 };
    const retraining = retrainingAgent(RETRAINING_POLICIES.combined) as AnyAgent;
    const written = narrator({} as never) as AnyAgent;
    for (const [agent, proposed, change, message] of [
      [retraining, { do: 'promote', model: 3, champion: 1 }, { model: 2 }, 'action.model'],
      [retraining, { do: 'shadow', model: 3 }, { model: 2 }, 'action.model'],
      [retraining, training, { companion: 2 }, 'action.companion'],
      [retraining, training, { until: 'soon' }, 'action.until'],
      [modelRollback, { do: 'rollback', from: 3, to: 2 }, { to: 1 }, 'approve it or reject it'],
      [written, { sentences: [] }, { sentences: [{}] }, 'approve it or reject it'],
      [requestsAgent, { work: 'acknowledgeAlert', about: `Alert:${own.id}` }, { about: 'x' }, 'action.about'],
      [escalation, ask, { alert: other.id }, 'action.alert'],
      [escalation, ask, { step: 2 }, 'action.step'],
      [outreach, open, { alert: other.id }, 'action.alert'],
      [outreach, open, { hours: 0 }, 'is expected'],
      [outreach, { do: 'learn', case: own.id, result: 'r' }, { case: other.id }, 'action.case'],
    ] as const) {
      const id = await propose(agent as AnyAgent, `k ${message}`, proposed, [
        `Alert:${own.id}`,
        `Alert:${other.id}`,
      ]);
      await expectRefused(agent as AnyAgent, id, { ...proposed, ...change }, message);
    }
  });
});

describe('a run', () => {
  it('goes on with alerts whose facts it cannot read', async () => {
    for (const facts of [
      null,
      [],
      { change: null, members: null, candidates: null },
      { ...numbers, candidates: [null] },
    ]) {
      await raise('score-monitor gone x', facts);
      await run(scoreMonitor as AnyAgent);
      await raise('account-watch/account x risk', facts);
      await run(outreach as AnyAgent);
    }
    expect(errors).toEqual([]);
  });

  it('decides about all else where one thing cannot be decided about, and counts as failed', async () => {
    const world: SampleWorld = {
      values: { a: 1, b: 2, c: 3 },
      cells: 'everything',
      about: [],
      failing: false,
    };
    const sample = sampleAgent(world) as AnyAgent;
    const decided: unknown[] = [];
    const broken: AnyAgent = {
      ...sample,
      decide: (inputs) => {
        const { value } = inputs as { value: number };
        if (value < 3) throw new TypeError(`no ${value}`);
        decided.push(value);
        return sample.decide(inputs);
      },
    };
    await expect(run(broken)).rejects.toThrow('no 1');
    expect(decided).toEqual([3]);
    expect(errors.map(({ message }) => message)).toEqual(['no 2']);
    expect((await readRuns(database.store)).find(({ agent }) => agent === 'sample')?.state).toEqual({
      ...{ observed: 1, decided: 1, error: 'TypeError' },
    });
  });
});
