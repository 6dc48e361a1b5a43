import { setTimeout as sleep } from 'node:timers/promises';

/** How the embedded database is kept running. */
export interface PgliteCare {
  /** Whether a segment of its log does not fit on the disk: then its engine may never return from a write. */
  readonly isDiskFull: () => boolean;
  /**
   * Milliseconds that its thread may be silent during a request, whatever the state of the disk; 0: no limit.
   */
  readonly stuckAfter: number;
  /** Resolves when there is room to open it. */
  readonly untilRoom: () => Promise<void>;
  /** Called when it is stopped and when it is back. */
  readonly onNote: (note: Error) => void;
}

export interface Result<Row> {
  readonly rows: Row[];
  readonly affectedRows?: number;
}

export type Query = <Row>(
  text: string,
  parameters?: readonly unknown[],
  options?: { readonly rowMode?: 'array' | 'object' },
) => Promise<Result<Row>>;

/** The currently open database; while there is none, requests fail like on a lost connection. */
export interface KeptDatabase {
  readonly query: Query;
  transaction<T>(work: (session: { readonly query: Query }) => Promise<T>): Promise<T>;
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>;
  /** While `work` runs, its thread may be silent for any time. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  isOpen(): boolean;
  close(): Promise<void>;
}

/** A database that is open until its thread ends. */
export interface OpenDatabase extends KeptDatabase {
  /** Calls `then` when the thread is gone. */
  onEnd(then: (cause: Error) => void): void;
}

interface Listener {
  readonly channel: string;
  readonly wake: () => void;
  end: () => Promise<void>;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

/**
 * Opens the database, and again whenever its thread ended, by a fault or because it was stuck. Requests in
 * progress then fail with a transient error; whether they took effect is unknown, as after a broken connection.
 */
export async function keepDatabase(
  open: () => Promise<OpenDatabase>,
  { untilRoom, onNote }: Pick<PgliteCare, 'untilRoom' | 'onNote'>,
): Promise<KeptDatabase> {
  const listeners = new Set<Listener>();
  let isClosed = false;
  let database = await open();
  const again = async (): Promise<void> => {
    for (let pause = FIRST_RETRY_MS; !isClosed; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      let opened: OpenDatabase | undefined;
      try {
        await untilRoom();
        if (isClosed) return;
        opened = await open();
        for (const one of listeners) one.end = await opened.listen(one.channel, one.wake);
        database = opened;
        break;
      } catch (error) {
        // Two engines on one folder would corrupt it.
        await opened?.close().catch(() => undefined);
        onNote(error as Error);
        await sleep(pause);
      }
    }
    if (isClosed) return database.close();
    onNote(new Error('the embedded database is open again; everything accepted is kept'));
    watch();
    // Notices may have been lost: every listener checks.
    for (const { wake } of listeners) wake();
  };
  const watch = () =>
    database.onEnd((cause) => {
      if (isClosed) return;
      // As a separate notice: errors of this kind are aggregated into one line per outage.
      onNote(new Error(cause.message));
      void again();
    });
  watch();
  return {
    query: (...asked) => database.query(...asked),
    transaction: (work) => database.transaction(work),
    listen: async (channel, wake) => {
      const listener: Listener = { channel, wake, end: await database.listen(channel, wake) };
      listeners.add(listener);
      return async () => {
        listeners.delete(listener);
        await listener.end();
      };
    },
    patiently: (work) => database.patiently(work),
    isOpen: () => database.isOpen(),
    close: async () => {
      isClosed = true;
      await database.close();
    },
  };
}
