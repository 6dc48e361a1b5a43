import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountWatch as accountWatchOf } from '../../agents/account-watch/index.ts';
import type { ChurnModel, Inputs } from '../../agents/account-watch/inputs.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { outreach } from '../../agents/outreach/index.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { countAlerts, readAlerts } from '../../store/agents/alerts.ts';
import { changeCase, readCaseEvents, readCases } from '../../store/agents/cases.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { readWatchedAccounts } from '../../store/agents/watched-accounts.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readAccountFacts } from '../../store/outcomes/account-facts.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';

/* Seeded accounts of two years, with known truth: of those with a detractor's answer and falling usage 7 in 10 cancel, of others 1 in 20. */

const CAPACITY = 20;
const accountWatch = accountWatchOf({ capacity: CAPACITY });
const DAY_MS = 86_400_000;
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + 6 * 3_600_000;
let now = NOW;
const before = (days: number) => new Date(NOW - days * DAY_MS).toISOString();

function account(id: string, region: string, day: number, risky: boolean, cancels: boolean) {
  const base = { account: id, segmentValues: { region } };
  const of = (name: string) => ({ ...base, externalId: `${id} ${name}` });
  return {
    answers: [
      {
        externalId: id,
        answeredAt: before(day + 10),
        score: risky ? 2 : 9,
        respondent: `p ${id}`,
        account: id,
        region,
      },
    ],
    outcomes: [
      { ...of('start'), kind: 'SUBSCRIPTION_STARTED', at: before(day + 80) },
      { ...of('paid'), kind: 'PAYMENT', at: before(day + 40), amount: 10, currency: 'EUR' },
      { ...of('used'), kind: 'USAGE', at: before(day + 45), quantity: 100 },
      { ...of('uses'), kind: 'USAGE', at: before(day + 5), quantity: risky ? 20 : 90 },
      ...(cancels ? [{ ...of('end'), kind: 'SUBSCRIPTION_CANCELLED', at: before(day - 30) }] : []),
    ],
  };
}

async function fill(database: TestDatabase, made: readonly ReturnType<typeof account>[]) {
  const outcomes = made.flatMap((one) => one.outcomes);
  expect(await database.submit(made.flatMap((one) => one.answers))).toMatchObject({ rejectedTotal: 0 });
  for (let i = 0; i < outcomes.length; i += 500)
    expect(await database.submitOutcomes(outcomes.slice(i, i + 500))).toMatchObject({ rejectedTotal: 0 });
}

function history(perQuarter: number) {
  const random = randomFrom(17);
  return Array.from({ length: 8 }, (_, q) => q + 1).flatMap((q) =>
    Array.from({ length: perQuarter }, (_, i) => {
      const risky = random() < 0.4;
      return account(`q${q} ${i}`, 'Germany', q * 90, risky, random() < (risky ? 0.7 : 0.05));
    }),
  );
}

const run = (database: TestDatabase) =>
  runAgent(
    { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now },
    accountWatch as AnyAgent,
    {
      onError: (error) => {
        throw error;
      },
    },
  );
const alerts = (database: TestDatabase, seen: string | null = null) =>
  readAlerts(database.store, seen, { states: null, after: null, limit: 500 });
const decisions = (database: TestDatabase) =>
  readAgentDecisions(database.store, null, {
    agent: 'account-watch',
    states: null,
    after: null,
    limit: 1_000,
  });

let long: TestDatabase;
let short: TestDatabase;
beforeAll(async () => {
  long = await openTestDatabase();
  await fill(long, [
    ...history(40),
    ...Array.from({ length: 30 }, (_, i) => account(`now ${i}`, 'Germany', 0, i < 25, false)),
  ]);
  short = await openTestDatabase();
  await fill(short, [
    account('sinks', 'Germany', 0, true, false),
    account('hidden', 'Peru', 0, true, false),
    account('grows', 'Germany', 0, false, false),
  ]);
  await short.submitOutcomes([
    {
      account: 'grows',
      segmentValues: { region: 'Germany' },
      externalId: 'more',
      kind: 'USAGE',
      at: before(3),
      quantity: 80,
    },
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([long?.close(), short?.close()]);
});

describe('the account watch', () => {
  it('has a calibrated model that is better at the capacity than the base rate, and raises no more than the capacity', async () => {
    await run(long);
    const risks = (await alerts(long)).filter(({ title }) => title.startsWith('An account is at risk'));
    expect(risks).toHaveLength(CAPACITY);
    const made = await decisions(long);
    const model = made
      .map(({ inputs }) => (inputs as Inputs).model)
      .find((one) => one !== null) as ChurnModel;
    expect(model.heldOut.k).toBe(CAPACITY);
    expect(model.heldOut.precision).toBeGreaterThan(model.heldOut.base + 0.2);
    expect(Math.abs(model.heldOut.expected - model.heldOut.base)).toBeLessThan(0.15);
    expect(model.heldOut.error).toBeLessThan(0.2);
    expect(risks[0]?.summary).toContain('in the last quarter');
    expect(made.some(({ reason }) => reason.includes('can be acted on this week'))).toBe(true);
    for (const one of made)
      expect(replay([accountWatch as AnyAgent], one)).toEqual({ same: true, reason: null });
    await run(long);
    expect((await alerts(long)).length, 'the same day is not decided about again').toBe(
      (await alerts(long)).length,
    );
    now += DAY_MS;
    await run(long);
    expect(
      (await alerts(long)).filter(({ title }) => title.startsWith('An account is at risk')),
    ).toHaveLength(CAPACITY);
    now = NOW;
  });

  it('decides by rules alone where outcomes are few, says so, and finds potential', async () => {
    await run(short);
    const found = await alerts(short);
    expect(found.map(({ title, severity }) => [title, severity]).sort()).toEqual([
      ['An account has potential: its last answer is a promoter’s; its usage grows', 'INFO'],
      [
        'An account is at risk: its last answer is a detractor’s, and it pays; its usage fell by half',
        'CRITICAL',
      ],
      [
        'An account is at risk: its last answer is a detractor’s, and it pays; its usage fell by half',
        'CRITICAL',
      ],
    ]);
    expect(found.find(({ severity }) => severity === 'CRITICAL')?.summary).toBe(
      'Found by rules alone: 0 of 0 known accounts cancelled: a model needs 30 of each.',
    );
  });

  it('shows callers who may not read every cell nothing, in lists and in counts', async () => {
    const narrow = narrowScope('no peru', ({ attributes }) => attributes['region'] !== 'Peru');
    const seen = seenBy(narrow, short.cells);
    expect(await alerts(short, seen)).toEqual([]);
    expect(await countAlerts(short.store, seen)).toEqual([]);
    expect(await countAlerts(short.store, seenBy(EVERYTHING, short.cells))).toEqual([
      { state: 'OPEN', n: 3 },
    ]);
    const text = JSON.stringify([await alerts(short), await decisions(short)]);
    for (const name of ['sinks', 'hidden', 'p1_', 'a1_']) expect(text).not.toContain(name);
  });

  it('is followed by a proposal of one case, which is opened once, and whose result is learnt', async () => {
    const act = async (agent: AnyAgent) =>
      runAgent({ store: short.store, cells: short.cells, dimensions: DIMENSIONS, now: () => now }, agent, {
        onError: (error) => {
          throw error;
        },
      });
    const reached = outreach as AnyAgent;
    expect((await act(reached)).map(({ state }) => state)).toEqual(['PROPOSED', 'PROPOSED', 'PROPOSED']);
    const cases = () => readCases(short.store, null, { states: null, after: null, limit: 10 });
    expect(await cases()).toEqual([]);
    const bold = { ...reached, defaultAutonomy: 'ACT' as const };
    expect((await act(bold)).map(({ state }) => state)).toEqual(['DONE', 'DONE', 'DONE']);
    await act(bold);
    const opened = await cases();
    expect(opened.map(({ playbook, severity }) => [playbook, severity]).sort()).toEqual([
      ['revive-usage', 'CRITICAL'],
      ['revive-usage', 'CRITICAL'],
      ['thank-promoter', 'INFO'],
    ]);
    const narrow = narrowScope('no peru', ({ attributes }) => attributes['region'] !== 'Peru');
    const seen = seenBy(narrow, short.cells);
    expect(await readCases(short.store, seen, { states: null, after: null, limit: 10 })).toEqual([]);
    const one = opened.find(({ playbook }) => playbook === 'thank-promoter');
    const by = { actor: 'p', actorName: 'p', reason: 'thanked', at: new Date(now), note: async () => {} };
    await changeCase(short.store, one?.id ?? '', { kind: 'CLOSED', outcome: 'thanked' }, by);
    now += 31 * DAY_MS;
    await act(bold);
    await act(bold);
    const events = await readCaseEvents(short.store, [one?.id ?? '']);
    expect(events.map(({ kind }) => kind)).toEqual(['OPENED', 'CLOSED', 'COMMENTED']);
    expect(events.at(-1)?.reason).toBe(
      '30 days after it was closed the account stayed, and its last answer is a promoter’s. Acted on after 0 hours, closed after 0 hours.',
    );
    const decided = () => {
      const filter = { agent: 'outreach', states: null, after: null, limit: 99 };
      return readAgentDecisions(short.store, null, filter);
    };
    const learnt = (await decided()).filter(({ verdict }) => verdict === `learn ${one?.id}`);
    expect(learnt.map(({ state }) => state)).toEqual(['DONE']);
    now += 2 * DAY_MS;
    const asked = (await act(reached)).filter(({ state }) => state === 'PROPOSED');
    expect(asked, 'nothing is left to approve').toEqual([]);
    const made = await decided();
    for (const each of made) expect(replay([reached], each)).toEqual({ same: true, reason: null });
    now = NOW;
  });

  it('forgets an account that is erased', async () => {
    const kept = (await short.sql('SELECT DISTINCT account_id AS id FROM outcome')) as { id: string }[];
    expect(await erase(short, personOf('sinks'), BY)).toMatchObject({ known: true });
    const left = (await short.sql('SELECT DISTINCT account_id AS id FROM outcome')) as { id: string }[];
    const [gone] = kept.filter(({ id }) => !left.some((one) => one.id === id));
    expect(gone).toBeDefined();
    expect(await alerts(short)).toHaveLength(2);
    expect(await short.sql('SELECT id FROM case_record')).toHaveLength(2);
    const rows = [
      await decisions(short),
      await alerts(short),
      await short.sql('SELECT key FROM agent_state'),
    ];
    expect(JSON.stringify(rows)).not.toContain(gone?.id);
  });

  it('hides a restricted account from the list, the alerts and the inputs of the model, until that is over', async () => {
    const asOf = new Date(now);
    const listed = async () =>
      readWatchedAccounts(short, EVERYTHING, { cause: null, after: null, limit: 10, asOf });
    const facts = async () => (await readAccountFacts(short.store, asOf)).length;
    const [known, all] = [await facts(), await listed()];
    expect(all).toHaveLength(2);
    await restrict(short, personOf('hidden'), true);
    const left = await listed();
    expect(left).toHaveLength(1);
    const [gone] = all.filter(({ account: name }) => !left.some((one) => one.account === name));
    expect(gone?.alert).not.toBeNull();
    expect((await alerts(short)).some(({ id }) => id === gone?.alert)).toBe(false);
    expect(await facts()).toBe(known - 1);
    await restrict(short, personOf('hidden'), false);
    expect(await facts()).toBe(known);
    // Of the history that the model is fitted to, too.
    const then = new Date(NOW - 90 * DAY_MS);
    const history = (await readAccountFacts(long.store, then)).length;
    await restrict(long, personOf('q1 0'), true);
    expect(await readAccountFacts(long.store, then)).toHaveLength(history - 1);
    await restrict(long, personOf('q1 0'), false);
    expect(await readAccountFacts(long.store, then)).toHaveLength(history);
    expect((await run(short)).filter(({ id }) => id !== null)).toHaveLength(1);
    expect(await listed()).toHaveLength(2);
  });
});
