import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { cellKey } from '../domain/segments/cell.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { migrate } from '../store/setup/migrate.ts';
import type { CellsFound } from './cells-program.ts';
import { figure, type Place, type Report } from './kit/report.ts';

const PROGRAM = fileURLToPath(new URL('cells-program.ts', import.meta.url));
const SIZES = [1_000, 10_000, 100_000] as const;
/** Hours with answers of each cell, spread over 90 days. */
const HOURS = 10;
const AIM_MIB = 450;
const DAY_MS = 86_400_000;

/** Counts in memory at up to ten times the default limit of cells: memory, loading, and reads against the same reads from the rollups. */
export async function cells({ databaseUrl }: Place): Promise<Report> {
  const store = openPostgres(databaseUrl, () => undefined);
  await migrate(store);
  await store.close();
  const found: CellsFound[] = [];
  const load = loadavg()[0] ?? 0;
  for (const size of SIZES) {
    await fill(databaseUrl, size);
    found.push(await measure(databaseUrl));
  }
  const row = (name: string, of: (one: CellsFound) => number) => [
    name,
    ...found.map((one) => figure(of(one))),
  ];
  const reads = Object.keys(found[0]?.reads ?? {}).flatMap((name) => [
    row(`${name}, ms from memory`, (one) => one.reads[name]?.memory.ms ?? Number.NaN),
    row(`${name}, ms CPU from memory`, (one) => one.reads[name]?.memory.cpuMs ?? Number.NaN),
    row(`${name}, ratio of CPU to the rollups`, (one) => ratioOf(one.reads[name])),
  ]);
  const most = found.at(-1)?.countsMiB ?? Number.NaN;
  const worst = Math.max(...found.flatMap((one) => Object.values(one.reads).map(ratioOf)));
  return {
    title: 'counts in memory, by the number of cells',
    method:
      `Each cell has answers in ${HOURS} hours of 90 days, written as rollups of hours and days; every cell is asked for, as an administrator, ` +
      'behind the views. In a process of its own per size: heap and array buffers after a collection; elapsed time and CPU time of the process from an empty ' +
      'memory until both units are loaded. Reads by the function behind `nps` and `npsSeries` in blocks of half a second, CPU time of the process and of PostgreSQL together over the reads of a block; ' +
      'medians of 6 blocks in turn with the baseline after a first one. Baseline: the same reads in the same process with the rollups answering, which is also what answers beyond the bound. A load gives up once its bound is passed: here half of what days need. ' +
      `Load of the machine at the start: ${figure(load)}.`,
    columns: ['what', ...SIZES.map((size) => `${figure(size)} cells`)],
    rows: [
      ['hours and days with answers', ...SIZES.map((size) => figure(2 * HOURS * size))],
      row('memory of the cells, MiB', (one) => one.dictionaryMiB),
      row('memory of the counts, MiB', (one) => one.countsMiB),
      row('the same as counted for the bound, MiB', (one) => one.countedMiB),
      row('loaded in, s', (one) => one.loadSeconds),
      row('CPU time of loading, s', (one) => one.loadCpuSeconds),
      row('gives up in, s', (one) => one.givesUpSeconds),
      ...reads,
    ],
    bars: [
      {
        aim: `counts of 100,000 cells under ${AIM_MIB} MiB`,
        found: `${figure(most)} MiB`,
        met: most < AIM_MIB,
      },
      {
        aim: 'no read from memory takes more CPU than from the rollups',
        found: `${figure(worst)} times at most`,
        met: worst <= 1,
      },
    ],
  };
}

const ratioOf = (read: CellsFound['reads'][string] | undefined) =>
  (read?.memory.cpuMs ?? Number.NaN) / (read?.rollups.cpuMs ?? Number.NaN);

/** That many cells and their rollups in place of what there is. */
async function fill(connectionString: string, size: number): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('TRUNCATE rollup_hour, rollup_day, cell RESTART IDENTITY CASCADE');
  const attributes = Array.from({ length: size }, (_, n) => ({
    product_line: `product-${Math.floor(n / 10) % 100}`,
    region: `region-${n % 10}`,
    lifecycle_stage: `stage-${Math.floor(n / 1_000) % 10}`,
    channel: `channel-${Math.floor(n / 10_000)}`,
  }));
  await client.query('INSERT INTO cell (key, attributes) SELECT * FROM unnest($1::text[], $2::jsonb[])', [
    attributes.map(cellKey),
    attributes.map((one) => JSON.stringify(one)),
  ]);
  await client.query(
    `INSERT INTO rollup_hour (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
      SELECT id, 0, bucket, p, q, d, p + q + d, 0, 0 FROM (
        SELECT c.id, bucket, 1 + (c.id + h) % 9 AS p, (c.id + h) % 5 AS q, h % 4 AS d
        FROM cell c, generate_series(0, $2::int - 1) h,
          LATERAL (SELECT $1::timestamptz - (1 + h * (2159 / $2::int) + c.id % 97) * interval '1 hour' AS bucket) b) x`,
    [new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS), HOURS],
  );
  await client.query(
    `INSERT INTO rollup_day (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
      SELECT cell_id, 0, date_trunc('day', bucket, 'UTC'), sum(promoters), sum(passives), sum(detractors), sum(n), 0, 0
      FROM rollup_hour GROUP BY 1, 3`,
  );
  await client.query('VACUUM ANALYZE rollup_hour, rollup_day, cell');
  await client.end();
}

async function measure(databaseUrl: string): Promise<CellsFound> {
  const args = ['--expose-gc', '--import', 'tsx', PROGRAM, databaseUrl];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as CellsFound;
}
