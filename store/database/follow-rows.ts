import type { Session, Store } from './client.ts';
import type { Loops } from './loops.ts';
import { runPeriodic } from './periodic.ts';

/** Rows that every process holds in memory. */
export interface FollowedRows {
  /** What /metrics and the log call the job. */
  readonly name: string;
  readonly store: Store;
  /** Notified in the transaction of each change. */
  readonly channel: string;
  /** Differs after every change. */
  readonly state: (session: Session) => Promise<string>;
  /** Reads the rows again. */
  readonly read: (session: Session) => Promise<void>;
  readonly loops: Loops | null;
  readonly onError: (error: Error) => void;
}

/** How often the state is read in case a notification was lost. */
const POLL_MS = 500;

/**
 * Reads the rows and reads them again after each change: upon a notification, and by polling twice a second, so that a change in
 * another process counts here within a second.
 */
export async function followRows({ name, store, channel, state, read, loops, onError }: FollowedRows) {
  let known: string | undefined;
  let reading: Promise<void> = Promise.resolve();
  const readChanged = async () => {
    const found = await state(store);
    if (found === known) return;
    await read(store);
    known = found;
  };
  // One read after the other, so that an older state never replaces a newer one.
  const refresh = (): Promise<void> => {
    reading = reading.catch(() => undefined).then(readChanged);
    return reading;
  };
  await refresh();
  const polling = runPeriodic({ name, everyMs: POLL_MS, startsLater: true, loops, onError, run: refresh });
  const unlisten = await store.listen(channel, () => polling.wake());
  return {
    refresh,
    close: async (): Promise<void> => {
      await unlisten();
      await polling.stop();
      await reading.catch(() => undefined);
    },
  };
}
