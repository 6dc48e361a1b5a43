import type { Session, Store } from './client.ts';
import type { Loops } from './loops.ts';
import { runPeriodic } from './periodic.ts';
import { statement } from './statement.ts';

/** A transaction of this database that may still write, and so holds back the followers of the journal. */
export interface LongWriter {
  /** Null: a prepared transaction, which has no process. */
  readonly pid: number | null;
  readonly application: string;
  /** Null if this user may not see it. */
  readonly user: string | null;
  readonly seconds: number;
}

interface Row extends Omit<LongWriter, 'seconds'> {
  readonly xid: string;
  /** Null if this user may not see when it began. */
  readonly seconds: number | null;
}

/** No query text: it may contain personal data. */
const WRITERS = statement(
  'long_writers',
  `SELECT h.xid, h.pid, a.application_name AS application, a.usename AS user,
      extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds
    FROM (SELECT l.pid, min(l.transactionid::text::bigint)::text AS xid FROM pg_locks l
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid() GROUP BY 1) h
      JOIN pg_stat_activity a ON a.pid = h.pid WHERE a.datname = current_database()
    UNION ALL
    SELECT p.transaction::text, NULL, 'a prepared transaction', p.owner,
      extract(epoch FROM clock_timestamp() - p.prepared)::float8
    FROM pg_prepared_xacts p WHERE p.database = current_database()`,
);

/** A transaction that is open for longer is named. */
const LONG_SECONDS = 10;
const LOOK_MS = 5_000;

export interface LongWriters {
  /** The long-open ones, the longest first. */
  present(): readonly LongWriter[];
  stop(): Promise<void>;
}

interface WatchDeps {
  readonly store: Store;
  readonly loops: Loops | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Looks for long writers every few seconds, and passes each to `onLong` once. The embedded database has no
 * other writers.
 */
export function watchLongWriters(
  { store, loops, now }: WatchDeps,
  onLong: (writer: LongWriter) => void,
): LongWriters {
  let present: readonly LongWriter[] = [];
  let seen = new Map<string, { readonly since: number; reported: boolean }>();
  const look = async () => {
    const rows = await readWriters(store);
    seen = new Map(rows.map(({ xid }) => [xid, seen.get(xid) ?? { since: now(), reported: false }]));
    present = rows
      .map(({ xid, seconds, ...writer }) => {
        const first = seen.get(xid)?.since ?? now();
        return { xid, ...writer, seconds: seconds ?? (now() - first) / 1_000 };
      })
      .filter(({ seconds }) => seconds >= LONG_SECONDS)
      .sort((a, b) => b.seconds - a.seconds)
      .map(({ xid, ...writer }) => {
        const state = seen.get(xid);
        if (state && !state.reported) {
          state.reported = true;
          onLong(writer);
        }
        return writer;
      });
  };
  if (store.backend === 'pglite') return { present: () => [], stop: async () => undefined };
  const looking = runPeriodic({
    name: 'long writers',
    everyMs: LOOK_MS,
    startsLater: true,
    loops,
    run: look,
    // If the database does not answer, other checks report it.
    onError: () => {
      present = [];
    },
  });
  return { present: () => present, stop: looking.stop };
}

function readWriters(session: Session): Promise<Row[]> {
  return session.rows<Row>(WRITERS, []);
}
