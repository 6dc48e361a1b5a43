import { PGlite, type Transaction } from '@electric-sql/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import * as schema from './schema.ts';

export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** A statement that the server plans once per connection and then knows by its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The pool, or the one connection of a transaction. int8 arrives as number, timestamptz as Date. */
export interface Session {
  readonly db: Database;
  rows<Row>(statement: Statement, parameters: readonly unknown[]): Promise<Row[]>;
}

export type TimescaleEdition = 'none' | 'apache' | 'community';

/** The system of record on one of its backends. */
export interface Store extends Session {
  readonly backend: 'pglite' | 'postgres';
  /** Runs `work` in one READ COMMITTED transaction: all of it or nothing. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Calls `wake` at each NOTIFY on the channel, and once after a lost connection is back. */
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>;
  /** Runs `work` on a connection that holds the cluster-wide lock of that number: one process at a time. */
  exclusively<T>(lock: number, work: (db: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const INT8 = 20;

/** Opens the embedded record in `dataDir` (undefined: in memory). The caller holds the folder's lock. */
export async function openPglite(dataDir: string | undefined): Promise<Store> {
  const pglite = await PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    parsers: { [INT8]: Number },
  });
  const session = (client: PGlite | Transaction): Session => ({
    db: drizzlePglite(client as PGlite, { schema }) as unknown as Database,
    rows: async <Row>(statement: Statement, parameters: readonly unknown[]) =>
      (await client.query<Row>(statement.text, [...parameters])).rows,
  });
  const store = session(pglite);
  return {
    ...store,
    backend: 'pglite',
    transaction: (work) => pglite.transaction((tx) => work(session(tx))),
    listen: (channel, wake) => pglite.listen(channel, wake),
    exclusively: (_lock, work) => work(store.db),
    close: () => pglite.close(),
  };
}

/** Opens PostgreSQL 15 or newer, with or without TimescaleDB. */
export function openPostgres(url: string, onError: (error: Error) => void, maxConnections = 10): Store {
  const types = {
    getTypeParser: ((oid: number, format: 'text') =>
      oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  };
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    types,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // An idle connection that breaks (server restart) is replaced by the pool; without a listener it ends the process.
  pool.on('error', onError);
  // The same for one that breaks while it is lent out between two statements: the next statement then fails.
  pool.on('connect', (client) => client.on('error', onError));
  const session = (client: pg.Pool | pg.PoolClient): Session => ({
    db: drizzlePostgres(client, { schema }) as unknown as Database,
    rows: async <Row>({ name, text }: Statement, parameters: readonly unknown[]) =>
      (await client.query({ name, text, values: [...parameters] })).rows as Row[],
  });
  const root = session(pool);
  return {
    ...root,
    backend: 'postgres',
    transaction: (work) => inTransaction(pool, (client) => work(session(client))),
    listen: (channel, wake) => listenOn(url, channel, wake, onError),
    exclusively: async (lock, work) => {
      const client = await pool.connect();
      try {
        await client.query('SELECT pg_advisory_lock($1)', [lock]);
        return await work(drizzlePostgres(client, { schema }) as unknown as Database);
      } finally {
        // Closing the connection gives the lock back, even when `work` broke it.
        client.release(true);
      }
    },
    close: () => pool.end(),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    broken = false;
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => {
        broken = false;
      },
      () => undefined,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

const RECONNECT_MS = 500;

/** LISTEN on a connection of its own, opened again whenever it breaks. */
async function listenOn(url: string, channel: string, wake: () => void, onError: (error: Error) => void) {
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({ connectionString: url, keepAlive: true });
    let failed = false;
    const again = (error: Error) => {
      if (failed || closed) return;
      failed = true;
      onError(error);
      void fresh.end().catch(() => undefined);
      retry = setTimeout(() => void connect(), RECONNECT_MS);
    };
    fresh.on('error', again);
    fresh.on('end', () => again(new Error('the connection that listens to the journal ended')));
    fresh.on('notification', wake);
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      client = fresh;
      wake();
    } catch (error) {
      again(error as Error);
    }
  };
  await connect();
  return async () => {
    closed = true;
    clearTimeout(retry);
    await client?.end();
  };
}
