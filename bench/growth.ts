import pg from 'pg';
import { startScoreline } from './kit/process.ts';
import { figure, type Place, type Report } from './kit/report.ts';
import { inFlight, ingest, responseAt } from './kit/traffic.ts';

const RESPONSES = 50_000;
const PEOPLE = 25_000;
const BATCH = 500;
const KEPT = ['source_event', 'response', 'response_key', 'journal', 'subject_key', 'rollups'];
/** Compared with what arrives within days, and then gone. */
const PASSING = ['answer_print'];

/** Hypertables hold their rows in chunks, whose sizes and indexes only their parent knows. */
const TABLES = `SELECT c.oid, CASE WHEN coalesce(p.relname, c.relname) LIKE 'rollup%' THEN 'rollups' ELSE coalesce(p.relname, c.relname) END AS name
  FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent WHERE c.relkind = 'r'`;
const SIZES = `WITH tables AS (${TABLES})
  SELECT name, sum(pg_relation_size(oid))::float8 AS heap, sum(pg_total_relation_size(oid) - pg_relation_size(oid))::float8 AS indexes
  FROM tables WHERE name = ANY ($1::text[]) GROUP BY name
  UNION ALL SELECT regexp_replace(x.relname, '^(_hyper_)?[0-9]+_[0-9]+_(chunk_)?', ''), 0, sum(pg_relation_size(x.oid))
  FROM tables t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class x ON x.oid = i.indexrelid
  WHERE t.name = ANY ($1::text[]) GROUP BY 1`;
/** Of the kept tables; smaller ones are left out. */
const LARGE_INDEX_BYTES = 1;
type Sizes = ReadonlyMap<string, readonly [heap: number, indexes: number]>;
const NOTHING = [0, 0] as const;

/** Bytes that an answer takes on disk, by table and by index: of respondents, and without an identifier. */
export async function growth({ databaseUrl }: Place): Promise<Report> {
  const server = await startScoreline(databaseUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const sizes = async (): Promise<Sizes> => {
    await pool.query('CHECKPOINT');
    const { rows } = await pool.query<{ name: string; heap: number; indexes: number }>(SIZES, [
      [...KEPT, ...PASSING],
    ]);
    return new Map(rows.map(({ name, heap, indexes }) => [name, [heap, indexes] as const]));
  };
  const load = async (first: number, batch: number, responses: number, named: boolean): Promise<Sizes> => {
    const before = await sizes();
    const now = Date.now();
    const bodies = Array.from({ length: responses / batch }, (_, i) =>
      JSON.stringify(
        Array.from({ length: batch }, (__, k) => {
          const n = first + i * batch + k;
          const respondent = named ? `person-${n % PEOPLE}@example.org` : null;
          return { ...responseAt(n, now, 30), respondent };
        }),
      ),
    );
    await inFlight(bodies, 2, (body) => ingest(server.url, body, batch));
    const each = ([name, [heap, indexes]]: [string, readonly [number, number]]) => {
      const [heapBefore, indexesBefore] = before.get(name) ?? NOTHING;
      return [name, [(heap - heapBefore) / responses, (indexes - indexesBefore) / responses]] as const;
    };
    return new Map([...(await sizes())].map(each));
  };
  const loads = [
    await load(0, BATCH, RESPONSES, true),
    await load(RESPONSES, BATCH, RESPONSES, false),
    await load(2 * RESPONSES, 1, RESPONSES / 25, false),
  ];
  await pool.end();
  await server.stop();
  return {
    title: 'bytes per answer on disk, table + indexes',
    method:
      `Made-up responses over 64 cells and 30 days, a third with a comment, on TimescaleDB: ${figure(RESPONSES)} by ${figure(PEOPLE)} ` +
      `respondents and ${figure(RESPONSES)} without an identifier in batches of ${BATCH}, then ${figure(RESPONSES / 25)} without an ` +
      'identifier one by one. No predictions, seals or audited reads. Tables grow by pages and hypertables by chunks. ' +
      '`answer_print` is kept for 8 days, and is not in the sum. Below it, indexes alone.',
    columns: ['table', 'with a respondent', 'without', 'without, one by one'],
    rows: rowsOf(loads),
    bars: [],
  };
}

function rowsOf(loads: readonly Sizes[]): string[][] {
  const of = (name: string) => loads.map((load) => load.get(name) ?? NOTHING);
  const text = ([heap, indexes]: readonly [number, number]) => `${figure(heap)} + ${figure(indexes)}`;
  const sum = (load: Sizes) =>
    KEPT.reduce((total, name) => {
      const [heap, indexes] = load.get(name) ?? NOTHING;
      return total + heap + indexes;
    }, 0);
  const indexes = [...(loads[0]?.keys() ?? [])]
    .filter((name) => !KEPT.includes(name) && !PASSING.includes(name))
    .map((name) => ({ name, bytes: of(name).map(([, bytes]) => bytes) }))
    .filter(({ bytes }) => bytes.some((one) => one >= LARGE_INDEX_BYTES))
    .sort((a, b) => (b.bytes[0] ?? 0) - (a.bytes[0] ?? 0));
  return [
    ...KEPT.map((name) => [name, ...of(name).map(text)]),
    ['sum', ...loads.map((load) => figure(sum(load)))],
    ...PASSING.map((name) => [name, ...of(name).map(text)]),
    ...indexes.map(({ name, bytes }) => [name, ...bytes.map(figure)]),
  ];
}
