import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  freshInstance,
  type Instance,
  type RunningServer,
  runProgram,
  startServer,
  until,
} from '../fixtures/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let instance: Instance;
beforeEach(async () => {
  // No followers: they would load the model and score what is imported.
  instance = await freshInstance({ SCORELINE_ROLES: 'api,ingest' });
  return () => instance.remove();
});

const MAP = {
  source: 'reviews',
  survey: { name: 'review', version: '1' },
  externalId: 'id',
  answeredAt: {
    column: 'date',
    format: ['iso', 'dd/MM/yyyy'],
    zone: 'Europe/Berlin',
    missing: ['1970-01-01'],
  },
  score: {
    column: 'rating',
    scale: { by: 'kind', when: { seat: '1-10', lounge: '1-5', would: 'recommend' } },
  },
  comment: ['title', 'text'],
  dimensions: { productLine: { column: 'kind' }, channel: { value: 'review site' } },
  where: { status: ['published'] },
};
const HEADER = 'id,date,rating,kind,title,text,status';
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const importFile = (path: string, more: readonly string[] = []) => {
  const map = file(`map-${Math.random()}.json`, JSON.stringify(MAP));
  return runProgram(['import', path, '--map', map, '--rejects', `${path}.rejects`, ...more], instance.env);
};
const inRecord = async <T>(ask: (server: RunningServer) => Promise<T>): Promise<T> => {
  const server = await startServer(instance);
  try {
    return await ask(server);
  } finally {
    await server.stop();
  }
};
const everything = `{ nps(asOf: "2021-01-01T00:00:00Z", window: "P2Y", groupBy: [PRODUCT_LINE]) { productLine responses promoters passives detractors } }`;

describe('npm run import', () => {
  it('maps scales, dates and dimensions, keeps good rows and reports each bad one by its line', async () => {
    const rows = [
      HEADER,
      '1,2020-05-01,10,seat,Great,"Two',
      'lines",published',
      '2,31/12/2020,5,lounge,,,published',
      '3,1970-01-01,9,seat,,,published',
      '4,2020-02-30,9,seat,,,published',
      '5,2020-05-01,11,seat,,,published',
      '6,2020-05-01,6,lounge,,,published',
      '7,2020-05-01,no,would,,,published',
      '8,2020-05-01,7,cabin,,,published',
      '9,2020-05-01,7,seat,,,draft',
      '10,2020-05-01,7,seat,too,many,published,columns',
      '1,2020-05-01,10,seat,Great,"Two',
      'lines",published',
      ',2020-05-01,7,seat,,,published',
      '11,,7,seat,,,published',
      '12,2020-05-01,7.0,seat,,,published',
    ];
    const path = file('mixed.csv.gz', gzipSync(`\uFEFF${rows.join('\r\n')}\r\n`));
    const { code, output } = await importFile(path).finished;
    expect(code).toBe(0);
    expect(output).toMatch(/accepted\s+4\n/);
    expect(output).toMatch(/duplicates\s+1\n/);
    expect(output).toMatch(/rejected\s+8 /);
    expect(output).toMatch(/left out\s+1 /);
    const rejects = readFileSync(`${path}.rejects`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rejects.map(({ line, code: reason }) => [line, reason])).toEqual([
      [5, 'INVALID_TIME'],
      [6, 'INVALID_TIME'],
      [7, 'OUT_OF_SCALE'],
      [8, 'OUT_OF_SCALE'],
      [10, 'OUT_OF_SCALE'],
      [12, 'UNREADABLE'],
      [15, 'MISSING'],
      [16, 'INVALID_TIME'],
    ]);
    expect(rejects[0].message).toBe(
      'answeredAt: "1970-01-01" means missing here; every response needs the date it was answered',
    );
    await inRecord(async (server) => {
      const { data } = await server.graphql(everything);
      expect(data.nps).toEqual([
        { productLine: 'lounge', responses: 1, promoters: 1, passives: 0, detractors: 0 },
        { productLine: 'seat', responses: 2, promoters: 1, passives: 1, detractors: 0 },
        { productLine: 'would', responses: 1, promoters: 0, passives: 0, detractors: 1 },
      ]);
      const listed = await server.graphql<{
        responses: {
          edges: { node: { externalId: string; comment: string; scale: string; answeredAt: string } }[];
        };
      }>('{ responses { edges { node { externalId comment scale answeredAt } } } }');
      expect(listed.data.responses.edges.map(({ node }) => node)).toContainEqual({
        externalId: '1',
        comment: 'Great\nTwo\nlines',
        scale: '1-10: promoter from 9, passive from 7, detractor below',
        answeredAt: '2020-04-30T22:00:00.000Z',
      });
    });
  });

  const many = (count: number) =>
    [
      HEADER,
      ...Array.from(
        { length: count },
        (_, i) =>
          `m${i},2020-03-${String(1 + (i % 28)).padStart(2, '0')},${1 + (i % 10)},seat,,"row ${i}, quoted",published`,
      ),
    ].join('\n');

  it('continues after an interruption and after kill -9 without counting anything twice, and starts over when finished', async () => {
    const path = file('many.csv', many(6_000));
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const running = importFile(path);
      await until(() => running.output().includes('importing'), 'the import has begun');
      await new Promise((done) => setTimeout(done, 500));
      running.process.kill(signal);
      await running.finished;
    }
    const { code, output } = await importFile(path).finished;
    expect(code).toBe(0);
    const [, accepted, duplicates] = /accepted\s+(\d+)\nduplicates\s+(\d+)/.exec(output)?.map(Number) ?? [];
    expect((accepted ?? 0) + (duplicates ?? 0)).toBe(6_000);
    // Only the edge that was sent but not acknowledged can come twice.
    expect(duplicates).toBeLessThanOrEqual(4_000);
    await inRecord(async (server) => {
      const { data } = await server.graphql<{ nps: { responses: number }[] }>(everything);
      expect(data.nps[0]?.responses).toBe(6_000);
    });
    const again = await importFile(path).finished;
    expect(again.output).toMatch(/accepted\s+0\nduplicates\s+6000/);
  });

  it('goes through a running server, even if it is killed and comes back', async () => {
    const path = file('through.csv', many(5_000));
    let server = await startServer(instance, { PORT: '0' });
    const port = new URL(server.url).port;
    // On the data folder's own record the server is found; on one of its own the import would write beside it.
    const running = importFile(path, instance.env.DATABASE_URL ? ['--url', server.url] : []);
    await until(() => running.output().includes('through the server'), 'the server is found');
    await new Promise((done) => setTimeout(done, 600));
    server.process.kill('SIGKILL');
    await server.finished;
    server = await startServer(instance, { PORT: port });
    const { code, output } = await running.finished;
    expect(code, output).toBe(0);
    expect(output).toContain(`Next: open ${server.url}/ in a browser`);
    const [, accepted, duplicates] = /accepted\s+(\d+)\nduplicates\s+(\d+)/.exec(output)?.map(Number) ?? [];
    expect((accepted ?? 0) + (duplicates ?? 0)).toBe(5_000);
    const { data } = await server.graphql<{ nps: { responses: number }[] }>(everything);
    expect(data.nps[0]?.responses).toBe(5_000);
    await server.stop();
  });

  it('shows the result of a file in a dry run, and writes nothing', async () => {
    const row = (id: string, text: string) => `${id},2020-05-01,9,seat,,${text},published`;
    const path = file(
      'dry.csv',
      [HEADER, row('1', 'call Jane at jane@example.org'), row('', 'x'), ',,,,,,'].join('\n'),
    );
    const { code, output } = await importFile(path, ['--dry-run']).finished;
    expect(code, output).toBe(0);
    expect(output).toContain(
      'read as     CSV, separator comma, utf-8\nrows        2   (and 1 blank)\naccepted    1 ',
    );
    expect(output).toContain('rejected    1   (MISSING 1)\n  line 3: MISSING: externalId');
    expect(output).toContain('cells       1\n  1 in productLine "seat"');
    expect(output).toMatch(/line 2: 1, 2020-04-30T22:00:00.000Z, 9 promoter, .*"call Jane at \[email\]"/);
    expect(output).toContain('nothing was written');
    // Neither a record nor a list of rejected rows nor a checkpoint.
    expect(readdirSync(instance.dataDir)).toEqual([]);
    expect(existsSync(`${path}.rejects`)).toBe(false);
  });

  it('exits with another code if rows are ambiguous, all rejected, or missing', async () => {
    const good = (id: number, text: string) => `${id},2020-05-01,9,seat,,${text},published`;
    const doubtful = [HEADER, good(1, '"never closed'), good(2, '27"'), good(3, 'fine')].join('\n');
    const codes: [string, string, number, RegExp][] = [
      ['doubt.csv', doubtful, 3, /in doubt {4}the row in line 2 goes on to line 3/],
      ['none.csv', `${HEADER}\n${good(1, 'x').replace('seat', 'bed')}\n`, 4, /no row can be imported/],
      ['empty.csv', `${HEADER}\n`, 1, /empty\.csv has no rows/],
      [
        'book.csv',
        'PK\x03\x04 [Content_Types].xml xl/workbook.xml',
        1,
        /is an Excel workbook that cannot be read; open it in a spreadsheet/,
      ],
    ];
    for (const [name, content, code, says] of codes) {
      const ended = await importFile(file(name, content), ['--dry-run']).finished;
      expect([name, ended.code, ended.output]).toEqual([name, code, expect.stringMatching(says)]);
      expect(ended.output).not.toContain('open the console');
    }
    const imported = await importFile(file('doubt.csv', doubtful)).finished;
    expect([imported.code, imported.output]).toEqual([
      3,
      expect.stringMatching(/rows {8}2\naccepted {4}2\n/),
    ]);
  });

  it('reports what is wrong with the file, the map or the command', async () => {
    const csv = file('columns.csv', 'id,when\n1,2\n');
    const missing = await importFile(csv).finished;
    expect([missing.code, missing.output]).toEqual([
      1,
      expect.stringMatching(/columns that the file does not have: date, rating/),
    ]);
    const map = file(
      'bad.json',
      JSON.stringify({ ...MAP, dimensions: { planet: { value: 'x' } }, survey: undefined }),
    );
    const bad = await runProgram(['import', csv, '--map', map], instance.env).finished;
    expect([bad.code, bad.output]).toEqual([1, expect.stringMatching(/survey: /)]);
    const usage = await runProgram(['import', csv], instance.env).finished;
    expect([usage.code, usage.output]).toEqual([
      1,
      expect.stringMatching(/no map can be guessed from this file: .*\nusage:/),
    ]);
    const cut = file('cut.csv.gz', gzipSync(many(1_000)).subarray(0, 4_000));
    const broken = await importFile(cut).finished;
    expect([broken.code, broken.output]).toEqual([
      1,
      expect.stringMatching(/cannot be read on after line \d+: unexpected end of file/),
    ]);
  });
});
