import { nodeId } from '../../domain/lineage/lineage.ts';
import { type ChangeRow, changePages, readChangesById, readChangesOf } from '../../store/changes/changes.ts';
import { type LineageNode, NOTHING } from '../node.ts';
import type { NodeKind } from './shared/kind.ts';
import { batches, entry } from './shared/projection.ts';
import { parseUuid } from './shared/visible-selection.ts';

/** Without its title and link: `changes` returns those. */
function changeNode({ id, kind, at }: ChangeRow): LineageNode {
  const label = `change: ${kind.toLowerCase()} ${at.toISOString().slice(0, 10)}`;
  return { id: nodeId('ChangeEvent', id), kind: 'ChangeEvent', label, recordedAt: at };
}

/**
 * Something that happened outside, such as a deploy: a candidate cause that alerts name. It comes from nothing, and what agents wrote
 * about it follows from it (graph/kinds/delivery.ts).
 */
export const changeEventKind: NodeKind<ChangeRow, string> = {
  kind: 'ChangeEvent',
  tier: 'annotation',
  prov: 'entity',
  picture: { column: 1, row: 3, names: ['change event', 'change events'], prefix: 'change: ' },
  parseKey: parseUuid,
  find: async (request, id) => {
    const [row] = await readChangesById(request, request.scope, [id], ['readScore', 'traceLineage']);
    return row ?? null;
  },
  node: (_deps, row) => changeNode(row),
  upstream: () => NOTHING,
  after: [],
  rollups: () => null,
  impact: null,
  projection: {
    write: async ({ store, write }, entries) => {
      const named = entries.flatMap(({ payload }) => payload.changes ?? []);
      for (const ids of batches([...new Set(named)])) {
        const rows = (await readChangesOf(store, ids)).map(({ id, at }) => ({
          id: nodeId('ChangeEvent', id),
          recordedAt: at.getTime(),
        }));
        const present = new Set(rows.map(({ id }) => id));
        const gone = ids.map((id) => nodeId('ChangeEvent', id)).filter((id) => !present.has(id));
        await write(async (tx) => {
          // With their import, which was undone.
          if (gone.length > 0)
            await tx.run('UNWIND $ids AS id MATCH (n:ChangeEvent {id: id}) DETACH DELETE n', { ids: gone });
          await tx.run(
            'UNWIND $rows AS row MERGE (n:ChangeEvent {id: row.id}) SET n.recordedAt = row.recordedAt',
            { rows },
          );
        });
      }
    },
    all: async function* ({ store }) {
      for await (const changes of changePages(store)) yield [entry('change', { changes })];
    },
  },
  about: () => [],
};
