import neo4j from 'neo4j-driver';
import { nodeId } from '../../domain/lineage/lineage.ts';
import type { Session, Statement, Store } from '../../store/database/client.ts';
import { type Leader, type Lease, leadAlone } from '../../store/database/lease.ts';
import {
  followerPosition,
  followJournal,
  hasYetToFollow,
  type JournalEntry,
  type JournalPosition,
  journalLag,
  saveFollowerPosition,
  touchFollower,
} from '../../store/journal/journal.ts';
import { restartFollower } from '../../store/journal/journal-trim.ts';
import { resume, type TakeIn } from '../../store/journal/start-over.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';
import { type LineageStore, withFallback } from '../lineage-store.ts';
import { createRecordLineage } from '../record/record-lineage.ts';
import { type GraphAddress, isAway, openDriver } from './driver.ts';
import { raiseFence, readBehindFence, write } from './fence.ts';
import { createNeo4jLineage } from './neo4j-lineage.ts';
import { projectRecord } from './project-record.ts';
import { projectEntries } from './projector.ts';
import { once, withTimeout } from './readiness.ts';
import { ensureGraphSchema } from './schema.ts';

export const FOLLOWER = 'lineage';
/** A graph of an earlier version gets indexes that it has not; the record answers where that takes longer. */
const READY_MS = 5_000;
/** Entries taken at once: of single answers, or of batches of some thousand. */
const ENTRIES = 100;
/** A write that hangs keeps the graph from being asked what it holds no longer than this. */
const HOLDS_MS = 10_000;
const DROPPED_AT_ONCE = 5_000;
const HELD = 'UNWIND $ids AS id MATCH (x:Response {id: id}) RETURN toFloat(count(x)) AS n';
const DROP = 'MATCH (n) WHERE NOT n:Fence WITH n LIMIT $limit DETACH DELETE n RETURN toFloat(count(n)) AS n';

export interface GraphDatabase {
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  /** Where this process runs, for the lease. */
  readonly place: string;
}

/** The projection of the record in Neo4j. */
export interface GraphProjection {
  /** Answers from Neo4j; from the record, as the session sees it, while that is away. */
  readonly lineage: (session: Session) => LineageStore;
  /** Throws while Neo4j does not answer. */
  check(): Promise<void>;
  lag(): Promise<number>;
  /**
   * How many of the responses the graph holds, all of them until it has followed that transaction: what it is about to write
   * was read before. It waits for writes in flight, and none that was read earlier can come later (fence.ts). Throws while
   * Neo4j does not answer.
   */
  holds(responseIds: readonly string[], xact: number): Promise<number>;
  /** Whether this process is the one that projects. */
  isLeading(): boolean;
  /** Projects while no other process does; the answer stops it. */
  follow(): Promise<() => Promise<void>>;
  /** Takes over from whoever projects, drops the graph and projects all of the record again. */
  rebuild(onProgress: (remaining: number) => void): Promise<void>;
  close(): Promise<void>;
}

const PROJECTED: Statement = { name: 'lineage_is_projected', text: 'SELECT FROM follower WHERE name = $1' };

/**
 * `holds` of a process without Neo4j, where another process projects into one: all of the responses until that has followed the
 * transaction. 0 where nothing was ever projected.
 */
export async function heldElsewhere(
  store: Store,
  responseIds: readonly string[],
  xact: number,
): Promise<number> {
  if ((await store.rows(PROJECTED, [FOLLOWER])).length === 0) return 0;
  return (await hasYetToFollow(store, await followerPosition(store, FOLLOWER), xact))
    ? responseIds.length
    : 0;
}

/** Opens the projection; Neo4j need not be there yet. */
export function openGraph(
  address: GraphAddress,
  database: GraphDatabase,
  onError: (error: Error) => void,
): GraphProjection {
  const driver = openDriver(address);
  const { store } = database;
  const lag = async () => journalLag(store, await followerPosition(store, FOLLOWER));
  const ready = once(() => ensureGraphSchema(driver));
  const readySoon = withTimeout(READY_MS, ready);
  const projected = createNeo4jLineage(driver, lag, readySoon);
  const lineage = (session: Session) =>
    withFallback(projected, createRecordLineage(session), isAway, onError);
  const followUnder = async (lease: Lease) => {
    const deps = { ...database, driver, projected: new Set<string>(), lease };
    // Before the position is saved for the first time: from then on nothing is written that an earlier holder has read.
    const fenced = once(() => raiseFence(driver, lease));
    const project = async (entries: readonly JournalEntry[]) => {
      await ready();
      await fenced();
      await projectEntries(deps, entries);
      const last = entries.at(-1);
      if (last) await saveFollowerPosition(store, FOLLOWER, last, lease);
    };
    const takeIn: TakeIn = async (stopped) => {
      await ready();
      await fenced();
      await dropGraph(lease);
      await projectRecord(deps, async () => {
        await touchFollower(store, FOLLOWER, lease);
        return !stopped();
      });
    };
    const save = (at: JournalPosition) => saveFollowerPosition(store, FOLLOWER, at, lease);
    const resumed = await resume(store, FOLLOWER, takeIn, save);
    return followJournal({ store, limit: ENTRIES, ...resumed, handle: project, onError });
  };
  const alone = { store, name: FOLLOWER, place: database.place, onError };
  const rebuildUnder = async (lease: Lease) => {
    await ready();
    // First, so that whoever takes over from a rebuild that was ended begins at the beginning too.
    await restartFollower(store, FOLLOWER, lease);
    await dropGraph(lease);
    return followUnder(lease);
  };
  let following: Leader | undefined;
  return {
    lineage,
    isLeading: () => following?.isLeading() ?? false,
    check: async () => {
      await driver.executeQuery('RETURN 1');
    },
    lag,
    holds: async (responseIds, xact) => {
      if (await hasYetToFollow(store, await followerPosition(store, FOLLOWER), xact))
        return responseIds.length;
      // No fence is made before the constraint that makes it the only one.
      await readySoon();
      const ids = responseIds.map((id) => nodeId('Response', id));
      const [held] = await readBehindFence<{ n: number }>(driver, FOLLOWER, HELD, { ids }, HOLDS_MS);
      return held?.n ?? 0;
    },
    follow: async () => {
      following = await leadAlone({ ...alone, lead: followUnder });
      return following.stop;
    },
    rebuild: async (onProgress) => {
      const leader = await leadAlone({
        ...alone,
        force: true,
        failingRenewals: Infinity,
        lead: rebuildUnder,
      });
      try {
        for (let remaining = await lag(); remaining > 0; remaining = await lag()) {
          if (!leader.isLeading()) throw new Error('another process has taken over the lineage graph');
          onProgress(remaining);
          await new Promise((done) => setTimeout(done, 250));
        }
      } finally {
        await leader.stop();
      }
      onProgress(0);
    },
    close: () => driver.close(),
  };

  async function dropGraph(lease: Lease): Promise<void> {
    // In transactions of bounded size: the whole graph in one would not fit into memory.
    for (let dropped = 1; dropped > 0; ) {
      await write(driver, lease, async (tx) => {
        const { records } = await tx.run(DROP, { limit: neo4j.int(DROPPED_AT_ONCE) });
        dropped = Number(records[0]?.get('n') ?? 0);
      });
      await touchFollower(store, FOLLOWER, lease);
    }
  }
}
