import neo4j from 'neo4j-driver';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { lineagePicture } from '../../api/report/picture.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { provDocument } from '../../graph/export/prov-json.ts';
import { KIND_NAMES, KINDS, kindNamed } from '../../graph/kinds/registry.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import { storedId, storedUuid } from '../../graph/kinds/shared/stored-id.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import type { TracedNode } from '../../graph/node.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { impactOf, NoImpactError } from '../../graph/traversal/impact.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { lineageNode, traceLineage } from '../../graph/traversal/trace.ts';
import { scopedSession } from '../../store/database/client.ts';
import { writeChain } from '../fixtures/agent-chain.ts';
import { narrowScope } from '../fixtures/database.ts';
import { type LineageDatabase, score } from '../fixtures/lineage-database.ts';

let world: LineageDatabase;

const DIRECTIONS = ['UPSTREAM', 'DOWNSTREAM'] as const;
const SCORES = [score({}, 0, 360, 'INFERRED'), score({}, 0, 360)];
/** One node of each kind, and the score that it is, where it is one. */
const examples = new Map<string, { readonly node: TracedNode; readonly start: ScoreStart | string }>();

async function trace(
  lineage: LineageStore,
  start: ScoreStart | string,
  direction: (typeof DIRECTIONS)[number],
) {
  const query = { start, direction, first: 2_000, after: null };
  const page = await traceLineage(world.depsFor(lineage), EVERYTHING, query);
  return { nodes: page?.nodes ?? [], edges: page?.edges ?? [] };
}

/** Rows of the kinds that the fixture has none of. A new kind adds its rows here. */
async function annotate(): Promise<void> {
  const { record } = world;
  await record.sql(`INSERT INTO review (response_id, answered_at, cell_id, model_version_id, cause, queued_at)
    SELECT response_id, answered_at, cell_id, 7, 'SAMPLED', now() FROM prediction WHERE class IS NOT NULL`);
  // Each answer has a respondent of its own: those of a shared key are of no one.
  await record.sql('UPDATE response_key SET subject_id = id');
  await record.sql(`INSERT INTO outcome (id, source_id, external_id, received_at, content_hash, kind, at, cell_id, subject_id, position)
    SELECT gen_random_uuid(), 1, 'o' || id, now(), 'h', 'PAYMENT', answered_at + interval '1 day', cell_id, subject_id, 'p'
    FROM response_key WHERE subject_id IS NOT NULL`);
  await record.sql(`WITH n AS (SELECT subject_id AS id, row_number() OVER (ORDER BY answered_at, id) AS i FROM response_key)
    INSERT INTO identity_merge (id, kind, from_id, into_id, actor, undone_at)
    SELECT gen_random_uuid(), 'RESPONDENT', a.id, b.id, 'officer', CASE WHEN a.i % 4 = 1 THEN now() END
    FROM n a JOIN n b ON b.i = a.i + 1 WHERE a.i % 2 = 1`);
  await record.sql(`INSERT INTO merged_subject (id, root_id)
    SELECT from_id, into_id FROM identity_merge WHERE undone_at IS NULL
    UNION ALL SELECT into_id, into_id FROM identity_merge WHERE undone_at IS NULL`);
  await record.sql(`INSERT INTO seal (id, bucket, cell_id, model_version_id, revision, why, manifest, hash, recorded_at)
    SELECT 950 + row_number() OVER (), bucket, cell_id, 7, 0, 'SEALED', '{}', 'ab', now()
    FROM rollup_hour WHERE model_version_id = 7 AND n > 0`);
  await writeChain(record.sql, null, 'a0');
}

/** From the scores through every kind that is reached, until there are no new ones. */
async function crawl(): Promise<void> {
  const lineage = createRecordLineage(world.record.store);
  for (const start of SCORES) {
    for (const node of (await trace(lineage, start, 'UPSTREAM')).nodes) {
      const isStart = node.id === start.id;
      if (isStart || !examples.has(node.kind))
        examples.set(node.kind, { node, start: isStart ? start : node.id });
    }
  }
  // Iterates over what is added meanwhile too.
  for (const { start } of examples.values())
    for (const { nodes } of [
      await trace(lineage, start, 'UPSTREAM'),
      await trace(lineage, start, 'DOWNSTREAM'),
    ])
      for (const node of nodes)
        if (!examples.has(node.kind)) examples.set(node.kind, { node, start: node.id });
}

async function follow(): Promise<void> {
  const { graph, record } = world;
  await record.settled();
  const stop = await graph?.follow();
  while (((await graph?.lag()) ?? 0) > 0) await new Promise((done) => setTimeout(done, 50));
  await stop?.();
}

/** An id of the same form that names nothing. */
const missing = (id: string) =>
  id
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '00000000-0000-8000-8000-000000000000')
    .replace(/[0-9a-f]{24}(?![0-9a-f])/, '1'.repeat(24))
    .replace(/:(\d+)$/, (all) => (/^(Seal|Rollup)/.test(id) ? all : ':999999'))
    .replace(/^(Source|SurveyVersion|ScaleRule|MappingVersion):.*/, '$1:nothing');

/** Statements that looking for a node sends for the caller, and how many rows come back. */
async function work(scope: Scope, id: string): Promise<string[]> {
  const sent: string[] = [];
  const store = scopedSession({
    rows: async (statement, parameters) => {
      const rows = await world.record.scopedReader.as(scope).rows<never>(statement, parameters);
      // Mapping and model versions are read unscoped: whether the caller may see one is asked with another statement.
      const isShared = ['mappings_load', 'models_by_ids'].includes(statement.name);
      sent.push(isShared ? statement.name : `${statement.name}: ${rows.length}`);
      return rows;
    },
  });
  const deps = { ...world.depsFor(createRecordLineage(store)), store };
  expect(await lineageNode(deps, scope, id), id).toBeNull();
  return sent;
}

/** The suite over every kind that is registered; part of lineage.test.ts, since one graph serves one file at a time. */
export function describeKinds(opened: () => LineageDatabase) {
  describe('every kind of node', () => {
    beforeAll(async () => {
      world = opened();
      await annotate();
      await follow();
      await crawl();
    });

    it('is in the database of this suite', () => {
      expect([...examples.keys()].sort()).toEqual([...KIND_NAMES].sort());
    });

    it.each(KIND_NAMES)('is found, traced and joined alike by every store: %s', async (kind) => {
      const example = examples.get(kind);
      if (!example) throw new Error(`no node of kind ${kind} in the database of this suite`);
      const { node, start } = example;
      const [[, reference] = []] = world.stores;
      if (!reference) throw new Error('the database always answers');
      const [one] = SCORES;
      for (const [name, lineage] of world.stores) {
        const deps = world.depsFor(lineage);
        for (const direction of DIRECTIONS) {
          const found = await trace(lineage, start, direction);
          expect(found.nodes[0], name).toEqual({ ...node, depth: 0 });
          expect(found, `${name} ${direction}`).toEqual(await trace(reference, start, direction));
        }
        const way = await lineagePath(deps, EVERYTHING, one ?? '', start);
        expect(way, name).toEqual(await lineagePath(world.depsFor(reference), EVERYTHING, one ?? '', start));
        if (typeof start !== 'string') continue;
        const impact = impactOf(deps, EVERYTHING, { id: start, first: 500, after: null });
        if (!kindNamed(kind).impact) await expect(impact).rejects.toThrow(NoImpactError);
        else {
          const same = { id: start, first: 500, after: null };
          const expected = await impactOf(world.depsFor(reference), EVERYTHING, same);
          expect((await impact)?.nodes, name).toEqual(expected?.nodes);
          expect(await (await impact)?.totals(), name).toEqual(await expected?.totals());
        }
      }
    });

    it('has its role in PROV and its box in pictures', () => {
      const nodes = KIND_NAMES.toSorted((a, b) => Number(b === 'Score') - Number(a === 'Score')).flatMap(
        (kind) => examples.get(kind)?.node ?? [],
      );
      const whole = { nodes, edges: [], complete: true, reason: null };
      const document = provDocument(null, whole) as Record<string, Record<string, object>>;
      const picture = String(lineagePicture(whole));
      for (const {
        kind,
        prov,
        picture: { names },
      } of KINDS) {
        const section = document[prov === 'agent' ? 'agent' : 'entity'] ?? {};
        const own = JSON.stringify(
          Object.values(section).filter((one) => JSON.stringify(one).includes(`"sl:${kind}"`)),
        );
        expect(own, kind).toContain(`sl:${kind}`);
        if (prov === 'plan' || prov === 'collection')
          expect(own.toLowerCase(), kind).toContain(`prov:${prov}`);
        expect(picture, kind).toContain(`class="${kind}"`);
        expect(picture, kind).toContain(names[0]);
      }
    });

    it('takes the same lookups when it is hidden and when it is missing', async () => {
      const nothing = narrowScope('nothing', () => false);
      for (const { kind, projection } of KINDS) {
        const start = examples.get(kind)?.start ?? '';
        // Parts of models are named by hashes that cannot be guessed.
        const ofModel = projection && 'along' in projection && projection.along === 'ModelVersion';
        if (typeof start !== 'string' || ofModel) continue;
        expect(await work(nothing, start), start).toEqual(await work(nothing, missing(start)));
      }
    });

    it.runIf(inject('services'))('is in Neo4j, if its projection says so', async () => {
      const driver = neo4j.driver(inject('services')?.neo4jUrl ?? '', undefined, {
        disableLosslessIntegers: true,
      });
      try {
        for (const { kind, projection } of KINDS) {
          const { node } = examples.get(kind) ?? {};
          // The event that brought a response is part of it.
          const [label, property, id = ''] =
            kind === 'SourceEvent'
              ? ['Response', 'event', storedUuid(node?.id.slice('SourceEvent:'.length) ?? '')]
              : [kind, 'id', node && storedId(node.id)];
          const query = `MATCH (n:${label} {${property}: $id}) RETURN count(n) AS n`;
          const { records } = await driver.executeQuery(query, { id });
          expect(Number(records[0]?.get('n')), kind).toBe(projection ? 1 : 0);
        }
        // A merge has several subjects of two kinds.
        const id = examples.get('Merge')?.node.id ?? '';
        const { records } = await driver.executeQuery(
          'MATCH (:Merge {id: $id})-[:ABOUT]->(b) RETURN b.id AS id',
          { id },
        );
        const { edges } = await trace(createRecordLineage(world.record.store), id, 'UPSTREAM');
        const about = edges.flatMap(({ from, to }) => (from === id ? [storedId(to)] : []));
        expect(about.length).toBeGreaterThan(2);
        expect(records.map((record) => record.get('id')).sort()).toEqual(about.sort());
      } finally {
        await driver.close();
      }
    });
  });
}
