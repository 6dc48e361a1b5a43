import { setTimeout as sleep } from 'node:timers/promises';

/** How the embedded record is kept running. */
export interface PgliteCare {
  /** Whether a segment of its log does not fit on the disk: then its engine may never return from a write. */
  readonly isDiskFull: () => boolean;
  /** Milliseconds for which its thread may be silent while something is asked, whatever the disk says; 0: for ever. */
  readonly stuckAfter: number;
  /** Resolves when there is room to open it. */
  readonly untilRoom: () => Promise<void>;
  /** Told when it is ended and when it is back. */
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

/** The database that is open at the moment; while none is, what is asked fails as with a lost connection. */
export interface KeptDatabase {
  readonly query: Query;
  transaction<T>(work: (session: { readonly query: Query }) => Promise<T>): Promise<T>;
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>;
  /** While `work` is under way, its thread may be silent for any time. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  isOpen(): boolean;
  close(): Promise<void>;
}

/** One that is open until its thread ends. */
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
 * Opens the database, and again whenever its thread ended: its own fault, or because it was ended for being stuck. What was being asked
 * then has failed with an error that passes; whether it was done is unknown, as with a connection that broke.
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
        // Two engines on one folder would ruin it.
        await opened?.close().catch(() => undefined);
        onNote(error as Error);
        await sleep(pause);
      }
    }
    if (isClosed) return database.close();
    onNote(new Error('the embedded record is open again; everything accepted is kept'));
    watch();
    // What was noticed meanwhile is lost: each looks for itself.
    for (const { wake } of listeners) wake();
  };
  const watch = () =>
    database.onEnd((cause) => {
      if (isClosed) return;
      // As a note of its own: errors of this kind are folded into one line for an outage.
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
