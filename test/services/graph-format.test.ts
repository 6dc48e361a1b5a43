import { randomUUID } from 'node:crypto';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareStores } from '../../graph/compare-stores.ts';
import { entry } from '../../graph/kinds/shared/projection.ts';
import { Written } from '../../graph/kinds/shared/written.ts';
import { beginAgain } from '../../graph/neo4j/format.ts';
import { GraphConnections } from '../../graph/neo4j/graph-connections.ts';
import { FOLLOWER, type GraphProjection, openGraph } from '../../graph/neo4j/open.ts';
import { createProjector, type Projector } from '../../graph/neo4j/projector.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import type { OwnerSession, Store } from '../../store/database/client.ts';
import { takeLease } from '../../store/database/lease.ts';
import {
  BEGINNING,
  type JournalPosition,
  journalHead,
  readJournal,
  saveFollowerPosition,
} from '../../store/journal/journal.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { type RunningNeo4j, startNeo4j } from './neo4j.ts';

/* A graph that another version wrote, or that was not finished: it is written again by itself, and the database answers until then. */

const HOUR_MS = 3_600_000;
const BASE = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 10 * HOUR_MS;
let server: RunningNeo4j;
let driver: Driver;
let direct: GraphConnections;
let database: TestDatabase;
const graphs: GraphProjection[] = [];
const errors: string[] = [];

beforeAll(async () => {
  server = await startNeo4j();
  driver = neo4j.driver(server.url, undefined, { disableLosslessIntegers: true });
  direct = new GraphConnections({ url: server.url, user: '', password: '' });
  database = await openTestDatabase();
  for (let i = 0; i < 30; i += 1) await submit(i, i % 11);
  for (let i = 0; i < 5; i += 1) await submit(i, 10);
  await database.sql(`DELETE FROM response WHERE external_id = 'f7'`);
});
afterAll(async () => {
  for (const graph of graphs) await graph.close();
  await driver?.close();
  await direct?.close();
  await database?.close();
  await server?.dispose();
});

const submit = (i: number, score: number) =>
  database.submit([
    {
      externalId: `f${i}`,
      source: i % 3 === 0 ? 'web' : 'mobile',
      answeredAt: new Date(BASE + i * 900_000).toISOString(),
      score,
      region: ['Germany', 'Japan'][i % 2],
    },
  ]);
const cypher = async <Row>(text: string, parameters: object = {}) =>
  (await driver.executeQuery(text, parameters)).records.map((row) => row.toObject() as Row);
const opened = (place: string): GraphProjection => {
  const graph = openGraph({ url: server.url, user: '', password: '' }, { ...database, place }, (error) =>
    errors.push(error.message),
  );
  graphs.push(graph);
  return graph;
};
/** More than are written at once. */
const DECISIONS = 2_500;
/** Each is about an alert, and about the decision before it, as a later one may be. */
const insertDecisions = () =>
  database.sql(
    `WITH made AS (SELECT i, gen_random_uuid() AS decision, gen_random_uuid() AS alert FROM generate_series(1, ${DECISIONS}) AS i),
      alerts AS (INSERT INTO alert (id, key, state, severity, rule, title, summary, segment, cells, since, raised_at, changed_at,
          facts, evidence)
        SELECT alert, 'k' || i, 'OPEN', 'WARNING', 'fall@2', '', '', '{}', '{(,)}', now(), now(), now(), '{}', '{}' FROM made)
    INSERT INTO agent_decision (id, agent, key, policy, inputs, input_hash, decision, verdict, reason, alternatives, autonomy, state,
        about, cells, decided_at)
      SELECT decision, 'sample', 'k' || i, 'sample@1 fall@2', '{}', '', '{"action": {}}', '', '', '[]', 'ACT', 'DONE',
        ARRAY['Alert:' || alert, 'Decision:' || coalesce(lag(decision) OVER (ORDER BY i), first_value(decision) OVER (ORDER BY i DESC))],
        '{(,)}', now() FROM made`,
  );
const edgesOfDecisions = async () =>
  (await cypher<{ n: number }>('MATCH (:Decision)-[r:ABOUT]->() RETURN toFloat(count(r)) AS n'))[0]?.n;
const isWhole = (graph: GraphProjection) =>
  graph.projected.responseOfEvent(randomUUID()).then(
    () => true,
    () => false,
  );
const followed = async (graph: GraphProjection) => {
  const stop = await graph.follow();
  await until(async () => (await isWhole(graph)) && (await graph.lag()) === 0, 'the graph has caught up');
  await stop();
};
const expectToEqualRecord = async (graph: GraphProjection) => {
  const record = createRecordLineage(database.store);
  const cells = database.cells.all().map(({ key }) => key);
  const all = { cells, fromHour: 0, untilHour: 1_000_000, mappings: null, models: null };
  const rollups = await record.rollups(all, null, 1_000);
  expect(rollups.length).toBeGreaterThan(8);
  expect(await graph.projected.rollups(all, null, 1_000)).toEqual(rollups);
  const compared = await compareStores(record, graph.projected, rollups);
  expect(compared.filter(({ differs }) => differs !== null)).toEqual([]);
  const responses = await database.sql<{ id: string }>('SELECT id FROM response');
  for (const { id } of responses)
    expect(await graph.projected.response(id)).toEqual(await record.response(id));
  const events = await database.sql<{ id: string }>(
    'SELECT e.id FROM source_event e JOIN response r ON r.id = e.response_id',
  );
  expect(events.length).toBeGreaterThan(responses.length);
  for (const { id } of events)
    expect(await graph.projected.responseOfEvent(id)).toBe(await record.responseOfEvent(id));
  const [held] = await cypher<{ n: number }>('MATCH (x:Response) RETURN toFloat(count(x)) AS n');
  expect(held?.n).toBe(responses.length);
};

/** What a version without formats leaves: it raises the token alone, and joins each event to its source. */
const writeAsBefore = () =>
  cypher(
    `MATCH (f:Fence) SET f.token = f.token + 1
    WITH f MATCH (x:Response) WITH x LIMIT 20 DETACH DELETE x
    WITH count(x) AS gone MERGE (s:Source {id: 'Source:web'}) WITH s UNWIND range(1, 12000) AS i
    CREATE (:Response {id: 'Response:' + i})-[:NORMALISED_FROM]->(:SourceEvent {id: 'SourceEvent:' + i})-[:RECEIVED_FROM]->(s)`,
  );
const aResponse = async () =>
  (await database.sql<{ id: string }>('SELECT id FROM response LIMIT 1'))[0]?.id ?? '';
const held = async (name: string) => {
  await database.sql(`UPDATE lease SET held_until = now() - interval '1 second' WHERE name = '${FOLLOWER}'`);
  const lease = await takeLease(database.store, FOLLOWER, name, 'expired');
  if (!lease) throw new Error('the lease has expired');
  return lease;
};

describe('a graph that another version wrote', () => {
  it('is dropped and written again, and the database answers until then', async () => {
    const graph = opened('one');
    await followed(graph);
    await expectToEqualRecord(graph);
    await writeAsBefore();
    const reader = opened('two');
    const id = await aResponse();
    await expect(reader.projected.response(id)).rejects.toThrow('it was written by another version');
    expect(await reader.lineage(database.store).response(id)).toEqual(
      await createRecordLineage(database.store).response(id),
    );
    expect(errors).toEqual(['it was written by another version, and is written again']);
    expect(await reader.holds([id, id], 0)).toBe(2);
    expect(await reader.holds([], 0)).toBe(1);
    // The one that has read it before does not trust it either.
    await until(async () => !(await isWhole(graph)), 'it has looked again');
    await expect(graph.projected.response(id)).rejects.toThrow('it was written by another version');
    await followed(opened('three'));
    for (const each of [graph, reader]) await expectToEqualRecord(each);
    expect(await reader.holds([id], 0)).toBe(1);
    expect(await reader.holds(['00000000-0000-8000-8000-000000000000'], 0)).toBe(0);
  });

  it('is dropped once more by the next follower, if the first one ended while it dropped it', async () => {
    await writeAsBefore();
    let steps = 0;
    const stopped = () => ++steps > 2;
    expect(await beginAgain(direct, database.store, await held('killed'), stopped)).toBe(false);
    const [left] = await cypher<{ n: number }>('MATCH (x:Response) RETURN toFloat(count(x)) AS n');
    expect(left?.n).toBeGreaterThan(1_000);
    expect(left?.n).toBeLessThan(12_000);
    const graph = opened('four');
    await expect(graph.projected.response(await aResponse())).rejects.toThrow('another version');
    await database.sql(`UPDATE lease SET held_until = now() - interval '1 second'`);
    await followed(graph);
    await expectToEqualRecord(graph);
  });

  it('is filled by the next follower from where the first one ended, and read when all is there', async () => {
    await writeAsBefore();
    const lease = await held('killed');
    const projector = createProjector({ ...database, graph: direct, written: new Written(), lease });
    await projector.begin(() => false);
    const entries = await readJournal(database.store, BEGINNING, 10);
    await projector.handle(entries);
    await saveFollowerPosition(database.store, FOLLOWER, entries.at(-1) ?? BEGINNING, lease);
    await cypher('CREATE (:Mark)');
    const graph = opened('five');
    const id = await aResponse();
    await expect(graph.projected.response(id)).rejects.toThrow('it is still being written');
    await database.sql(`UPDATE lease SET held_until = now() - interval '1 second'`);
    await followed(graph);
    await expectToEqualRecord(graph);
    // It was not dropped again.
    expect(await cypher('MATCH (m:Mark) DELETE m RETURN 1 AS one')).toHaveLength(1);
  });

  it('is filled once more by the next follower, if the first one ended while it filled it from the tables', async () => {
    await writeAsBefore();
    const projector = createProjector({
      ...database,
      graph: direct,
      written: new Written(),
      lease: await held('killed'),
    });
    expect(await projector.begin(() => false)).toBe(true);
    let pages = 0;
    await projector.startOver(() => ++pages > 12, await journalHead(database.store));
    await cypher('CREATE (:Mark)');
    const graph = opened('fourteen');
    await expect(graph.projected.response(await aResponse())).rejects.toThrow('it is still being written');
    await database.sql(`UPDATE lease SET held_until = now() - interval '1 second'`);
    await followed(graph);
    await expectToEqualRecord(graph);
    expect(await cypher('MATCH (m:Mark) RETURN 1 AS one')).toEqual([]);
  });

  it('is filled from the database where the journal does not reach back to the beginning', async () => {
    await writeAsBefore();
    await insertDecisions();
    await database.sql(`INSERT INTO journal_mark (id, xact, position, reaches_back)
      SELECT 1, xact, position, now() FROM journal ORDER BY xact DESC, position DESC LIMIT 1`);
    const graph = opened('six');
    await followed(graph);
    await expectToEqualRecord(graph);
    // Pages and kinds are written one after the other; what a decision is about may be in a later one.
    expect(await edgesOfDecisions()).toBe(2 * DECISIONS);
  });
});

describe('a graph of another state of the database', () => {
  const answered = async () =>
    (await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM response'))[0]?.n ?? 0;

  it('is written again after the database was restored from before', async () => {
    await followed(opened('eight'));
    await submit(70, 4);
    await followed(opened('nine'));
    // As if that answer had come after the backup.
    const [late] = await database.sql<{ id: string }>(
      "DELETE FROM response WHERE external_id = 'f70' RETURNING id",
    );
    await database.settled();
    await database.sql(`DELETE FROM journal WHERE payload::text LIKE '%' || $1 || '%'`, [late?.id]);
    await database.sql(`UPDATE follower SET (xact, position) = (SELECT xact, position FROM journal
      ORDER BY xact DESC, position DESC LIMIT 1) WHERE name = '${FOLLOWER}'`);
    await submit(71, 5);
    const graph = opened('ten');
    await followed(graph);
    await expectToEqualRecord(graph);
  });

  it('is written again after it was restored from before', async () => {
    const [before] = await cypher<{ reached: string }>('MATCH (f:Fence) RETURN f.reached AS reached');
    await submit(72, 6);
    await followed(opened('eleven'));
    const all = await answered();
    await cypher('MATCH (f:Fence) SET f.reached = $reached', before);
    await cypher('MATCH (x:Response) WITH x ORDER BY x.receivedAt DESC LIMIT 1 DETACH DELETE x');
    expect(await cypher('MATCH (x:Response) RETURN x.id')).toHaveLength(all - 1);
    const graph = opened('twelve');
    await followed(graph);
    await expectToEqualRecord(graph);
  });

  it('goes on where it was if nothing was restored', async () => {
    await cypher('CREATE (:Mark)');
    await submit(73, 7);
    const graph = opened('thirteen');
    await followed(graph);
    await expectToEqualRecord(graph);
    expect(await cypher('MATCH (m:Mark) DELETE m RETURN 1 AS one')).toHaveLength(1);
  });
});

describe('an empty graph beside a database that was followed before', () => {
  it('is filled', async () => {
    await cypher('MATCH (n) DETACH DELETE n');
    const graph = opened('seven');
    await followed(graph);
    await expectToEqualRecord(graph);
    expect(await edgesOfDecisions()).toBe(2 * DECISIONS);
  });
});

describe('a follower that remembers which rollups it has written', () => {
  let projector: Projector;
  let at: JournalPosition = BEGINNING;
  let sealsRead = 0;
  const hour = BASE / HOUR_MS + 6;
  const submitAt = (id: string) =>
    database.submit([{ externalId: id, answeredAt: new Date(hour * HOUR_MS).toISOString(), score: 9 }]);
  const news = async () => {
    await database.settled();
    const entries = await readJournal(database.store, at, 1_000);
    at = entries.at(-1) ?? at;
    return entries;
  };
  const followNews = async () => projector.handle(await news());
  const expectEqual = () => expectToEqualRecord(opened('reader'));

  beforeAll(async () => {
    await database.sql(`UPDATE lease SET held_until = now() - interval '1 second'`);
    const lease = await held('remembers');
    const { store } = database;
    const rows: OwnerSession['rows'] = (statement, parameters) => {
      if (statement.name === 'marks_seals_of_hours') sealsRead += 1;
      return store.rows(statement, parameters);
    };
    const counting: Store = Object.assign(Object.create(store), { rows });
    const deps = { ...database, store: counting, graph: direct, written: new Written(), lease };
    projector = createProjector(deps);
    await projector.begin(() => false);
    await news();
  });

  it('joins a rollup to its mapping also where its counts were followed before its responses', async () => {
    await submitAt('early');
    const entries = await news();
    const countsAlone = entries.map((one) => ({ ...one, payload: { ...one.payload, added: [] } }));
    await projector.handle(countsAlone);
    await projector.handle(entries);
    await expectEqual();
  });

  it('writes a rollup again that was empty meanwhile', async () => {
    await submitAt('more');
    await followNews();
    await database.sql(`DELETE FROM response WHERE external_id IN ('early', 'more')`);
    await followNews();
    await submitAt('again');
    await followNews();
    await expectEqual();
  });

  it('reads the seals of an hour when its rollup may be new in the graph, and not with each response of it', async () => {
    await submitAt('first of its seals');
    await followNews();
    sealsRead = 0;
    await submitAt('second of its seals');
    await followNews();
    expect(sealsRead).toBe(0);
    await database.sql(`DELETE FROM response WHERE answered_at = to_timestamp(${hour * 3_600})`);
    await followNews();
    await submitAt('after it was empty');
    await followNews();
    expect(sealsRead).toBe(1);
  });

  it('does not pass over responses of a rollup that disappeared from the graph', async () => {
    await submitAt('before');
    await followNews();
    await cypher('MATCH (r:Rollup {hour: $hour}) DETACH DELETE r', { hour });
    await submitAt('after');
    const entries = await news();
    await expect(projector.handle(entries)).rejects.toThrow('rollups have disappeared from the graph');
    await projector.handle(entries);
    const [held] = await cypher<{ n: number }>(
      'MATCH (:Response)-[:COUNTED_IN]->(r:Rollup {hour: $hour}) RETURN toFloat(count(*)) AS n',
      { hour },
    );
    expect(held?.n).toBe(1);
  });

  it('writes edges between rows of agents that are too many for one write', async () => {
    await cypher('MATCH (n:Decision|Alert) DETACH DELETE n');
    const keys = async (table: string) =>
      (await database.sql<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
    const [decisions, alerts] = [await keys('agent_decision'), await keys('alert')];
    await projector.handle([entry('Decision', { decisions, alerts })]);
    expect(await edgesOfDecisions()).toBe(2 * DECISIONS);
  });
});
