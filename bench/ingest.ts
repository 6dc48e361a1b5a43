import pg from 'pg';
import { startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { inFlight, ingest, responseAt } from './kit/traffic.ts';

const ROUNDS = 3;
const PER_ROUND = 20_000;
const BATCH = 500;
const BATCHES_AT_ONCE = 4;
const SINGLE_ROWS = 3_000;
const SINGLES_AT_ONCE = 100;
const RAW_SINGLE_ROWS = 600;
const AIM = 5_000;

/** A bare table, whose columns are the fields of a response. */
export const BARE_TABLE = `CREATE TABLE bare ("externalId" text PRIMARY KEY, source text, respondent text, "answeredAt" timestamptz,
  score int, comment text, "productLine" text, region text, "lifecycleStage" text, channel text)`;
/** Inserts a JSON list into it. */
export const BARE_INSERT = {
  name: 'bare',
  text: 'INSERT INTO bare SELECT * FROM jsonb_populate_recordset(NULL::bare, $1)',
};

/** Responses per second over HTTP, durable and with rollups, journal and provenance, against inserts into a bare table. */
export async function ingestRate({ databaseUrl }: Place): Promise<Report> {
  const server = await startScoreline(databaseUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: BATCHES_AT_ONCE });
  await pool.query(BARE_TABLE);
  const insertRaw = (body: string) => pool.query({ ...BARE_INSERT, values: [body] });
  const bodies = bodiesOf();
  await inFlight(bodies(4 * BATCH, BATCH), BATCHES_AT_ONCE, (body) => ingest(server.url, body, BATCH));

  const ours: number[] = [];
  const raw: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const batches = bodies(PER_ROUND, BATCH);
    raw.push(PER_ROUND / (await inFlight(batches, BATCHES_AT_ONCE, insertRaw)));
    const before = server.cpuSeconds();
    ours.push(
      PER_ROUND / (await inFlight(batches, BATCHES_AT_ONCE, (body) => ingest(server.url, body, BATCH))),
    );
    cpu.push(((server.cpuSeconds() - before) / PER_ROUND) * 1e6);
  }
  const singles = bodies(SINGLE_ROWS, 1);
  const rawSingle = RAW_SINGLE_ROWS / (await inFlight(singles.slice(0, RAW_SINGLE_ROWS), 1, insertRaw));
  const single =
    SINGLE_ROWS / (await inFlight(singles, SINGLES_AT_ONCE, (body) => ingest(server.url, body, 1)));
  await pool.end();
  await server.stop();

  const row = (what: string, rate: number, rounds: readonly number[], base: number) => [
    what,
    figure(rate),
    rounds.map(figure).join(', '),
    figure(rate / base),
    figure(rate / median(raw)),
  ];
  return {
    title: 'responses per second, durable, rollups included',
    method:
      `Made-up responses over 64 cells and 30 days, a third with a comment, encrypted and redacted, on TimescaleDB with fsync on; ${ROUNDS} rounds of ` +
      `${figure(PER_ROUND)} in turn after a warm-up, median. Baseline: the same bodies by raw pg into a bare table with only a ` +
      'primary key (no triggers, no rollups, no journal, no provenance, no HTTP), one statement and commit per batch, as many ' +
      `connections as requests in flight; single rows one commit after another on one connection. ` +
      `CPU of our server alone: ${figure(median(cpu))} µs per response in batches.`,
    columns: ['what', 'responses/s', 'rounds', 'ratio to its baseline', 'ratio to the bare batches'],
    rows: [
      row(`baseline: raw pg, batches of ${BATCH}`, median(raw), raw, median(raw)),
      row(
        `/ingest/responses, batches of ${BATCH}, ${BATCHES_AT_ONCE} in flight`,
        median(ours),
        ours,
        median(raw),
      ),
      row('baseline: raw pg, one row per commit, one after another', rawSingle, [], rawSingle),
      row(
        `/ingest/responses, single rows on ${SINGLES_AT_ONCE} connections (group commit)`,
        single,
        [],
        rawSingle,
      ),
    ],
    bars: [
      {
        aim: `at least ${figure(AIM)} responses/s in batches`,
        found: `${figure(median(ours))}/s`,
        met: median(ours) >= AIM,
      },
    ],
  };
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
