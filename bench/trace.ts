import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Neo4jHandle, startNeo4jAgain, stopNeo4j } from '../test/services/neo4j.ts';
import { type Server, startScoreline } from './kit/process.ts';
import { distribution, figure, type Place, type Report } from './kit/report.ts';
import { cellFields, followed, graphql, inFlight, ingest, responseAt } from './kit/traffic.ts';

const RESPONSES = 1_000_000;
const BATCH = 2_000;
const DAYS = 30;
const CALLS = 200;
/** Both servers and Neo4j have just been started; a deployment's run for weeks. */
const WARM_UP = 200;
const AIMS = { firstPageMs: 25, perSecond: 8_000, bytes: 1_100 };
const DAY_MS = 86_400_000;

const TRACE = `query Trace($id: ID!) { trace(id: $id, first: 50) {
  nodes { id kind label depth recordedAt } edges { from to relation } pageInfo { endCursor hasNextPage } complete lag } }`;

const IMPACT = `query Impact($id: ID!) { impact(id: $id, first: 50) {
  rollups { id label hour modelVersion responses } pageInfo { endCursor hasNextPage } complete lag } }`;
const TOTALS = `query Totals($id: ID!) { impact(id: $id, first: 1) {
  totals { rollups segments responses inferred firstHour lastHour complete } } }`;
const PATH = `query Path($id: ID!) { path(from: $id, to: "ModelVersion:0") { nodes { id kind } edges { from to relation } } }`;

/** Latency of lineage answers over 1M responses, on Neo4j and on the database, and how fast Neo4j is filled. */
export async function traceLatency({ databaseUrl, neo4jUrl, neo4j }: Place): Promise<Report> {
  const record = await startScoreline(databaseUrl);
  // The last whole hour: nothing is dated ahead.
  const until = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const ingested = await inFlight(batches(until), 2, (body) => ingest(record.url, body, BATCH));
  // What was accepted is also followed: while predictions come in, the stores are not equally far.
  await followed(record);
  const began = performance.now();
  const filling = await startScoreline(databaseUrl, { NEO4J_URL: neo4jUrl });
  await followed(filling);
  const projected = (performance.now() - began) / 1000;
  await filling.stop();
  const bytes = (await bytesOnDisk(neo4j)) / RESPONSES;
  const graph = await startScoreline(databaseUrl, { NEO4J_URL: neo4jUrl });
  await followed(graph);

  const ofDays = await scoreIds(record, until, CALLS + WARM_UP, dayOfCell);
  const ofAll = await scoreIds(record, until, CALLS + WARM_UP, monthOfAll);
  const responses = await responseIds(record, CALLS + WARM_UP);
  const rows = [];
  const p99: number[] = [];
  const each = (id: string) => Array.from({ length: CALLS + WARM_UP }, () => id);
  for (const [what, query, ids] of [
    ['trace of a score of one cell and day, first page of 50', TRACE, ofDays],
    ['trace of a score of all cells and a month, first page of 50', TRACE, ofAll],
    ['trace of one response, upstream', TRACE, responses],
    ['impact of the source of everything, first page of 50', IMPACT, each('Source:bench')],
    ['impact of the model version of everything, first page of 50', IMPACT, each('ModelVersion:0')],
    ['path from one response to its model version', PATH, responses],
    ['totals of the impact of the source', TOTALS, each('Source:bench')],
  ] as const) {
    const [onGraph, onRecord] = await latencies([graph, record], query, ids);
    for (const [store, times = []] of [
      ['Neo4j', onGraph],
      ['the database', onRecord],
    ] as const) {
      const found = distribution(times);
      // The totals are no page.
      if (store === 'Neo4j' && query !== TOTALS) p99.push(found.p99);
      rows.push([what, store, figure(found.p50), figure(found.p99), figure(found.max)]);
    }
  }
  await Promise.all([graph.stop(), record.stop()]);
  const rate = (seconds: number) => `${figure(RESPONSES / seconds)} responses/s`;
  return {
    title: 'lineage of scores and responses over 1M responses',
    method:
      `${figure(RESPONSES)} responses of 64 cells over ${DAYS} days, brought in by batches of ${figure(BATCH)}, two in flight, ` +
      `at ${rate(ingested)}; then Neo4j was filled from nothing at ${rate(projected)} (the server's start included) and took ${figure(bytes)} bytes of disk ` +
      `per response after a stop. ` +
      `${CALLS} GraphQL calls after ${WARM_UP}, each with another id, one after another, the two stores in turn; both gave the ` +
      'same pages.',
    columns: ['what', 'answered by', 'p50 ms', 'p99 ms', 'max ms'],
    rows,
    bars: [
      {
        aim: `p99 of first pages from Neo4j under ${AIMS.firstPageMs} ms`,
        found: `${figure(Math.max(...p99))} ms`,
        met: Math.max(...p99) < AIMS.firstPageMs,
      },
      {
        aim: `${figure(AIMS.perSecond)} responses/s projected`,
        found: rate(projected),
        met: RESPONSES / projected >= AIMS.perSecond,
      },
      {
        aim: `at most ${figure(AIMS.bytes)} bytes per response on the disk of Neo4j`,
        found: `${figure(bytes)} bytes`,
        met: bytes <= AIMS.bytes,
      },
    ],
  };
}

/** Of the store of Neo4j, without its log of transactions, after everything was written to it. */
async function bytesOnDisk(neo4j: Neo4jHandle): Promise<number> {
  await stopNeo4j(neo4j);
  const store = join(neo4j.dataDir, 'data', 'databases', 'neo4j');
  const files = readdirSync(store, { recursive: true, encoding: 'utf8' });
  const bytes = files
    .map((file) => statSync(join(store, file)))
    .reduce((sum, { blocks }) => sum + blocks * 512, 0);
  await startNeo4jAgain(neo4j);
  return bytes;
}

function* batches(until: number): Generator<string> {
  for (let from = 0; from < RESPONSES; from += BATCH) {
    // Without comments: no model reads them while lineage is measured.
    const items = Array.from({ length: BATCH }, (_, i) => ({
      ...responseAt(from + i, until, DAYS),
      comment: null,
    }));
    yield JSON.stringify(items);
  }
}

interface Asked {
  readonly segment: Record<string, string[]>;
  readonly window: string;
  /** Days before the end of what there is. */
  readonly daysBack: number;
}

/** Cell after cell, day after day. */
const dayOfCell = (n: number): Asked => ({
  segment: Object.fromEntries(Object.entries(cellFields(n % 64)).map(([field, value]) => [field, [value]])),
  window: 'P1D',
  daysBack: 1 + (n % (DAYS - 2)),
});
const monthOfAll = (n: number): Asked => ({ segment: {}, window: 'P30D', daysBack: n % (DAYS - 2) });

/** Scores with responses, as they are asked for by number. */
async function scoreIds(
  server: Server,
  until: number,
  count: number,
  asked: (n: number) => Asked,
): Promise<string[]> {
  const query = `query ($segment: SegmentInput!, $window: Duration!, $asOf: DateTime!) {
    nps(segment: $segment, window: $window, asOf: $asOf) { id responses } }`;
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { daysBack, ...score } = asked(n);
    const variables = { ...score, asOf: new Date(until - daysBack * DAY_MS).toISOString() };
    const { nps } = await graphql<{ nps: { id: string; responses: number }[] }>(server.url, query, variables);
    const [row] = nps;
    if (!row || row.responses === 0) throw new Error(`no responses: ${JSON.stringify(variables)}`);
    ids.push(row.id);
  }
  return ids;
}

async function responseIds(server: Server, count: number): Promise<string[]> {
  const query = 'query ($first: Int!) { responses(first: $first) { edges { node { id } } } }';
  const { responses } = await graphql<{ responses: { edges: { node: { id: string } }[] } }>(
    server.url,
    query,
    {
      first: count,
    },
  );
  return responses.edges.map(({ node }) => node.id);
}

interface Answer {
  readonly trace?: { readonly nodes: object[]; readonly edges: object[] };
  readonly impact?: { readonly rollups?: object[]; readonly totals?: object };
  readonly path?: object | null;
}

/** Milliseconds of each call after the warm-up, by server; the servers must give the same nodes and edges. */
async function latencies(
  servers: readonly Server[],
  query: string,
  ids: readonly string[],
): Promise<number[][]> {
  const times = servers.map((): number[] => []);
  for (const [call, id] of ids.entries()) {
    const pages = new Set<string>();
    for (const [index, { url }] of servers.entries()) {
      const began = performance.now();
      const { trace, impact, path } = await graphql<Answer>(url, query, { id });
      if (call >= WARM_UP) times[index]?.push(performance.now() - began);
      pages.add(JSON.stringify([trace?.nodes, trace?.edges, impact?.rollups, impact?.totals, path]));
    }
    if (pages.size > 1)
      throw new Error(`the stores differ on ${id}: ${[...pages].join('\n').slice(0, 4_000)}`);
  }
  return times;
}
