import pg from 'pg';
import { startScoreline } from './kit/process.ts';
import { figure, type Place, type Report } from './kit/report.ts';
import { inFlight, ingest, responseAt } from './kit/traffic.ts';

const RESPONSES = 20_000;
const BATCH = 500;
const TABLES = ['source_event', 'response', 'response_key', 'journal', 'subject_key', 'rollups'];

/** Hypertables hold their rows in chunks, whose sizes only their parent knows. */
const SIZES = `SELECT name, sum(heap)::float8 AS heap, sum(whole - heap)::float8 AS indexes FROM (
    SELECT CASE WHEN root LIKE 'rollup%' THEN 'rollups' ELSE root END AS name, pg_relation_size(oid) AS heap,
      pg_total_relation_size(oid) AS whole
    FROM (SELECT c.oid, coalesce(p.relname, c.relname) AS root FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
      LEFT JOIN pg_class p ON p.oid = i.inhparent WHERE c.relkind = 'r') tables) sizes
  WHERE name = ANY ($1::text[]) GROUP BY name`;

/** Bytes that an answer takes on disk, by table: of respondents, and without an identifier. */
export async function growth({ databaseUrl }: Place): Promise<Report> {
  const server = await startScoreline(databaseUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const sizes = async () => {
    await pool.query('CHECKPOINT');
    const { rows } = await pool.query<{ name: string; heap: number; indexes: number }>(SIZES, [TABLES]);
    return new Map(rows.map(({ name, heap, indexes }) => [name, [heap, indexes] as const]));
  };
  const load = async (first: number, batch: number, responses: number, respondent: boolean) => {
    const before = await sizes();
    const now = Date.now();
    const bodies = Array.from({ length: responses / batch }, (_, i) =>
      JSON.stringify(
        Array.from({ length: batch }, (__, k) => {
          const one = responseAt(first + i * batch + k, now, 30);
          return respondent ? one : { ...one, respondent: null };
        }),
      ),
    );
    await inFlight(bodies, 2, (body) => ingest(server.url, body, batch));
    const after = await sizes();
    return TABLES.map((table) => {
      const [heap = 0, indexes = 0] = after.get(table) ?? [];
      const [heapBefore = 0, indexesBefore = 0] = before.get(table) ?? [];
      return [(heap - heapBefore) / responses, (indexes - indexesBefore) / responses] as const;
    });
  };
  const named = await load(0, BATCH, RESPONSES, true);
  const anonymous = await load(RESPONSES, BATCH, RESPONSES, false);
  const alone = await load(2 * RESPONSES, 1, RESPONSES / 10, false);
  await pool.end();
  await server.stop();
  const text = ([heap, indexes]: readonly [number, number]) => `${figure(heap)} + ${figure(indexes)}`;
  const sum = (all: readonly (readonly [number, number])[]) =>
    figure(all.reduce((total, [heap, indexes]) => total + heap + indexes, 0));
  const nothing = [0, 0] as const;
  return {
    title: 'bytes per answer on disk, table + indexes',
    method:
      `Made-up responses over 64 cells and 30 days, a third with a comment, on TimescaleDB: ${figure(RESPONSES)} by 20,000 ` +
      `respondents and ${figure(RESPONSES)} without an identifier in batches of ${BATCH}, then ${figure(RESPONSES / 10)} without an ` +
      'identifier one by one. No predictions, seals or audited reads. Tables grow by pages and hypertables by chunks.',
    columns: ['table', 'with a respondent', 'without', 'without, one by one'],
    rows: [
      ...TABLES.map((table, i) => [
        table,
        text(named[i] ?? nothing),
        text(anonymous[i] ?? nothing),
        text(alone[i] ?? nothing),
      ]),
      ['sum', sum(named), sum(anonymous), sum(alone)],
    ],
    bars: [],
  };
}
