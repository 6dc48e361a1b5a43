import { nodeId } from '../../domain/lineage.ts';
import type { RecordCells } from '../../store/cells.ts';
import type { Session, Store } from '../../store/client.ts';
import {
  BEGINNING,
  followerPosition,
  followJournal,
  hasYetToFollow,
  journalLag,
  saveFollowerPosition,
} from '../../store/journal.ts';
import type { RecordMappings } from '../../store/provenance.ts';
import { type LineageStore, withFallback } from '../lineage-store.ts';
import { createRecordLineage } from '../record-lineage.ts';
import { type GraphAddress, isAway, openDriver } from './driver.ts';
import { createNeo4jLineage } from './neo4j-lineage.ts';
import { projectEntries } from './projector.ts';
import { once, patiently } from './readiness.ts';
import { ensureGraphSchema } from './schema.ts';

export const FOLLOWER = 'lineage';
/** A graph of an earlier version gets indexes that it has not; the record answers where that takes longer. */
const READY_MS = 5_000;
/** Entries taken at once: of single answers, or of batches of some thousand. */
const ENTRIES = 100;

export interface GraphRecord {
  readonly store: Store;
  readonly cells: RecordCells;
  readonly mappings: RecordMappings;
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
   * was read before. Throws while Neo4j does not answer.
   */
  holds(responseIds: readonly string[], xact: number): Promise<number>;
  /** Begins to project; the answer stops it. */
  follow(): Promise<() => Promise<void>>;
  /** Drops the graph and projects all of the record again. */
  rebuild(onProgress: (remaining: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Opens the projection; Neo4j need not be there yet. */
export function openGraph(
  address: GraphAddress,
  record: GraphRecord,
  onError: (error: Error) => void,
): GraphProjection {
  const driver = openDriver(address);
  const { store } = record;
  const deps = { ...record, driver, projected: new Set<string>() };
  const lag = async () => journalLag(store, await followerPosition(store, FOLLOWER));
  const ready = once(() => ensureGraphSchema(driver));
  const projected = createNeo4jLineage(driver, lag, patiently(READY_MS, ready));
  const lineage = (session: Session) =>
    withFallback(projected, createRecordLineage(session), isAway, onError);
  const project = async (entries: Parameters<typeof projectEntries>[1]) => {
    await ready();
    await projectEntries(deps, entries);
    const last = entries.at(-1);
    if (last) await saveFollowerPosition(store, FOLLOWER, last);
  };
  const follow = async () => {
    const from = await followerPosition(store, FOLLOWER);
    const follower = await followJournal({ store, limit: ENTRIES, from, handle: project, onError });
    return () => follower.stop();
  };
  return {
    lineage,
    check: async () => {
      await driver.executeQuery('RETURN 1');
    },
    lag,
    holds: async (responseIds, xact) => {
      if (await hasYetToFollow(store, await followerPosition(store, FOLLOWER), xact))
        return responseIds.length;
      const ids = responseIds.map((id) => nodeId('Response', id));
      const { records } = await driver.executeQuery(
        'UNWIND $ids AS id MATCH (x:Response {id: id}) RETURN toFloat(count(x)) AS n',
        { ids },
      );
      return Number(records[0]?.get('n') ?? 0);
    },
    follow,
    rebuild: async (onProgress) => {
      await dropGraph();
      await saveFollowerPosition(store, FOLLOWER, BEGINNING);
      const stop = await follow();
      for (let remaining = await lag(); remaining > 0; remaining = await lag()) {
        onProgress(remaining);
        await new Promise((done) => setTimeout(done, 250));
      }
      await stop();
      onProgress(0);
    },
    close: () => driver.close(),
  };

  async function dropGraph(): Promise<void> {
    deps.projected.clear();
    const session = driver.session();
    try {
      // In transactions of bounded size: the whole graph in one would not fit into memory.
      await session.run('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
    } finally {
      await session.close();
    }
  }
}
