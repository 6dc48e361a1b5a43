import type { OwnerSession, Store } from './client.ts';

/** So often the work is done at most. */
const MOST = 5;
/** SQLSTATE deadlock_detected. */
const DEADLOCK = '40P01';

/**
 * Runs `work` in one transaction, and does it again where the server ended it to resolve a deadlock. Writers lock persons in one order,
 * but a person that another writer stores at that moment is found, and locked, after those that were there: so two can wait for one
 * another, and either may be ended. For work that changes nothing but the database.
 */
export async function afterDeadlocks<T>(
  store: Pick<Store, 'transaction'>,
  work: (session: OwnerSession) => Promise<T>,
): Promise<T> {
  for (let times = 1; ; times++)
    try {
      return await store.transaction(work);
    } catch (error) {
      const isDeadlock = error instanceof Error && (error as { readonly code?: unknown }).code === DEADLOCK;
      if (!isDeadlock || times === MOST) throw error;
    }
}
