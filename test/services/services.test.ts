import neo4j from 'neo4j-driver';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openPostgres } from '../../store/database/postgres.ts';
import { migrate } from '../../store/setup/migrate.ts';
import {
  clearNeo4j,
  pidOfNeo4j,
  type RunningNeo4j,
  startNeo4j,
  startNeo4jAgain,
  stopNeo4j,
} from './neo4j.ts';
import {
  createDatabase,
  dropDatabase,
  pidOfPostgres,
  type RunningPostgres,
  restartPostgres,
  startPostgres,
  startPostgresAgain,
  stopPostgres,
} from './postgres.ts';

/*
 * The servers that global-setup started serve every test file of this project at once, so they are only looked at here.
 * What stops a server does it to one of its own.
 */

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function cypher(url: string, text: string): Promise<Record<string, unknown>[]> {
  const driver = neo4j.driver(url, undefined, { disableLosslessIntegers: true });
  try {
    return (await driver.executeQuery(text)).records.map((record) => record.toObject());
  } finally {
    await driver.close();
  }
}

describe('the servers of the whole run', () => {
  const services = inject('services');
  if (!services) throw new Error('this file runs in the vitest project "services" only');

  test('answer for their process ids from another process', async () => {
    expect(await pidOfPostgres(services.postgres)).toBe(services.postgres.pid);
    expect(await pidOfNeo4j(services.neo4j)).toBe(services.neo4j.pid);
    expect(services.postgres.pid).not.toBe(process.pid);
  });

  test('create databases side by side, with TimescaleDB and hypertables', async () => {
    const names = ['smoke_a', 'smoke_b'];
    const urls = await Promise.all(names.map((name) => createDatabase(services.postgres, name)));
    for (const url of urls) {
      const [extension] = await query(
        url,
        "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'",
      );
      expect(extension?.extversion).toMatch(/^2\./);
      await query(url, 'CREATE TABLE m (at timestamptz NOT NULL, n int)');
      await query(url, "SELECT create_hypertable('m', by_range('at'))");
      await query(
        url,
        "INSERT INTO m SELECT '2024-01-01'::timestamptz + d * interval '1 day', d FROM generate_series(1, 30) d",
      );
      const [count] = await query(
        url,
        "SELECT count(*)::int AS n FROM m WHERE time_bucket('10 days', at) IS NOT NULL",
      );
      expect(count?.n).toBe(30);
      const [chunks] = await query(url, 'SELECT count(*)::int AS n FROM timescaledb_information.chunks');
      expect(chunks?.n).toBeGreaterThan(3);
    }
    await Promise.all(names.map((name) => dropDatabase(services.postgres, name)));
  });

  test('are durable and at Neo4j 5', async () => {
    const [durable] = await query(services.databaseUrl, "SELECT current_setting('fsync') AS fsync");
    expect(durable?.fsync).toBe('on');
    const [kernel] = await cypher(
      services.neo4jUrl,
      'CALL dbms.components() YIELD versions RETURN versions[0] AS version',
    );
    expect(kernel?.version).toMatch(/^5\.26\./);
  });
});

describe('PostgreSQL', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ timescale: true });
  });
  afterAll(() => postgres.dispose());

  test('keeps what was committed over a restart, a crash and a stop', async () => {
    const { handle } = postgres;
    const url = await createDatabase(handle, 'kept');
    await query(url, 'CREATE TABLE t (n int)');
    let before = await pidOfPostgres(handle);
    for (const mode of ['fast', 'immediate'] as const) {
      await query(url, 'INSERT INTO t VALUES (1)');
      const after = await restartPostgres(handle, mode);
      expect(after).not.toBe(before);
      before = after;
    }
    await stopPostgres(handle);
    expect(await pidOfPostgres(handle)).toBeUndefined();
    await expect(query(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await startPostgresAgain(handle);
    expect(await query(url, 'SELECT count(*)::int AS n FROM t')).toEqual([{ n: 2 }]);
  });
});

describe('PostgreSQL with TimescaleDB installed and not preloaded', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ timescale: false });
  });
  afterAll(() => postgres.dispose());

  // Creating the extension there ends the connection.
  test('is a plain PostgreSQL', async () => {
    const store = openPostgres(await createDatabase(postgres.handle, 'plain'), () => undefined);
    expect(await migrate(store)).toEqual({ timescale: 'none' });
    await store.close();
  });
});

describe('Neo4j', () => {
  let server: RunningNeo4j;
  beforeAll(async () => {
    server = await startNeo4j();
  });
  afterAll(() => server.dispose());

  test('keeps its graph over a stop and a start, and clears it', async () => {
    const { handle, url } = server;
    await cypher(url, 'CREATE CONSTRAINT kept IF NOT EXISTS FOR (k:Kept) REQUIRE k.id IS UNIQUE');
    await cypher(url, 'UNWIND range(1, 100) AS id CREATE (:Kept { id: id })');
    await stopNeo4j(handle);
    expect(await pidOfNeo4j(handle)).toBeUndefined();
    await startNeo4jAgain(handle);
    expect(await cypher(url, 'MATCH (k:Kept) RETURN count(k) AS n')).toEqual([{ n: 100 }]);
    await clearNeo4j(handle);
    expect(await cypher(url, 'MATCH (n) RETURN count(n) AS n')).toEqual([{ n: 0 }]);
    expect(await cypher(url, 'SHOW CONSTRAINTS')).toEqual([]);
  });
});
