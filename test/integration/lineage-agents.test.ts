import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import type { LineageDeps } from '../../graph/kinds/shared/kind.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { type LineagePage, lineageNode, traceLineage } from '../../graph/traversal/trace.ts';
import { type AgentChain, writeChain } from '../fixtures/agent-chain.ts';
import { narrowScope } from '../fixtures/database.ts';
import { BASE, type LineageDatabase, openLineageDatabase, pageSizes } from '../fixtures/lineage-database.ts';

/* Decisions, alerts, cases and deliveries of agents. Both stores read them from the database. */
let world: LineageDatabase;
let peru: AgentChain;
let whole: AgentChain;

beforeAll(async () => {
  world = await openLineageDatabase(false);
  const [one] = await world.record.sql<{ external: string }>(
    `SELECT r.external_id AS external FROM response r JOIN cell c ON c.id = r.cell_id JOIN prediction p ON p.response_id = r.id
      WHERE c.attributes ->> 'region' = 'Peru' AND p.class IS NOT NULL AND r.answered_at >= $1 ORDER BY 1 LIMIT 1`,
    [new Date(BASE + 120 * 60_000)],
  );
  peru = await writeChain(world.record.sql, 'Peru', one?.external ?? '');
  whole = await writeChain(world.record.sql, null, 'a0');
});
afterAll(() => world?.close());

/** As the API reads: through the views of what the scope sees. */
function depsOf(scope: Scope): LineageDeps {
  const store = world.record.scopedReader.as(scope);
  return { ...world.depsFor(createRecordLineage(store)), store };
}

async function trace(
  start: string,
  direction: TraceDirection,
  scope = EVERYTHING,
  deps = depsOf(scope),
  first = 500,
) {
  const pages: LineagePage[] = [];
  for (let after: string | null = null; ; ) {
    const page: LineagePage | null = await traceLineage(deps, scope, { start, direction, first, after });
    if (!page) return null;
    pages.push(page);
    if (!page.hasNextPage) break;
    after = page.endCursor;
  }
  return { nodes: pages.flatMap(({ nodes }) => nodes), edges: pages.flatMap(({ edges }) => edges) };
}

const all = ({ decision, alert, cases, deliveries }: AgentChain) => [
  decision,
  alert,
  ...cases,
  ...deliveries,
];
const idsIn = (found: Awaited<ReturnType<typeof trace>>) => found?.nodes.map(({ id }) => id) ?? [];

describe('the lineage of what agents do', () => {
  it('leads from an alert upstream to its decision, its scores, their answers and the model', async () => {
    const up = await trace(peru.alert, 'UPSTREAM');
    const kinds = new Map(up?.nodes.map(({ kind, depth }) => [kind, depth]));
    expect(Object.fromEntries(kinds)).toMatchObject({
      Alert: 0,
      Decision: 1,
      Score: 1,
      ModelVersion: 1,
      TrainingSet: 2,
      Rollup: 2,
      Cell: 3,
      Source: expect.any(Number),
      SourceEvent: expect.any(Number),
    });
    expect(idsIn(up)).toEqual(
      expect.arrayContaining([peru.decision, peru.before, peru.after, peru.response]),
    );
    const inAfter = await trace(peru.after, 'UPSTREAM');
    expect(inAfter, 'a score by its id is resolved by the API').toBeNull();
    const responses = up?.nodes.filter(({ kind }) => kind === 'Response') ?? [];
    expect(responses.length).toBeGreaterThan(1);
    expect(responses.find(({ id }) => id === peru.response)?.depth).toBe(1);
    for (const edge of [
      { from: peru.alert, relation: 'FOLLOWS_FROM', to: peru.decision },
      { from: peru.alert, relation: 'ABOUT', to: peru.after },
      { from: peru.alert, relation: 'ABOUT', to: peru.before },
      { from: peru.alert, relation: 'ABOUT', to: peru.response },
      { from: peru.alert, relation: 'ABOUT', to: 'ModelVersion:7' },
      { from: peru.decision, relation: 'ABOUT', to: peru.after },
    ])
      expect(up?.edges).toContainEqual(edge);
    expect(new Set(idsIn(up)).size, 'each node once').toBe(up?.nodes.length);
  });

  it('leads from a decision downstream to the alert, the case and the deliveries, and back', async () => {
    const down = await trace(peru.decision, 'DOWNSTREAM');
    expect(down?.nodes.map(({ id, depth }) => [id, depth])).toEqual([
      [peru.decision, 0],
      [peru.alert, 1],
      [peru.cases[0], 1],
      [peru.deliveries[0], 2],
    ]);
    expect(down?.edges).toContainEqual({ from: peru.cases[0], relation: 'ABOUT', to: peru.alert });
    expect(down?.nodes.map(({ label }) => label)).toEqual([
      'decision of sample@1 fall@2: done',
      'alert of the rule fall@2, Peru: open',
      'case about an alert: open',
      'delivery of alert.raised: delivered',
    ]);
    const up = await trace(peru.deliveries[0], 'UPSTREAM');
    expect(up?.nodes.slice(0, 3).map(({ id, depth }) => [id, depth])).toEqual([
      [peru.deliveries[0], 0],
      [peru.alert, 1],
      [peru.decision, 2],
    ]);
    expect(idsIn(up)).toContain(peru.response);
    expect(JSON.stringify([down, up])).not.toContain('secret');
  });

  it('leads from an alert to the change event that it names, and from that to what was done', async () => {
    const up = await trace(peru.alert, 'UPSTREAM');
    expect(up?.edges).toContainEqual({ from: peru.alert, relation: 'ABOUT', to: peru.change });
    const down = await trace(peru.change, 'DOWNSTREAM');
    expect(down?.nodes.map(({ id, depth }) => [id, depth])).toEqual([
      [peru.change, 0],
      [peru.alert, 1],
      [peru.cases[0], 2],
      [peru.deliveries[0], 2],
    ]);
    expect(down?.nodes[0]?.label).toMatch(/^change: deploy \d{4}-\d\d-\d\d$/);
    const noPeru = narrowScope('no peru', ({ attributes }) => attributes.region !== 'Peru');
    const untraced = narrowScope('untraced', () => true, { withheld: ['traceLineage'] });
    const unscored = narrowScope('unscored', () => true, { withheld: ['readScore'] });
    for (const scope of [noPeru, untraced, unscored])
      expect(await lineageNode(depsOf(scope), scope, peru.change), scope.fingerprint).toBeNull();
    // What concerns everything is seen by a caller who reads a score; the alert about everything is not.
    const seen = await trace(whole.change, 'DOWNSTREAM', noPeru);
    expect(idsIn(seen)).toEqual([whole.change]);
  });

  it('leads from an answer, a model and a score to what agents did about them', async () => {
    const ofAnswer = idsIn(await trace(peru.response, 'DOWNSTREAM'));
    expect(ofAnswer).toEqual(expect.arrayContaining([peru.alert, ...peru.cases, ...peru.deliveries]));
    expect(idsIn(await trace('ModelVersion:7', 'DOWNSTREAM'))).toEqual(
      expect.arrayContaining([peru.alert, whole.alert]),
    );
    const up = await trace(peru.cases[1], 'UPSTREAM');
    expect(up?.nodes.map(({ kind }) => kind).slice(0, 3)).toEqual(['Case', 'Response', 'Source']);
  });

  it('gives the same in pages of any size, with each edge between known nodes', async () => {
    const sizesFor = pageSizes();
    for (const start of [...all(peru), peru.response, 'ModelVersion:7'])
      for (const direction of ['UPSTREAM', 'DOWNSTREAM'] as const) {
        const expected = await trace(start, direction);
        const seen = new Set(idsIn(expected));
        for (const { from, to } of expected?.edges ?? []) expect(seen.has(from) && seen.has(to)).toBe(true);
        for (const first of sizesFor(expected?.nodes.length ?? 0))
          expect(await trace(start, direction, EVERYTHING, depsOf(EVERYTHING), first)).toEqual(expected);
      }
  });

  it('gives each node its distance from the start', async () => {
    for (const start of all(peru)) {
      const found = await trace(start, 'UPSTREAM');
      const next = new Map<string, string[]>();
      for (const { from, to } of found?.edges ?? []) {
        next.set(from, [...(next.get(from) ?? []), to]);
        next.set(to, [...(next.get(to) ?? []), from]);
      }
      const distance = new Map([[start, 0]]);
      for (const id of distance.keys())
        for (const other of next.get(id) ?? [])
          if (!distance.has(other)) distance.set(other, (distance.get(id) ?? 0) + 1);
      expect(Object.fromEntries(found?.nodes.map(({ id, depth }) => [id, depth]) ?? []), start).toEqual(
        Object.fromEntries(distance),
      );
    }
  });

  it('is part of paths', async () => {
    const kinds = async (from: string, to: string) =>
      (await lineagePath(depsOf(EVERYTHING), EVERYTHING, from, to))?.nodes.map(({ kind }) => kind);
    expect(await kinds(peru.deliveries[0], peru.decision)).toEqual(['Delivery', 'Alert', 'Decision']);
    expect(await kinds(peru.deliveries[1], peru.response)).toEqual(['Delivery', 'Case', 'Response']);
    expect(await kinds('ModelVersion:7', peru.cases[0])).toEqual(['ModelVersion', 'Alert', 'Case']);
  });

  it('does not exist for callers who do not see every cell of it, or may not trace it', async () => {
    const noPeru = narrowScope('no peru', ({ attributes }) => attributes.region !== 'Peru');
    const onlyPeru = narrowScope('peru', ({ attributes }) => attributes.region === 'Peru');
    const untraced = narrowScope('untraced', () => true, { withheld: ['traceLineage'] });
    const unread = narrowScope('unread', () => true, { withheld: ['readPrediction'] });
    const unscoped = world.depsFor(createRecordLineage(world.record.store));
    for (const deps of [null, unscoped]) {
      const seen = async (scope: Scope, ids: readonly string[]) =>
        (await Promise.all(ids.map((id) => lineageNode(deps ?? depsOf(scope), scope, id)))).map(
          (node) => node !== null,
        );
      expect(await seen(onlyPeru, all(peru))).toEqual(Array(6).fill(true));
      expect(await seen(onlyPeru, all(whole))).toEqual(Array(6).fill(false));
      for (const scope of [noPeru, untraced, unread])
        expect(await seen(scope, [...all(peru), ...all(whole)]), scope.fingerprint).toEqual(
          Array(12).fill(false),
        );
      const down = await trace('ModelVersion:7', 'DOWNSTREAM', onlyPeru, deps ?? depsOf(onlyPeru));
      expect(idsIn(down)).toContain(peru.alert);
      expect(idsIn(down)).not.toContain(whole.alert);
      const hidden = await trace('ModelVersion:7', 'DOWNSTREAM', noPeru, deps ?? depsOf(noPeru));
      expect(hidden?.nodes.some(({ kind }) => kind === 'Alert')).toBe(false);
    }
  });

  it('leaves no node of a case whose answer is restricted or gone, nor of its delivery', async () => {
    const chain = await writeChain(world.record.sql, 'Peru', 'a2');
    const key = chain.response.slice('Response:'.length);
    const [, ofAnswer] = chain.cases;
    const [, sent] = chain.deliveries;
    const shown = async (id: string) => (await lineageNode(depsOf(EVERYTHING), EVERYTHING, id)) !== null;
    expect([await shown(ofAnswer), await shown(sent)]).toEqual([true, true]);
    await world.record.sql('DELETE FROM response WHERE id = $1', [key]);
    // As while it is restricted: the key stays, and so does the case.
    expect(await world.record.sql('SELECT FROM case_record WHERE response_id = $1', [key])).toHaveLength(1);
    expect([await shown(ofAnswer), await shown(sent)]).toEqual([false, false]);
    expect(idsIn(await trace(chain.alert, 'UPSTREAM'))).not.toContain(chain.response);
    await world.record.sql('DELETE FROM response_key WHERE id = $1', [key]);
    expect(await world.record.sql('SELECT FROM case_record WHERE response_id = $1', [key])).toEqual([]);
    expect([await shown(ofAnswer), await shown(sent)]).toEqual([false, false]);
    expect(await shown(chain.alert), 'an alert names its examples by id only').toBe(true);
  });
});
