import { explained } from '../store/database/database-refused.ts';
import { isDatabaseAway } from '../store/database/passing-errors.ts';

const AGAIN_MS = 500;

export interface OpeningPatience {
  readonly databaseUrl: string;
  /** How long to wait for a server that is starting, recovering or unreachable, in seconds. */
  readonly seconds: number;
  /** Called once, when the waiting begins. */
  readonly onWaiting: (message: string) => void;
}

/**
 * Opens a database on a server that may still be starting: retries until the time is used up. `open` must be
 * repeatable, and leave nothing behind when it fails.
 * @throws DatabaseRefusedError if an operator can resolve it.
 */
export async function openPatiently<T>(
  { databaseUrl, seconds, onWaiting }: OpeningPatience,
  open: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  for (let waited = false; ; waited = true) {
    try {
      return await open();
    } catch (error) {
      const reason = explained(error, databaseUrl);
      if (!isDatabaseAway(error) || Date.now() >= deadline) throw reason;
      if (!waited) onWaiting(`${(reason as Error).message}; waiting for it, up to ${seconds} s`);
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}
