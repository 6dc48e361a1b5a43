import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHealthRoutes } from '../../api/http/health.ts';
import { type GraphProjection, openGraph } from '../../graph/neo4j/open.ts';
import { readinessChecks, readinessWarnings } from '../../instance/readiness.ts';
import { takeLease } from '../../store/database/lease.ts';
import { Loops } from '../../store/database/loops.ts';
import { stalledHere } from '../../store/journal/follower-status.ts';
import {
  BEGINNING,
  type JournalPosition,
  saveFollowerPosition,
  touchFollower,
} from '../../store/journal/journal.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

let database: TestDatabase;
let graph: GraphProjection;
beforeAll(async () => {
  database = await openTestDatabase();
  // Nothing listens there.
  const address = { url: 'bolt://127.0.0.1:9', user: '', password: '' };
  graph = openGraph(address, { ...database, place: 'one' }, () => undefined);
});
afterAll(async () => {
  await graph?.close();
  await database?.close();
});

const ready = async (followers: readonly string[], failing = 0) => {
  const { store } = database;
  const loops = new Loops();
  for (const name of followers)
    loops.addFollower({
      name,
      isKept: true,
      isOptional: false,
      position: () => BEGINNING,
      idleFor: () => 0,
    });
  loops.addPeriodic({ name: 'a job', failingFor: () => failing });
  const roles = new Set(['follow', 'ingest', 'api']);
  const checks = readinessChecks({
    store,
    roles,
    commitBusyFor: () => 0,
    loops,
  });
  const server = Fastify();
  addHealthRoutes(server, checks, () => 0, readinessWarnings(store, loops, graph));
  const answer = await server.inject('/readyz');
  await server.close();
  return { status: answer.statusCode, ...(answer.json() as object) };
};

describe('a server', () => {
  it('is ready without Neo4j, with a warning', async () => {
    expect(await ready([])).toMatchObject({
      status: 200,
      ready: true,
      parts: { record: 'ready', followers: 'ready' },
      warnings: ['Neo4j does not answer: lineage comes from the database'],
    });
  });

  it('is ready while a periodic job fails, with a warning once that lasts', async () => {
    const about = expect.stringMatching(/^a periodic job has failed for a minute/);
    expect(await ready([], 59)).toMatchObject({
      status: 200,
      warnings: [expect.not.stringContaining('job')],
    });
    expect(await ready([], 60)).toMatchObject({ status: 200, warnings: [expect.any(String), about] });
  });

  it('is not ready while a follower that keeps its position in memory makes no progress', async () => {
    await database.submit([{ externalId: 'm1', answeredAt: new Date().toISOString(), score: 9 }]);
    await database.settled();
    await database.sql(`UPDATE journal SET recorded_at = now() - interval '2 minutes'`);
    const idle = async (seconds: number, position: JournalPosition) => {
      const loops = new Loops();
      const facts = { name: 'live', isKept: false, isOptional: false };
      loops.addFollower({ ...facts, position: () => position, idleFor: () => seconds });
      return (await stalledHere(database.store, loops)).map(({ name }) => name);
    };
    expect(await idle(60, BEGINNING)).toEqual(['live']);
    expect(await idle(59, BEGINNING)).toEqual([]);
    expect(await idle(60, await wholeHead(database.store))).toEqual([]);
  });

  it('is not ready while a follower at work in it makes no progress', async () => {
    await database.submit([{ externalId: 'r1', answeredAt: new Date().toISOString(), score: 9 }]);
    await saveFollowerPosition(database.store, 'of this one', BEGINNING);
    await database.sql(`UPDATE follower SET recorded_at = now() - interval '2 minutes'`);
    await database.sql(`UPDATE journal SET recorded_at = now() - interval '2 minutes'`);
    expect(await ready([])).toMatchObject({ status: 200 });
    expect(await ready(['of this one'])).toMatchObject({ status: 503, parts: { followers: 'not ready' } });
    // A step that takes long is a step, as long as it is this process that takes it.
    const lease = await takeLease(database.store, 'work', 'here', 'force');
    if (!lease) throw new Error('the lease is held');
    await touchFollower(database.store, 'of this one', { ...lease, token: lease.token - 1 });
    expect(await ready(['of this one'])).toMatchObject({ status: 503 });
    await touchFollower(database.store, 'of this one', lease);
    expect(await ready(['of this one'])).toMatchObject({ status: 200 });
  });
});
