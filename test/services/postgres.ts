import { execFile } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { askControl, type Command, serveControl } from './control.ts';
import { installed } from './install.ts';
import { makeHome, serverIdentity } from './places.ts';
import { ServerProcess, startOnFreePort } from './server-process.ts';

/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash: the next start recovers from the log. */
export type StopMode = 'fast' | 'immediate';

/** What any process needs to use and control the server: plain facts that pass between processes. */
export interface PostgresHandle {
  /** The `postgres` database, as superuser; tests make their own with createDatabase. */
  readonly url: string;
  readonly port: number;
  /** The process id at the first start; after a restart ask pidOfPostgres. */
  readonly pid: number;
  readonly timescale: boolean;
  readonly dataDir: string;
  readonly logFile: string;
  readonly controlPath: string;
}

/** A server that this process owns. */
export interface RunningPostgres {
  readonly handle: PostgresHandle;
  readonly url: string;
  readonly port: number;
  /** The present process id; undefined while stopped. */
  readonly pid: number | undefined;
  createDatabase(name: string): Promise<string>;
  start(): Promise<void>;
  stop(mode?: StopMode): Promise<void>;
  restart(mode: StopMode): Promise<void>;
  /** Kills it and removes the data. */
  dispose(): Promise<void>;
}

export interface PostgresOptions {
  /** Preload TimescaleDB and create its extension in every database made with createDatabase. */
  readonly timescale: boolean;
  /** More lines for postgresql.conf, over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

const STOP_SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

// Durable as in production, because durability is tested; the rest fits two cores and small databases.
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_connections: '150',
  max_wal_size: '2GB',
  // A statement over a hypertable locks each of its chunks.
  max_locks_per_transaction: '256',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const TIMESCALE_SETTINGS: Record<string, string> = {
  shared_preload_libraries: 'timescaledb',
  'timescaledb.telemetry_level': 'off',
  // The Apache edition has no policies to run; its workers would only fail, in every database, and say so in the log.
  'timescaledb.max_background_workers': '0',
};

/**
 * Starts PostgreSQL 17 on a free port of 127.0.0.1, on a fresh cluster; installs it first if it is missing. It
 * dies with this process. Every user of this machine is a superuser, and no one else can connect.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const bin = join(await installed('timescaledb'), 'pgbin');
  return startOnFreePort((port) => startOn(port, bin, options));
}

async function startOn(port: number, bin: string, options: PostgresOptions): Promise<RunningPostgres> {
  const identity = serverIdentity();
  const { home, data } = makeHome('postgres', identity);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const logFile = join(home, 'postgres.log');
  writeFileSync(logFile, '');
  const server = new ServerProcess({
    name: 'PostgreSQL',
    command: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(port)],
    home,
    logFile,
    identity,
    orphanSignal: STOP_SIGNAL.immediate, // SIGKILL would leave shared memory behind
    isReady: () => answers(url),
    readyWithinMs: 60_000,
  });
  // The empty cluster need not survive a power cut, so initdb may skip its own sync of some thousand files.
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '--locale=C.UTF-8', '-E', 'UTF8', '--no-sync'];
  await promisify(execFile)(join(bin, 'initdb'), initdb, { cwd: home, ...identity });
  const settings = { ...SETTINGS, ...(options.timescale ? TIMESCALE_SETTINGS : {}), ...options.settings };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'\n`);
  appendFileSync(join(data, 'postgresql.conf'), lines.join(''));
  const controlPath = join(home, 'control.sock');
  try {
    await server.start();
    const control = await serveControl(controlPath, (command) => obey(server, command));
    const pid = server.pid ?? 0;
    const { timescale } = options;
    return running(server, control, { url, port, pid, timescale, dataDir: data, logFile, controlPath });
  } catch (error) {
    await server.dispose('SIGKILL');
    throw error;
  }
}

function running(server: ServerProcess, control: { close(): void }, handle: PostgresHandle): RunningPostgres {
  return {
    handle,
    url: handle.url,
    port: handle.port,
    get pid() {
      return server.pid;
    },
    createDatabase: (name) => createDatabase(handle, name),
    start: () => startPostgresAgain(handle),
    stop: (mode) => stopPostgres(handle, mode),
    restart: async (mode) => void (await restartPostgres(handle, mode)),
    async dispose() {
      control.close();
      await server.dispose(STOP_SIGNAL.immediate);
    },
  };
}

async function obey(server: ServerProcess, command: Command): Promise<number | undefined> {
  if (command.do === 'stop' || command.do === 'restart') {
    await server.stop(STOP_SIGNAL[command.mode === 'immediate' ? 'immediate' : 'fast'], 30_000);
  }
  if (command.do === 'start' || command.do === 'restart') await server.start();
  return server.pid;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function asAdmin(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A database with the tables of this version and no row of any instance: a copy of it need not be migrated. */
export const MIGRATED = 'scoreline_migrated';

const urlOf = (handle: PostgresHandle, name: string): string => {
  const url = new URL(handle.url);
  url.pathname = encodeURIComponent(name);
  return url.href;
};

/** Makes an empty database, with TimescaleDB if the server has it, and returns its URL. From any process. */
export async function createDatabase(handle: PostgresHandle, name: string): Promise<string> {
  // Not from template1: two at once would find it in use.
  await asAdmin(handle.url, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`);
  if (handle.timescale) await asAdmin(urlOf(handle, name), 'CREATE EXTENSION timescaledb');
  return urlOf(handle, name);
}

/** Makes a database that holds what the template holds, and returns its URL. From any process. */
export async function copyDatabase(handle: PostgresHandle, name: string, template: string): Promise<string> {
  await asAdmin(
    handle.url,
    `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`,
  );
  return urlOf(handle, name);
}

/** Keeps everyone from connecting to the database, so that it can be copied at any time. */
export async function makeTemplate(handle: PostgresHandle, name: string): Promise<void> {
  await asAdmin(handle.url, `ALTER DATABASE ${pg.escapeIdentifier(name)} ALLOW_CONNECTIONS false`);
}

/** Drops a database, ending the sessions in it. From any process. */
export async function dropDatabase(handle: PostgresHandle, name: string): Promise<void> {
  await asAdmin(handle.url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
}

/** Stops and starts the server on the same data and port; resolves with its new process id once it answers. */
export async function restartPostgres(handle: PostgresHandle, mode: StopMode): Promise<number | undefined> {
  return askControl(handle.controlPath, { do: 'restart', mode });
}

/** Stops the server; its data and port stay. From any process. */
export async function stopPostgres(handle: PostgresHandle, mode: StopMode = 'fast'): Promise<void> {
  await askControl(handle.controlPath, { do: 'stop', mode });
}

/** Starts a stopped server again and waits until it answers. From any process. */
export async function startPostgresAgain(handle: PostgresHandle): Promise<void> {
  await askControl(handle.controlPath, { do: 'start' });
}

/** The server's present process id; undefined while it is stopped. From any process. */
export async function pidOfPostgres(handle: PostgresHandle): Promise<number | undefined> {
  return askControl(handle.controlPath, { do: 'pid' });
}
