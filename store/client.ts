import { PGlite, type Transaction } from '@electric-sql/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import * as schema from './schema.ts';
import { READER, READER_PATH, SCOPE_SETTING } from './wall-names.ts';

export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** A statement that the server plans once per connection and then knows by its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** Few rows that reading leaves behind, or that must always be possible: it may use the room that is kept free on the embedded record's disk. */
  readonly isSmall?: true;
}

/** The pool, or the one connection of a transaction. int8 arrives as number, timestamptz as Date. */
export interface Session {
  rows<Row>(statement: Statement, parameters: readonly unknown[]): Promise<Row[]>;
}

export type TimescaleEdition = 'none' | 'apache' | 'community';

/** The system of record on one of its backends. */
export interface Store extends Session {
  readonly backend: 'pglite' | 'postgres';
  /** Reads as the role and through the views of the second wall (wall.ts): what the scope of that fingerprint sees. */
  rowsAs<Row>(fingerprint: string, statement: Statement, parameters: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in one READ COMMITTED transaction: all of it or nothing. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Calls `wake` at each NOTIFY on the channel, and once after a lost connection is back. */
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>;
  /** Runs `work` on a connection that holds the cluster-wide lock of that number: one process at a time. */
  exclusively<T>(lock: number, work: (db: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const INT8 = 20;
/** What a caller reads is given up after this long. The embedded record has one thread, which cannot be interrupted. */
export const READ_MS = 30_000;
/** For one transaction. */
const BECOME_READER = `SELECT set_config('role', '${READER}', true), set_config('search_path', '${READER_PATH}', true),
  set_config('${SCOPE_SETTING}', $1, true)`;
/** For the connection, until another scope uses it. */
const SET_SCOPE = `SELECT set_config('${SCOPE_SETTING}', $1, false)`;

/** Opens the embedded record in `dataDir` (undefined: in memory). The caller holds the folder's lock. */
export async function openPglite(dataDir: string | undefined): Promise<Store> {
  const pglite = await PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    parsers: { [INT8]: Number },
  });
  const session = (client: PGlite | Transaction): Session => ({
    rows: async <Row>(statement: Statement, parameters: readonly unknown[]) =>
      (await client.query<Row>(statement.text, [...parameters])).rows,
  });
  const store = session(pglite);
  return {
    ...store,
    backend: 'pglite',
    rowsAs: (fingerprint, statement, parameters) =>
      pglite.transaction(async (tx) => {
        await tx.query(BECOME_READER, [fingerprint]);
        return session(tx).rows(statement, parameters);
      }),
    transaction: (work) => pglite.transaction((tx) => work(session(tx))),
    listen: (channel, wake) => pglite.listen(channel, wake),
    exclusively: (_lock, work) => work(drizzlePglite(pglite, { schema }) as unknown as Database),
    close: () => pglite.close(),
  };
}

/** Opens PostgreSQL 15 or newer, with or without TimescaleDB. */
export function openPostgres(url: string, onError: (error: Error) => void, maxConnections = 10): Store {
  const types = {
    getTypeParser: ((oid: number, format: 'text') =>
      oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  };
  const openPool = (options?: string) => {
    const opened = new pg.Pool({
      connectionString: url,
      max: maxConnections,
      types,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      ...(options === undefined ? {} : { options }),
    });
    // An idle connection that breaks (server restart) is replaced by the pool; without a listener it ends the process.
    opened.on('error', onError);
    // The same for one that breaks while it is lent out between two statements: the next statement then fails.
    opened.on('connect', (client) => client.on('error', onError));
    return opened;
  };
  const pool = openPool();
  const readers = new Readers(() =>
    openPool(`-c role=${READER} -c search_path=${READER_PATH} -c statement_timeout=${READ_MS}`),
  );
  const session = (client: pg.Pool | pg.PoolClient): Session => ({
    rows: async <Row>({ name, text }: Statement, parameters: readonly unknown[]) =>
      (await client.query({ name, text, values: [...parameters] })).rows as Row[],
  });
  const root = session(pool);
  return {
    ...root,
    backend: 'postgres',
    rowsAs: (fingerprint, statement, parameters) => readers.rows(fingerprint, statement, parameters),
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
    close: async () => {
      await readers.close();
      await pool.end();
    },
  };
}

/**
 * Connections that are the reader from their first moment: RESET ROLE leads back to it. Each keeps its last scope, so that
 * the next statement of the same scope costs no round trip more.
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

  async close(): Promise<void> {
    await this.#pool?.end();
  }
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
