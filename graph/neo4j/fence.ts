import { type Lease, SupersededError } from '../../store/database/lease.ts';
import type { GraphTransaction } from '../kinds/shared/projection.ts';
import type { GraphConnections } from './graph-connections.ts';
import { runWatched } from './watched-transaction.ts';

/**
 * Takes the node's lock, so that the token read next is the last committed one and stays so until the
 * transaction ends.
 */
const LOCK = 'MERGE (f:Fence {name: $name}) SET f.locked = true';
/** A version that knows no formats raises the token alone: what it wrote has no format (format.ts). */
const RAISE = `MATCH (f:Fence {name: $name}) WHERE coalesce(f.token, 0) <= $token
  SET f.format = CASE WHEN f.formatOf = f.token THEN f.format END
  SET f.token = $token, f.formatOf = $token RETURN f.token AS token`;

/**
 * Neo4j ends a transaction that hangs (its client was frozen or cut off), because it keeps others from the fence. Mostly
 * it is ended within seconds: by its client, or by the next one that waits for the fence (watched-transaction.ts).
 */
const WRITE_MS = 60_000;

/**
 * One transaction of the lease's holder, retried if another held its locks. It has the fence to itself:
 * transactions that began earlier are over, and none of an earlier holder comes later.
 * @throws SupersededError if a later holder has written.
 */
export async function write(
  graph: GraphConnections,
  lease: Lease,
  work: (tx: GraphTransaction) => Promise<unknown>,
): Promise<void> {
  const { name, token } = lease;
  await runWatched(graph, { fence: name, token, timeout: WRITE_MS }, async (tx) => {
    const [, raised] = await Promise.all([tx.run(LOCK, { name }), tx.run(RAISE, { name, token })]);
    if (raised?.records.length === 0) throw new SupersededError(lease);
    await work(tx);
  });
}

/** Reads while no write to the graph is in progress. */
export function readBehindFence<T>(
  graph: GraphConnections,
  name: string,
  timeout: number,
  work: (tx: GraphTransaction) => Promise<T>,
): Promise<T> {
  return runWatched(graph, { fence: name, token: null, timeout }, async (tx) => {
    await tx.run(LOCK, { name });
    return work(tx);
  });
}
