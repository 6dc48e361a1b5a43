import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import pg from 'pg';
import { cellKey } from '../domain/segments/cell.ts';
import base from '../scoreline.config.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { migrate } from '../store/setup/migrate.ts';
import { KEY, type Server, startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { cellFields, post } from './kit/traffic.ts';

const CELLS = 64;
const ROUNDS = 5;
const ROUND_SECONDS = 3;
const AIM = 1.3;
const DAY_MS = 86_400_000;

/** What a database holds: how many days of every hour of every cell, and from how many answers an hour has. */
const HISTORIES = [
  { name: '30 days, 12 or more answers an hour', days: 30, least: 12 },
  { name: '2 years, 12 or more answers an hour', days: 730, least: 12 },
  { name: '2 years, 1 or more answers an hour', days: 730, least: 1 },
] as const;
type History = (typeof HISTORIES)[number];

const QUERIES = {
  'nps P30D by region': '{ nps(groupBy: [REGION]) { score responses low high } }',
  'nps P30D': '{ nps { score responses low high } }',
} as const;

interface Cost {
  /** Milliseconds of elapsed time per request: the load, the server and the database share the machine. */
  readonly ms: number;
  /** Microseconds of the server's CPU time per request. */
  readonly cpu: number;
}

/** The feed's minute is not spent: what is measured are answers, not refusals. */
const CONFIG = {
  ...base,
  limits: {
    ...base.limits,
    cost: {
      default: { operation: 10_000, minute: 6_000_000 },
      admin: { operation: 10_000, minute: null },
      feed: { operation: 1_000, minute: 1_000_000_000 },
    },
  },
};

/** What a request of a key costs that receives releases of at least k responses, against an administrator's. */
export async function guarded({ databaseUrl }: Place): Promise<Report> {
  await makeCells(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-bench-config-'));
  const config = join(folder, 'scoreline.config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const rows: string[][] = [];
  let worst = 0;
  for (const history of HISTORIES) {
    await fill(databaseUrl, history);
    const server = await startScoreline(databaseUrl, { SCORELINE_CONFIG: config });
    const feed = await feedKey(server);
    const begin = performance.now();
    await ask(server, feed, QUERIES['nps P30D by region']);
    const first = performance.now() - begin;
    for (const [name, query] of Object.entries(QUERIES)) {
      const costs: Record<string, Cost[]> = { [KEY]: [], [feed]: [] };
      for (const key of [KEY, feed]) await load(server, key, query, 2);
      for (let round = 0; round < ROUNDS; round++)
        for (const key of [KEY, feed]) costs[key]?.push(await load(server, key, query, ROUND_SECONDS));
      const of = (key: string, part: keyof Cost) => median((costs[key] ?? []).map((cost) => cost[part]));
      const ratio = (part: keyof Cost) => of(feed, part) / of(KEY, part);
      worst = Math.max(worst, ratio('cpu'));
      rows.push([
        history.name,
        name,
        figure(of(KEY, 'cpu')),
        figure(of(feed, 'cpu')),
        figure(ratio('cpu')),
        figure(ratio('ms')),
        figure(first / 1_000),
      ]);
    }
    await server.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    title: 'a request of a key held to small cells against an administrator’s',
    method:
      `${CELLS} cells with answers in every hour, written as rollups; over HTTP, 8 connections, ${ROUNDS} rounds of ${ROUND_SECONDS} s in turn after a ` +
      'warm-up, medians. CPU: user and kernel time of the server (/proc/PID/stat); elapsed time also holds the database’s work and the load’s. ' +
      'The first request of the key cuts the releases of the whole history and writes them.',
    columns: [
      'history',
      'query',
      'µs CPU, administrator',
      'µs CPU, feed',
      'ratio of CPU',
      'ratio of elapsed time',
      'first request, s',
    ],
    rows,
    bars: [{ aim: `at most ${AIM} times the administrator’s CPU`, found: figure(worst), met: worst <= AIM }],
  };
}

async function makeCells(databaseUrl: string): Promise<void> {
  const store = openPostgres(databaseUrl, () => undefined);
  await migrate(store);
  await store.close();
  const attributes = Array.from({ length: CELLS }, (_, n) => {
    const { productLine, region, lifecycleStage, channel } = cellFields(n);
    return { product_line: productLine, region, lifecycle_stage: lifecycleStage, channel };
  });
  await query(
    databaseUrl,
    'INSERT INTO cell (key, attributes) SELECT * FROM unnest($1::text[], $2::jsonb[])',
    [attributes.map(cellKey), attributes.map((one) => JSON.stringify(one))],
  );
}

/** The history in place of the one before, and no ledgers. */
async function fill(databaseUrl: string, { days, least }: History): Promise<void> {
  const until = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  await query(
    databaseUrl,
    'TRUNCATE rollup_hour, rollup_day, disclosure_lot, disclosure_cell, disclosure_ledger',
  );
  await query(
    databaseUrl,
    `INSERT INTO rollup_hour (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
      SELECT id, 0, bucket, p, q, d, p + q + d, 0, 0 FROM (
        SELECT c.id, bucket, $3 + (c.id + h) % 9 AS p, (c.id + h) % 5 AS q, h % 4 AS d
        FROM cell c, generate_series(0, 24 * $2::int - 1) h, LATERAL (SELECT $1::timestamptz + h * interval '1 hour' AS bucket) b) x`,
    [new Date(until - days * DAY_MS), days, least],
  );
  await query(
    databaseUrl,
    `INSERT INTO rollup_day (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
      SELECT cell_id, 0, date_trunc('day', bucket, 'UTC'), sum(promoters), sum(passives), sum(detractors), sum(n), 0, 0
      FROM rollup_hour GROUP BY 1, 3`,
  );
  await query(databaseUrl, 'VACUUM ANALYZE rollup_hour, rollup_day');
}

async function query(connectionString: string, text: string, parameters?: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(text, parameters);
  await client.end();
}

async function feedKey({ url }: Server): Promise<string> {
  const create = 'mutation { createApiKey(input: { name: "feed", role: "feed" }) { key } }';
  const { data } = await post<{ data: { createApiKey: { key: string } } }>(
    `${url}/graphql`,
    JSON.stringify({ query: create }),
  );
  return data.createApiKey.key;
}

async function ask({ url }: Server, key: string, text: string): Promise<void> {
  const answer = await fetch(`${url}/graphql`, { method: 'POST', ...requestOf(key, text) });
  const { errors, data } = (await answer.json()) as {
    errors?: object[];
    data?: { nps: { responses: number }[] };
  };
  if (errors || !data?.nps[0]?.responses) throw new Error(`no score: ${JSON.stringify(errors ?? data)}`);
}

function requestOf(key: string, text: string) {
  return {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: text }),
  };
}

async function load(server: Server, key: string, text: string, seconds: number): Promise<Cost> {
  await ask(server, key, text);
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: `${server.url}/graphql`,
    method: 'POST',
    ...requestOf(key, text),
    connections: 8,
    duration: seconds,
  });
  const used = server.cpuSeconds() - before;
  if (result.non2xx + result.errors > 0) {
    const { errors, timeouts, statusCodeStats } = result;
    throw new Error(
      `requests failed: ${errors} without an answer (${timeouts} late), ${JSON.stringify(statusCodeStats)}`,
    );
  }
  const { total } = result.requests;
  return { ms: (1_000 * result.duration) / total, cpu: (1e6 * used) / total };
}
