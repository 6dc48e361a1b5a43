import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { askControl, type Command, serveControl } from './control.ts';
import { installed } from './install.ts';
import { makeHome } from './places.ts';
import { ServerProcess, startOnFreePort } from './server-process.ts';

/** What any process needs to use and control the server: plain facts that pass between processes. */
export interface Neo4jHandle {
  /** Bolt without authentication. */
  readonly url: string;
  readonly port: number;
  /** The process id at the first start; after a restart ask pidOfNeo4j. */
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly controlPath: string;
}

/** A server that this process owns. */
export interface RunningNeo4j {
  readonly handle: Neo4jHandle;
  readonly url: string;
  /** The present process id; undefined while stopped. */
  readonly pid: number | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  clear(): Promise<void>;
  /** Kills it and removes the data. */
  dispose(): Promise<void>;
}

const JVM_FLAGS = {
  // Small and quick to start: one core's collector, no second compiler for code that runs for a minute, and bytecode that Maven
  // fetched is not verified: a quarter of the CPU time of a start.
  test: [
    '-Xms256m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+UnlockDiagnosticVMOptions',
    '-XX:-BytecodeVerificationRemote',
  ],
  // As it runs in production.
  bench: ['-Xms1g', '-Xmx1g', '-XX:+UseParallelGC'],
};
/** What a server of Neo4j is for. */
export type Neo4jUse = keyof typeof JVM_FLAGS;
const STOP_GRACE_MS = 20_000;

/**
 * Starts Neo4j Community on a free port of 127.0.0.1, on an empty graph; installs it first if it is not there.
 * It dies with this process.
 */
export async function startNeo4j(use: Neo4jUse = 'test'): Promise<RunningNeo4j> {
  const prefix = await installed('neo4j');
  return startOnFreePort((port) => startOn(port, prefix, use));
}

async function startOn(port: number, prefix: string, use: Neo4jUse): Promise<RunningNeo4j> {
  const { home, data } = makeHome('neo4j', undefined);
  const url = `bolt://127.0.0.1:${port}`;
  const logFile = join(home, 'neo4j.log');
  writeFileSync(logFile, '');
  mkdirSync(join(home, 'tmp'));
  const classPath = `${join(prefix, 'lib')}/*:${join(prefix, 'classes')}`;
  const server = new ServerProcess({
    name: 'Neo4j',
    command: join(prefix, 'jdk/bin/java'),
    args: [
      ...JVM_FLAGS[use],
      `-Djava.io.tmpdir=${join(home, 'tmp')}`,
      '-cp',
      classPath,
      'Neo4jRunner',
      data,
      String(port),
    ],
    home,
    logFile,
    identity: undefined,
    orphanSignal: 'SIGKILL',
    isReady: () => answers(url),
    readyWithinMs: 180_000,
  });
  const controlPath = join(home, 'control.sock');
  try {
    await server.start();
    const control = await serveControl(controlPath, (command) => obey(server, command));
    return running(server, control, { url, port, pid: server.pid ?? 0, dataDir: data, logFile, controlPath });
  } catch (error) {
    await server.dispose('SIGKILL');
    throw error;
  }
}

function running(server: ServerProcess, control: { close(): void }, handle: Neo4jHandle): RunningNeo4j {
  return {
    handle,
    url: handle.url,
    get pid() {
      return server.pid;
    },
    start: () => startNeo4jAgain(handle),
    stop: () => stopNeo4j(handle),
    clear: () => clearNeo4j(handle),
    async dispose() {
      control.close();
      // This data is not read again, so an orderly stop of some seconds would be wasted.
      await server.dispose('SIGKILL');
    },
  };
}

async function obey(server: ServerProcess, command: Command): Promise<number | undefined> {
  if (command.do === 'stop' || command.do === 'restart') await server.stop('SIGTERM', STOP_GRACE_MS);
  if (command.do === 'start' || command.do === 'restart') await server.start();
  return server.pid;
}

async function withDriver<T>(url: string, use: (driver: Driver) => Promise<T>): Promise<T> {
  const driver = neo4j.driver(url, undefined, { connectionTimeout: 2_000, maxTransactionRetryTime: 1_000 });
  try {
    return await use(driver);
  } finally {
    await driver.close();
  }
}

async function answers(url: string): Promise<boolean> {
  return withDriver(url, async (driver) => {
    await driver.executeQuery('RETURN 1');
    return true;
  });
}

/** Empties the graph: nodes, relationships, constraints, indexes. There is one graph, so this is for all its users. */
export async function clearNeo4j(handle: Neo4jHandle): Promise<void> {
  await withDriver(handle.url, async (driver) => {
    const session = driver.session();
    try {
      // In steps: one transaction over a large graph would not fit the small heap.
      await session.run('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS');
      const constraints = await session.run('SHOW CONSTRAINTS YIELD name');
      for (const row of constraints.records)
        await session.run(`DROP CONSTRAINT \`${row.get('name')}\` IF EXISTS`);
      const indexes = await session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name");
      for (const row of indexes.records) await session.run(`DROP INDEX \`${row.get('name')}\` IF EXISTS`);
    } finally {
      await session.close();
    }
  });
}

/** Stops the server in order; its graph and port stay. From any process. */
export async function stopNeo4j(handle: Neo4jHandle): Promise<void> {
  await askControl(handle.controlPath, { do: 'stop' });
}

/** Starts a stopped server again on the same graph and port and waits until it answers. From any process. */
export async function startNeo4jAgain(handle: Neo4jHandle): Promise<void> {
  await askControl(handle.controlPath, { do: 'start' });
}

/** The server's present process id; undefined while it is stopped. From any process. */
export async function pidOfNeo4j(handle: Neo4jHandle): Promise<number | undefined> {
  return askControl(handle.controlPath, { do: 'pid' });
}
