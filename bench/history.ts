import pg from 'pg';
import { BARE_INSERT, BARE_TABLE } from './ingest.ts';
import { cpuOfAll, postmasterOf } from './kit/postgres-cpu.ts';
import { pause, type Server, startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { inFlight, ingest, responseAt } from './kit/traffic.ts';

const SIZES = [50_000, 1_000_000, 10_000_000];
/** Comes in through the endpoint; the rest of the history is copies of it. */
const TAKEN_IN = 50_000;
const ROUNDS = 3;
const ROWS = 20_000;
const BATCH = 500;
const AT_ONCE = 4;
const DAYS = 30;
/** How much earlier each copy is than the one before: 10M answers are of two years. */
const STEP_HOURS = 84;
/** What an answer without findings stores for as long as it is kept. */
const TABLES = ['source_event', 'response_key', 'response'];
/**
 * So many copies come after the checkpoint, in which each page of the indexes changes: a page is logged whole when it first changes after
 * a checkpoint. Checkpoints are minutes apart, so that answers mostly find pages that were logged.
 */
const SINCE_CHECKPOINT = 6;
/** At the last size, of the rate at the first. */
const AIM = 0.9;

const COLUMNS = `SELECT column_name AS name, data_type AS type FROM information_schema.columns
  WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`;

interface Found {
  readonly rates: number[];
  readonly bare: number[];
  readonly ourCpu: number[];
  readonly postgresCpu: number[];
  readonly bytes: number;
  /** Bytes of the write-ahead log, and pages that were logged whole, of an answer. */
  readonly log: number[];
  readonly pages: number[];
  /** The round that begins with a checkpoint. */
  readonly afterCheckpoint: Round;
}

/** Of one answer; CPU in µs. */
interface Round {
  readonly rate: number;
  readonly ourCpu: number;
  readonly postgresCpu: number;
  readonly log: number;
  readonly pages: number;
}

/** How fast answers are taken in while there are more and more of them on disk. */
export async function history({ databaseUrl }: Place): Promise<Report> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: AT_ONCE });
  const server = await startScoreline(databaseUrl, { SCORELINE_ROLES: 'api,ingest' });
  const bodies = bodiesOf();
  await inFlight(bodies(TAKEN_IN), AT_ONCE, (body) => ingest(server.url, body, BATCH));
  for (const table of TABLES) await pool.query(`CREATE TABLE taken_${table} AS SELECT * FROM ${table}`);
  const found: Found[] = [];
  let copies = 1;
  for (const size of SIZES) {
    for (; copies < size / TAKEN_IN; copies++) {
      if (copies === size / TAKEN_IN - SINCE_CHECKPOINT) await pool.query('CHECKPOINT');
      await addCopy(pool, copies);
    }
    found.push(await measure(server, pool, bodies));
  }
  await pool.end();
  await server.stop();
  return reportOf(found);
}

/** Stores what was taken in once more, earlier and under other ids; triggers write rollups and the journal. */
async function addCopy(pool: pg.Pool, copy: number): Promise<void> {
  const client = await pool.connect();
  await client.query('BEGIN');
  for (const table of TABLES) {
    const { rows } = await client.query<{ name: string; type: string }>(COLUMNS, [table]);
    const values = rows.map(({ name, type }) => {
      const column = `"${name}"`;
      if (type === 'timestamp with time zone') return `${column} - interval '${copy * STEP_HOURS} hours'`;
      // The same persons answer again.
      if (type === 'uuid' && name !== 'subject_id') return `md5(${column}::text || '${copy}')::uuid`;
      return column;
    });
    const names = rows.map(({ name }) => `"${name}"`).join(', ');
    await client.query(`INSERT INTO ${table} (${names}) SELECT ${values.join(', ')} FROM taken_${table}`);
  }
  await client.query('COMMIT');
  client.release();
}

async function measure(server: Server, pool: pg.Pool, bodies: (count: number) => string[]): Promise<Found> {
  const postmaster = await postmasterOf(pool);
  await pool.query(BARE_TABLE);
  await inFlight(bodies(ROWS / 4), AT_ONCE, (body) => ingest(server.url, body, BATCH));
  const { rows } = await pool.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database())::float8 AS bytes',
  );
  const bare: number[] = [];
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const made = bodies(ROWS);
    bare.push(
      ROWS / (await inFlight(made, AT_ONCE, (body) => pool.query({ ...BARE_INSERT, values: [body] }))),
    );
    rounds.push(await measureRound(server, pool, postmaster, bodies(ROWS)));
  }
  await pool.query('CHECKPOINT');
  const afterCheckpoint = await measureRound(server, pool, postmaster, bodies(ROWS));
  await pool.query('DROP TABLE bare');
  return {
    rates: rounds.map(({ rate }) => rate),
    bare,
    ourCpu: rounds.map(({ ourCpu }) => ourCpu),
    postgresCpu: rounds.map(({ postgresCpu }) => postgresCpu),
    bytes: rows[0]?.bytes ?? Number.NaN,
    log: rounds.map(({ log }) => log),
    pages: rounds.map(({ pages }) => pages),
    afterCheckpoint,
  };
}

const LOG = 'SELECT wal_bytes::float8 AS bytes, wal_fpi::float8 AS pages FROM pg_stat_wal';
/** How long a session of PostgreSQL keeps what it has counted to itself, at most. */
const COUNTED_MS = 1_100;

async function measureRound(
  server: Server,
  pool: pg.Pool,
  postmaster: number,
  made: readonly string[],
): Promise<Round> {
  const logged = async () => {
    await pause(COUNTED_MS);
    const { rows } = await pool.query<{ bytes: number; pages: number }>(LOG);
    return rows[0] ?? { bytes: Number.NaN, pages: Number.NaN };
  };
  const logBefore = await logged();
  const before = [server.cpuSeconds(), cpuOfAll(postmaster)] as const;
  const seconds = await inFlight(made, AT_ONCE, (body) => ingest(server.url, body, BATCH));
  const ourCpu = ((server.cpuSeconds() - before[0]) / ROWS) * 1e6;
  const postgresCpu = ((cpuOfAll(postmaster) - before[1]) / ROWS) * 1e6;
  const { bytes, pages } = await logged();
  return {
    rate: ROWS / seconds,
    ourCpu,
    postgresCpu,
    log: (bytes - logBefore.bytes) / ROWS,
    pages: (pages - logBefore.pages) / ROWS,
  };
}

function reportOf(found: readonly Found[]): Report {
  const rates = found.map((one) => median(one.rates));
  const cpus = found.map((one) => median(one.ourCpu) + median(one.postgresCpu));
  const [first = Number.NaN] = rates;
  const last = rates.at(-1) ?? Number.NaN;
  return {
    title: 'responses per second, by the answers that are stored',
    method:
      `${figure(TAKEN_IN)} made-up responses over 64 cells and ${DAYS} days, a third with a comment, encrypted and redacted, came in through /ingest/responses on TimescaleDB ` +
      `with fsync on; SQL copied their rows under other ids, each copy ${STEP_HOURS} hours earlier, with triggers, so with rollups and journal, the last ${SINCE_CHECKPOINT} copies after a checkpoint. Then ${ROUNDS} rounds of ` +
      `${figure(ROWS)} new ones of the last ${DAYS} days in batches of ${BATCH}, ${AT_ONCE} in flight, in turn with the baseline, medians: the same bodies by raw pg into a bare table. ` +
      'A last round follows on a checkpoint, when each page is logged whole once more. The process has the roles api and ingest. CPU, log and pages are of one response. CPU: user and kernel time of the server, and of PostgreSQL with all its processes.',
    columns: [
      'answers stored',
      'database, GB',
      'responses/s',
      'rounds',
      'ratio to the first size',
      'ratio to the bare batches',
      'µs CPU of our server',
      'µs CPU of PostgreSQL',
      'bytes of log',
      'whole pages in it',
      'after a checkpoint: responses/s',
      'µs CPU of both',
      'whole pages',
    ],
    rows: found.map((one, index) => [
      figure(SIZES[index] ?? Number.NaN),
      figure(one.bytes / 1e9),
      figure(rates[index] ?? Number.NaN),
      one.rates.map(figure).join(', '),
      figure((rates[index] ?? Number.NaN) / first),
      figure((rates[index] ?? Number.NaN) / median(one.bare)),
      figure(median(one.ourCpu)),
      figure(median(one.postgresCpu)),
      figure(median(one.log)),
      figure(median(one.pages)),
      figure(one.afterCheckpoint.rate),
      figure(one.afterCheckpoint.ourCpu + one.afterCheckpoint.postgresCpu),
      figure(one.afterCheckpoint.pages),
    ]),
    bars: [
      {
        aim: `at ${figure(SIZES.at(-1) ?? Number.NaN)} answers at least ${AIM} of the rate at ${figure(SIZES[0] ?? Number.NaN)}`,
        found: `${figure(last / first)}; CPU of both per response ${figure((cpus.at(-1) ?? Number.NaN) / (cpus[0] ?? Number.NaN))} times`,
        met: last / first >= AIM,
      },
    ],
  };
}

/** Makes request bodies of responses that were not made before. */
function bodiesOf(): (count: number) => string[] {
  const until = Date.now();
  let next = 0;
  return (count) =>
    Array.from({ length: count / BATCH }, () =>
      JSON.stringify(
        Array.from({ length: BATCH }, () => {
          next += 1;
          return responseAt(next, until, DAYS);
        }),
      ),
    );
}
