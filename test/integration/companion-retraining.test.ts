import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { readTrainingSets } from '../../store/models/model-provenance.ts';
import { idsOf, predictTheSame, readChampion, readRegistry } from '../../store/models/models.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { writeAlarm } from '../fixtures/model-alarm.ts';
import { promotePair } from '../fixtures/model-pair.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';
import { until } from '../fixtures/server.ts';

/* English is read by the model that ships, German by its companion, a tiny one with heads of chance: what is trained on labels is better. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PHRASES = [
  ['Gutes Team, die gute Idee tut uns gut', 10],
  ['Das geht so, gut ist etwas anderes', 7],
  ['Leider tut die App nie das, was sie soll', 2],
  ['Die gute App tut das, was sie soll, gut', 9],
  ['It crashes all the time and nobody helps', 2],
  ['It does what it should, but it is slow', 7],
  ['We love it, it saves us hours', 10],
] as const;
const [GERMAN, ENGLISH] = [4, 3];
const cause = { actor: 'Ada', reason: 'a test' };
const cacheFolder = mkdtempSync(join(tmpdir(), 'scoreline-retraining-'));
const { privateKey: signingKey } = generateKeyPairSync('ed25519');
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
let now = Math.ceil(Date.now() / DAY_MS) * DAY_MS + 90 * MINUTE_MS;
let database: TestDatabase;
let scoring: Scoring;
let scorer: { stop: () => Promise<void> };
let sent = 0;
/** The champion at first, and its companion; then the one with the companion that was trained. */
let [pair, companion, newPair, newCompanion] = [0, 0, 0, 0];

const submit = (each: number) =>
  database.submit(
    Array.from({ length: each * PHRASES.length }, () => {
      const i = sent++;
      const [text, score] = PHRASES[i % PHRASES.length] ?? PHRASES[0];
      const answeredAt = new Date(now - (i % 60) * MINUTE_MS).toISOString();
      return { externalId: `r${i}`, answeredAt, comment: `${text} (${1_000 + i})`, score };
    }),
  );
const retraining = retrainingAgent({ ...RETRAINING_POLICIES.combined, restDays: 7, fewestNew: 0 });
const run = async (agent: unknown = retraining) => {
  // Decisions are listed by time.
  now += 1_000;
  const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now };
  return runAgent(deps, agent as AnyAgent, { onError });
};
const decisions = async (agent: string) =>
  (
    await readAgentDecisions(database.store, null, { agent, states: null, after: null, limit: 1_000 })
  ).reverse();
const approve = (id: string | null | undefined) =>
  settleProposal(
    { store: database.store, agents: [retraining, modelRollback] as AnyAgent[] },
    id ?? '',
    { verb: 'APPROVE', reason: 'go' },
    { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError },
  );
const order = () =>
  carryOutOrder({ store: database.store, now: () => now, loops: null, onError, train: scoring.train });
const reading = async () => idsOf((await readChampion(database.store))?.parts ?? []);
const readBy = (...models: number[]) =>
  until(
    async () => {
      const [row] = await database.sql<{ n: number }>(
        `SELECT count(*)::integer AS n FROM prediction WHERE model_version_id IN (${models.join(', ')})`,
      );
      return row?.n === sent;
    },
    `${models.join(' and ')} have read everything`,
  );

/** The examples of its head of scores. */
const learntFrom = async (model: number) =>
  (await readTrainingSets(database.store, model)).find(({ head }) => head === 'nps')?.examples;

beforeAll(async () => {
  database = await openTestDatabase(() => now);
  const options = { encoder: null, cacheFolder, signingKey, now: () => now, onError };
  scoring = await openScoring({ ...database, ...options });
  await promotePair(scoring, { store: database.store, signingKey, encoders: cacheFolder });
  [pair = 0, companion = 0] = await reading();
  await submit(50);
  scorer = await scoring.follow(() => undefined);
  await readBy(pair, companion);
});
afterAll(async () => {
  await scorer?.stop();
  await scoring?.close();
  await database?.close();
  rmSync(cacheFolder, { recursive: true });
});

describe('retraining of a companion', () => {
  it('is proposed when what the companion reads drifts, and ordered once it is approved', async () => {
    expect(await run()).toMatchObject([
      { key: 'champion', action: null },
      { key: 'companion', action: null },
    ]);
    now += 9 * DAY_MS;
    await writeAlarm(database, now, companion);
    const [first, second] = await run();
    expect(first).toMatchObject({ key: 'champion', action: null });
    expect(second).toMatchObject({
      state: 'PROPOSED',
      action: { do: 'train', companion, triggers: ['drift'] },
    });
    expect(await order(), 'nothing is trained before a person approves').toBeNull();
    await approve(second?.id);
  });

  it('makes one new companion, from the answers that the present one read, beside the same champion', async () => {
    newPair = (await order()) ?? 0;
    expect(await order(), 'once').toBeNull();
    const registry = await readRegistry(database.store);
    const found = registry.find(({ id }) => id === newPair);
    newCompanion = found?.companion ?? 0;
    expect(found).toMatchObject({ stage: 'CANDIDATE', languages: ['en'] });
    const old = registry.find(({ id }) => id === companion);
    const { encoderHash, languages } = old ?? {};
    expect(registry.find(({ id }) => id === newCompanion)).toMatchObject({ encoderHash, languages });
    expect(await predictTheSame(database.store, newPair, pair)).toBe(true);
    expect(await predictTheSame(database.store, newCompanion, companion)).toBe(false);
    expect(await learntFrom(newCompanion)).toBe(50 * GERMAN);
    const audited = await database.sql<{ subject: string }>(
      `SELECT subject FROM audit_log WHERE action = 'trainModel' ORDER BY seq`,
    );
    expect(audited.map(({ subject }) => JSON.parse(subject).modelVersion)).toEqual([newCompanion, newPair]);
  });

  it('is compared as a shadow over the answers in its languages, and promoted with the same champion', async () => {
    await writeSetting(database.store, {
      ...{ agent: 'retraining', autonomy: 'ACT' as const, enabled: true },
      ...{ changedBy: 'test', changedAt: new Date(now), reason: 'test' },
    });
    expect(await run()).toMatchObject([{ action: null }, { action: { do: 'shadow', model: newPair } }]);
    now += DAY_MS;
    await submit(45);
    await readBy(pair, companion);
    await readBy(newPair, newCompanion);
    expect((await run())[1], 'with the English ones it would be enough').toMatchObject({
      action: null,
      reason: expect.stringContaining(`compared over ${45 * GERMAN} answers`),
    });
    await submit(5);
    await readBy(pair, companion);
    await readBy(newPair, newCompanion);
    expect((await run())[1]).toMatchObject({
      action: { do: 'promote', model: newPair, champion: pair },
      reason: expect.stringMatching(
        new RegExp(
          `version ${newCompanion} differs from that of version ${companion} by -.* over 200 answers`,
        ),
      ),
      state: 'DONE',
    });
    expect(await reading()).toEqual([newPair, newCompanion]);
    await expectInferredRollupsToEqualRecount(database);
  });

  it('is rolled back to the pair before where it predicts worse', async () => {
    now += DAY_MS;
    const worse = { metric: 'RANKED_PROBABILITY_SCORE', value: 0.3, reference: 0.1 } as const;
    await writeAlarm(database, now, newCompanion, worse);
    const [proposed] = await run(modelRollback);
    expect(proposed).toMatchObject({ state: 'PROPOSED', action: { from: newPair, to: pair } });
    await approve(proposed?.id);
    expect(await reading()).toEqual([pair, companion]);
    now += MINUTE_MS;
    const rested = (await run()).find(({ key }) => key === 'companion');
    expect(rested, 'the order is over').toMatchObject({ action: null });
  });

  it('holds what would take the other part back: a new champion that was trained beside the companion before', async () => {
    now += DAY_MS;
    await writeAlarm(database, now, pair);
    expect(await run()).toMatchObject([
      { state: 'DONE', action: { do: 'train', triggers: expect.arrayContaining(['drift']) } },
      { action: null },
    ]);
    const trained = (await order()) ?? 0;
    expect((await readRegistry(database.store)).find(({ id }) => id === trained)).toMatchObject({
      companion,
    });
    expect(await learntFrom(trained)).toBe(100 * ENGLISH);
    expect((await run())[0]).toMatchObject({ action: { do: 'shadow', model: trained } });
    await scoring.promote(newPair, cause);
    expect((await run())[0]).toMatchObject({
      action: null,
      reason: expect.stringContaining(`version ${trained} was trained beside another version`),
    });
  });

  it('is decided again from what is stored', async () => {
    const stored = await decisions('retraining');
    const parts = new Set(stored.map(({ inputs }) => (inputs as { part: number }).part));
    expect([...parts]).toEqual(expect.arrayContaining([pair, companion, newPair]));
    for (const row of stored)
      expect(replay([retraining as AnyAgent], row)).toEqual({ same: true, reason: null });
    expect(errors).toEqual([]);
  });
});
