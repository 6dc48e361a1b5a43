import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { scoreMonitor } from '../../agents/score-monitor/index.ts';
import type { AlertNumbers } from '../../agents/score-monitor/inputs.ts';
import { Memory } from '../../domain/memory/memory.ts';
import { acceptChanges } from '../../ingestion/changes/accept-changes.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { insertRule } from '../../store/agents/alert-rules.ts';
import { readAlertEvents, readAlerts } from '../../store/agents/alerts.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { settleAlert } from '../../store/agents/close-alert.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { unnamed } from '../../store/database/statement.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { FIRST_DAY, type MadeUpDay, madeUpDays } from '../simulation/made-up-segments.ts';

const DAY_MS = 86_400_000;
/** The score of new customers in Germany falls by 60 points on the first of these days, and is back from the second on. */
const [FALL, BACK, DAYS] = [150, 185, 230];
const SCORES = [10, 8, 3];

const steady = (perDay: number, score: number) => () => ({ perDay, score });
const SEGMENTS: readonly (readonly [region: string, stage: string, truth: (day: number) => MadeUpDay])[] = [
  ['Germany', 'onboarding', (day) => ({ perDay: 8, score: day >= FALL && day < BACK ? -20 : 40 })],
  ['Germany', 'active', steady(6, 40)],
  ['Japan', 'onboarding', steady(5, 30)],
  ['Japan', 'active', steady(6, 30)],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  const items = SEGMENTS.flatMap(([region, lifecycleStage, truth], seed) =>
    madeUpDays(seed + 11, DAYS, [truth]).flatMap(({ day, strata }) =>
      strata.flatMap(([, ...counts]) =>
        counts.flatMap((count, place) =>
          Array.from({ length: count }, (_, i) => ({
            externalId: `${seed} ${day} ${place} ${i}`,
            answeredAt: new Date(day * DAY_MS + (i + 1) * 60_000).toISOString(),
            score: SCORES[place],
            region,
            lifecycleStage,
          })),
        ),
      ),
    ),
  );
  for (let i = 0; i < items.length; i += 1_000) await database.submit(items.slice(i, i + 1_000));
}, 60_000);
afterAll(() => database?.close());

const agent = scoreMonitor as AnyAgent;
const errors: Error[] = [];
let now = 0;
const deps = () => ({ store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now });
/** A run in the morning of that day of the history. */
const runOn = (day: number, options: { dryRun?: boolean } = {}) => {
  now = (FIRST_DAY + day) * DAY_MS + 3_600_000;
  return runAgent(deps(), agent, { onError: (error) => void errors.push(error), ...options });
};
const alerts = () => readAlerts(database.store, null, { states: null, after: null, limit: 100 });
const decisions = () =>
  readAgentDecisions(database.store, null, {
    agent: 'score-monitor',
    states: null,
    after: null,
    limit: 1_000,
  });
const eventsOf = async (id: string) => (await readAlertEvents(database.store, [id])).map(({ kind }) => kind);
const save = (name: string, rule: object, enabled = true) =>
  database.store.transaction((session) =>
    insertRule(session, {
      name,
      rule,
      enabled,
      replay: null,
      createdBy: 'Ada',
      createdAt: new Date(now),
      reason: 'test',
    }),
  );

beforeEach(async () => {
  errors.length = 0;
  await database.sql(
    'TRUNCATE alert, alert_event, alert_rule, agent_decision, agent_state, agent_setting CASCADE',
  );
});

describe('the score monitor', () => {
  it('raises one alert for one cause, says what moved, does not repeat it, and resolves it when it is over', async () => {
    await runOn(FALL);
    expect(await alerts()).toEqual([]);
    await runOn(FALL + 15);
    const [raised, ...others] = await alerts();
    expect(others, 'the fall shows in Germany, in onboarding and in all answers').toEqual([]);
    expect(raised).toMatchObject({
      state: 'OPEN',
      severity: 'CRITICAL',
      rule: 'score',
      segment: { region: ['Germany'], lifecycle_stage: ['onboarding'] },
      title: expect.stringMatching(/^The score of .*onboarding.* fell by \d\d\.\d points$/),
    });
    if (!raised) throw new Error('nothing was raised');
    const numbers = raised.facts as AlertNumbers;
    expect(Math.abs(raised.since.getTime() / DAY_MS - FIRST_DAY - FALL)).toBeLessThan(4);
    expect(numbers.low).toBeLessThan(-60 + 15);
    expect(numbers.high).toBeLessThan(-20);
    expect(numbers.segments[0]).toMatchObject({ rate: expect.any(Number) });
    expect(['Germany', 'onboarding']).toContain(numbers.segments[0]?.value);
    const responses = raised.evidence.filter((id) => id.startsWith('Response:'));
    expect(responses).toHaveLength(5);
    const classes = await database.sql(
      `SELECT DISTINCT class FROM response WHERE id::text = ANY ('{${responses.map((id) => id.slice(9)).join(',')}}')`,
    );
    expect(classes).toEqual([{ class: 0 }]);

    await runOn(FALL + 16);
    await runOn(FALL + 20);
    expect(await alerts()).toHaveLength(1);
    expect((await eventsOf(raised.id)).filter((kind) => kind === 'RAISED')).toHaveLength(1);

    await runOn(DAYS);
    const [over, ...more] = await alerts();
    expect(more).toEqual([]);
    expect(over).toMatchObject({ id: raised.id, state: 'RESOLVED' });
    expect((await eventsOf(raised.id)).at(-1)).toBe('RESOLVED');
    const resolved = (await decisions()).find(({ outcome }) => outcome === `resolved Alert:${raised.id}`);
    expect(resolved?.reason).toMatch(/the score is back where it was/);
    expect(errors).toEqual([]);
  });

  it('names the change events that all who see the alert see, however many others there were', async () => {
    const at = new Date((FIRST_DAY + FALL) * DAY_MS).toISOString();
    const change = (externalId: string, kind: string, more: object) => ({
      ...{ externalId, kind, title: externalId, at, ...more },
    });
    const ofOthers = Array.from({ length: 30 }, (_, i) =>
      change(`japan ${i}`, 'campaign', {
        at: new Date((FIRST_DAY + FALL - 3) * DAY_MS).toISOString(),
        segment: { region: ['Japan'] },
      }),
    );
    const accept = { store: database.store, dimensions: DIMENSIONS, now: () => now };
    await acceptChanges(accept, OWNER, [
      ...ofOthers,
      change('germany', 'deploy', { segment: { region: ['Germany'] } }),
      change('both', 'price', { segment: { region: ['Germany', 'Japan'] } }),
      change('all', 'incident', {}),
    ]);
    await runOn(FALL + 15);
    const [raised] = await alerts();
    const { candidates } = (raised?.facts ?? { candidates: [] }) as AlertNumbers;
    expect(candidates.map(({ kind }) => kind).toSorted()).toEqual(['DEPLOY', 'INCIDENT']);
  });

  it('raises nothing about a change of an imported history that is over', async () => {
    await runOn(DAYS);
    expect(await alerts()).toEqual([]);
    expect((await decisions()).map(({ state }) => state)).toEqual(['NONE']);
  });

  it('goes on after a restart with the alert that is open', async () => {
    await runOn(FALL + 15);
    const [raised] = await alerts();
    const before = (await decisions()).length;
    // Another process has the database, and nothing in memory.
    const memory = new Memory();
    const store = new Proxy(database.store, {
      get: (target, name) => {
        const value = name === 'memory' ? memory : Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await runAgent({ ...deps(), store }, agent, { onError: (error) => void errors.push(error) });
    expect(await eventsOf(raised?.id ?? '')).toEqual(['RAISED']);
    expect((await decisions()).length, 'it says what it knows once').toBe(before + 1);
    expect((await alerts()).map(({ id }) => id)).toEqual([raised?.id]);
  });

  it('does not raise again what a person dismissed', async () => {
    await runOn(FALL + 15);
    const [raised] = await alerts();
    const by = { actor: 'a', actorName: 'Ada', reason: 'known', decisionId: null, at: new Date(now) };
    await settleAlert(database.store, raised?.id ?? '', 'DISMISSED', { ...by, note: async () => undefined });
    await runOn(FALL + 17);
    expect((await alerts()).map(({ state }) => state)).toEqual(['DISMISSED']);
    expect((await decisions()).some(({ reason }) => reason.includes('a person dismissed'))).toBe(true);
  });

  it('writes nothing in a dry run, and does nothing while it is switched off', async () => {
    const would = await runOn(FALL + 15, { dryRun: true });
    expect(would.map(({ action }) => (action as { kind?: string } | null)?.kind ?? null)).toEqual([
      'raise',
      null,
    ]);
    const off = {
      agent: agent.name,
      autonomy: 'ACT',
      enabled: false,
      changedBy: 'Ada',
      reason: 'test',
    } as const;
    await writeSetting(database.store, { ...off, changedAt: new Date(now) });
    expect(await runOn(FALL + 15)).toEqual([]);
    expect([await alerts(), await decisions()]).toEqual([[], []]);
  });

  it('decides the same bytes from what is recorded', async () => {
    for (const day of [FALL, FALL + 7, FALL + 15, BACK, DAYS]) await runOn(day);
    const rows = await decisions();
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(replay([agent], row)).toEqual({ same: true, reason: null });
    // A record whose inputs were changed is found.
    const [row] = rows;
    if (!row) throw new Error('nothing was decided');
    expect(replay([agent], { ...row, inputs: { ...(row.inputs as object), day: 1 } }).same).toBe(false);
  });
});

describe('rules', () => {
  it('a rule about a segment is decided by its answers alone, and seen by callers who may read them', async () => {
    await save('score', { kind: 'change' }, false);
    await save('new in Germany', {
      kind: 'change',
      segment: { region: ['Germany'], lifecycleStage: ['onboarding'] },
      direction: 'FALL',
    });
    await runOn(FALL + 12);
    expect((await alerts()).map(({ rule, segment }) => [rule, segment])).toEqual([
      ['new in Germany', { region: ['Germany'], lifecycle_stage: ['onboarding'] }],
    ]);
    const seen = (region: string) =>
      readAlerts(
        database.store,
        seenBy(
          narrowScope(region, ({ attributes }) => attributes['region'] === region),
          database.cells,
        ),
        { states: null, after: null, limit: 9 },
      );
    expect(await seen('Germany')).toHaveLength(1);
    expect(await seen('Japan')).toEqual([]);
  });

  it('two rules about one cause are one alert, of the rule about the part', async () => {
    await save('Germany', { kind: 'change', segment: { region: ['Germany'] } });
    await save('new in Germany', {
      kind: 'spike',
      segment: { region: ['Germany'], lifecycleStage: ['onboarding'] },
    });
    await runOn(FALL + 20);
    expect((await alerts()).map(({ rule }) => rule)).toEqual(['new in Germany']);
    const reasons = (await decisions()).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason.includes('accounts for it')).length).toBeGreaterThan(0);
  });

  it('a threshold is an alert while the score lies beyond it', async () => {
    await save('score', { kind: 'change' }, false);
    await save('floor', { kind: 'threshold', segment: { region: ['Germany'] }, below: 30, windowDays: 20 });
    await runOn(FALL);
    expect(await alerts()).toEqual([]);
    await runOn(FALL + 25);
    expect(await alerts()).toMatchObject([{ state: 'OPEN', title: 'The score of Germany is below 30.0' }]);
    await runOn(DAYS);
    expect(await alerts()).toMatchObject([{ state: 'RESOLVED' }]);
  });

  it('that is switched off has no alerts any more, and one that cannot be read is named', async () => {
    await runOn(FALL + 15);
    await save('score', { kind: 'change' }, false);
    await save('gone', { kind: 'change', segment: { planet: ['Mars'] } });
    await runOn(FALL + 16);
    expect(await alerts()).toMatchObject([{ state: 'RESOLVED' }]);
    const reasons = (await decisions()).map(({ reason }) => reason).join('\n');
    expect(reasons).toMatch(/the rule score is switched off/);
    expect(reasons).toMatch(/the rule gone cannot be read: rule.segment: "planet" is no dimension/);
  });
});

describe('answers of others', () => {
  it('do not show in what a rule about a segment decides', async () => {
    const rule = { kind: 'change', segment: { region: ['Japan'] } };
    const decided = async () => {
      await save('Japan', rule);
      await save('score', { kind: 'change' }, false);
      await runOn(FALL + 15);
      return (await decisions())
        .filter(({ key }) => key.includes('Japan'))
        .map((row) => [row.key, row.inputHash, row.reason]);
    };
    const first = await decided();
    expect(first).toHaveLength(1);
    await database.sql('TRUNCATE alert, alert_event, alert_rule, agent_decision, agent_state CASCADE');
    // The other world: Germany has answered otherwise.
    await database.store.rows(
      unnamed(`UPDATE rollup_day SET detractors = detractors + promoters, promoters = 0
        WHERE cell_id IN (SELECT id FROM cell WHERE attributes->>'region' = 'Germany')`),
      [],
    );
    expect(await decided()).toEqual(first);
  });
});
