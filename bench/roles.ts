import { loadavg } from 'node:os';
import autocannon from 'autocannon';
import pg from 'pg';
import { cpuOfAll, postmasterOf } from './kit/postgres-cpu.ts';
import { KEY, pause, type Server, startScoreline } from './kit/process.ts';
import { figure, type Place, type Report } from './kit/report.ts';
import { followed, inFlight, ingest, responseAt } from './kit/traffic.ts';

const ROLES = ['ingest', 'follow', 'api'] as const;
type Role = (typeof ROLES)[number];
const RESPONSES = 20_000;
const BATCH = 500;
const BATCHES_AT_ONCE = 4;
const READ_SECONDS = 6;
const CONNECTIONS = 10;
const LOOK_MS = 100;
const IDLE_MS = 5_000;

const READS = {
  'a request: `nps` of 30 days, 64 cells': '{ nps { id score low high responses } }',
  'a request: `nps` of 30 days by region': '{ nps(groupBy: [REGION]) { score low high responses } }',
};

/** What one process of each role needs for its work, where each role has a process of its own. */
export async function roles({ databaseUrl, neo4jUrl }: Place): Promise<Report> {
  const load = loadavg()[0] ?? 0;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const servers = new Map<Role, Server>();
  for (const role of ROLES)
    servers.set(
      role,
      // The name by which its connections are counted.
      await startScoreline(`${databaseUrl}?application_name=${role}`, {
        SCORELINE_ROLES: role,
        NEO4J_URL: neo4jUrl,
      }),
    );
  const of = (role: Role) => servers.get(role) as Server;
  const connections = watchConnections(pool);
  await pause(IDLE_MS);
  const idle = new Map(ROLES.map((role) => [role, of(role).peakMiB()]));

  const postmaster = await postmasterOf(pool);
  const before = {
    ingest: of('ingest').cpuSeconds(),
    follow: of('follow').cpuSeconds(),
    pg: cpuOfAll(postmaster),
  };
  await inFlight(bodies(), BATCHES_AT_ONCE, (body) => ingest(of('ingest').url, body, BATCH));
  const [taken, pgTaken] = [of('ingest').cpuSeconds() - before.ingest, cpuOfAll(postmaster) - before.pg];
  await followed(of('follow'));
  const [followedCpu, pgAll] = [of('follow').cpuSeconds() - before.follow, cpuOfAll(postmaster) - before.pg];
  const rows = [
    ['ingest', `a response in batches of ${BATCH}`, taken, RESPONSES, pgTaken],
    ['follow', 'a response scored, sealed and in Neo4j', followedCpu, RESPONSES, pgAll - pgTaken],
  ] as [Role, string, number, number, number][];
  for (const [name, query] of Object.entries(READS)) {
    await read(of('api'), query, 2);
    const start = [of('api').cpuSeconds(), cpuOfAll(postmaster)] as const;
    const requests = await read(of('api'), query, READ_SECONDS);
    rows.push(['api', name, of('api').cpuSeconds() - start[0], requests, cpuOfAll(postmaster) - start[1]]);
  }
  const most = await connections.stop();
  const peak = new Map(ROLES.map((role) => [role, of(role).peakMiB()]));
  await pool.end();
  for (const server of servers.values()) await server.stop();
  return {
    title: 'what a process of each role needs',
    method:
      `One process per role on one database: ${figure(RESPONSES)} made-up responses over 64 cells and 30 days, a third with a comment, encrypted and redacted, ` +
      `${BATCHES_AT_ONCE} requests in flight; then ${CONNECTIONS} connections that ask for ${READ_SECONDS} s each. CPU: user and kernel time of the process, and of PostgreSQL with all its ` +
      'backends, over the units of work; what PostgreSQL did while others were still followed counts for the one that was measured. Per core: units for a second of the ' +
      `process's CPU time. Memory: idle ${IDLE_MS / 1_000} s after the start, and the highest. Load of the machine at the start: ${figure(load)}.`,
    columns: [
      'role',
      'unit',
      'µs CPU of the process',
      'units per core and second',
      'µs CPU of PostgreSQL',
      'idle MiB',
      'most MiB',
      'most connections',
    ],
    rows: rows.map(([role, unit, cpu, count, pgCpu]) => [
      role,
      unit,
      figure((1e6 * cpu) / count),
      figure(count / cpu),
      figure((1e6 * pgCpu) / count),
      figure(idle.get(role) ?? Number.NaN),
      figure(peak.get(role) ?? Number.NaN),
      String(most.get(role) ?? 0),
    ]),
    bars: [],
  };
}

function* bodies(): Generator<string> {
  const now = Date.now();
  for (let first = 0; first < RESPONSES; first += BATCH)
    yield JSON.stringify(Array.from({ length: BATCH }, (_, i) => responseAt(first + i, now, 30)));
}

async function read({ url }: Server, query: string, seconds: number): Promise<number> {
  const result = await autocannon({
    url: `${url}/graphql`,
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    connections: CONNECTIONS,
    duration: seconds,
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`);
  return result.requests.total;
}

/** The most connections that each application had at once, until it is stopped. */
function watchConnections(pool: pg.Pool) {
  const most = new Map<string, number>();
  let isStopped = false;
  const done = (async () => {
    while (!isStopped) {
      const { rows } = await pool.query<{ name: string; n: number }>(
        'SELECT application_name AS name, count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1',
      );
      for (const { name, n } of rows) most.set(name, Math.max(n, most.get(name) ?? 0));
      await pause(LOOK_MS);
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await done;
      return most;
    },
  };
}
