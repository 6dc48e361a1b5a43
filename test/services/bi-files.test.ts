import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { installed } from './install.ts';

/* The files of /bi as the programs of analysts read them: pandas, pyarrow, requests, DuckDB, R and curl. */

const run = promisify(execFile);
const server = useServer({ keys: { analyst: 'analyst' } });

beforeAll(async () => {
  const example = ['examples/survey-export.csv', '--map', 'examples/survey-export.map.json'];
  const rejects = ['--rejects', join(server.instance.dataDir, 'rejects')];
  const { code, output } = await runProgram(['import', ...example, ...rejects], server.instance.env).finished;
  expect(code, output).toBe(0);
});

/** What the README shows. */
const REGIONS = [
  ['Brazil', 23.529411764705884, 17],
  ['Germany', 9.090909090909092, 11],
  ['Japan', 50, 16],
  ['United States', 50, 12],
];

/** Runs a program while old answers arrive, which change the ETag of every file and no row of it. */
async function whileAnswersArrive<T>(work: () => Promise<T>): Promise<T> {
  let isOver = false;
  const sending = (async () => {
    for (let i = 0; !isOver; i++) {
      const items = [
        { externalId: `old ${i}`, answeredAt: '2019-05-01T00:00:00Z', score: 7, region: 'Japan' },
      ];
      expect((await server.post('/ingest/responses', items)).status).toBe(202);
      await new Promise((done) => setTimeout(done, 40));
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await sending;
  }
}

it('pandas, pyarrow, requests and DuckDB read each format with its types', async () => {
  const python = join(await installed('bi-clients'), 'bin', 'python');
  const script = join(import.meta.dirname, 'bi_files.py');
  const { stdout } = await whileAnswersArrive(() =>
    run(python, [script, server.url, server.keys.analyst ?? '']),
  );
  const found = JSON.parse(stdout) as {
    csv: { region: string; score: number; responses: number }[];
    json: unknown[];
    parquet: { rows: number; types: Record<string, string> };
    arrow: object;
    pyarrow: string[];
    again: number;
    duckdb: Record<string, unknown[]>;
  };
  expect(found.csv.map(({ region, score, responses }) => [region, score, responses])).toEqual(REGIONS);
  expect(found.json).toHaveLength(4);
  expect(found.parquet.rows).toBe(10);
  expect(found.parquet.types).toMatchObject({
    time: 'datetime64[ms, UTC]',
    score: 'float64',
    responses: 'int32',
  });
  expect(found.arrow).toEqual({ rows: 10, same: true });
  expect(found.pyarrow).toEqual(['string', 'double', 'double', 'double', 'string', 'int32']);
  expect(found.again).toBe(304);
  for (const kind of ['csv', 'json', 'parquet']) expect(found.duckdb[kind], kind).toEqual(REGIONS);
});

/** The guide's line for CSV, and the same for JSON. */
const R = `args <- commandArgs(trailingOnly = TRUE)
read <- function(file) httr2::request(paste0(args[1], "/bi/", file)) |> httr2::req_auth_bearer_token(args[2]) |>
  httr2::req_perform() |> httr2::resp_body_string()
csv <- read.csv(text = read("NpsByRegion.csv"))
json <- jsonlite::fromJSON(read("NpsByRegion.json"))
cat(jsonlite::toJSON(list(csv = csv, json = json, types = sapply(csv, class)), digits = NA))`;

it('R reads CSV and JSON, numbers as numbers', async () => {
  const packages = ['-e', 'library(httr2); library(jsonlite)'];
  await run('Rscript', packages).catch(() => run('bash', [join(import.meta.dirname, 'r.sh')]));
  const { stdout } = await run('Rscript', ['-e', R, server.url, server.keys.analyst ?? '']);
  type Row = { region: string; score: number; responses: number };
  const { csv, json, types } = JSON.parse(stdout) as { csv: Row[]; json: Row[]; types: string[] };
  for (const rows of [csv, json])
    expect(rows.map(({ region, score, responses }) => [region, score, responses])).toEqual(
      REGIONS.map(([region, score, responses]) => [region, expect.closeTo(Number(score), 9), responses]),
    );
  expect(types).toEqual(['character', 'numeric', 'numeric', 'numeric', 'character', 'integer']);
});

it('curl downloads a file under its name, with the key as password', async () => {
  const args = ['-sS', '--fail', '-u', `x:${server.keys.analyst}`, '--compressed', '-OJ'];
  const folder = server.instance.dataDir;
  await run('curl', [...args, `${server.url}/bi/NpsByRegion.csv`], { cwd: folder });
  const { stdout } = await run('cat', [join(folder, 'NpsByRegion.csv')]);
  expect(stdout.split('\r\n').slice(0, 2)).toEqual([
    'region,score,low,high,method,responses',
    expect.stringMatching(/^Brazil,23\.529411764705884,-16\.\d+,56\.\d+,SCORE,17$/),
  ]);
});
