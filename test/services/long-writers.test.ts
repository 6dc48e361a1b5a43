import Fastify from 'fastify';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addHealthRoutes } from '../../api/http/health.ts';
import { type LongWriter, type LongWriters, watchLongWriters } from '../../store/database/long-writers.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

let database: TestDatabase;
let writer: pg.Client;
let writers: LongWriters;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await writers?.stop();
  await writer?.end();
  await database?.close();
});

it('a long writer is named once in the log, and counted without its name where every caller may look', async () => {
  const named: LongWriter[] = [];
  writers = watchLongWriters({ store: database.store, loops: null, now: Date.now }, (one) => named.push(one));
  writer = new pg.Client({ connectionString: database.databaseUrl, application_name: 'a bulk load' });
  await writer.connect();
  await writer.query('BEGIN; SELECT pg_current_xact_id()');
  const server = Fastify();
  addHealthRoutes(server, { database: async () => undefined }, () => writers.present()[0]?.seconds ?? 0);
  const ready = async () => {
    const answer = await server.inject('/readyz');
    return { status: answer.statusCode, ...(answer.json() as { warnings?: string[] }) };
  };
  expect(await ready()).toEqual({ status: 200, ready: true, parts: { database: 'ready' } });
  await until(async () => (await ready()).warnings !== undefined, 'it is long');
  const { status, warnings } = await ready();
  expect([status, warnings]).toEqual([
    200,
    [expect.stringMatching(/^a transaction that has been open for \d+ s holds back/)],
  ]);
  expect(named).toMatchObject([{ application: 'a bulk load', user: 'postgres', pid: expect.any(Number) }]);
  await writer.query('ROLLBACK');
  await until(async () => (await ready()).warnings === undefined, 'it is over');
  expect(named).toHaveLength(1);
  await server.close();
});
