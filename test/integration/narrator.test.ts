import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../agents/delivery/render.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { narrator } from '../../agents/narrator/index.ts';
import type { Inputs, NarrativeAction } from '../../agents/narrator/inputs.ts';
import { verify } from '../../agents/narrator/verify.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time/time-windows.ts';
import { readStates } from '../../store/agents/agent-states.ts';
import { moveAlert, raiseAlert } from '../../store/agents/alerts.ts';
import { cellSetText, seenBy } from '../../store/agents/cell-set.ts';
import { type DecisionRow, readAgentDecisions } from '../../store/agents/decisions.ts';
import { NARRATOR } from '../../store/agents/narratives.ts';
import { listDeliveries } from '../../store/targets/deliveries.ts';
import { insertTarget } from '../../store/targets/targets.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* What the narrator writes by itself: of weeks and of alerts, for all and for the targets of a narrower scope. */

const WEEK_MS = 7 * DAY_MS;
/** A Monday so long ago that all that happens here is over. */
const MONDAY = Math.floor((Date.now() - 4 * DAY_MS) / WEEK_MS) * WEEK_MS + 4 * DAY_MS - 8 * WEEK_MS;
const day = (time: number) => new Date(time).toISOString().slice(0, 10);
let now = MONDAY + 12 * HOUR_MS;
let database: TestDatabase;
const german = narrowScope('german', ({ attributes }) => attributes['region'] === 'Germany');
const scopes: Record<string, Scope> = {
  all: EVERYTHING,
  german,
  counts: narrowScope('counts', () => true, { withheld: ['readResponse'] }),
};
const parts = () => ({
  scopedReader: database.scopedReader,
  scopeOf: (role: string) => scopes[role] ?? null,
});
const errors: Error[] = [];
/** One run, a minute after the last; each of its decisions has a moment of its own. */
const run = (agent: AnyAgent = narrator(parts()) as AnyAgent) => {
  now += MINUTE_MS;
  const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now++ };
  return runAgent(deps, agent, { onError: (error) => errors.push(error) });
};

let sent = 0;
/** Answers of one region in the week that begins so; returns their scores. */
async function answer(week: number, region: string, scores: readonly number[]): Promise<void> {
  sent += 1;
  await database.submit(
    scores.map((score, i) => ({
      externalId: `${sent} ${i}`,
      answeredAt: new Date(week + (i % 7) * DAY_MS + HOUR_MS).toISOString(),
      region,
      score,
    })),
  );
}
const many = (count: number, score: number) => Array.from({ length: count }, () => score);

/** What was decided, the oldest first, as that scope sees it. */
async function written(scope: Scope = EVERYTHING, keyPrefix: string | null = null): Promise<DecisionRow[]> {
  const asked = { agent: NARRATOR, states: null, keyPrefix, after: null, limit: 1_000 };
  const rows = await readAgentDecisions(database.store, seenBy(scope, database.cells), asked);
  // The scoped view shows the same: each holds alone.
  const viewed = await readAgentDecisions(database.scopedReader.as(scope), null, asked);
  expect(viewed.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  return rows.reverse();
}
const inputsOf = ({ inputs }: DecisionRow) => inputs as Inputs;
const textOf = ({ decision }: DecisionRow) =>
  (decision as { action: NarrativeAction | null }).action?.sentences.map(({ text }) => text).join(' ') ?? '';
const scoreOf = (row: DecisionRow) => inputsOf(row).facts.find(({ kind }) => kind === 'SCORE')?.numbers;
const deliveries = async () =>
  listDeliveries(database.store, { states: null, target: null, after: null, limit: 1_000 });

/** A target that gets narratives. */
async function makeTarget(id: number, role: string, createdAt: number): Promise<string> {
  const key = `00000000-0000-4000-8000-00000000000${id}`;
  const stated = { name: `${role} ${id}`, kind: 'webhook', settings: {}, rate: 60, role, attributes: {} };
  await insertTarget(
    database.store,
    key,
    { ...stated, events: ['narrative.written'] },
    'test',
    new Date(createdAt),
  );
  return key;
}

const cellsOf = (region: string) =>
  cellSetText(
    database.cells.all().flatMap(({ id, attributes }) => (attributes['region'] === region ? [id] : [])),
  );
/** Raises an alert as an agent does; returns its id. */
async function raise(key: string, cells: string, more: object = {}): Promise<string> {
  now += 1;
  const content = {
    ...{ key, severity: 'WARNING' as const, rule: 'r@1', title: `The source ${key} brings 12 times less` },
    ...{ summary: '', segment: {}, cells, since: new Date(now - 2 * DAY_MS), before: null, after: null },
    ...{ facts: null, evidence: [], ...more },
  };
  const by = { actor: 'test', actorName: 'test', reason: '', decisionId: null, at: new Date(now) };
  const { alert } = await database.store.transaction((session) => raiseAlert(session, content, by));
  return alert.id;
}

beforeAll(async () => {
  database = await openTestDatabase();
  // Weeks -2 and -1 have answers, weeks before have none.
  await answer(MONDAY - 2 * WEEK_MS, 'Germany', many(60, 10));
  await answer(MONDAY - 2 * WEEK_MS, 'Japan', many(40, 8));
  await answer(MONDAY - WEEK_MS, 'Germany', many(60, 3));
  await answer(MONDAY - WEEK_MS, 'Japan', many(40, 8));
});
afterAll(() => database?.close());

describe('weeks', () => {
  it('with answers have a text each, once, whose every number follows from them', async () => {
    await run();
    const rows = await written();
    expect(rows.map(({ key, state }) => [key, state])).toEqual([
      [`week ${day(MONDAY - 2 * WEEK_MS)} all`, 'DONE'],
      [`week ${day(MONDAY - WEEK_MS)} all`, 'DONE'],
    ]);
    const [first, second] = rows as [DecisionRow, DecisionRow];
    expect(scoreOf(first)).toMatchObject({ score: 60, responses: 100 });
    expect(scoreOf(second)).toMatchObject({ score: -60, responses: 100 });
    expect(textOf(second)).toContain(`The score of ${day(MONDAY - WEEK_MS)} to ${day(MONDAY - 1)} is −60.0`);
    expect(textOf(second)).toMatch(/It fell by 120\.0 points .*Germany fell from \+100\.0 to −100\.0/);
    for (const row of rows) {
      const { facts } = inputsOf(row);
      const { action } = row.decision as { action: NarrativeAction };
      expect(verify({ facts }, action.sentences).refused).toEqual([]);
      expect(row.outcome).toContain(action.sheetHash);
      expect(row.about).toEqual([...new Set(facts.flatMap(({ cites }) => cites))]);
      expect(replay([narrator(parts()) as AnyAgent], row)).toEqual({ same: true, reason: null });
    }
    now += HOUR_MS;
    await run();
    expect(await written()).toHaveLength(2);
    expect((await readStates(database.store, NARRATOR)).size, 'nothing is remembered').toBe(0);
  });

  it('leave out what the check refuses', () => {
    const fact = { cites: ['x'], times: ['2026-01-01 to 2026-01-07'], direction: null, quote: null };
    const score = {
      ...fact,
      id: 'f1',
      kind: 'SCORE' as const,
      names: [],
      numbers: { score: 1, responses: 9 },
    };
    const quoted = { share: 5, score: 3, contribution: 2 };
    const named = { ...fact, id: 'f2', kind: 'THEME' as const, names: ['the "best"'], numbers: quoted };
    const decided = narrator(parts()).decide({
      of: { kind: 'WEEK', from: '2026-01-01', to: '2026-01-07' },
      facts: [score, named],
    });
    expect(decided.action?.sentences.map(({ facts }) => facts)).toEqual([['f1']]);
    expect(decided.alternatives[0]).toEqual({
      action: { facts: ['f2'] },
      reason: 'the sentence about it is left out, because the check refuses it: QUOTE',
    });
  });

  it('that were missed are caught up, and a week whose answers come late is written then', async () => {
    // Two weeks pass without a run; of the first there is no answer.
    await answer(MONDAY + WEEK_MS, 'Japan', many(30, 10));
    now += 2 * WEEK_MS;
    await run();
    const caughtUp = `week ${day(MONDAY + WEEK_MS)} all`;
    expect((await written()).map(({ key }) => key).slice(2)).toEqual([caughtUp]);
    await answer(MONDAY, 'Japan', many(10, 0));
    await run();
    expect((await written()).map(({ key }) => key).slice(3)).toEqual([`week ${day(MONDAY)} all`]);
  });

  it('are not lost when the process is killed between decision and action, nor written twice', async () => {
    await makeTarget(1, 'all', MONDAY);
    await answer(MONDAY + 2 * WEEK_MS, 'Germany', many(20, 9));
    now += WEEK_MS;
    const agent = narrator(parts()) as AnyAgent;
    // The server ends the connection after all of the action was sent, and before it is committed.
    const killed = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const dying: AnyAgent = {
      ...agent,
      act: async (acting, action) => {
        await agent.act(acting, action);
        throw killed;
      },
    };
    const before = (await written()).length;
    await expect(run(dying)).rejects.toBe(killed);
    expect([(await written()).length, (await deliveries()).length]).toEqual([before, 0]);
    for (let i = 0; i < 2; i++) await run();
    const rows = await written();
    expect(rows).toHaveLength(before + 1);
    const subjects = (await deliveries()).map(({ subject, event }) => [event, subject]);
    expect(subjects).toEqual([['narrative.written', `Decision:${rows.at(-1)?.id}`]]);
  });

  it('whose action failed are tried again an hour later', async () => {
    await answer(MONDAY + 3 * WEEK_MS, 'Germany', many(20, 9));
    now += WEEK_MS;
    const agent = narrator(parts()) as AnyAgent;
    const failing: AnyAgent = { ...agent, act: async () => Promise.reject(new Error('broken')) };
    await run(failing);
    const before = (await written()).length;
    expect((await written()).at(-1)?.state).toBe('FAILED');
    await run();
    expect(await written()).toHaveLength(before);
    now += HOUR_MS + 1;
    await run();
    expect((await written()).slice(before - 1).map(({ state }) => state)).toEqual(['FAILED', 'DONE']);
    expect(errors.splice(0)).toHaveLength(1);
  });
});

describe('a target', () => {
  it('gets the week as its own scope sees it, or none', async () => {
    const own = await makeTarget(2, 'german', MONDAY);
    const none = await makeTarget(3, 'counts', MONDAY);
    const late = await makeTarget(4, 'german', now);
    const all = '00000000-0000-4000-8000-000000000001';
    const before = (await deliveries()).length;
    await run();
    const rows = (await written()).filter(({ key }) => !key.endsWith(' all'));
    // Weeks that ended before the target was made are not written for it.
    expect(rows.map(({ key }) => key.slice(5, 15))).toEqual([
      day(MONDAY + 2 * WEEK_MS),
      day(MONDAY + 3 * WEEK_MS),
    ]);
    expect(scoreOf(rows[0] as DecisionRow)).toMatchObject({ score: 100, responses: 20 });
    expect(await written(german)).toEqual(rows);
    expect(await written(scopes['counts'])).toEqual([]);
    const made = (await deliveries()).slice(0, -before);
    expect(made.map(({ targetId }) => targetId)).toEqual([own, own]);
    await answer(MONDAY + 4 * WEEK_MS, 'Germany', many(30, 9));
    await answer(MONDAY + 4 * WEEK_MS, 'Japan', many(30, 0));
    now += WEEK_MS;
    await run();
    const [newest] = (await written(german)).slice(-1) as [DecisionRow];
    expect(scoreOf(newest)).toMatchObject({ score: 100, responses: 30 });
    expect(JSON.stringify(newest)).not.toContain('Japan');
    const ofAll = (await written()).findLast(({ key }) => key.endsWith(' all')) as DecisionRow;
    expect(scoreOf(ofAll)).toMatchObject({ score: 0, responses: 60 });
    const after = (await deliveries()).slice(0, 3);
    expect(after.map(({ targetId, subject }) => [targetId, subject]).sort()).toEqual(
      [
        [all, `Decision:${ofAll.id}`],
        [own, `Decision:${newest.id}`],
        [late, `Decision:${newest.id}`],
      ].sort(),
    );
    expect((await deliveries()).filter(({ targetId }) => targetId === none)).toEqual([]);
    const { cells, encryption, scopedReader } = database;
    const shown = async (scope: Scope, { id }: DecisionRow) =>
      render(
        { session: scopedReader.as(scope), scope, cells, encryption },
        { event: 'narrative.written', subject: `Decision:${id}` },
        false,
      );
    expect(await shown(german, newest)).toMatchObject({
      title: `Week of ${day(MONDAY + 4 * WEEK_MS)} to ${day(MONDAY + 5 * WEEK_MS - 1)}`,
      summary: textOf(newest),
      path: '/',
    });
    expect(await shown(german, ofAll)).toBeNull();
  });
});

describe('an alert', () => {
  const aboutAlerts = (scope: Scope = EVERYTHING) => written(scope, 'alert ');

  it('has a narrative, also when it was opened and resolved between two looks', async () => {
    const id = await raise('shop', '{(,)}');
    const by = { actor: 'test', actorName: 'test', reason: '', decisionId: null, at: new Date(now) };
    await database.store.transaction((session) => moveAlert(session, id, 'RESOLVED', by));
    const before = (await deliveries()).length;
    await run();
    await run();
    const rows = await aboutAlerts();
    expect(rows.map(({ key, state }) => [key, state])).toEqual([[`alert ${id}`, 'DONE']]);
    expect(textOf(rows[0] as DecisionRow)).toContain(
      `The alert of ${day(now)} says: The source shop brings 12 times less. What it reports began on ${day(now - 2 * DAY_MS)}.`,
    );
    expect(rows[0]?.about).toContain(`Alert:${id}`);
    expect(
      await deliveries(),
      'for each target; those that may not see it are left out when it is sent',
    ).toHaveLength(before + 4);
  });

  it('is narrated for those who may see it, of its own cells alone', async () => {
    const whole = await raise('hidden', '{(,)}', { segment: { region: ['Germany'] } });
    const own = await raise('own', cellsOf('Germany'));
    const [seenChange, hiddenChange] = ['Germany', 'Japan'].map(
      (_, i) => `0000000${i}-0000-4000-8000-000000000000`,
    );
    const named = [seenChange, hiddenChange].map((id) => ({ id: `ChangeEvent:${id}` }));
    // One that cannot be read ends no run.
    const facts = { candidates: [null, ...named] };
    const near = await raise('near', cellsOf('Germany'), { facts });
    for (const [id, region] of [
      [seenChange, 'Germany'],
      [hiddenChange, 'Japan'],
    ])
      await database.sql(
        `INSERT INTO change_event (id, source_id, external_id, kind, title, at, segment, received_at, content_hash)
          VALUES ($1::uuid, (SELECT min(id) FROM source), $1::uuid::text, 'DEPLOY', 'Release', $2, $3, $2, '')`,
        [id, new Date(now - DAY_MS), JSON.stringify({ region: [region] })],
      );
    await run();
    const rows = await aboutAlerts(german);
    expect(rows.map(({ key }) => key)).toEqual([`alert ${own}`, `alert ${near}`]);
    expect((await aboutAlerts()).map(({ key }) => key)).toContain(`alert ${whole}`);
    expect(JSON.stringify(rows)).not.toMatch(/Japan/);
    const events = rows.flatMap((row) => inputsOf(row).facts.filter(({ kind }) => kind === 'EVENT'));
    expect(events.map(({ cites }) => cites)).toEqual([[`ChangeEvent:${seenChange}`]]);
    expect(textOf(rows[1] as DecisionRow)).toContain(`deploy on ${day(now - DAY_MS)}`);
  });

  it('about an account has none: it goes with the account', async () => {
    await raise('account-watch/account 1 risk', '{(,)}');
    const before = (await aboutAlerts()).length;
    await run();
    expect(await aboutAlerts()).toHaveLength(before);
    expect(errors).toEqual([]);
  });
});
