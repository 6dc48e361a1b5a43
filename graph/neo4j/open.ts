import type { ScopedSession, Store } from '../../store/database/client.ts';
import { type Lease, leadAlone } from '../../store/database/lease.ts';
import type { Loops } from '../../store/database/loops.ts';
import { statement } from '../../store/database/statement.ts';
import { runFollower } from '../../store/journal/follower.ts';
import { followerLag, followerPosition, hasYetToFollow } from '../../store/journal/journal.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';
import { storedUuid } from '../kinds/shared/stored-id.ts';
import { Written } from '../kinds/shared/written.ts';
import { type LineageStore, withFallback } from '../lineage-store.ts';
import { createRecordLineage } from '../record/record-lineage.ts';
import { type GraphAddress, isAway } from './driver.ts';
import { readBehindFence } from './fence.ts';
import { beginAgain, checkGraphState, graphState } from './format.ts';
import { GraphConnections } from './graph-connections.ts';
import { createNeo4jLineage } from './neo4j-lineage.ts';
import { createProjector } from './projector.ts';
import { forSome, once, withTimeout } from './readiness.ts';
import { checkGraphSchema, ensureGraphSchema } from './schema.ts';

export const FOLLOWER = 'lineage';
/** A graph of an earlier version gets missing indexes; the database answers if that takes longer. */
const READY_MS = 5_000;
/** Entries per batch: of single responses, or of batches of some thousand. */
const ENTRIES = 100;
/** The longest that a hanging write delays a check of the graph's content. */
const HOLDS_MS = 10_000;
/** How long a graph that could be read is read without another look: what drops it moves the position back first, so the lag shows it. */
const CURRENT_MS = 1_000;
const HELD = 'UNWIND $ids AS id MATCH (x:Response {id: id}) RETURN toFloat(count(x)) AS n';

export interface GraphDatabase {
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  /** The place of this process, for the lease. */
  readonly place: string;
  /** The registry of followers. */
  readonly loops: Loops;
}

/** The projection of the database in Neo4j. */
export interface GraphProjection {
  /** Answers from Neo4j; from the database, as the session sees it, while that is away. */
  readonly lineage: (session: ScopedSession) => LineageStore;
  /** Answers from Neo4j alone; throws while that is away. */
  readonly projected: LineageStore;
  /** Throws while Neo4j does not answer. */
  check(): Promise<void>;
  /** Throws while the database answers in its place: then too, and while the graph is not whole. */
  readable(): Promise<void>;
  lag(): Promise<number>;
  /**
   * How many of the responses the graph holds, all of them until it has followed that transaction: what it is
   * about to write was read before. It waits for writes in progress, and none that was read earlier can come
   * later (fence.ts). Throws while Neo4j does not answer.
   */
  holds(responseIds: readonly string[], xact: number): Promise<number>;
  /** Projects while no other process does; the returned function stops it. */
  follow(): Promise<() => Promise<void>>;
  /**
   * Takes over from the projecting process, drops the graph and projects the whole database again. `onProgress` hears how many
   * responses are missing.
   */
  rebuild(onProgress: (remaining: number) => void): Promise<void>;
  close(): Promise<void>;
}

const FILLED = 'MATCH (x:Response) RETURN toFloat(count(x)) AS n';
const RESPONSES = statement('lineage_responses_to_fill', 'SELECT count(*)::integer AS n FROM response');
const PROJECTED = statement('lineage_is_projected', 'SELECT FROM follower WHERE name = $1');

/**
 * `holds` for a process without Neo4j, when another process projects into one: all of the responses until that
 * has followed the transaction. 0 if nothing was ever projected.
 */
export async function heldElsewhere(
  store: Store,
  responseIds: readonly string[],
  xact: number,
): Promise<number> {
  if ((await store.rows(PROJECTED, [FOLLOWER])).length === 0) return 0;
  return (await hasYetToFollow(store, await followerPosition(store, FOLLOWER), xact))
    ? Math.max(1, responseIds.length)
    : 0;
}

/** Opens the projection; Neo4j need not be reachable yet. */
export function openGraph(
  address: GraphAddress,
  database: GraphDatabase,
  onError: (error: Error) => void,
): GraphProjection {
  const graph = new GraphConnections(address);
  const { store } = database;
  database.loops.expect(() => [FOLLOWER]);
  const lag = () => followerLag(store, FOLLOWER);
  /** What the holder of the lease does first, where that is this process. */
  let beginning: Promise<unknown> = Promise.resolve();
  const ready = once(async () => {
    await beginning;
    await checkGraphSchema(graph);
  });
  const readySoon = withTimeout(READY_MS, ready);
  const current = forSome(CURRENT_MS, () => checkGraphState(graph, FOLLOWER));
  const readable = async () => {
    await readySoon();
    await current();
  };
  const projected = createNeo4jLineage(graph, lag, readable);
  const lineage = (session: ScopedSession) =>
    withFallback(projected, createRecordLineage(session), isAway, onError);
  const followUnder = (lease: Lease) => {
    const { begin, ...projector } = createProjector({ ...database, graph, written: new Written(), lease });
    return runFollower({
      name: FOLLOWER,
      store,
      batch: ENTRIES,
      lease,
      isOptional: true,
      loops: database.loops,
      onError,
      ...projector,
      begin: (stopped) => {
        const begun = begin(stopped);
        beginning = begun.catch(() => undefined);
        return begun;
      },
    });
  };
  const alone = { store, name: FOLLOWER, place: database.place, onError };
  const rebuildUnder = async (lease: Lease) => {
    await ensureGraphSchema(graph, lease);
    await beginAgain(graph, store, lease, () => false);
    return followUnder(lease);
  };
  return {
    lineage,
    projected,
    check: async () => {
      await graph.executeQuery('RETURN 1');
    },
    readable,
    lag,
    holds: async (responseIds, xact) => {
      if (await hasYetToFollow(store, await followerPosition(store, FOLLOWER), xact))
        return Math.max(1, responseIds.length);
      // The fence is not created before the constraint that makes it unique.
      await readySoon();
      return readBehindFence(graph, FOLLOWER, HOLDS_MS, async (tx) => {
        // It may hold them under other ids.
        if (!(await graphState((...given) => tx.run(...given), FOLLOWER)).isCurrent)
          return Math.max(1, responseIds.length);
        const ids = responseIds.map(storedUuid);
        const { records } = await tx.run(HELD, { ids });
        return Number(records[0]?.get('n') ?? 0);
      });
    },
    follow: async () => (await leadAlone({ ...alone, lead: followUnder })).stop,
    rebuild: async (onProgress) => {
      const leader = await leadAlone({
        ...alone,
        force: true,
        failingRenewals: Infinity,
        lead: rebuildUnder,
      });
      try {
        const [{ n: all } = { n: 0 }] = await store.rows<{ n: number }>(RESPONSES, []);
        while ((await lag()) > 0) {
          if (!leader.isLeading()) throw new Error('another process has taken over the lineage graph');
          const [filled] = (await graph.executeQuery(FILLED)).records;
          onProgress(Math.max(0, all - Number(filled?.get('n') ?? 0)));
          await new Promise((done) => setTimeout(done, 250));
        }
      } finally {
        await leader.stop();
      }
      onProgress(0);
    },
    close: () => graph.close(),
  };
}
