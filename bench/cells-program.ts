import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EVERYTHING } from '../domain/access/scope.ts';
import { createScopedReader } from '../store/access/scoped-views.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { StoredCellDictionary } from '../store/responses/cell-dictionary.ts';
import { loadCounts } from '../store/scores/counts-load.ts';
import { followedCounts } from '../store/scores/followed-counts.ts';
import { readScores, type ScoreQuery, type ScoreWindow } from '../store/scores/scores.ts';
import { cpuOfAll, postmasterOf } from './kit/postgres-cpu.ts';
import { median } from './kit/report.ts';

/*
 * What bench/cells.ts measures, in a process of its own on a database that is filled: how much memory cells and counts take, how long
 * they take to load, and how long reads take that memory answers, and the same reads from the rollups. Tells it on stdout.
 */

/** What this program found at one number of cells. */
export interface CellsFound {
  readonly dictionaryMiB: number;
  readonly countsMiB: number;
  /** As the program itself counts it, for its bound. */
  readonly countedMiB: number;
  readonly loadSeconds: number;
  readonly loadCpuSeconds: number;
  /** Until a load gives up whose bound is half of what it needs. */
  readonly givesUpSeconds: number;
  /** By the name of the read. */
  readonly reads: Readonly<Record<string, { readonly memory: Cost; readonly rollups: Cost }>>;
}

/** Of one read, the median of the blocks: elapsed time, and CPU time of the process and of PostgreSQL together. */
interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

const [url = ''] = process.argv.slice(2);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Reads follow each other for so long: CPU of PostgreSQL is counted in ticks of 10 ms, and single reads show collections of garbage. */
const BLOCK_MS = 500;
const BLOCKS = 6;
const MIB = 2 ** 20;
const NO_BOUND = Number.MAX_SAFE_INTEGER;
const UNITS = ['DAY', 'HOUR'] as const;
const now = Date.now();
const today = Math.floor(now / DAY_MS) * DAY_MS;

const windows = (count: number, size: number): ScoreWindow[] =>
  Array.from({ length: count }, (_, i) => {
    const from = today - (count - i) * size;
    return { from, until: from + size };
  });
const of = (more: Partial<ScoreQuery>): ScoreQuery => ({
  segment: {},
  basis: 'SURVEYED',
  confidence: 0.95,
  groupBy: [],
  windows: windows(1, 30 * DAY_MS),
  ...more,
});
const ONE = {
  product_line: ['product-0'],
  region: ['region-0'],
  lifecycle_stage: ['stage-0'],
  channel: ['channel-0'],
};
const READS = {
  'nps of 30 days': of({}),
  'nps of 30 days by region': of({ groupBy: ['region'] }),
  '90 days of all cells': of({ windows: windows(90, DAY_MS) }),
  '90 days of one cell': of({ windows: windows(90, DAY_MS), segment: ONE }),
  '7 days of hours of one region': of({ windows: windows(168, HOUR_MS), segment: { region: ['region-0'] } }),
};

const memoryMiB = () => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MIB;
};
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const store = openPostgres(url, (error) => process.stderr.write(`${error.message}\n`));
const atFirst = memoryMiB();
const cells = new StoredCellDictionary();
await cells.refresh(store);
const withCells = memoryMiB();

const [began, cpuBefore] = [performance.now(), cpuSeconds()];
const isLoaded = async () => {
  const loaded = await Promise.all(UNITS.map((unit) => followedCounts(store, unit).current(now)));
  return loaded.every((counts) => counts !== null);
};
while (!(await isLoaded())) await sleep(20);
const [loadSeconds, loadCpuSeconds] = [(performance.now() - began) / 1_000, cpuSeconds() - cpuBefore];
const countsMiB = memoryMiB() - withCells;
const counted = await Promise.all(UNITS.map((unit) => followedCounts(store, unit).current(now)));
const countedMiB = counted.reduce((sum, counts) => sum + (counts?.bytes ?? 0), 0) / MIB;

const deps = { store, cells, now: () => now };
const sessions = {
  memory: createScopedReader({ ...deps, remembers: true }).as(EVERYTHING),
  rollups: createScopedReader(deps).as(EVERYTHING),
};
const read = async (session: (typeof sessions)['memory'], query: ScoreQuery) => {
  const rows = await readScores({ store: session, record: store, cells, now: () => now }, EVERYTHING, query);
  return JSON.stringify(rows.map(({ group, counts }) => [group, counts]));
};

const pool = new pg.Pool({ connectionString: url, max: 1 });
const postmaster = await postmasterOf(pool);
await pool.end();
const cpuOfBoth = () => cpuSeconds() + cpuOfAll(postmaster);
/** Repeats a read for the length of a block, and returns what one of them took. */
async function block(session: (typeof sessions)['memory'], query: ScoreQuery): Promise<Cost> {
  const [start, cpuStart] = [performance.now(), cpuOfBoth()];
  let count = 0;
  for (; count === 0 || performance.now() - start < BLOCK_MS; count++) await read(session, query);
  return { ms: (performance.now() - start) / count, cpuMs: ((cpuOfBoth() - cpuStart) * 1_000) / count };
}
const costOf = (blocks: readonly Cost[]): Cost => ({
  ms: median(blocks.map(({ ms }) => ms)),
  cpuMs: median(blocks.map(({ cpuMs }) => cpuMs)),
});
const reads: Record<string, { memory: Cost; rollups: Cost }> = {};
for (const [name, query] of Object.entries(READS)) {
  if ((await read(sessions.memory, query)) !== (await read(sessions.rollups, query)))
    throw new Error(`${name}: memory and rollups differ`);
  const blocks: Record<keyof typeof sessions, Cost[]> = { memory: [], rollups: [] };
  // The first block of each warms up.
  for (let n = 0; n <= BLOCKS; n++) {
    // Each begins every other time.
    for (const from of n % 2 === 0 ? (['memory', 'rollups'] as const) : (['rollups', 'memory'] as const)) {
      const cost = await block(sessions[from], query);
      if (n > 0) blocks[from].push(cost);
    }
  }
  reads[name] = { memory: costOf(blocks.memory), rollups: costOf(blocks.rollups) };
}

const half = ((counted[0]?.bytes ?? NO_BOUND) / 2) | 0;
const beganAgain = performance.now();
if ((await loadCounts(store, 'DAY', { now, mostBytes: half })) !== null)
  throw new Error('the bound did not hold');
const givesUpSeconds = (performance.now() - beganAgain) / 1_000;
await store.close();
const found: CellsFound = {
  dictionaryMiB: withCells - atFirst,
  countsMiB,
  countedMiB,
  loadSeconds,
  loadCpuSeconds,
  givesUpSeconds,
  reads,
};
process.stdout.write(`${JSON.stringify(found)}\n`);
