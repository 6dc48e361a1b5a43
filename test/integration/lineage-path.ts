import { beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { narrowScope } from '../fixtures/database.ts';
import { type LineageDatabase, score } from '../fixtures/lineage-database.ts';

let world: LineageDatabase;

type Id = ScoreStart | string;
const idOf = (start: Id) => (typeof start === 'string' ? start : start.id);
const path = (lineage: LineageStore, scope: Scope, from: Id, to: Id) =>
  lineagePath(world.depsFor(lineage), scope, from, to);

async function upstreamOf(start: Id) {
  const lineage = createRecordLineage(world.record.store);
  const query = { start, direction: 'UPSTREAM', first: 2_000, after: null } as const;
  return (await traceLineage(world.depsFor(lineage), EVERYTHING, query))?.nodes ?? [];
}

const SURVEYED = score({}, 0, 360);
const INFERRED = score({}, 0, 360, 'INFERRED');
/** The last node of each kind behind the start. */
async function oneOfEach(start: Id): Promise<string[]> {
  const nodes = await upstreamOf(start);
  return [...new Map(nodes.map(({ kind, id }) => [kind, id])).values()].filter((id) => id !== idOf(start));
}

const responseIdOf = async (externalId: string) => {
  const rows = await world.record.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = $1`, [
    externalId,
  ]);
  return `Response:${rows[0]?.id}`;
};

/** The suite of `path`; part of lineage.test.ts, since one graph serves one file at a time. */
export function describePath(opened: () => LineageDatabase) {
  describe('path', () => {
    beforeAll(() => {
      world = opened();
    });

    it('is as long as the trace says, joins node to node, and is the same in reverse', async () => {
      const single = [...(await oneOfEach(SURVEYED)), ...(await oneOfEach(INFERRED))];
      const starts: Id[] = [SURVEYED, INFERRED, ...new Set(single)];
      let found = 0;
      for (const start of starts) {
        for (const { id, depth } of await upstreamOf(start)) {
          // Every node of the smaller traces; of the scores' answers and source events some.
          const isOfMany = typeof start !== 'string' && /^(?:Response|SourceEvent):/.test(id);
          if (isOfMany && !id.endsWith('0')) continue;
          const target = id === idOf(start) ? start : id;
          for (const [name, lineage] of world.stores) {
            const way = await path(lineage, EVERYTHING, start, target);
            const where = `${name} ${idOf(start)} ${id}`;
            expect(way?.nodes.at(0)?.id, where).toBe(idOf(start));
            expect(way?.nodes.at(-1)?.id, where).toBe(id);
            expect(way?.nodes.at(-1)?.depth, where).toBe(depth);
            expect(way?.complete).toBe(true);
            way?.edges.forEach(({ from, to }, i) => {
              const joined = [way.nodes[i]?.id, way.nodes[i + 1]?.id].sort();
              expect([from, to].sort(), where).toEqual(joined);
            });
            expect(way?.edges).toHaveLength((way?.nodes.length ?? 0) - 1);
            const back = await path(lineage, EVERYTHING, target, start);
            expect(back?.nodes.map((node) => node.id)).toEqual(way?.nodes.map((node) => node.id).reverse());
            found += 1;
          }
        }
      }
      expect(found).toBeGreaterThan(80);
    });

    it('leads through a common contribution if neither contributed to the other', async () => {
      const response = await responseIdOf('a8');
      for (const [, lineage] of world.stores) {
        const kinds = async (from: string, to: string) =>
          (await path(lineage, EVERYTHING, from, to))?.nodes.map(({ kind }) => kind);
        expect(await kinds(response, 'ModelVersion:7')).toEqual(['Response', 'Rollup', 'ModelVersion']);
        expect(await kinds('TrainingSet:t1', 'Feature:f1')).toEqual([
          'TrainingSet',
          'ModelVersion',
          'FeatureSet',
          'Feature',
        ]);
        expect(await kinds('Source:web', 'SurveyVersion:relationship@1')).toEqual([
          'Source',
          'MappingVersion',
          'SurveyVersion',
        ]);
        expect(await kinds('Source:web', 'Feature:f1')).toEqual([
          'Source',
          'MappingVersion',
          'Rollup',
          'ModelVersion',
          'FeatureSet',
          'Feature',
        ]);
      }
    });

    it('is none if nothing leads from one to the other', async () => {
      const [first, other] = [await responseIdOf('a5'), await responseIdOf('a17')];
      const moved = await responseIdOf('a10');
      const old = `SELECT id FROM source_event WHERE 'Response:' || response_id = $1 ORDER BY received_at LIMIT 1`;
      const [superseded] = await world.record.sql<{ id: string }>(old, [moved]);
      for (const [, lineage] of world.stores) {
        expect(await path(lineage, EVERYTHING, first, other), 'of one cell, in other hours').toBeNull();
        expect(await path(lineage, EVERYTHING, SURVEYED, INFERRED)).toBeNull();
        expect(await path(lineage, EVERYTHING, SURVEYED, `SourceEvent:${superseded?.id}`)).toBeNull();
        expect(await path(lineage, EVERYTHING, moved, `SourceEvent:${superseded?.id}`)).not.toBeNull();
        expect(await path(lineage, EVERYTHING, SURVEYED, 'ModelVersion:7')).toBeNull();
        expect(await path(lineage, EVERYTHING, SURVEYED, 'Source:none')).toBeNull();
        expect(await path(lineage, EVERYTHING, 'Source:web', 'Source:web')).toMatchObject({ edges: [] });
      }
    });

    it('leads only through what the caller may see', async () => {
      const sees = narrowScope('not japan', ({ attributes }) => attributes.region !== 'Japan');
      const scoresOnly = narrowScope('scores only', () => true, { withheld: ['readResponse'] });
      const [hidden] = await world.record.sql<{
        id: string;
      }>(`SELECT r.id FROM response r JOIN cell c ON c.id = r.cell_id
      WHERE c.attributes ->> 'region' = 'Japan' LIMIT 1`);
      for (const [, lineage] of world.stores) {
        expect(await path(lineage, EVERYTHING, SURVEYED, 'Source:paper archive')).not.toBeNull();
        expect(await path(lineage, sees, SURVEYED, 'Source:paper archive')).toBeNull();
        expect(await path(lineage, sees, SURVEYED, `Response:${hidden?.id}`)).toBeNull();
        expect(await path(lineage, scoresOnly, SURVEYED, `Response:${hidden?.id}`)).toBeNull();
        const way = await path(lineage, scoresOnly, SURVEYED, 'Source:web');
        expect(way?.nodes.map(({ kind }) => kind)).toEqual(['Score', 'Rollup', 'MappingVersion', 'Source']);
        const narrow = await path(lineage, sees, INFERRED, 'Feature:f1');
        expect(JSON.stringify(narrow)).not.toContain('Japan');
        expect(narrow?.nodes).toHaveLength(5);
      }
    });
  });
}
