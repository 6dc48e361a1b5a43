import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { Memory } from '../../domain/memory/memory.ts';
import * as schema from '../tables/schema.ts';
import { type Database, INT8, ownerSession, type PoolState, READ_MS, type Store } from './client.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { Listener } from './listener.ts';
import { runPeriodic } from './periodic.ts';
import { READER, READER_PATH, SET_SCOPE } from './scoped-view-names.ts';
import { takeSharedLock } from './shared-lock-wait.ts';
import type { Statement } from './statement.ts';
import { inTransaction } from './transaction.ts';

const CONNECT_MS = 10_000;
/** Per pool. */
const POOL = 10;
/** The most connections of one process: two pools, one that listens, and one to check on a silent one. */
export const CONNECTIONS = 2 * POOL + 2;
const KEEP_ALIVE_MS = 10_000;
/** Silent connections do not answer a goodbye message. */
const FAREWELL_MS = 3_000;

/**
 * How the server treats silence from this side: it ends the session, so that its locks are free again. A
 * transaction that waits longer than a minute for its next statement belongs to a frozen process.
 */
const SERVER_LIMITS = [
  '-c tcp_keepalives_idle=30',
  '-c tcp_keepalives_interval=5',
  '-c tcp_keepalives_count=3',
  '-c tcp_user_timeout=30000',
  '-c idle_in_transaction_session_timeout=60000',
].join(' ');

export interface PostgresOptions {
  /** Per pool. */
  readonly maxConnections?: number;
  /**
   * After this long without a byte in answer to a statement the connection is checked: see connection-watch.ts.
   */
  readonly silentMs?: number;
  /** After this long the holder of a lock that a start waits for is named. */
  readonly lockNamedMs?: number;
}

/**
 * Opens PostgreSQL 15 or newer, with or without TimescaleDB. Connects on demand. Every connection is watched: a
 * silent one is ended and fails its pending work with a transient error; the pool then opens another.
 */
export function openPostgres(
  url: string,
  onError: (error: Error) => void,
  { maxConnections = POOL, silentMs, lockNamedMs }: PostgresOptions = {},
): Store {
  const watch = new ConnectionWatch(() => new pg.Client(connectionTo(url)), onError, silentMs);
  const openPool = (options: string) => {
    const opened = new pg.Pool({
      ...connectionTo(url, options),
      max: maxConnections,
      types,
      pipeline: true,
      connectionTimeoutMillis: CONNECT_MS,
      onConnect: (client) => watch.add(client),
    });
    // An idle connection that breaks (server restart) is replaced by the pool; without a listener it ends the process.
    opened.on('error', onError);
    // The same for one that breaks while checked out between two statements: the next statement then fails.
    opened.on('connect', (client) => client.on('error', onError));
    opened.on('acquire', (client) => watch.lent(client, true));
    opened.on('release', (_error, client) => watch.lent(client, false));
    return opened;
  };
  const pool = openPool(SERVER_LIMITS);
  const readers = new Readers(() =>
    openPool(
      `${SERVER_LIMITS} -c role=${READER} -c search_path=${READER_PATH} -c statement_timeout=${READ_MS}`,
    ),
  );
  const listener = new Listener(
    () => new pg.Client({ ...connectionTo(url, SERVER_LIMITS), application_name: 'scoreline notices' }),
    onError,
  );
  const root = ownerSession({
    rows: async <Row>({ name, text }: Statement, parameters: readonly unknown[]) =>
      (await pool.query({ name, text, values: [...parameters] })).rows as Row[],
  });
  // A job that holds a lock keeps a connection and works on others: if all held locks, none could work.
  const inTurn = turns(Math.max(1, Math.floor(maxConnections / 2)));
  return {
    ...root,
    backend: 'postgres',
    memory: new Memory(),
    rowsAs: (fingerprint, statement, parameters) => readers.rows(fingerprint, statement, parameters),
    transaction: (work, limits) => inTransaction(pool, work, limits),
    listen: (channel, wake) => listener.listen(channel, wake),
    listening: () => listener.listening(),
    exclusively: async (lock, work) => {
      const client = await pool.connect();
      try {
        await takeSharedLock(client, lock, onError, lockNamedMs);
        return await work(drizzlePostgres(client, { schema }) as unknown as Database);
      } finally {
        // Closing the connection releases the lock, even when `work` broke it.
        client.release(true);
      }
    },
    ifFree: (lock, work) => inTurn(() => ifFree(pool, lock, work)),
    pools: () => ({ writers: stateOf(pool), ...readers.state() }),
    close: async () => {
      const impatience = setTimeout(() => watch.cutAll(), FAREWELL_MS);
      await Promise.all([listener.close(), readers.close(), pool.end()]);
      clearTimeout(impatience);
      await watch.stop();
    },
  };
}

const types = {
  getTypeParser: ((oid: number, format: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** The settings of a connection; `options` come after those of the URL, which would otherwise override them. */
export function connectionTo(url: string, options = ''): pg.ClientConfig {
  const place = new URL(url);
  const given = place.searchParams.get('options') ?? '';
  place.searchParams.delete('options');
  return {
    connectionString: place.href,
    application_name: 'scoreline',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    options: `${given} ${options}`.trim(),
  };
}

/**
 * Connections that have the reader's role from the start: RESET ROLE returns to it. Each keeps its last scope,
 * so that the next statement of the same scope needs no extra round trip.
 */
class Readers {
  readonly #open: () => pg.Pool;
  readonly #scopes = new WeakMap<pg.PoolClient, string>();
  #pool: pg.Pool | undefined;

  constructor(open: () => pg.Pool) {
    this.#open = open;
  }

  async rows<Row>(
    fingerprint: string,
    { name, text }: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    this.#pool ??= this.#open();
    const client = await this.#pool.connect();
    let broken = true;
    try {
      if (this.#scopes.get(client) !== fingerprint) {
        this.#scopes.delete(client);
        await client.query({ name: 'scope', text: SET_SCOPE, values: [fingerprint] });
        this.#scopes.set(client, fingerprint);
      }
      const { rows } = await client.query({ name, text, values: [...values] });
      broken = false;
      return rows as Row[];
    } finally {
      client.release(broken);
    }
  }

  state(): Record<string, PoolState> {
    return this.#pool ? { readers: stateOf(this.#pool) } : {};
  }

  async close(): Promise<void> {
    await this.#pool?.end();
  }
}

/** Half of what the server waits for a transaction's next statement. */
const KEEP_LOCK_MS = 30_000;

/** Runs at most so many works at a time; the others wait for their turn. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Runs `work` while a transaction of its own holds the lock; a transaction that only holds a lock holds back no follower. */
async function ifFree(pool: pg.Pool, lock: number, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  let broken = true;
  const kept = runPeriodic({
    name: 'keep a lock',
    everyMs: KEEP_LOCK_MS,
    startsLater: true,
    loops: null,
    run: () => client.query('SELECT 1'),
    // The lock is lost with the connection: another process may begin the work then, which is safe.
    onError: () => undefined,
  });
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [
      lock,
    ]);
    const isTaken = rows[0]?.taken === true;
    if (isTaken) await work();
    await kept.stop();
    await client.query('ROLLBACK').then(
      () => {
        broken = false;
      },
      () => undefined,
    );
    return isTaken;
  } finally {
    await kept.stop();
    client.release(broken);
  }
}

function stateOf({ totalCount, idleCount, waitingCount }: pg.Pool): PoolState {
  return { total: totalCount, idle: idleCount, waiting: waitingCount };
}
