import pg from 'pg';
import { type Server, startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { inFlight, ingest, responseAt } from './kit/traffic.ts';

const ROUNDS = 3;
/** Requests before the first round, in which the code is compiled: it takes twice the CPU time in them. */
const WARM_UP = 4_000;
const AIM = 5_000;
const AIM_OF_SINGLES = 0.8;

/** What is sent in one way. */
interface Shape {
  readonly batch: number;
  readonly atOnce: number;
  readonly rows: number;
  /** Of the baseline. */
  readonly bareAtOnce: number;
  readonly bareRows: number;
}
const BATCHES: Shape = { batch: 500, atOnce: 4, rows: 20_000, bareAtOnce: 4, bareRows: 20_000 };
const SINGLES: Shape = { batch: 1, atOnce: 64, rows: 4_000, bareAtOnce: 1, bareRows: 600 };

/** A bare table, whose columns are the fields of a response. */
export const BARE_TABLE = `CREATE TABLE bare ("externalId" text PRIMARY KEY, source text, respondent text, "answeredAt" timestamptz,
  score int, comment text, "productLine" text, region text, "lifecycleStage" text, channel text)`;
/** Inserts a JSON list into it. */
export const BARE_INSERT = {
  name: 'bare',
  text: 'INSERT INTO bare SELECT * FROM jsonb_populate_recordset(NULL::bare, $1)',
};

interface Rounds {
  readonly ours: number[];
  readonly bare: number[];
  /** µs of our server for each response. */
  readonly cpu: number[];
}

/** Responses per second over HTTP, durable and with rollups, journal and provenance, against inserts into a bare table. */
export async function ingestRate({ databaseUrl }: Place): Promise<Report> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: BATCHES.bareAtOnce });
  const bodies = bodiesOf();
  const measured = async (roles: string) => {
    const server = await startScoreline(databaseUrl, { SCORELINE_ROLES: roles });
    await pool.query(BARE_TABLE);
    const found = {
      batches: await roundsOf(server, pool, bodies, BATCHES),
      singles: await roundsOf(server, pool, bodies, SINGLES),
    };
    await server.stop();
    await pool.query('DROP TABLE bare');
    return found;
  };
  const alone = await measured('api,ingest');
  const whole = await measured('api,ingest,follow');
  await pool.end();
  const bareBatches = median(alone.batches.bare);
  const row = (what: string, rates: readonly number[], base: readonly number[], cpu: readonly number[]) => [
    what,
    figure(median(rates)),
    rates.map(figure).join(', '),
    figure(median(rates) / median(base)),
    figure(median(rates) / bareBatches),
    cpu.length > 0 ? figure(median(cpu)) : '',
  ];
  const both = ({ batches, singles }: typeof alone, where: string) => [
    row(
      `batches of ${BATCHES.batch}, ${BATCHES.atOnce} in flight${where}`,
      batches.ours,
      batches.bare,
      batches.cpu,
    ),
    row(
      `single rows, ${SINGLES.atOnce} in flight (group commit)${where}`,
      singles.ours,
      singles.bare,
      singles.cpu,
    ),
  ];
  const ratio = median(alone.singles.ours) / median(alone.singles.bare);
  return {
    title: 'responses per second, durable, rollups included',
    method:
      `Made-up responses over 64 cells and 30 days, a third with a comment, encrypted and redacted, sent to /ingest/responses, on TimescaleDB with fsync on; ${ROUNDS} rounds of ` +
      `${figure(BATCHES.rows)} in batches and of ${figure(SINGLES.rows)} single ones, each in turn with its baseline after a warm-up of ${figure(WARM_UP)} requests or responses, medians. ` +
      'The process has the roles api and ingest; in the last two rows it also scores and seals what it stored, on the same cores. Baseline: the same bodies by raw pg into a bare table with only a ' +
      'primary key (no triggers, no rollups, no journal, no provenance, no HTTP), one statement and commit per batch, as many connections as requests in flight; single rows one commit ' +
      'after another on one connection.',
    columns: [
      'what',
      'responses/s',
      'rounds',
      'ratio to its baseline',
      'ratio to the bare batches',
      'µs CPU of our server',
    ],
    rows: [
      row(`baseline: raw pg, batches of ${BATCHES.batch}`, alone.batches.bare, alone.batches.bare, []),
      row(
        'baseline: raw pg, one row per commit, one after another',
        alone.singles.bare,
        alone.singles.bare,
        [],
      ),
      ...both(alone, ''),
      ...both(whole, ', in a process that follows too'),
    ],
    bars: [
      {
        aim: `at least ${figure(AIM)} responses/s in batches`,
        found: `${figure(median(alone.batches.ours))}/s`,
        met: median(alone.batches.ours) >= AIM,
      },
      {
        aim: `single rows at ${AIM_OF_SINGLES} of bare commits one after another`,
        found: figure(ratio),
        met: ratio >= AIM_OF_SINGLES,
      },
    ],
  };
}

/** Rounds of ours and of the baseline in turn. */
async function roundsOf(
  server: Server,
  pool: pg.Pool,
  bodies: ReturnType<typeof bodiesOf>,
  { batch, atOnce, rows, bareAtOnce, bareRows }: Shape,
): Promise<Rounds> {
  const send = (body: string) => ingest(server.url, body, batch);
  const insertBare = (body: string) => pool.query({ ...BARE_INSERT, values: [body] });
  await inFlight(bodies(WARM_UP, batch), atOnce, send);
  const found: Rounds = { ours: [], bare: [], cpu: [] };
  for (let round = 0; round < ROUNDS; round++) {
    found.bare.push(bareRows / (await inFlight(bodies(bareRows, batch), bareAtOnce, insertBare)));
    const before = server.cpuSeconds();
    found.ours.push(rows / (await inFlight(bodies(rows, batch), atOnce, send)));
    found.cpu.push(((server.cpuSeconds() - before) / rows) * 1e6);
  }
  return found;
}

/** Makes request bodies of responses that were not made before. */
function bodiesOf(): (count: number, batch: number) => string[] {
  const until = Date.now();
  let next = 0;
  return (count, batch) =>
    Array.from({ length: count / batch }, () => {
      const items = Array.from({ length: batch }, () => {
        next += 1;
        return responseAt(next, until, 30);
      });
      return JSON.stringify(items);
    });
}
