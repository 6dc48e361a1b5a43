import type { Driver, ManagedTransaction } from 'neo4j-driver';
import { type Lease, SupersededError } from '../../store/database/lease.ts';

/**
 * Takes the node's lock, so that the token read next is the last committed one and stays so until the
 * transaction ends.
 */
const LOCK = 'MERGE (f:Fence {name: $name}) SET f.locked = true';
const RAISE = `MATCH (f:Fence {name: $name}) WHERE coalesce(f.token, 0) <= $token SET f.token = $token RETURN f.token AS token`;

/**
 * Neo4j ends a transaction that hangs (its client was frozen or cut off), because it keeps others from the
 * fence.
 */
const WRITE_MS = 60_000;

/**
 * One transaction of the lease's holder, retried if another held its locks. It has the fence to itself:
 * transactions that began earlier are over, and none of an earlier holder comes later.
 * @throws SupersededError if a later holder has written.
 */
export async function write(
  driver: Driver,
  lease: Lease,
  work: (tx: ManagedTransaction) => Promise<unknown>,
): Promise<void> {
  const session = driver.session();
  try {
    await session.executeWrite(
      async (tx) => {
        const [, raised] = await Promise.all([
          tx.run(LOCK, { name: lease.name }),
          tx.run(RAISE, { name: lease.name, token: lease.token }),
        ]);
        if (raised?.records.length === 0) throw new SupersededError(lease);
        await work(tx);
      },
      { timeout: WRITE_MS },
    );
  } finally {
    await session.close();
  }
}

/** Until now earlier holders may have written, and none can from now on. */
export function raiseFence(driver: Driver, lease: Lease): Promise<void> {
  return write(driver, lease, async () => undefined);
}

/** Runs a query while no write to the graph is in progress. */
export async function readBehindFence<Row>(
  driver: Driver,
  name: string,
  query: string,
  parameters: object,
  timeout: number,
): Promise<Row[]> {
  const session = driver.session();
  try {
    return await session.executeWrite(
      async (tx) => {
        await tx.run(LOCK, { name });
        const { records } = await tx.run(query, parameters);
        return records.map((record) => record.toObject() as Row);
      },
      { timeout },
    );
  } finally {
    await session.close();
  }
}
