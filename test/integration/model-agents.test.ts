import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { modelMonitor } from '../../agents/model-monitor/index.ts';
import { modelRollback } from '../../agents/model-rollback/index.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { readAlerts } from '../../store/agents/alerts.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { promote } from '../../store/models/model-changes.ts';
import { readChampion } from '../../store/models/models.ts';
import { type Reading, writeReadings } from '../../store/monitoring/model-readings.ts';
import { queueDecisionReviews } from '../../store/reviews/review-queue.ts';
import type { Autonomy } from '../../store/tables/agents.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { addMadeUpModel, makeUpPredictions } from '../fixtures/made-up-models.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const by = { actor: 'Ada', reason: 'a test' };
let database: TestDatabase;
let now = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
const errors: Error[] = [];

const run = (agent: unknown, options = {}) =>
  runAgent(
    { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now },
    agent as AnyAgent,
    {
      onError: (error) => errors.push(error),
      ...options,
    },
  );
const set = (autonomy: Autonomy) =>
  writeSetting(database.store, {
    agent: 'model-rollback',
    autonomy,
    enabled: true,
    changedBy: 'test',
    changedAt: new Date(now),
    reason: 'test',
  });
const decisions = async (agent: string) =>
  (
    await readAgentDecisions(database.store, null, { agent, states: null, after: null, limit: 1_000 })
  ).reverse();
const alerts = () => readAlerts(database.store, null, { states: null, after: null, limit: 100 });
const champion = async () => (await readChampion(database.store))?.id;

/** The readings of a model for the week that ends in the next hour. */
async function read(model: number, figures: Partial<Reading>[]): Promise<void> {
  now += HOUR_MS;
  const until = new Date(now);
  const plain: Reading = {
    modelVersionId: model,
    metric: 'RANKED_PROBABILITY_SCORE',
    segment: {},
    from: new Date(now - WEEK_MS),
    until,
    referenceFrom: new Date(now - 5 * WEEK_MS),
    n: 400,
    referenceN: 1_600,
    value: 0.12,
    reference: 0.11,
    low: -0.01,
    high: 0.03,
    pValue: 0.4,
    adjustedPValue: 0.6,
    alarm: false,
    detail: {},
  };
  await writeReadings(
    database.store,
    figures.map((one) => ({ ...plain, ...one })),
  );
}
const FINE = [{}];
const FAILING = [{ value: 0.21, adjustedPValue: 0.0002, alarm: true }];

beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    Array.from({ length: 90 }, (_, i) => ({
      externalId: `m${i}`,
      answeredAt: new Date(now - (i % 30) * 20 * HOUR_MS - HOUR_MS).toISOString(),
      comment: `it works, mostly ${i}`,
      ...(i % 2 ? { score: i % 11 } : {}),
    })),
  );
  for (const id of [1, 2]) {
    await addMadeUpModel(database, id, 'SHADOW');
    await makeUpPredictions(database, id);
    await promote(database.store, id, by);
  }
});
afterAll(() => database?.close());

describe('the model monitor', () => {
  it('writes nothing in a dry run, and looks at each reading once', async () => {
    await read(2, FINE);
    expect(await run(modelMonitor, { dryRun: true })).toMatchObject([{ key: 'model 2', action: null }]);
    expect(await decisions('model-monitor')).toEqual([]);
    await run(modelMonitor);
    expect(await run(modelMonitor)).toEqual([]);
    expect(await decisions('model-monitor')).toMatchObject([
      { state: 'NONE', reason: 'None of 1 figures of model version 2 sets the alarm.' },
    ]);
  });

  it('raises one alert for what drifts, makes it worse when quality falls, and resolves it', async () => {
    const drift = [
      {},
      { metric: 'EMBEDDINGS' as const, value: 0.2, reference: null, alarm: true },
      { metric: 'LANGUAGE' as const, value: 0.4, reference: 0, alarm: true },
    ];
    await read(2, drift);
    expect(await run(modelMonitor)).toMatchObject([{ nearMiss: true }]);
    await read(2, drift);
    await run(modelMonitor);
    expect(await alerts()).toMatchObject([
      {
        severity: 'WARNING',
        state: 'OPEN',
        title: 'Model version 2 reads other answers than before: embeddings, language',
        summary: 'embeddings 0.2 (400 answers); language 0.4 against 0 before (400 answers).',
        evidence: ['ModelVersion:2'],
      },
    ]);
    await read(2, FAILING);
    await run(modelMonitor);
    expect(await alerts()).toMatchObject([
      { severity: 'CRITICAL', title: 'Model version 2 predicts worse: ranked probability score' },
    ]);
    for (const _ of [1, 2]) {
      await read(2, FINE);
      await run(modelMonitor);
    }
    expect(await alerts()).toMatchObject([{ state: 'RESOLVED' }]);
  });

  it('resolves an alert about a model that no answer has reached for as long as its last reading was of', async () => {
    for (const _ of [1, 2]) {
      await read(2, FAILING);
      await run(modelMonitor);
    }
    const [raised] = await alerts();
    expect(raised).toMatchObject({ state: 'OPEN', severity: 'CRITICAL' });
    now += WEEK_MS;
    expect(await run(modelMonitor)).toEqual([]);
    now += HOUR_MS;
    for (const _ of [1, 2, 3]) await run(modelMonitor);
    expect((await alerts()).find(({ id }) => id === raised?.id)).toMatchObject({ state: 'RESOLVED' });
    expect((await decisions('model-monitor')).at(-1)?.reason).toMatch(
      /^Model version 2 has read no answers since 20/,
    );
    // Readings go on.
    await read(2, FINE);
    expect(await run(modelMonitor)).toMatchObject([{ action: null }]);
  });
});

/** 3 is the companion of 4; 5 has the model of 4 and the companion 6. Without the encoder of 4, 1 and 2 are other models. */
async function addPairs(): Promise<void> {
  const english = { encoder: { name: 'one', hash: 'ab' } };
  const german = { languages: ['de'], encoder: { name: 'two', hash: 'cd' } };
  await addMadeUpModel(database, 3, 'CANDIDATE', { artefact: german });
  await addMadeUpModel(database, 4, 'CANDIDATE', { artefact: english, companion: 3 });
  await addMadeUpModel(database, 6, 'CANDIDATE', { artefact: { ...german, heads: 'others' } });
  await addMadeUpModel(database, 5, 'CANDIDATE', { artefact: english, companion: 6 });
}

describe('the rollback of a failing champion', () => {
  it('is proposed at first, and nothing changes', async () => {
    await read(2, FINE);
    expect(await run(modelRollback)).toMatchObject([{ action: null }]);
    await read(2, [{ value: 0.2, adjustedPValue: 0.03, alarm: true }]);
    expect(await run(modelRollback), 'one in twenty may be false').toMatchObject([{ nearMiss: true }]);
    await read(2, FAILING);
    expect(await run(modelRollback, { dryRun: true })).toMatchObject([
      { action: { do: 'rollback', from: 2, to: 1 }, id: null },
    ]);
    await run(modelRollback);
    expect((await decisions('model-rollback')).at(-1)).toMatchObject({
      state: 'PROPOSED',
      about: ['ModelVersion:2', 'ModelVersion:1'],
    });
    expect(await champion()).toBe(2);
  });

  it('happens by rule where the agent may act, with its row of the audit log, and scores are right throughout', async () => {
    await expectInferredRollupsToEqualRecount(database);
    const audited = () =>
      database.sql<{ actor_name: string; subject: string }>(
        `SELECT actor_name, subject FROM audit_log WHERE action = 'rollbackModel'`,
      );
    expect(await audited()).toEqual([]);
    await set('ACT');
    // Decisions are listed by time.
    now += 1_000;
    await run(modelRollback);
    const done = (await decisions('model-rollback')).at(-1);
    expect(done).toMatchObject({
      state: 'DONE',
      outcome: 'rolled back from ModelVersion:2 to ModelVersion:1',
    });
    expect(await champion()).toBe(1);
    const rows = await audited();
    expect(rows).toMatchObject([{ actor_name: 'agent model-rollback' }]);
    expect(JSON.parse(rows[0]?.subject ?? '')).toMatchObject({
      modelVersion: 1,
      to: 'CHAMPION',
      decision: done?.id,
    });
    await expectInferredRollupsToEqualRecount(database);
    expect(await run(modelRollback), 'not again: nothing was read of the new champion').toMatchObject([
      { action: null },
    ]);
    expect(await champion()).toBe(1);
  });

  it('does not happen where the version before fails too, and fails where a person was first', async () => {
    await promote(database.store, 2, by);
    now += HOUR_MS;
    await set('PROPOSE');
    await read(2, FAILING);
    now -= HOUR_MS;
    await read(1, FAILING);
    expect(await run(modelRollback)).toMatchObject([{ action: null, nearMiss: true }]);
    await read(2, FAILING);
    const [proposed] = await run(modelRollback);
    expect(proposed?.state).toBe('PROPOSED');
    await promote(database.store, 1, by);
    await settleProposal(
      { store: database.store, agents: [modelRollback as AnyAgent] },
      proposed?.id ?? '',
      { verb: 'APPROVE', reason: 'go' },
      { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError: () => undefined },
    );
    expect((await decisions('model-rollback')).at(-1)).toMatchObject({
      state: 'FAILED',
      outcome: 'failed: the champion is version 1, and the one before it 2: not 2 and 1',
    });
    expect(await champion()).toBe(1);
  });

  describe('with a companion', () => {
    beforeAll(async () => {
      await set('PROPOSE');
      await addPairs();
      await promote(database.store, 4, by);
    });

    it('is proposed where the companion alone predicts worse, and names it', async () => {
      await read(4, FINE);
      now -= HOUR_MS;
      await read(3, [{ value: 0.2, adjustedPValue: 0.008, alarm: true }]);
      expect(await run(modelRollback), 'two figures are tested: each of half the level').toMatchObject([
        { nearMiss: true, reason: expect.stringContaining('above 0.005') },
      ]);
      await read(4, FINE);
      now -= HOUR_MS;
      await read(3, FAILING);
      const [proposed] = await run(modelRollback);
      expect(proposed).toMatchObject({
        action: { do: 'rollback', from: 4, to: 1 },
        reason:
          'The ranked probability score of model version 3, the companion of version 4, is 0.21 over 400 answers, against 0.11 before, ' +
          'by chance with p = 0.0002: back to version 1, which does not read these texts.',
      });
      expect((await decisions('model-rollback')).at(-1)?.about).toEqual([
        'ModelVersion:4',
        'ModelVersion:3',
        'ModelVersion:1',
      ]);
      await settleProposal(
        { store: database.store, agents: [modelRollback as AnyAgent] },
        proposed?.id ?? '',
        { verb: 'APPROVE', reason: 'go' },
        { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError: () => undefined },
      );
      expect((await readChampion(database.store))?.parts.map(({ id }) => id)).toEqual([1]);
    });

    it('is doubtful to promote while the monitor raises an alarm about its companion', async () => {
      await promote(database.store, 4, { ...by, actorId: 'ada' });
      const rules = { decisions: true, contradictions: false, lowConfidence: 0, sample: 0, approvals: 1 };
      await database.store.transaction((session) => queueDecisionReviews(session, rules, [4], new Date(now)));
      expect(
        await database.sql(
          'SELECT model_version_id AS model, cause FROM review WHERE decision_id IS NOT NULL',
        ),
      ).toEqual([{ model: 4, cause: 'LOW_CONFIDENCE' }]);
    });

    it('returns to the pair before, unless that reads the texts with the same model', async () => {
      now += HOUR_MS;
      await promote(database.store, 5, by);
      now += HOUR_MS;
      await read(6, FINE);
      now -= HOUR_MS;
      await read(5, FAILING);
      expect(await run(modelRollback)).toMatchObject([
        { action: null, reason: expect.stringContaining('version 4 reads these texts with the same model') },
      ]);
      await read(6, FAILING);
      expect(await run(modelRollback)).toMatchObject([
        {
          action: { from: 5, to: 4 },
          reason: expect.stringMatching(/companion of version 5.*back to version 4\.$/),
        },
      ]);
      await read(6, FAILING);
      now -= HOUR_MS;
      await read(3, FAILING);
      expect(await run(modelRollback)).toMatchObject([
        { action: null, reason: expect.stringContaining('version 3 fails too') },
      ]);
    });
  });

  it('is decided again from what is stored', async () => {
    const agents = [modelRollback, modelMonitor] as AnyAgent[];
    for (const name of ['model-rollback', 'model-monitor'])
      for (const row of await decisions(name))
        expect(replay(agents, row)).toEqual({ same: true, reason: null });
    expect(errors).toEqual([]);
  });
});
