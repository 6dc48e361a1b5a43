import type { Store } from '../../store/database/client.ts';
import type { Lease } from '../../store/database/lease.ts';
import { touchFollower } from '../../store/journal/journal.ts';
import { KINDS } from '../kinds/registry.ts';
import { neo4jPackage } from './driver.ts';
import { write } from './fence.ts';
import type { GraphConnections } from './graph-connections.ts';

const DROPPED_AT_ONCE = 5_000;

const drop = (label: string) => `MATCH (n${label}) WHERE NOT n:Fence WITH n LIMIT $limit DETACH DELETE n
  RETURN toFloat(count(n)) AS n`;
/** Nodes of which there are many go before the few that they are joined to, each of which may have millions of relationships. */
const DROPS = [
  ...new Set([
    'Response',
    ...KINDS.toReversed().flatMap(({ kind, projection }) => (projection ? [kind] : [])),
  ]),
]
  .map((kind) => drop(`:${kind}`))
  .concat(drop(''));

/**
 * Deletes the graph in transactions of bounded size: the whole of it in one would not fit into memory. False: it was stopped
 * before.
 */
export async function dropGraph(
  graph: GraphConnections,
  store: Store,
  lease: Lease,
  stopped: () => boolean,
): Promise<boolean> {
  for (const query of DROPS)
    for (let dropped = 1; dropped > 0; ) {
      if (stopped()) return false;
      await write(graph, lease, async (tx) => {
        const { records } = await tx.run(query, { limit: neo4jPackage().int(DROPPED_AT_ONCE) });
        dropped = Number(records[0]?.get('n') ?? 0);
      });
      await touchFollower(store, lease.name, lease);
    }
  return true;
}
