import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storedUuid } from '../../graph/kinds/shared/stored-id.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { freshInstance, type Instance, type RunningServer, startServer, until } from '../fixtures/server.ts';
import { type StallingProxy, stallingProxy } from '../fixtures/stalling-proxy.ts';
import { type RunningNeo4j, startNeo4j } from './neo4j.ts';

/* A server that is frozen (SIGSTOP) while it follows, and the one that takes over from it; then the first one goes on. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
const PERSON = 'somebody@example.org';
const SHARED = {
  SCORELINE_PEPPER: 'ab'.repeat(32),
  SCORELINE_KEK: 'cd'.repeat(32),
  SCORELINE_SIGNING_KEY: generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('base64'),
  SCORELINE_ROLES: 'api,ingest,follow',
  SCORELINE_LOG_LEVEL: 'warn',
};
let graph: RunningNeo4j;
let driver: Driver;
let proxy: StallingProxy;
let instance: Instance;
let second: string;
let database: pg.Pool;
const running: RunningServer[] = [];

beforeAll(async () => {
  graph = await startNeo4j();
  driver = neo4j.driver(graph.url, undefined, { disableLosslessIntegers: true });
  proxy = await stallingProxy(graph.handle.port);
  instance = await freshInstance(SHARED);
  second = mkdtempSync(join(tmpdir(), 'scoreline-second-'));
  database = new pg.Pool({ connectionString: instance.env.DATABASE_URL, max: 2 });
});
afterAll(async () => {
  proxy?.resume();
  for (const server of running) server.process.kill('SIGCONT');
  await Promise.all(running.map((server) => server.stop()));
  await database?.end();
  await driver?.close();
  await proxy?.close();
  await graph?.dispose();
  instance?.remove();
  if (second) rmSync(second, { recursive: true, force: true });
});

const start = async (env: Record<string, string>) => {
  const server = await startServer(instance, env);
  running.push(server);
  return server;
};
const sql = async <Row>(text: string) => (await database.query(text)).rows as Row[];
const cypher = async <Row>(text: string, parameters: object = {}) =>
  (await driver.executeQuery(text, parameters)).records.map((row) => row.toObject() as Row);

/** The holder and the token of each lease. */
const leases = async () =>
  new Map(
    (await sql<{ name: string; holder: string | null; token: string }>('SELECT * FROM lease')).map(
      ({ name, holder, token }) => [name, { holder, token: Number(token) }],
    ),
  );
const idsInRecord = async (table: 'response' | 'source_event') =>
  (await sql<{ id: string }>(`SELECT id FROM ${table}`)).map(({ id }) => storedUuid(id)).sort();
const idsInGraph = async (property: 'id' | 'event') =>
  (await cypher<{ id: string }>(`MATCH (x:Response) RETURN x.${property} AS id`)).map(({ id }) => id).sort();

let answers = 0;
/** Submits answers of the hour, every fifth of the person; how many. */
const submit = async (server: RunningServer, hour: number, count: number, ofPerson = true) => {
  const items = Array.from({ length: count }, (_, i) => {
    answers += 1;
    return {
      externalId: `z${answers}`,
      answeredAt: new Date(BASE + hour * HOUR_MS + i * 1_000).toISOString(),
      score: answers % 11,
      region: `region ${i % 3}`,
      respondent: ofPerson && i % 5 === 0 ? PERSON : `another ${i % 7}`,
    };
  });
  const answer = await server.post('/ingest/responses', items);
  expect(await answer.json()).toMatchObject({ accepted: count });
};
const scoreOf = async (server: RunningServer, day: number) => {
  const asOf = new Date(BASE + (day + 1) * DAY_MS).toISOString();
  const ask = `{ nps(window: "P1D", asOf: "${asOf}") { id responses } }`;
  return (await server.graphql<{ nps: { id: string; responses: number }[] }>(ask)).data.nps[0];
};
const verify = async (server: RunningServer, day: number) => {
  const id = (await scoreOf(server, day))?.id;
  const ask = 'query ($id: ID!) { verify(id: $id) { verdict reason responses } }';
  return (await server.graphql<{ verify: { verdict: string; responses: number } }>(ask, { id })).data.verify;
};
const erase = async (server: RunningServer) => {
  const ask = `mutation { eraseSubject(respondent: "${PERSON}", reason: "asked for it") { known complete } }`;
  const answer = await server.graphql<{ eraseSubject: { known: boolean; complete: boolean } }>(ask);
  return answer.data?.eraseSubject;
};
/** Waits until the graph has everything in the database; it may have more. */
const graphFollows = (what: string) =>
  until(async () => {
    const inGraph = new Set(await idsInGraph('id'));
    return (await idsInRecord('response')).every((id) => inGraph.has(id));
  }, what);
const expectGraphToEqualRecord = async () => {
  expect(await idsInGraph('id')).toEqual(await idsInRecord('response'));
  expect(await idsInGraph('event')).toEqual(await idsInRecord('source_event'));
  const miscounted = `MATCH (x:Response) OPTIONAL MATCH (x)-[l:COUNTED_IN]->() WITH x, count(l) AS n WHERE n <> 1 RETURN x.id`;
  expect(await cypher(miscounted)).toEqual([]);
};

it('loses its leases while it is frozen, and its pending writes are refused when it continues', async () => {
  const frozen = await start({ NEO4J_URL: `bolt://127.0.0.1:${proxy.port}` });
  const other = await start({ NEO4J_URL: graph.url, SCORELINE_DATA_DIR: second });
  const before = await leases();
  const led = [...before].filter(([, { holder }]) => holder?.endsWith(`:${instance.dataDir}`));
  expect(led.map(([name]) => name)).toEqual(expect.arrayContaining(['lineage', 'sealer']));
  await submit(other, 0, 30);
  await until(async () => (await verify(frozen, 0)).verdict === 'VERIFIED', 'the answers are sealed');
  await graphFollows('the graph has them');

  // It has read the answers and begun to write, and the network and then the process stand still.
  proxy.stall('Fence');
  await submit(frozen, 3, 20);
  await until(() => proxy.held() > 0, 'its write is on the way');
  frozen.process.kill('SIGSTOP');
  const all = await idsInRecord('response');
  await graphFollows('the other has taken over');
  expect(await idsInGraph('id')).toEqual(all);

  await until(async () => (await erase(other))?.complete === true, 'the erasure is complete');
  const kept = new Set(await idsInRecord('response'));
  const gone = all.filter((id) => !kept.has(id));
  expect(gone).toHaveLength(10);
  await expectGraphToEqualRecord();

  // Every lease that it held changed hands.
  await until(
    async () => [...(await leases()).values()].every(({ holder }) => holder?.endsWith(`:${second}`)),
    'the other holds all leases',
  );
  const after = await leases();
  for (const [name, { token }] of led) expect(after.get(name)?.token).toBeGreaterThan(token);
  expect(frozen.output()).not.toContain('Superseded');

  // What was on the way arrives, and the process goes on as if nothing had been.
  proxy.resume();
  frozen.process.kill('SIGCONT');
  await until(
    () => frozen.output().includes('"type":"SupersededError"'),
    'it has found that it lost its leases',
  );
  await submit(frozen, 24, 10, false);
  await submit(other, 25, 10, false);
  await graphFollows('the graph has what came since');
  for (const server of [frozen, other]) {
    await until(async () => (await verify(server, 1)).verdict === 'VERIFIED', 'what came since is sealed');
    await until(async () => (await verify(server, 0)).verdict !== 'UNVERIFIABLE', 'the erasure is sealed');
    expect(await verify(server, 0)).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', responses: 40 });
    expect([(await scoreOf(server, 0))?.responses, (await scoreOf(server, 1))?.responses]).toEqual([40, 20]);
    expect(await erase(server)).toEqual({ known: false, complete: true });
  }

  // The other wrote what came since under the same lock: what was on the way is over, one way or the other.
  await expectGraphToEqualRecord();
  const traces =
    'MATCH (n) WHERE any(id IN $gone WHERE n.id CONTAINS id) RETURN labels(n) AS labels, n.id AS id';
  expect(await cypher(traces, { gone })).toEqual([]);
  expect(await cypher(`MATCH (f:Fence {name: 'lineage'}) RETURN f.token AS token`)).toEqual([
    { token: after.get('lineage')?.token },
  ]);
  await expectRollupsToEqualRecount({ sql });
  expect((await leases()).get('lineage')).toEqual(after.get('lineage'));
  const twice = `SELECT size FROM seal_head GROUP BY size HAVING count(*) > 1`;
  expect(await sql(twice)).toEqual([]);
  expect((await fetch(`${frozen.url}/readyz`)).status).toBe(200);
});
