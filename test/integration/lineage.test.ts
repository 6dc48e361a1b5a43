import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { parseRollupKey } from '../../domain/lineage/lineage.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import type { LineageDeps } from '../../graph/kinds/shared/kind.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import type { GraphProjection } from '../../graph/neo4j/open.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { formatCursor, InvalidCursorError } from '../../graph/traversal/cursor.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { type LineagePage, traceLineage } from '../../graph/traversal/trace.ts';
import { trimJournal } from '../../store/journal/journal-trim.ts';
import { narrowScope, type TestDatabase } from '../fixtures/database.ts';
import {
  BASE,
  iso,
  type LineageDatabase,
  openLineageDatabase,
  pageSizes,
  score,
} from '../fixtures/lineage-database.ts';
import type {} from '../services/both.ts';
import { describeGraphMarks } from './lineage-graph-annotations.ts';
import { describeGroups } from './lineage-groups.ts';
import { describeImpact } from './lineage-impact.ts';
import { describeInferred } from './lineage-inferred.ts';
import { describeKinds } from './lineage-kinds.ts';
import { describePath } from './lineage-path.ts';

/** One suite for every lineage store (lineage-record.ts): all must give the same pages. */
let world: LineageDatabase;
let database: TestDatabase;
let graph: GraphProjection | undefined;
let stores: LineageDatabase['stores'];

beforeAll(async () => {
  world = await openLineageDatabase();
  ({ record: database, graph, stores } = world);
});
afterAll(async () => {
  await world?.close();
});

const depsFor = (lineage: LineageStore): LineageDeps => world.depsFor(lineage);

async function pages(
  lineage: LineageStore,
  scope: Scope,
  start: ScoreStart | string,
  direction: TraceDirection,
  first: number,
): Promise<LineagePage[] | null> {
  const found: LineagePage[] = [];
  for (let after: string | null = null; ; ) {
    const page: LineagePage | null = await traceLineage(depsFor(lineage), scope, {
      start,
      direction,
      first,
      after,
    });
    if (!page) return null;
    expect(page.nodes.length).toBeLessThanOrEqual(first);
    found.push(page);
    if (!page.hasNextPage) return found;
    after = page.endCursor;
  }
}

async function whole(
  lineage: LineageStore,
  scope: Scope,
  start: ScoreStart | string,
  direction: TraceDirection,
  first = 500,
) {
  const found = await pages(lineage, scope, start, direction, first);
  return found && { nodes: found.flatMap(({ nodes }) => nodes), edges: found.flatMap(({ edges }) => edges) };
}

/** One start of every kind and some more, each once, from what the score's trace finds. */
async function starts(): Promise<(ScoreStart | string)[]> {
  const everything = score({}, 0, 360);
  const trace = await whole(createRecordLineage(database.store), EVERYTHING, everything, 'UPSTREAM');
  const byKind = new Map(trace?.nodes.map(({ kind, id }) => [kind, id]));
  byKind.delete('Score');
  const inferred = score({}, 0, 360, 'INFERRED');
  const said = await whole(createRecordLineage(database.store), EVERYTHING, inferred, 'UPSTREAM');
  const ofModel = new Map(said?.nodes.map(({ kind, id }) => [kind, id]));
  const parts = (['Rollup', 'ModelVersion', 'TrainingSet', 'FeatureSet', 'Feature', 'Response'] as const).map(
    (kind) => ofModel.get(kind) ?? kind,
  );
  const [comment] = await database.sql<{ id: string }>(
    `SELECT id FROM response WHERE external_id = 'comment'`,
  );
  const [moved] = await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = 'a10'`);
  const old = `SELECT id FROM source_event WHERE response_id = '${moved?.id}' ORDER BY received_at LIMIT 1`;
  const [superseded] = await database.sql<{ id: string }>(old);
  const all = [
    everything,
    score({ region: ['Japan', 'Chile'] }, 25, 337),
    inferred,
    score({ region: ['Japan', 'Germany'] }, 25, 337, 'INFERRED'),
    ...parts,
    ...byKind.values(),
    `Response:${comment?.id}`,
    `Response:${moved?.id}`,
    `SourceEvent:${superseded?.id}`,
  ];
  return [...new Set(all)];
}

const DIRECTIONS = ['UPSTREAM', 'DOWNSTREAM'] as const;

describe('trace', () => {
  it('leads from a score to rollups, responses, source events, sources, surveys, mappings and scale rules', async () => {
    for (const [, lineage] of stores) {
      const trace = await whole(lineage, EVERYTHING, score({}, 0, 360), 'UPSTREAM');
      const kinds = { get: (kind: string) => trace?.nodes.filter((node) => node.kind === kind) };
      const [counted] = await database.sql<{ n: number }>(
        `SELECT count(*)::integer AS n FROM response WHERE class IS NOT NULL`,
      );
      expect(kinds.get('Response')).toHaveLength(counted?.n ?? -1);
      expect(kinds.get('SourceEvent')).toHaveLength(counted?.n ?? -1);
      expect(kinds.get('Source')?.map(({ label }) => label)).toEqual(['mobile', 'paper archive', 'web']);
      expect(kinds.get('SurveyVersion')?.map(({ label }) => label)).toContain('paper, version 7');
      expect(kinds.get('ScaleRule')).toHaveLength(3);
      expect(kinds.get('Cell')).toHaveLength(4);
      const rollups = await database.sql(`SELECT FROM rollup_hour WHERE n > 0 AND model_version_id = 0`);
      expect(kinds.get('Rollup')).toHaveLength(rollups.length);
    }
  });

  it('leads from an inferred score to the model, its training data, and the responses that it classified', async () => {
    for (const [, lineage] of stores) {
      const trace = await whole(lineage, EVERYTHING, score({}, 0, 360, 'INFERRED'), 'UPSTREAM');
      const labels = (kind: string) =>
        trace?.nodes.filter((node) => node.kind === kind).map(({ label }) => label);
      expect(labels('ModelVersion')).toEqual(['a model']);
      expect(labels('TrainingSet')).toEqual(['nps: made up']);
      expect(labels('Feature')).toEqual(['length, version 1']);
      const model = await whole(lineage, EVERYTHING, 'ModelVersion:7', 'UPSTREAM');
      expect(model?.edges.map(({ relation, to }) => [relation, to])).toEqual([
        ['SUPERSEDES', 'ModelVersion:6'],
        ['CALIBRATED_BY', expect.stringMatching(/^Calibration:[0-9a-f]{64}$/)],
        ['USES', 'FeatureSet:s1'],
        ['TRAINED_ON', 'TrainingSet:t1'],
        ['HAS', 'Feature:f1'],
      ]);
      const classed = await database.sql(`SELECT FROM prediction WHERE class IS NOT NULL`);
      expect(classed.length).toBeGreaterThan(10);
      expect(labels('Response')).toHaveLength(classed.length);
    }
  });

  it('includes only the responses of an hour inside the window', async () => {
    const [from, until] = [25, 337];
    for (const [, lineage] of stores) {
      const trace = await whole(lineage, EVERYTHING, score({}, from, until), 'UPSTREAM');
      const responses = trace?.nodes.filter(({ kind }) => kind === 'Response') ?? [];
      const inside = `SELECT FROM response WHERE class IS NOT NULL AND answered_at >= $1 AND answered_at < $2`;
      const expected = await database.sql(inside, [
        new Date(BASE + from * 60_000),
        new Date(BASE + until * 60_000),
      ]);
      expect(responses).toHaveLength(expected.length);
    }
  });

  it.each(DIRECTIONS)(
    'gives the same nodes and edges, once each, for every page size: %s',
    async (direction) => {
      const sizesFor = pageSizes([1, 2, 3, 50]);
      for (const start of await starts()) {
        const [[, reference] = []] = stores;
        if (!reference) throw new Error('the database always answers');
        const expected = await whole(reference, EVERYTHING, start, direction);
        expect(expected, JSON.stringify(start)).not.toBeNull();
        const sizes = sizesFor(expected?.nodes.length ?? 0);
        for (const [name, lineage] of stores) {
          for (const first of sizes) {
            const found = await pages(lineage, EVERYTHING, start, direction, first);
            expect(
              found?.flatMap(({ nodes }) => nodes),
              `${name} ${first}`,
            ).toEqual(expected?.nodes);
            expect(
              found?.flatMap(({ edges }) => edges),
              `${name} ${first}`,
            ).toEqual(expected?.edges);
            // One look for all: there are some hundred thousand nodes and edges.
            const seen = new Set<string>();
            const edges = new Set<string>();
            const wrong: string[] = [];
            for (const page of found ?? []) {
              for (const { id } of page.nodes) {
                if (seen.has(id)) wrong.push(`${id} comes twice`);
                seen.add(id);
              }
              for (const { from, to, relation } of page.edges) {
                if (!seen.has(from) || !seen.has(to))
                  wrong.push(`${relation} ${from} ${to} comes before its nodes`);
                edges.add(`${from} ${relation} ${to}`);
              }
            }
            expect(wrong, `${name} ${first}`).toEqual([]);
            expect(edges.size).toBe(expected?.edges.length);
          }
        }
      }
    },
  );

  it('gives each node its distance from the start', async () => {
    for (const start of await starts()) {
      for (const direction of DIRECTIONS) {
        const trace = await whole(createRecordLineage(database.store), EVERYTHING, start, direction);
        const depth = new Map(trace?.nodes.map((node) => [node.id, node.depth]));
        // Breadth first over the edges as they are, in both ways: data flows one way, edges do not all point along it.
        const next = new Map<string, string[]>();
        for (const { from, to } of trace?.edges ?? []) {
          next.set(from, [...(next.get(from) ?? []), to]);
          next.set(to, [...(next.get(to) ?? []), from]);
        }
        const origin = typeof start === 'string' ? start : start.id;
        const distance = new Map([[origin, 0]]);
        for (const id of distance.keys()) {
          for (const other of next.get(id) ?? [])
            if (!distance.has(other)) distance.set(other, (distance.get(id) ?? 0) + 1);
        }
        expect([...distance.keys()].sort(), 'all hang together').toEqual([...depth.keys()].sort());
        expect(Object.fromEntries(distance), `${direction} ${origin}`).toEqual(Object.fromEntries(depth));
      }
    }
  });

  it('shows a restricted caller a world without hidden data', async () => {
    const sees = narrowScope('not japan', ({ attributes }) => attributes.region !== 'Japan');
    const everything = score({}, 0, 360);
    const without = score({ region: ['Germany', 'Peru', 'Chile'] }, 0, 360);
    const strip = (id: string) => (id.startsWith('nps_') ? 'score' : id);
    for (const [, lineage] of stores) {
      const narrowed = await whole(lineage, sees, everything, 'UPSTREAM');
      const smaller = await whole(lineage, EVERYTHING, without, 'UPSTREAM');
      expect(narrowed?.nodes.map(({ id }) => strip(id))).toEqual(smaller?.nodes.map(({ id }) => strip(id)));
      expect(narrowed?.edges.map(({ from, to }) => [strip(from), to])).toEqual(
        smaller?.edges.map(({ from, to }) => [strip(from), to]),
      );
      // The paper archive has answers from Japan only.
      expect(await whole(lineage, sees, 'Source:paper archive', 'DOWNSTREAM')).toBeNull();
      const [hidden] = await database.sql<{
        id: string;
      }>(`SELECT r.id FROM response r JOIN cell c ON c.id = r.cell_id
        WHERE c.attributes ->> 'region' = 'Japan' LIMIT 1`);
      expect(await whole(lineage, sees, `Response:${hidden?.id}`, 'UPSTREAM')).toBeNull();
      const scoresOnly = narrowScope('scores only', () => true, { withheld: ['readResponse'] });
      const bare = await whole(lineage, scoresOnly, everything, 'UPSTREAM');
      expect(bare?.nodes.some(({ kind }) => kind === 'Response' || kind === 'SourceEvent')).toBe(false);
      expect(bare?.nodes.some(({ kind }) => kind === 'Rollup')).toBe(true);
    }
  });

  it('refuses cursors of other traces, and finds nothing for missing nodes', async () => {
    for (const [, lineage] of stores) {
      const ask = (start: ScoreStart | string, after: string | null) =>
        traceLineage(depsFor(lineage), EVERYTHING, { start, direction: 'UPSTREAM', first: 5, after });
      const page = await ask(score({}, 0, 360), null);
      await expect(ask(score({}, 0, 359), page?.endCursor ?? '')).rejects.toThrow(InvalidCursorError);
      await expect(ask(score({}, 0, 360), 'bm9uc2Vuc2U')).rejects.toThrow(InvalidCursorError);
      const start = score({}, 0, 360);
      const [, day = '', cell = ''] =
        (await whole(lineage, EVERYTHING, start, 'UPSTREAM'))?.nodes
          .find(({ kind }) => kind === 'Rollup')
          ?.id.split(':') ?? [];
      const { hour } = parseRollupKey(`${day}:${cell}:0`) ?? { hour: 0 };
      const invented = [
        [hour, cell, 0, 'none', 'response'],
        [2 ** 31 - 1, cell, 0],
        [-(2 ** 31) + 1, cell, 0],
      ];
      for (const place of invented)
        await expect(ask(start, formatCursor(`UPSTREAM ${start.id}`, place))).rejects.toThrow(
          InvalidCursorError,
        );
      const nowhere = [
        '',
        'x',
        'Response:1',
        'Rollup:2024010101:0123456789abcdef01234567:0',
        'Source:none',
        'Cell:0',
        'Response:00000000-0000-8000-8000-000000000000',
        'SourceEvent:00000000-0000-8000-8000-000000000000',
        'ModelVersion:99999',
      ];
      for (const id of nowhere) expect(await ask(id, null), id).toBeNull();
    }
  });
});

describeImpact(() => world);
describePath(() => world);
describeGroups(() => world, starts);
describeGraphMarks(() => world);
describeKinds(() => world);
describeInferred(() => world);

describe('the projection', () => {
  it.runIf(inject('services'))(
    'equals the database after more changes, taken twice and in any state',
    async () => {
      if (!graph) throw new Error('Neo4j is there in the project services');
      const stop = await graph.follow();
      await database.submit([
        { externalId: 'a1', source: 'mobile', answeredAt: iso(350), score: 2, region: 'Peru' },
        { externalId: 'new', source: 'phone', answeredAt: iso(351), score: 9, region: 'Peru' },
        { externalId: 'comment', answeredAt: iso(352), score: 7, region: 'Germany' },
      ]);
      await database.sql(`DELETE FROM response WHERE external_id = 'a2'`);
      while ((await graph.lag()) > 0) await new Promise((done) => setTimeout(done, 50));
      await stop();
      const recordLineage = createRecordLineage(database.store);
      const expected = await whole(recordLineage, EVERYTHING, score({}, 0, 420), 'UPSTREAM');
      expect(await whole(graph.lineage(database.store), EVERYTHING, score({}, 0, 420), 'UPSTREAM')).toEqual(
        expected,
      );
      await graph.rebuild(() => undefined);
      expect(await whole(graph.lineage(database.store), EVERYTHING, score({}, 0, 420), 'UPSTREAM')).toEqual(
        expected,
      );
      // From the database, when the journal does not reach back to the beginning.
      const trimming = { before: new Date(Date.now() + 1e6), now: Date.now() };
      expect(await trimJournal(database.store, trimming)).toBeGreaterThan(1);
      await graph.rebuild(() => undefined);
      expect(await whole(graph.lineage(database.store), EVERYTHING, score({}, 0, 420), 'UPSTREAM')).toEqual(
        expected,
      );
    },
  );
});
