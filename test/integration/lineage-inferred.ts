import { beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import type { TracedNode } from '../../graph/node.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { impactOf } from '../../graph/traversal/impact.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { narrowScope } from '../fixtures/database.ts';
import { type LineageDatabase, score } from '../fixtures/lineage-database.ts';

let world: LineageDatabase;

async function nodesOf(
  lineage: LineageStore,
  scope: Scope,
  start: ScoreStart | string,
  direction: TraceDirection = 'UPSTREAM',
): Promise<readonly TracedNode[] | null> {
  const query = { start, direction, first: 2_000, after: null };
  return (await traceLineage(world.depsFor(lineage), scope, query))?.nodes ?? null;
}

const isInferred = (id: string) => /^Rollup:.*:7$/.test(id);
const kinds = (nodes: readonly TracedNode[] | null) => new Set(nodes?.map(({ kind }) => kind));

/** What callers find of what a model inferred who read answers and no predictions; part of lineage.test.ts. */
export function describeInferred(opened: () => LineageDatabase) {
  describe('what a model inferred', () => {
    beforeAll(() => {
      world = opened();
    });
    const inferred = score({}, 0, 360, 'INFERRED');

    it('is of no answer for callers who may not read predictions', async () => {
      const answers = narrowScope('answers', () => true, { withheld: ['readPrediction'] });
      for (const [name, lineage] of world.stores) {
        const all = await nodesOf(lineage, EVERYTHING, inferred);
        const rollup = all?.find(({ id }) => isInferred(id))?.id ?? '';
        expect(kinds(all), name).toContain('Response');
        for (const start of [inferred, rollup]) {
          const found = await nodesOf(lineage, answers, start);
          expect(
            found?.some(({ id }) => isInferred(id)),
            name,
          ).toBe(true);
          expect(kinds(found), name).not.toContain('Response');
        }
        const impact = await impactOf(world.depsFor(lineage), answers, {
          ...{ id: 'ModelVersion:7', first: 500, after: null },
        });
        expect(impact?.nodes.length).toBeGreaterThan(3);
        expect(new Set(impact?.nodes.map(({ responses }) => responses))).toEqual(new Set([null]));
      }
    });

    it('is not there at all for those of them who get only sums of many answers', async () => {
      const options = { smallestCount: 9, withheld: ['readPrediction'] };
      const officer = narrowScope('officer', () => true, options);
      for (const [name, lineage] of world.stores) {
        const deps = world.depsFor(lineage);
        const all = await nodesOf(lineage, EVERYTHING, inferred);
        const [rollup = '', cell = ''] = [isInferred, (id: string) => id.startsWith('Cell:')].map(
          (of) => all?.find(({ id }) => of(id))?.id,
        );
        for (const id of [rollup, 'ModelVersion:7', 'Feature:f1'])
          expect(await nodesOf(lineage, officer, id), `${name} ${id}`).toBeNull();
        expect(kinds(await nodesOf(lineage, officer, inferred)), name).toEqual(new Set(['Score']));
        const page = await traceLineage(deps, officer, {
          ...{ start: inferred, direction: 'UPSTREAM' as const, first: 5, after: null },
        });
        expect(page?.reason).toContain('cells whose responses or predictions may not be read are left out');
        for (const id of ['Source:mobile', cell]) {
          const below = await nodesOf(lineage, officer, id, 'DOWNSTREAM');
          expect(kinds(below), `${name} ${id}`).toContain('Rollup');
          expect(below?.some((one) => isInferred(one.id))).toBe(false);
          const impact = await impactOf(deps, officer, { id, first: 500, after: null });
          expect(impact?.nodes.some(({ model }) => model > 0)).toBe(false);
          expect(await impact?.totals()).toMatchObject({ inferred: 0, suppressed: true });
          expect((await impact?.segments(500, null))?.nodes.some(({ model }) => model > 0)).toBe(false);
        }
        const answer = all?.find(({ kind }) => kind === 'Response')?.id ?? '';
        expect(await lineagePath(deps, officer, inferred, answer), name).toBeNull();
      }
    });
  });
}
