import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { pause, peakMiBOf, RECORD_KEYS } from './kit/process.ts';
import { figure, type Place, type Report } from './kit/report.ts';
import { responseAt } from './kit/traffic.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MB = 1_000_000;
const SIZES = [20 * MB, 2_000 * MB];
/** Exports of survey tools have many columns, of which a map names few. */
const OTHER_COLUMNS = Array.from({ length: 40 }, (_, at) => `Q${at + 1}`);
const OTHER_VALUE =
  'an answer to a question that the map does not name; exports of survey tools have hundreds';
const POLL_MS = 100;
const AIM_GROWTH = 1.5;

const COLUMNS = ['externalId', 'respondent', 'answeredAt', 'score', 'comment'] as const;
const DIMENSIONS = ['productLine', 'region', 'lifecycleStage', 'channel'] as const;
const MAP = {
  source: 'bench',
  survey: { name: 'bench', version: '1' },
  externalId: 'externalId',
  respondent: 'respondent',
  answeredAt: { column: 'answeredAt', format: 'iso' },
  score: { column: 'score', scale: '0-10' },
  comment: 'comment',
  dimensions: Object.fromEntries(DIMENSIONS.map((column) => [column, { column }])),
};

interface Run {
  readonly bytes: number;
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

/** The peak memory of `scoreline import` for a small file and for one of 2 GB, into TimescaleDB. */
export async function importMemory({ databaseUrl }: Place): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
  const map = join(folder, 'map.json');
  writeFileSync(map, JSON.stringify(MAP));
  const runs: Run[] = [];
  let first = 0;
  try {
    for (const size of SIZES) {
      const file = join(folder, `${size / MB}.csv`);
      const rows = await writeCsv(file, size, first);
      runs.push({ rows, bytes: statSync(file).size, ...(await importFile(file, map, folder, databaseUrl)) });
      first += rows;
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [small, large] = runs as [Run, Run];
  const growth = large.peakMiB / small.peakMiB;
  return {
    title: 'peak memory of an import, by the size of the file',
    method:
      `\`scoreline import\` of a CSV file with ${OTHER_COLUMNS.length + COLUMNS.length + DIMENSIONS.length} columns, of which the map names ${COLUMNS.length + DIMENSIONS.length}, into TimescaleDB, encrypted and redacted, a third with a comment. ` +
      'Peak: the highest resident memory of the process, as the kernel counts it (VmHWM). Baseline: the small file.',
    columns: ['file, MB', 'rows', 'rows/s', 'MB/s', 'peak MiB', 'ratio to the small file'],
    rows: runs.map(({ bytes, rows, seconds, peakMiB }) => [
      figure(bytes / MB),
      figure(rows),
      figure(rows / seconds),
      figure(bytes / MB / seconds),
      figure(peakMiB),
      figure(peakMiB / small.peakMiB),
    ]),
    bars: [
      {
        aim: `a file a hundred times as large needs at most ${AIM_GROWTH} times the memory`,
        found: `${figure(growth)} times`,
        met: growth <= AIM_GROWTH,
      },
    ],
  };
}

/** Writes a file of about this size; its number of rows. */
async function writeCsv(file: string, bytes: number, first: number): Promise<number> {
  const until = Date.now();
  const rest = OTHER_COLUMNS.map((name) => `${name}: ${OTHER_VALUE}`).join(',');
  let rows = 0;
  function* lines() {
    yield `${[...COLUMNS, ...DIMENSIONS, ...OTHER_COLUMNS].join(',')}\n`;
    for (let written = 0; written < bytes; rows++) {
      const answer = responseAt(first + rows, until, 30);
      const cells = [...COLUMNS, ...DIMENSIONS].map((name) => quoted(answer[name]));
      const line = `${cells.join(',')},${rest}\n`;
      written += line.length;
      yield line;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return rows;
}

const quoted = (value: string | number | null) =>
  typeof value === 'string' && value.includes(',') ? `"${value}"` : (value ?? '');

async function importFile(file: string, map: string, folder: string, databaseUrl: string) {
  const began = performance.now();
  const child = spawn(process.execPath, ['cli/scoreline.mjs', 'import', file, '--map', map], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE_URL: databaseUrl,
      SCORELINE_DATA_DIR: join(folder, 'data'),
      ...RECORD_KEYS,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
  const closed = once(child, 'close');
  let peakMiB = 0;
  while (child.exitCode === null) {
    peakMiB = Math.max(peakMiB, peakMiBOf(child.pid));
    await pause(POLL_MS);
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`the import ended with ${code}: ${said}`);
  return { peakMiB, seconds: (performance.now() - began) / 1_000 };
}
