import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedUuid } from '../../graph/kinds/shared/stored-id.ts';
import { write } from '../../graph/neo4j/fence.ts';
import { GraphConnections } from '../../graph/neo4j/graph-connections.ts';
import { type GraphProjection, openGraph } from '../../graph/neo4j/open.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { SupersededError } from '../../store/database/lease.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, personOf } from '../fixtures/erasing.ts';
import { until } from '../fixtures/server.ts';
import { type StallingProxy, stallingProxy } from '../fixtures/stalling-proxy.ts';
import { type Silence, startProxy } from '../fixtures/tcp-proxy.ts';
import { type RunningNeo4j, startNeo4j } from './neo4j.ts';

/* Two followers of one record: one that hangs between what it read and what it writes, and the one that takes over from it. */

const BASE = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
let server: RunningNeo4j;
let driver: Driver;
/** Ways to the server that nothing stalls. */
let direct: GraphConnections;
let database: TestDatabase;
let proxy: StallingProxy;
const errors: Error[] = [];
const graphs: GraphProjection[] = [];

beforeAll(async () => {
  server = await startNeo4j();
  driver = neo4j.driver(server.url, undefined, { disableLosslessIntegers: true });
  direct = new GraphConnections({ url: server.url, user: '', password: '' });
  database = await openTestDatabase();
  proxy = await stallingProxy(server.handle.port);
});
afterAll(async () => {
  proxy?.resume();
  for (const graph of graphs) await graph.close();
  await proxy?.close();
  await driver?.close();
  await direct?.close();
  await database?.close();
  await server?.dispose();
});

let next = 0;
const submit = async (respondent: string, count = 1) => {
  const items = Array.from({ length: count }, () => {
    next += 1;
    return {
      externalId: `f${next}`,
      respondent,
      answeredAt: new Date(BASE + next * 1_000).toISOString(),
      score: next % 11,
      comment: 'words',
    };
  });
  expect(await database.submit(items)).toMatchObject({ accepted: count });
};
const idsInGraph = async () => {
  const { records } = await driver.executeQuery('MATCH (x:Response) RETURN x.id AS id ORDER BY id');
  return records.map((row) => row.get('id') as string);
};
const idsInRecord = async () =>
  (await database.sql<{ id: string }>('SELECT id FROM response')).map(({ id }) => storedUuid(id)).sort();
const opened = (url: string, place: string): GraphProjection => {
  const graph = openGraph({ url, user: '', password: '' }, { ...database, place }, (error) =>
    errors.push(error),
  );
  graphs.push(graph);
  return graph;
};
const caughtUp = (graph: GraphProjection) =>
  until(async () => (await graph.lag()) === 0, 'the graph has caught up');
/** As if its holder were frozen: again and again, since it is not, and renews. */
const expire = () =>
  database.sql(`UPDATE lease SET held_until = now() - interval '1 second' WHERE name = 'lineage'`);

describe('a follower that hangs before it writes', () => {
  it('writes back nothing that was erased meanwhile, once another has taken over', async () => {
    const slow = opened(`bolt://127.0.0.1:${proxy.port}`, 'one');
    const quick = opened(server.url, 'two');
    const stopSlow = await slow.follow();
    await submit('somebody else', 50);
    await caughtUp(slow);
    proxy.stall();
    await submit('ada');
    await until(() => proxy.held() > 0, 'the slow follower has read the answer, and its write is on the way');
    const stopQuick = await quick.follow();
    await until(async () => {
      await expire();
      return (await quick.lag()) === 0;
    }, 'another has taken over and caught up');
    expect(await idsInGraph()).toHaveLength(51);

    const person = personOf('ada');
    await erase(database, person, BY);
    await until(
      async () => (await checkOnce(database, person, quick.holds)).length === 0,
      'the erasure is complete',
    );
    expect(await idsInGraph()).toEqual(await idsInRecord());
    expect(await idsInGraph()).toHaveLength(50);

    await until(
      () => errors.some((error) => error instanceof SupersededError),
      'it has found that it lost the lease',
    );
    proxy.resume();
    // Until its write has ended, one way or the other.
    await stopSlow();
    expect(await idsInGraph()).toEqual(await idsInRecord());
    await submit('somebody else', 5);
    await caughtUp(quick);
    expect(await idsInGraph()).toEqual(await idsInRecord());
    await stopQuick();
  });

  it('would have written it back: under a token of its own nothing stops it', async () => {
    // The control: the same write, by a holder that was not superseded.
    const put = (token: number) =>
      write(direct, { name: 'lineage', token }, (tx) =>
        tx.run(`CREATE (:Response {id: 'Response:control'})`),
      );
    await expect(put(1)).rejects.toThrow(SupersededError);
    expect(await idsInGraph()).not.toContain('Response:control');
    await put(Number.MAX_SAFE_INTEGER);
    expect(await idsInGraph()).toContain('Response:control');
    await driver.executeQuery(`MATCH (x:Response {id: 'Response:control'}) DETACH DELETE x`);
    await driver.executeQuery('MATCH (f:Fence) DELETE f');
  });
});

describe('a follower that hangs inside its transaction', () => {
  it('delays the next one no longer than its transaction may last', async () => {
    const hanging = driver.session();
    const transaction = hanging.beginTransaction({ timeout: 1_500 });
    await transaction.run(`MERGE (f:Fence {name: 'lineage'}) SET f.locked = true`);
    await transaction.run(`CREATE (:Response {id: 'Response:hanging'})`);
    await write(direct, { name: 'lineage', token: 5 }, (tx) => tx.run('RETURN 1'));
    await expect(transaction.commit()).rejects.toThrow();
    expect(await idsInGraph()).not.toContain('Response:hanging');
    await hanging.close();
  });
});

describe('a follower whose connections go silent', () => {
  const begin = (milliseconds: number) => driver.session().beginTransaction({ timeout: milliseconds });

  it.each<Silence>(['both ways', 'answers'])(
    'inside its transaction goes on long before Neo4j would end that, and nothing of it is written twice (%s)',
    async (silence) => {
      const way = await startProxy(server.handle.port);
      const graph = opened(`bolt://127.0.0.1:${way.port}`, 'three');
      const stop = await graph.follow();
      await submit('somebody else', 3);
      await caughtUp(graph);
      // Its next transaction waits for this one, which another server holds, and has the fence when it ends.
      const other = begin(60_000);
      await other.run(`MERGE (f:Fence {name: 'lineage'}) SET f.locked = true`);
      await submit('somebody else', 5);
      const waiting = `SHOW TRANSACTIONS YIELD metaData, status WHERE metaData.fence = 'lineage' AND status STARTS WITH 'Blocked' RETURN 1`;
      await until(
        async () => (await driver.executeQuery(waiting)).records.length > 0,
        'it waits for the fence',
      );
      way.silenceOpen(silence);
      await other.commit();
      // The control: begun when the silence began, and to be ended by Neo4j when the silent one would be.
      const control = begin(60_000);
      await control.run('RETURN 1');
      await caughtUp(graph);
      await control.run('RETURN 1');
      await control.rollback();
      expect(errors.some(({ name }) => name === 'SilentGraphError')).toBe(true);
      expect(await idsInGraph()).toEqual(await idsInRecord());
      errors.length = 0;
      await stop();
      await way.close();
    },
  );

  it('ends what an earlier holder of the lease, frozen inside its transaction, left at the fence', async () => {
    const frozen = driver.session();
    const transaction = frozen.beginTransaction({
      timeout: 60_000,
      metadata: { fence: 'lineage', token: Number.MAX_SAFE_INTEGER - 2, transaction: 'of the frozen one' },
    });
    await transaction.run(`MERGE (f:Fence {name: 'lineage'}) SET f.locked = true`);
    const control = begin(60_000);
    await control.run('RETURN 1');
    await write(direct, { name: 'lineage', token: Number.MAX_SAFE_INTEGER - 1 }, (tx) => tx.run('RETURN 1'));
    await control.run('RETURN 1');
    await control.rollback();
    await expect(transaction.commit()).rejects.toThrow();
    await frozen.close();
  });
});

describe('a graph whose indexes were not completed', () => {
  const everything = { fromHour: 0, untilHour: 1, cells: [], models: null, mappings: null };
  /** As before the first follower. */
  const withoutSchema = async () => {
    const { records } = await driver.executeQuery('SHOW CONSTRAINTS YIELD name');
    for (const row of records) await driver.executeQuery(`DROP CONSTRAINT ${row.get('name')}`);
    for (const name of ['rollup_order', 'rollup_cell', 'fed_order'])
      await driver.executeQuery(`DROP INDEX ${name} IF EXISTS`);
    await driver.executeQuery('MATCH (f:Fence) DELETE f');
  };
  const states = async () => {
    const { records } = await driver.executeQuery(
      `SHOW INDEXES YIELD name, state, owningConstraint WHERE name IN ['response_id', 'fence_name', 'rollup_cell']
       RETURN name, state, owningConstraint AS owner ORDER BY name`,
    );
    return records.map((row) => row.toObject());
  };
  const whole = [
    { name: 'fence_name', state: 'ONLINE', owner: 'fence_name' },
    { name: 'response_id', state: 'ONLINE', owner: 'response_id' },
    { name: 'rollup_cell', state: 'ONLINE', owner: null },
  ];

  it('because the connection ended before the constraints that they are for, is followed', async () => {
    await withoutSchema();
    for (const [name, on] of [
      ['response_id', '(n:Response) ON (n.id)'],
      ['fence_name', '(n:Fence) ON (n.name)'],
    ])
      await driver.executeQuery(`CREATE INDEX ${name} FOR ${on}`);
    const graph = opened(server.url, 'four');
    const stop = await graph.follow();
    await submit('somebody else', 2);
    await caughtUp(graph);
    expect(await idsInGraph()).toEqual(await idsInRecord());
    expect(await states()).toEqual(whole);
    await stop();
  });

  it('because one could not be filled, is followed once it can be', async () => {
    await withoutSchema();
    const tooLong = 'x'.repeat(40_000);
    await driver.executeQuery('CREATE (:Rollup {id: $tooLong, hour: 1, model: 0, cell: $tooLong})', {
      tooLong,
    });
    await driver.executeQuery('CREATE INDEX rollup_cell FOR (r:Rollup) ON (r.cell, r.hour, r.model)');
    const isFailed = async () => (await states()).some(({ state }) => state === 'FAILED');
    await until(isFailed, 'the index has failed');
    await driver.executeQuery('MATCH (r:Rollup) WHERE size(r.cell) = 40000 DELETE r');
    const graph = opened(server.url, 'five');
    const stop = await graph.follow();
    await submit('somebody else', 2);
    await caughtUp(graph);
    expect(await idsInGraph()).toEqual(await idsInRecord());
    expect(await states()).toEqual(whole);
    await stop();
  });

  it('because who made a constraint is gone and left it open is followed', async () => {
    await withoutSchema();
    const gone = driver.session();
    const left = gone.beginTransaction({ metadata: { schema: 'lineage', token: 1 } });
    await left.run('CREATE CONSTRAINT response_id FOR (n:Response) REQUIRE n.id IS UNIQUE');
    const graph = opened(server.url, 'six');
    const stop = await graph.follow();
    await submit('somebody else', 2);
    await caughtUp(graph);
    expect(await idsInGraph()).toEqual(await idsInRecord());
    expect(await states()).toEqual(whole);
    await expect(left.commit()).rejects.toThrow();
    await stop();
    await gone.close();
  });

  it('because its own connection went silent meanwhile is followed, and not read before', async () => {
    await withoutSchema();
    const way = await startProxy(server.handle.port);
    // The constraint waits until this transaction ends.
    const other = driver.session();
    const writing = other.beginTransaction();
    await writing.run('CREATE (:Response {id: "not followed"})');
    const graph = opened(`bolt://127.0.0.1:${way.port}`, 'seven');
    const stop = await graph.follow();
    await submit('somebody else', 2);
    const begun = `SHOW TRANSACTIONS YIELD metaData, activeLockCount WHERE metaData.schema = 'lineage' AND activeLockCount > 0 RETURN 1`;
    await until(async () => (await driver.executeQuery(begun)).records.length > 0, 'the constraint waits');
    await expect(graph.projected.parts(everything)).rejects.toThrow('its indexes are still being made');
    way.silenceOpen();
    await writing.rollback();
    await caughtUp(graph);
    expect(await idsInGraph()).toEqual(await idsInRecord());
    expect(await states()).toEqual(whole);
    await stop();
    await other.close();
    await way.close();
  });
});
