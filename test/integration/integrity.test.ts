import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { integrityAgent } from '../../agents/integrity/index.ts';
import type { GraphInputs, SealsInputs } from '../../agents/integrity/inputs.ts';
import { drawnPlaces } from '../../agents/integrity/observe.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { readAlertEvents, readAlerts } from '../../store/agents/alerts.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { DIMENSIONS } from '../fixtures/database.ts';
import { HOUR_MS, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
const answers = Array.from({ length: 60 }, (_, i) => ({
  externalId: `a${i}`,
  answeredAt: new Date(BASE + ((i * 37) % 300) * 60_000).toISOString(),
  score: (i * 7) % 11,
  region: i % 3 === 0 ? 'Japan' : 'Peru',
}));

let database: SealedDatabase;
/** What the lineage graph has yet to follow, and the answer that it lacks. */
let lag = 0;
let lacks = '';
let hasCheckpoints = true;
beforeAll(async () => {
  database = await openSealedDatabase();
  await database.submit(answers);
  await database.seal();
});
afterAll(() => database?.close());

/** Noon, so that an hour later is still the same day. */
let now = (Math.floor(Date.now() / DAY_MS) + 1.5) * DAY_MS;
let draws = 0;
/** Made again for each run, as after a restart. */
const agent = (): AnyAgent => {
  const { publicKey, checkpointFile, sealAfter, rememberFor } = database.verifyDeps;
  const graph = createRecordLineage(database.store);
  const projected: LineageStore = {
    ...graph,
    lag: async () => lag,
    responses: async (...given) => (await graph.responses(...given)).filter(({ id }) => id !== lacks),
  };
  return integrityAgent({
    seals: {
      publicKey,
      checkpointFile: hasCheckpoints ? checkpointFile : `${checkpointFile}.gone`,
      sealAfter,
      ...(rememberFor === undefined ? {} : { rememberFor }),
    },
    projected,
    isAway: (error) => (error as Error).message === 'away',
    random: () => [0.1, 0.6, 0.3, 0.9][draws++ % 4] ?? 0,
  }) as AnyAgent;
};
const errors: Error[] = [];
const run = (options = {}) =>
  runAgent({ ...database, dimensions: DIMENSIONS, now: () => now }, agent(), {
    onError: (error) => errors.push(error),
    ...options,
  });
/** The oldest first. */
const decisions = async (about?: 'seals' | 'graph') =>
  (
    await readAgentDecisions(database.store, null, {
      agent: 'integrity',
      states: null,
      after: null,
      limit: 1_000,
    })
  )
    .filter(({ key }) => about === undefined || key === about)
    .reverse();
const alerts = () => readAlerts(database.store, null, { states: null, after: null, limit: 100 });

describe('the integrity agent', () => {
  it('writes nothing in a dry run', async () => {
    const found = await run({ dryRun: true });
    expect(found.map(({ key, action }) => [key, action])).toEqual([
      ['seals', null],
      ['graph', null],
    ]);
    expect(await decisions()).toEqual([]);
  });

  it('verifies a sample each day, which its seed gives again, and records that nothing is to be done', async () => {
    await run();
    const [[seals], [graph]] = [await decisions('seals'), await decisions('graph')];
    if (!seals) throw new Error('nothing was decided');
    const { seed, size, checked } = seals.inputs as SealsInputs;
    expect(seals.state).toBe('NONE');
    expect(size).toBe(10);
    expect(drawnPlaces(seed, size)).toHaveLength(10);
    expect(checked).toHaveLength(2);
    expect(new Set(checked.map(({ verdict }) => verdict))).toEqual(new Set(['VERIFIED']));
    expect(checked.reduce((sum, { responses }) => sum + responses, 0)).toBe(60);
    expect(seals.reason).toBe('2 of 2 sampled scores verify against their seals, responses and the log.');
    expect(graph?.reason).toBe('10 sampled rollups are the same in the lineage graph and in the database.');
    expect(await alerts()).toEqual([]);
    now += HOUR_MS;
    expect(await run(), 'the same day, also after a restart').toEqual([]);
    now += DAY_MS;
    expect((await run()).map(({ key }) => key)).toEqual(['seals', 'graph']);
  });

  it('draws other places from other seeds', () => {
    expect(drawnPlaces(1, 1_000)).toHaveLength(20);
    expect(drawnPlaces(1, 1_000)).toEqual(drawnPlaces(1, 1_000));
    expect(drawnPlaces(1, 1_000)).not.toEqual(drawnPlaces(2, 1_000));
    expect(drawnPlaces(1, 0)).toEqual([]);
  });

  it('raises an alert with the rollup that was changed, once, and resolves it when it verifies again', async () => {
    const change = (by: number) =>
      database.behindTriggers(
        `UPDATE rollup_hour SET promoters = promoters + ${by}, n = n + ${by} WHERE bucket = '${new Date(BASE).toISOString()}' AND cell_id = 1`,
      );
    await change(1);
    now += DAY_MS;
    await run();
    const [alert] = await alerts();
    const [wrong] = (alert?.evidence ?? []).filter((id) => id.startsWith('Rollup:'));
    expect(wrong).toMatch(
      new RegExp(`^Rollup:${new Date(BASE).toISOString().slice(0, 10).replaceAll('-', '')}00:`),
    );
    expect(alert).toMatchObject({
      state: 'OPEN',
      severity: 'CRITICAL',
      title: `Sealed scores do not verify: ${wrong}`,
      cells: '{(,)}',
    });
    now += HOUR_MS;
    await run();
    expect(await alerts(), 'what is known is not repeated').toHaveLength(1);
    await change(-1);
    now += HOUR_MS;
    hasCheckpoints = false;
    await run();
    expect(await alerts(), 'nothing differs, and nothing is proven').toMatchObject([
      { state: 'OPEN', evidence: alert?.evidence },
    ]);
    expect((await decisions('seals')).at(-1)).toMatchObject({
      reason: expect.stringContaining('cannot be proven now'),
    });
    hasCheckpoints = true;
    now += HOUR_MS;
    await run();
    const [resolved] = await alerts();
    expect(resolved?.state).toBe('RESOLVED');
    expect(resolved?.evidence.at(-1)).toMatch(/^nps_/);
    const events = await readAlertEvents(database.store, [resolved?.id ?? '']);
    expect(events.map(({ kind }) => kind)).toEqual(['RAISED', 'RESOLVED']);
    expect((await decisions()).map(({ state }) => state).filter((state) => state === 'DONE')).toHaveLength(2);
  });

  it('compares nothing with a graph that is behind, and finds what it lacks', async () => {
    lag = 3;
    now += DAY_MS;
    await run();
    expect((await decisions('graph')).at(-1)).toMatchObject({
      key: 'graph',
      verdict: 'nothing: not compared',
      inputs: { compared: null },
    });
    lag = 0;
    lacks =
      (await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = 'a5'`))[0]?.id ?? '';
    now += HOUR_MS;
    await run();
    const last = (await decisions('graph')).at(-1);
    if (!last) throw new Error('nothing was decided');
    const { compared } = last.inputs as GraphInputs;
    const differing = compared?.filter(({ differs }) => differs !== null);
    expect(differing).toEqual([{ rollup: expect.stringMatching(/^Rollup:/), differs: 'responses' }]);
    const [alert] = await alerts();
    expect(alert).toMatchObject({
      state: 'OPEN',
      severity: 'CRITICAL',
      title: `The lineage graph differs from the database: ${differing?.[0]?.rollup}`,
    });
  });

  it('decides again what it decided, from what is stored', async () => {
    for (const row of await decisions()) expect(replay([agent()], row)).toEqual({ same: true, reason: null });
    expect(errors).toEqual([]);
  });
});
