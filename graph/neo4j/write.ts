import type { Driver, ManagedTransaction } from 'neo4j-driver';

/** One transaction, tried again where another held its locks. */
export async function write(
  driver: Driver,
  work: (tx: ManagedTransaction) => Promise<unknown>,
): Promise<void> {
  const session = driver.session();
  try {
    await session.executeWrite(work);
  } finally {
    await session.close();
  }
}
