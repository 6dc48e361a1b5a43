import autocannon from 'autocannon';
import pg from 'pg';
import { cellKey } from '../domain/segments/cell.ts';
import { DAY_MS } from '../domain/time/zone-clock.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { migrate } from '../store/setup/migrate.ts';
import { KEY, type Server, startProgram, startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { POSTGRAPHILE, SERIES, startPostgraphile } from './peers/postgraphile.ts';

const CELLS = 1_000;
const DAYS = 1_000;
const ROUNDS = 4;
const ROUND_SECONDS = 5;
/** Segments that the requests go round; one alone would be the best case of any cache. */
const SEGMENTS = 100;
const FROM = '2025-06-01T00:00:00Z';
const TO = '2025-08-30T00:00:00Z';
const CONNECTIONS = 10;
/** Where each request is another: each connection has segments of its own, and asks for windows so many days earlier in one load. */
const DAYS_EARLIER = 150;
const AIM = 1.5;

const fields = (more: string) => `query Series($segment: SegmentInput!, $from: DateTime!, $to: DateTime!) {
  npsSeries(segment: $segment, from: $from, to: $to) { time score ${more}responses promoters passives detractors } }`;

const MORE = 'id low high method ';
const DIRECT = 'application/json';
/** Apollo negotiates what few clients send (decision 0205). */
const BY_APOLLO = 'application/json;q=0.9';

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly requests: autocannon.Request[];
  /** Where the connections of a load, the first is 0, send others. */
  readonly ofConnection?: (connection: number, load: number) => autocannon.Request[];
}

/** 90 daily points of one segment out of a million daily rows, over HTTP with the key checked. */
export async function series({ databaseUrl }: Place): Promise<Report> {
  const cells = await fillDays(databaseUrl);
  const baseline = await startProgram('bench/series-baseline.ts', { DATABASE_URL: databaseUrl });
  const ours = await startScoreline(databaseUrl);
  const peer = await startPostgraphile(databaseUrl);
  const asked = cells.slice(0, SEGMENTS);
  const contenders = [...contendersOf(baseline, ours, asked), ...(peer ? [postgraphile(peer, asked)] : [])];
  await checkEqual(contenders);
  for (const contender of contenders) await load(contender, 3, 0);
  const rounds = contenders.map((): Round[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      rounds[index]?.push(await load(contender, ROUND_SECONDS, round + 1));
    }
  }
  await Promise.all([baseline, ours, peer].map((server) => server?.stop()));
  const rates = rounds.map((all) => all.map(({ rate }) => rate));
  const medians = rates.map(median);
  const [base = Number.NaN, , named = Number.NaN] = medians;
  return {
    title: '90 daily points of one segment out of 1M daily rows',
    method:
      `Segments of one cell each, ${SEGMENTS} in turn, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${ROUND_SECONDS} s each in turn ` +
      'after a warm-up, median of the rounds. Baseline: node:http with a pool of pg and one prepared statement by cell id, ' +
      'no GraphQL, no segments, no windows, no intervals. Never asked before: no two requests have the same segment and window, so ' +
      'that no answer is one that is remembered (decision 0229). CPU: of the program that answers, without the database. ' +
      (peer
        ? `${POSTGRAPHILE} answers the same rows by cell id from a stable function, with the same key checked, and no segments either.`
        : `${POSTGRAPHILE} could not be installed.`),
    columns: ['what', 'requests/s', 'rounds', 'ratio to the baseline', 'µs of its CPU a request'],
    rows: contenders.map(({ name }, index) => [
      name,
      figure(medians[index] ?? Number.NaN),
      (rates[index] ?? []).map(figure).join(', '),
      figure((medians[index] ?? Number.NaN) / base),
      figure(median((rounds[index] ?? []).map(({ cpuUs }) => cpuUs))),
    ]),
    bars: [
      {
        aim: `at least ${AIM} times the baseline with id and interval`,
        found: figure(named / base),
        met: named / base >= AIM,
      },
    ],
  };
}

/** Makes the tables, the cells and a million daily rows; the cells with their ids. */
export async function fillDays(databaseUrl: string) {
  const store = openPostgres(databaseUrl, () => undefined);
  await migrate(store);
  await store.close();
  const attributes = Array.from({ length: CELLS }, (_, n) => ({
    product_line: `product-${n % 10}`,
    region: `region-${Math.floor(n / 10) % 10}`,
    lifecycle_stage: `stage-${Math.floor(n / 100) % 5}`,
    channel: `channel-${Math.floor(n / 500)}`,
  }));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ id: number; attributes: (typeof attributes)[number] }>(
    'INSERT INTO cell (key, attributes) SELECT * FROM unnest($1::text[], $2::jsonb[]) RETURNING id, attributes',
    [attributes.map(cellKey), attributes.map((one) => JSON.stringify(one))],
  );
  await client.query(
    `INSERT INTO rollup_day (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
      SELECT c.id, 0, '2023-02-01T00:00:00Z'::timestamptz + d * interval '24 hours', 20 + (c.id + d) % 9, 10 + d % 7, 5 + d % 5,
        35 + (c.id + d) % 9 + d % 7 + d % 5, 25000, 20000000
      FROM cell c, generate_series(0, $1::int - 1) d`,
    [DAYS],
  );
  await client.query('VACUUM ANALYZE rollup_day');
  await client.query('ANALYZE cell');
  await client.end();
  return rows;
}

type Cells = Awaited<ReturnType<typeof fillDays>>;

function contendersOf(baseline: Server, ours: Server, cells: Cells): Contender[] {
  const authorization = `Bearer ${KEY}`;
  const graphql = (query: string, accept: string, asked = cells, earlier = 0) =>
    asked.map(({ attributes }): autocannon.Request => {
      const { product_line, region, lifecycle_stage, channel } = attributes;
      const segment = { productLine: [product_line], region: [region], lifecycleStage: [lifecycle_stage] };
      const variables = {
        segment: { ...segment, channel: [channel] },
        from: before(FROM, earlier),
        to: before(TO, earlier),
      };
      return {
        method: 'POST',
        path: '/graphql',
        headers: { authorization, accept, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      };
    });
  return [
    {
      name: 'baseline: raw pg + node:http',
      server: baseline,
      requests: cells.map(({ id }) => ({
        method: 'GET',
        path: `/?cell=${id}&from=${FROM}&to=${TO}`,
        headers: { authorization },
      })),
    },
    { name: 'npsSeries, the same fields', server: ours, requests: graphql(fields(''), DIRECT) },
    {
      name: 'npsSeries, with id and interval',
      server: ours,
      requests: graphql(fields(MORE), DIRECT),
    },
    {
      name: 'npsSeries, with id and interval, never asked before',
      server: ours,
      requests: graphql(fields(MORE), DIRECT),
      ofConnection: (connection, load) => {
        const own = cells.filter((_, i) => i % CONNECTIONS === connection);
        const days = Array.from({ length: DAYS_EARLIER }, (_, day) => load * DAYS_EARLIER + day + 1);
        return days.flatMap((earlier) => graphql(fields(MORE), DIRECT, own, earlier));
      },
    },
    {
      name: 'npsSeries, with id and interval, answered by Apollo',
      server: ours,
      requests: graphql(fields(MORE), BY_APOLLO),
    },
  ];
}

const before = (time: string, days: number): string =>
  new Date(Date.parse(time) - days * DAY_MS).toISOString();

const postgraphile = (server: Server, cells: Cells): Contender => ({
  name: `${POSTGRAPHILE}, the same fields`,
  server,
  requests: cells.map(({ id }) => ({
    method: 'POST',
    path: '/graphql',
    headers: { authorization: `Bearer ${KEY}`, accept: DIRECT, 'content-type': 'application/json' },
    body: JSON.stringify({ query: SERIES, variables: { cell: id, from: FROM, to: TO } }),
  })),
});

interface Row {
  readonly time: string;
  readonly responses: number;
  readonly promoters: number;
}

/** All must answer with the same 90 counts. */
async function checkEqual(contenders: readonly Contender[]): Promise<void> {
  const answers = await Promise.all(
    contenders.map(async ({ server: { url }, requests }) => {
      const { method, path, headers, body } = requests[0] as autocannon.Request;
      const init = { method: method ?? 'GET', headers: headers as Record<string, string> };
      const answer = await fetch(`${url}${path}`, body ? { ...init, body } : init);
      const content = (await answer.json()) as { data: Record<string, Row[]> } | Row[];
      const rows = Array.isArray(content) ? content : (Object.values(content.data)[0] ?? []);
      if (rows.length !== 90) throw new Error(`${rows.length} rows instead of 90`);
      return JSON.stringify(
        rows.map(({ time, responses, promoters }) => [Date.parse(time), responses, promoters]),
      );
    }),
  );
  if (new Set(answers).size !== 1) throw new Error(`the answers differ: ${answers.join('\n')}`);
}

/** Requests per second, and microseconds of CPU that the server used for each. */
interface Round {
  readonly rate: number;
  readonly cpuUs: number;
}

async function load(
  { name, server, requests, ofConnection }: Contender,
  seconds: number,
  number: number,
): Promise<Round> {
  let connection = 0;
  const setupClient = (client: autocannon.Client) => {
    if (ofConnection) client.setRequests(ofConnection(connection++, number));
  };
  const spent = server.cpuSeconds();
  const options = { url: server.url, requests, connections: CONNECTIONS, duration: seconds, setupClient };
  const result = await autocannon(options);
  if (result.non2xx + result.errors > 0) throw new Error(`${name}: ${result.non2xx + result.errors} failed`);
  const { total } = result.requests;
  return { rate: total / result.duration, cpuUs: ((server.cpuSeconds() - spent) / total) * 1e6 };
}
