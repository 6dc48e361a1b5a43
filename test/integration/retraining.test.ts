import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { modelRollback } from '../../agents/model-rollback/index.ts';
import { retrainingAgent } from '../../agents/retraining/index.ts';
import { RETRAINING_POLICIES } from '../../domain/models/retraining-policy.ts';
import { openScoring, type Scoring } from '../../scoring/service.ts';
import { carryOutOrder } from '../../scoring/training-orders.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { readChampion, readRegistry } from '../../store/models/models.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { writeAlarm } from '../fixtures/model-alarm.ts';
import { until } from '../fixtures/server.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
let now = Math.ceil(Date.now() / DAY_MS) * DAY_MS + 90 * MINUTE_MS;
let database: TestDatabase;
let scoring: Scoring;
let scorer: { stop: () => Promise<void> };
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
let sent = 0;

const TEXTS = [
  'It crashes and nobody helps, case',
  'It does what it should, mostly, week',
  'We love it, number',
];
/** Answers to three texts; with `turned`, people who love it give a 2. */
const submit = (n: number, turned = false) =>
  database.submit(
    Array.from({ length: n }, () => {
      const i = sent++;
      const scores = turned ? [10, 7, 2] : [2, 7, 10];
      return {
        externalId: `r${i}`,
        answeredAt: new Date(now - (i % 60) * MINUTE_MS).toISOString(),
        comment: `${TEXTS[i % 3]} ${i}.`,
        score: scores[i % 3],
      };
    }),
  );
const retraining = retrainingAgent({ ...RETRAINING_POLICIES.combined, restDays: 7, fewestNew: 0 });
const run = (agent: unknown = retraining) =>
  runAgent(
    { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now },
    agent as AnyAgent,
    { onError },
  );
const decisions = async () =>
  (
    await readAgentDecisions(database.store, null, {
      agent: 'retraining',
      states: null,
      after: null,
      limit: 1_000,
    })
  ).reverse();
const champion = async () => (await readChampion(database.store))?.id;
const scoredBy = (model: number) =>
  until(async () => {
    const [row] = await database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM prediction WHERE model_version_id = ${model}`,
    );
    return row?.n === sent;
  }, `version ${model} has scored everything`);
const order = () =>
  carryOutOrder({ store: database.store, now: () => now, loops: null, onError, train: scoring.train });

beforeAll(async () => {
  database = await openTestDatabase(() => now);
  const { privateKey: signingKey } = generateKeyPairSync('ed25519');
  scoring = await openScoring({
    ...database,
    encoder: null,
    cacheFolder: '',
    signingKey,
    now: () => now,
    onError,
  });
  await submit(240);
  scorer = await scoring.follow(() => undefined);
  await scoredBy(1);
});
afterAll(async () => {
  await scorer?.stop();
  await scoring?.close();
  await database?.close();
});

describe('retraining', () => {
  it('proposes a training when the answers drift, and orders it once it is approved', async () => {
    expect(await run()).toMatchObject([{ action: null }]);
    now += 9 * DAY_MS;
    await writeAlarm(database, now, 1);
    const [proposed] = await run();
    expect(proposed).toMatchObject({ state: 'PROPOSED', action: { do: 'train', triggers: ['drift'] } });
    expect(await run(), 'not proposed twice').toMatchObject([{ id: null }]);
    expect(await order(), 'nothing is trained before a person approves').toBeNull();
    await settleProposal(
      { store: database.store, agents: [retraining as AnyAgent] },
      proposed?.id ?? '',
      { verb: 'APPROVE', reason: 'go' },
      { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError },
    );
    expect((await decisions()).at(-1)).toMatchObject({ state: 'DONE' });
  });

  it('trains an order once, also by two processes and after a restart', async () => {
    await Promise.all([order(), order()]);
    expect(await order(), 'a process that starts later').toBeNull();
    expect((await readRegistry(database.store)).map(({ id, stage }) => [id, stage])).toEqual([
      [1, 'CHAMPION'],
      [2, 'CANDIDATE'],
    ]);
    const rows = await database.sql(`SELECT subject FROM audit_log WHERE action = 'trainModel'`);
    expect(rows).toHaveLength(1);
  });

  it('compares the shadow on later answers, and promotes what is better', async () => {
    await writeSetting(database.store, {
      agent: 'retraining',
      autonomy: 'ACT',
      enabled: true,
      changedBy: 'test',
      changedAt: new Date(now),
      reason: 'test',
    });
    now += MINUTE_MS;
    expect(await run()).toMatchObject([{ action: { do: 'shadow', model: 2 }, state: 'DONE' }]);
    now += MINUTE_MS;
    const [waits] = await run();
    expect(waits).toMatchObject({ action: null, reason: expect.stringContaining('200 are needed') });
    now += DAY_MS;
    await submit(240);
    await scoredBy(1);
    await scoredBy(2);
    expect(await run()).toMatchObject([{ action: { do: 'promote', model: 2, champion: 1 }, state: 'DONE' }]);
    expect(await champion()).toBe(2);
    now += MINUTE_MS;
    expect(await run(modelRollback), 'the new champion is watched').toMatchObject([
      { reason: expect.stringContaining('version 2') },
    ]);
  });

  it('holds what is worse', async () => {
    now += 8 * DAY_MS;
    await submit(900, true);
    now += DAY_MS;
    await scoredBy(2);
    await writeAlarm(database, now, 2);
    expect(await run()).toMatchObject([{ action: { do: 'train' }, state: 'DONE' }]);
    await order();
    now += MINUTE_MS;
    expect(await run()).toMatchObject([{ action: { do: 'shadow', model: 3 } }]);
    now += DAY_MS;
    await submit(240);
    await scoredBy(2);
    await scoredBy(3);
    const [held] = await run();
    expect(held).toMatchObject({ action: null, reason: expect.stringContaining('it is worse. It is held.') });
    expect(await champion()).toBe(2);
  });

  it('is decided again from what is stored', async () => {
    const stored = await decisions();
    expect(stored.length).toBeGreaterThan(6);
    for (const row of stored)
      expect(replay([retraining as AnyAgent], row)).toEqual({ same: true, reason: null });
    expect(errors).toEqual([]);
  });
});
