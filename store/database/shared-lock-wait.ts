import type pg from 'pg';

const LOOK_MS = 250;
/** A migration of a large database takes minutes; a lock held for longer than this is reported, repeatedly. */
const NAMED_AFTER_MS = 10_000;

const HOLDER = `SELECT a.pid, coalesce(a.application_name, '') AS application, coalesce(host(a.client_addr), 'local') AS address,
    coalesce(a.state, 'unknown') AS state, extract(epoch FROM now() - a.state_change)::integer AS seconds
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.objid = $1 AND l.classid = 0 AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`;

interface Holder {
  readonly pid: number;
  readonly application: string;
  readonly address: string;
  readonly state: string;
  readonly seconds: number;
}

/**
 * Takes the session-wide advisory lock of that number, and reports its holder if that takes long: a frozen
 * process would keep it.
 */
export async function takeSharedLock(
  client: pg.PoolClient,
  lock: number,
  onWaiting: (error: Error) => void,
  namedAfterMs = NAMED_AFTER_MS,
): Promise<void> {
  let named = performance.now();
  for (;;) {
    const taken = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [lock]);
    if (taken.rows[0]?.taken) return;
    if (performance.now() - named >= namedAfterMs) {
      named = performance.now();
      const [holder] = (await client.query<Holder>(HOLDER, [lock])).rows;
      if (holder) onWaiting(new Error(waitingFor(lock, holder)));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function waitingFor(lock: number, { pid, application, address, state, seconds }: Holder): string {
  return (
    `this start waits for the advisory lock ${lock}, which the session with pid ${pid} holds ` +
    `(${application.slice(0, 40)} from ${address}, ${state} for ${seconds} s): another process migrates the database, or is stuck; ` +
    `if it is, end it, or its session with SELECT pg_terminate_backend(${pid})`
  );
}
