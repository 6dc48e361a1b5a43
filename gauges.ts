import type { LiveFeed } from './api/subscriptions/live-feed.ts';
import { type GraphProjection, FOLLOWER as LINEAGE } from './graph/neo4j/open.ts';
import { sealerLag } from './proof/sealer.ts';
import { scorerLags } from './scoring/scorer.ts';
import type { Store } from './store/database/client.ts';
import { followerPosition, journalDelay, journalLag } from './store/journal/journal.ts';
import { readCellUsage } from './store/responses/cell-usage.ts';
import { SEALER } from './store/seals/sealing.ts';

/** What /metrics asks of more than one room: part of the composition root. */

const MAKERS_MEASURED = 10;

/** Journal entries that each follower has yet to read. */
export async function followerLags(store: Store, feed: LiveFeed, graph: GraphProjection | undefined) {
  return {
    live: await journalLag(store, feed.position()),
    ...(graph ? { lineage: await graph.lag() } : {}),
    ...(await scorerLags(store)),
    sealer: await sealerLag(store),
  };
}

/** How full the cells are, and who made the most. */
export async function cellUsage(store: Store, limit: number) {
  return { limit, makers: (await readCellUsage(store, MAKERS_MEASURED)).makers };
}

/** How old the oldest change is that each follower has yet to read, in seconds. */
export async function followerDelays(store: Store, feed: LiveFeed, graph: GraphProjection | undefined) {
  const names = [...Object.keys(await scorerLags(store)), SEALER, ...(graph ? [LINEAGE] : [])];
  const delays = names.map(async (name) => [
    name,
    await journalDelay(store, await followerPosition(store, name)),
  ]);
  const live = await journalDelay(store, feed.position());
  return { live, ...(Object.fromEntries(await Promise.all(delays)) as Record<string, number>) };
}
