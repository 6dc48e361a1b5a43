import { beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import type { LineageNode } from '../../graph/node.ts';
import { InvalidCursorError } from '../../graph/traversal/cursor.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { lineageGroups, lineageMembers } from '../../graph/traversal/groups.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { narrowScope } from '../fixtures/database.ts';
import { type LineageDatabase, score } from '../fixtures/lineage-database.ts';

type Id = ScoreStart | string;
let world: LineageDatabase;

const DIRECTIONS = ['UPSTREAM', 'DOWNSTREAM'] as const;
const SCOPES: readonly Scope[] = [
  EVERYTHING,
  narrowScope('japan', ({ attributes }) => attributes.region === 'Japan'),
  narrowScope('unread', () => true, { withheld: ['readResponse', 'readPrediction'] }),
];
const idOf = (start: Id) => (typeof start === 'string' ? start : start.id);

async function nodesOf(lineage: LineageStore, scope: Scope, start: Id, direction: TraceDirection) {
  const query = { start, direction, first: 2_000, after: null };
  const page = await traceLineage(world.depsFor(lineage), scope, query);
  return page?.nodes.filter(({ id }) => id !== idOf(start)) ?? null;
}

/** All nodes of the kind, by pages of that size. */
async function membersOf(
  lineage: LineageStore,
  scope: Scope,
  query: { start: Id; direction: TraceDirection; kind: string; contains: string | null },
  first: number,
): Promise<LineageNode[]> {
  const found: LineageNode[] = [];
  for (let after: string | null = null; ; ) {
    const page = await lineageMembers(world.depsFor(lineage), scope, { ...query, first, after });
    found.push(...(page?.nodes ?? []));
    if (!page?.hasNextPage) return found;
    after = page.endCursor;
  }
}

/** The suite of `lineageGroups` and `lineageMembers`; part of lineage.test.ts. */
export function describeGroups(opened: () => LineageDatabase, starts: () => Promise<Id[]>) {
  describe('groups and members', () => {
    beforeAll(() => {
      world = opened();
    });

    it('count, order and page what the trace lists, kind by kind, from every start and for every scope', async () => {
      let compared = 0;
      for (const [, lineage] of world.stores)
        for (const scope of SCOPES)
          for (const start of await starts())
            for (const direction of DIRECTIONS) {
              const nodes = await nodesOf(lineage, scope, start, direction);
              const found = await lineageGroups(world.depsFor(lineage), scope, start, direction);
              expect(found === null).toBe(nodes === null);
              if (!nodes || !found) continue;
              const about = `${direction} of ${idOf(start)}`;
              const kinds = new Map<string, Set<string>>();
              for (const { kind, id } of nodes) kinds.set(kind, (kinds.get(kind) ?? new Set()).add(id));
              const counts = Object.fromEntries(found.groups.map(({ kind, count }) => [kind, count]));
              expect(counts, about).toEqual(
                Object.fromEntries([...kinds].map(([kind, ids]) => [kind, ids.size])),
              );
              for (const { kind, depth } of found.groups)
                expect(depth, about).toBe(
                  Math.min(...nodes.filter((one) => one.kind === kind).map((one) => one.depth)),
                );
              for (const kind of kinds.keys()) {
                const all = nodes.filter((one) => one.kind === kind).map(({ id }) => id);
                const members = await membersOf(
                  lineage,
                  scope,
                  { start, direction, kind, contains: null },
                  7,
                );
                expect(
                  members.map(({ id }) => id),
                  `${kind}, ${about}`,
                ).toEqual(all);
                compared += 1;
              }
            }
      expect(compared).toBeGreaterThan(100);
    });

    it('join the kinds as the trace joins their nodes', async () => {
      for (const [, lineage] of world.stores) {
        const found = await lineageGroups(world.depsFor(lineage), EVERYTHING, score({}, 0, 360), 'UPSTREAM');
        const links = found?.links.map(({ from, relation, to }) => `${from} ${relation} ${to}`).sort();
        expect(links).toEqual(
          expect.arrayContaining([
            'Response COUNTED_IN Rollup',
            'Response NORMALISED_FROM SourceEvent',
            'Rollup OF Cell',
            'Score SUM_OF Rollup',
            'SourceEvent RECEIVED_FROM Source',
          ]),
        );
      }
    });

    it('find members by a part of their label, and refuse a cursor of another list', async () => {
      for (const [, lineage] of world.stores) {
        const query = {
          start: score({}, 0, 360),
          direction: 'UPSTREAM',
          kind: 'Rollup',
          contains: 'JAPAN',
        } as const;
        const japan = await membersOf(lineage, EVERYTHING, query, 2);
        const all = await membersOf(lineage, EVERYTHING, { ...query, contains: null }, 50);
        expect(japan.map(({ id }) => id)).toEqual(
          all.filter(({ label }) => label.includes('Japan')).map(({ id }) => id),
        );
        expect(japan.length).toBeGreaterThan(0);
        const deps = world.depsFor(lineage);
        const page = await lineageMembers(deps, EVERYTHING, { ...query, first: 1, after: null });
        const other = { ...query, kind: 'Response', first: 1, after: page?.endCursor ?? '' };
        await expect(lineageMembers(deps, EVERYTHING, other)).rejects.toThrow(InvalidCursorError);
      }
    });
  });
}
