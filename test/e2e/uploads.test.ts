import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Files sent as they are, looked at and imported by the server. */
const folder = mkdtempSync(join(tmpdir(), 'scoreline-uploads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const server = useServer({
  keys: {
    feed: 'feed',
    analyst: 'analyst',
    german: { role: 'collector', attributes: { region: ['Germany'] } },
  },
});
const EXAMPLE = 'examples/survey-export.csv';
const MAP = JSON.parse(readFileSync('examples/survey-export.map.json', 'utf8'));

interface Shown {
  readonly id: string;
  readonly received: number;
  readonly isKept: boolean;
  readonly resumed?: boolean;
  readonly import: {
    state: string;
    importId: string;
    rows: number;
    accepted: number;
    rejected: number;
    message: string | null;
  } | null;
}

async function call<T = Shown>(
  method: string,
  path: string,
  body?: object | Buffer,
  key = 'admin',
): Promise<{ status: number; body: T & { errors?: { message: string; extensions: { code: string } }[] } }> {
  const response = await fetch(`${server.url}/ingest/uploads${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.keys[key]}`,
      'content-type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json',
    },
    ...(body === undefined
      ? {}
      : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) } as never;
}
const messageOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => [status, body.errors?.[0]?.message];

async function upload(content: Buffer, name: string, key = 'admin'): Promise<string> {
  const { body } = await call('POST', '', { name, bytes: content.length }, key);
  for (let at = 0; at < content.length; at += 4_000_000)
    expect(
      (await call('PUT', `/${body.id}?offset=${at}`, content.subarray(at, at + 4_000_000), key)).status,
    ).toBe(200);
  return body.id;
}

async function ended(id: string, key = 'admin'): Promise<NonNullable<Shown['import']>> {
  let state: Shown['import'] = null;
  await until(async () => {
    const answer = await call('GET', `/${id}`, undefined, key);
    expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
    state = answer.body.import;
    return state !== null && state.state !== 'running';
  }, 'the import ends');
  return state as unknown as NonNullable<Shown['import']>;
}

const EVERYTHING = `{ responses(first: 200) { edges { node {
  id answeredAt score class comment respondent productLine region lifecycleStage channel } } } }`;

describe('a file', () => {
  it('arrives in parts, once, for its sender alone', async () => {
    const content = readFileSync(EXAMPLE);
    const digest = createHash('sha256').update(content).digest('hex');
    const given = { name: 'parts.csv', bytes: content.length, digest };
    const begun = await call('POST', '', given);
    expect([begun.status, begun.body]).toMatchObject([201, { received: 0, resumed: false, import: null }]);
    const { id } = begun.body;
    const [first, rest] = [content.subarray(0, 1_000), content.subarray(1_000)];
    expect((await call('PUT', `/${id}?offset=0`, first)).body).toMatchObject({ received: 1_000 });
    // The answer was lost: the part is sent again.
    expect((await call('PUT', `/${id}?offset=0`, first)).body).toMatchObject({ received: 1_000 });
    const early = await call('PUT', `/${id}?offset=2000`, rest);
    expect([early.status, early.body.errors?.[0]]).toMatchObject([
      409,
      { extensions: { code: 'WRONG_OFFSET', received: 1_000 } },
    ]);
    expect(messageOf(await call('POST', `/${id}/preview`, {}))).toEqual([
      400,
      `1000 of ${content.length} bytes have arrived; send the rest first`,
    ]);
    // A browser that was closed goes on by the file's hash.
    expect((await call('POST', '', given)).body).toMatchObject({ id, received: 1_000, resumed: true });
    expect((await call('PUT', `/${id}?offset=1000`, Buffer.concat([rest, rest]))).status).toBe(400);
    expect((await call('PUT', `/${id}?offset=1000`, rest)).body).toMatchObject({ received: content.length });
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/preview'],
      ['POST', '/import'],
      ['DELETE', ''],
    ])
      expect(
        (await call(method as string, `/${id}${path}`, method === 'POST' ? {} : undefined, 'german')).status,
      ).toBe(404);
    expect((await call<{ uploads: Shown[] }>('GET', '', undefined, 'german')).body.uploads).toEqual([]);
    expect((await call('GET', '/../../../etc/passwd')).status).toBe(404);
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect((await call('GET', `/${id}`)).status).toBe(404);
  });

  it('is refused by its head: callers who may not submit, what is too large, what is none of its hash', async () => {
    expect((await call('POST', '', { name: 'a', bytes: 5 }, 'analyst')).status).toBe(403);
    expect(messageOf(await call('POST', '', { name: 'a', bytes: 2 ** 40 }))).toEqual([
      400,
      expect.stringContaining('import a larger one with scoreline import'),
    ]);
    expect((await call('POST', '', { name: 'a\u0000b', bytes: 5 })).status).toBe(400);
    expect((await call('POST', '', { name: '', bytes: 5 })).status).toBe(400);
    expect((await call('POST', '', { bytes: 5 })).status).toBe(400);
    const { body } = await call('POST', '', { name: 'a.csv', bytes: 5, digest: '0'.repeat(64) });
    expect(messageOf(await call('PUT', `/${body.id}?offset=0`, Buffer.from('a,b,c')))).toEqual([
      400,
      expect.stringContaining('another SHA-256'),
    ]);
    expect((await call('PUT', `/${body.id}?offset=0`, Buffer.alloc(9 * 1024 * 1024))).status).toBe(413);
    // Nothing of it is left.
    expect(readdirSync(join(server.instance.dataDir, 'uploads'))).toEqual([]);
  });
});

describe('a preview', () => {
  it('shows what is understood and what an import would do, and writes nothing', async () => {
    const id = await upload(readFileSync(EXAMPLE), 'survey-export.csv');
    const guess = await call<Record<string, unknown>>('POST', `/${id}/preview`, { zone: 'Europe/Berlin' });
    expect(guess.body).toMatchObject({
      readAs: { format: 'CSV', separator: 'comma', encoding: 'utf-8' },
      rows: 60,
      isWhole: true,
      map: {
        externalId: 'Response ID',
        answeredAt: { ...MAP.answeredAt },
        score: MAP.score,
        comment: 'Why?',
      },
      missing: [],
    });
    const dry = await call<Record<string, unknown>>('POST', `/${id}/preview`, { map: guess.body.map });
    expect(dry.body).toMatchObject({
      accepted: 56,
      duplicates: 1,
      rejected: 3,
      isWhole: true,
      cells: {
        count: 43,
        shown: expect.arrayContaining([expect.objectContaining({ isNew: true, rows: 3 })]),
      },
      rejects: [{ line: 14, code: 'INVALID_TIME' }, { line: 27 }, { line: 35, code: 'OUT_OF_SCALE' }],
    });
    expect(dry.body.firstRows).toHaveLength(10);
    expect((await server.graphql<{ responses: { edges: [] } }>(EVERYTHING)).data.responses.edges).toEqual([]);
    expect(messageOf(await call('POST', `/${id}/preview`, { map: { source: 'x' } }))[0]).toBe(400);
    const wrong = { ...MAP, comment: 'Warum' };
    expect(messageOf(await call('POST', `/${id}/preview`, { map: wrong }))).toEqual([
      400,
      expect.stringMatching(/does not have: Warum; it has Response ID/),
    ]);
    expect((await call('POST', `/${id}/preview`, { zone: 'Mars/Base' })).status).toBe(400);
  });

  it('under a key that is limited to segments rejects what it may not submit, and hides which cells exist', async () => {
    const id = await upload(readFileSync(EXAMPLE), 'survey-export.csv', 'german');
    const { body } = await call<{
      reasons: object;
      cells: { shown: { isNew: boolean | null; values: { region: string } }[] };
    }>('POST', `/${id}/preview`, { map: MAP }, 'german');
    expect(body.reasons).toMatchObject({ FORBIDDEN: expect.any(Number) });
    expect(new Set(body.cells.shown.map(({ values, isNew }) => `${values.region} ${isNew}`))).toEqual(
      new Set(['Germany null']),
    );
  });

  it('of what is no table says what it is', async () => {
    const png = await upload(Buffer.from('\x89PNG\r\n\x1a\n1234', 'latin1'), 'picture.csv');
    expect(messageOf(await call('POST', `/${png}/preview`, {}))).toEqual([
      400,
      'picture.csv is a PNG image; only CSV, XLSX, Parquet, NDJSON and JSON are read',
    ]);
    const empty = await upload(Buffer.from('a,b\n'), 'headings.csv');
    expect(messageOf(await call('POST', `/${empty}/preview`, {}))).toEqual([
      400,
      'headings.csv has no rows: nothing was found in it, or nothing after the headings',
    ]);
  });
});

describe('an import', () => {
  const everything = async () =>
    (await server.graphql<{ responses: { edges: object[] } }>(EVERYTHING)).data.responses.edges;
  const undo = (id: string) =>
    server.graphql('mutation ($id: ID!) { undoImport(id: $id, reason: "test") { undo { complete } } }', {
      id,
    });

  it('stores the same responses with the same account as the command does', async () => {
    const id = await upload(readFileSync(EXAMPLE), 'survey-export.csv');
    expect(await call('POST', `/${id}/import`, { map: MAP })).toMatchObject({
      status: 202,
      body: { import: { state: 'running' } },
    });
    const state = await ended(id);
    expect(state).toMatchObject({
      state: 'done',
      rows: 60,
      accepted: 56,
      duplicates: 1,
      rejected: 3,
      reasons: { INVALID_TIME: 2, OUT_OF_SCALE: 1 },
    });
    const byUpload = await everything();
    expect(byUpload).toHaveLength(56);
    const rejects = (
      await (
        await fetch(`${server.url}/ingest/uploads/${id}/rejects`, {
          headers: { authorization: `Bearer ${server.keys.admin}` },
        })
      ).text()
    )
      .trim()
      .split('\n');
    expect(rejects.map((line) => JSON.parse(line).line)).toEqual([14, 27, 35]);
    // The same file again is another one: the content of this one is removed.
    const digest = createHash('sha256').update(readFileSync(EXAMPLE)).digest('hex');
    const again = { name: 'survey-export.csv', bytes: readFileSync(EXAMPLE).length, digest };
    expect((await call('POST', '', again)).body).toMatchObject({ resumed: false, received: 0 });
    // The content is removed; the account stays.
    expect(existsSync(join(server.instance.dataDir, 'uploads', id, 'data'))).toBe(false);
    expect((await call('GET', `/${id}`)).body).toMatchObject({ isKept: false, import: { state: 'done' } });
    const { data } = await server.graphql<{
      imports: { edges: { node: object }[] };
    }>('{ imports { edges { node { id name rows accepted duplicates rejected leftOut } } } }');
    expect(data.imports.edges[0]?.node).toEqual({
      id: `Import:${state.importId}`,
      name: 'survey-export.csv',
      ...{ rows: 60, accepted: 56, duplicates: 1, rejected: 3, leftOut: 0 },
    });
    await undo(state.importId);
    expect(await everything()).toEqual([]);
    const rejectsPath = join(folder, 'rejects.ndjson');
    const command = await runProgram(
      [
        'import',
        EXAMPLE,
        '--map',
        'examples/survey-export.map.json',
        '--url',
        server.url,
        '--rejects',
        rejectsPath,
      ],
      server.instance.env,
    ).finished;
    expect([command.code, command.output]).toEqual([
      0,
      expect.stringMatching(/accepted {4}56\nduplicates {2}1\nrejected {4}3 /),
    ]);
    expect(await everything()).toEqual(byUpload);
    expect(readFileSync(rejectsPath, 'utf8').trim().split('\n')).toEqual(rejects);
    const [, importId = ''] = /import {6}(\w+)/.exec(command.output) ?? [];
    await undo(importId);
  });

  it('of a workbook is that of its rows', async () => {
    const id = await upload(readFileSync('test/fixtures/workbooks/openpyxl-title.xlsx'), 'answers.xlsx');
    const { body } = await call<{ map: Record<string, unknown>; readAs: object }>('POST', `/${id}/preview`, {
      zone: 'Europe/Berlin',
    });
    expect(body).toMatchObject({
      readAs: { format: 'XLSX', sheet: 'Responses 2026' },
      map: { sheet: 'Responses 2026', headings: { after: 1, rows: 1 } },
    });
    await call('POST', `/${id}/import`, { map: body.map });
    const state = await ended(id);
    expect(state).toMatchObject({ state: 'done', rows: 60, accepted: 56, duplicates: 1, rejected: 3 });
    await undo(state.importId);
  });

  const ROWS = 12_000;
  const long = Buffer.from(
    ['id,at,score,why']
      .concat(Array.from({ length: ROWS }, (_, i) => `${i},2026-03-0${1 + (i % 9)}T10:00:00Z,${i % 11},`))
      .join('\n'),
  );
  const longMap = {
    source: 'long',
    survey: { name: 'a', version: '1' },
    externalId: 'id',
    answeredAt: { column: 'at' },
    score: { column: 'score', scale: '0-10' },
  };
  const responses = async () =>
    (
      await server.graphql<{ nps: { responses: number }[] }>(
        '{ nps(window: "P10Y", segment: {}) { responses } }',
      )
    ).data.nps[0]?.responses;

  it('pauses, goes on, survives a kill of the server, and counts each row once', async () => {
    const id = await upload(long, 'long.csv');
    await call('POST', `/${id}/import`, { map: longMap });
    const rowsReach = (count: number) =>
      until(async () => ((await call('GET', `/${id}`)).body.import?.rows ?? 0) >= count, `${count} rows`);
    await rowsReach(1_000);
    expect(messageOf(await call('POST', `/${id}/import`, { map: longMap }))[0]).toBe(400);
    const paused = (await call('POST', `/${id}/pause`)).body.import;
    expect(paused?.state).toBe('paused');
    expect(paused?.rows).toBeLessThan(ROWS);
    // Cut off, or not in the form: not taken for a request without a map.
    for (const [body, says] of [
      ['{"map": {"source"', 'not JSON'],
      ['not JSON', 'not JSON'],
      [`{"map": ${'['.repeat(600)}${']'.repeat(600)}}`, 'nested'],
      ['[]', 'is a JSON object'],
    ])
      for (const path of ['import', 'preview']) {
        const refused = await call('POST', `/${id}/${path}`, Buffer.from(body as string));
        expect(messageOf(refused)).toEqual([400, expect.stringContaining(says as string)]);
      }
    // Without a map: the same one.
    const again = await call('POST', `/${id}/import`);
    expect([again.status, again.body.import?.importId]).toEqual([202, paused?.importId]);
    await rowsReach((paused?.rows ?? 0) + 1_000);
    await server.stop('SIGKILL');
    await server.start();
    const interrupted = (await call('GET', `/${id}`)).body.import;
    expect(interrupted).toMatchObject({ state: 'interrupted', importId: paused?.importId });
    await call('POST', `/${id}/import`);
    const done = (await ended(id)) as NonNullable<Shown['import']> & { duplicates: number };
    expect(done).toMatchObject({ state: 'done', rows: ROWS, rejected: 0, importId: paused?.importId });
    expect(done.accepted + done.duplicates).toBe(ROWS);
    expect(await responses()).toBe(ROWS);
  });

  it('ends with its key', async () => {
    const { data } = await server.graphql<{ createApiKey: { id: string; key: string } }>(
      'mutation { createApiKey(input: { name: "short", role: "collector" }) { id key } }',
    );
    const keyed = server.keys as Record<string, string>;
    keyed.short = data.createApiKey.key;
    const id = await upload(long, 'again.csv', 'short');
    await call('POST', `/${id}/import`, { map: { ...longMap, source: 'again' } }, 'short');
    await server.graphql('mutation ($id: ID!) { revokeApiKey(id: $id) }', {
      id: data.createApiKey.id,
    });
    const path = join(server.instance.dataDir, 'uploads', id, 'import.json');
    await until(() => JSON.parse(readFileSync(path, 'utf8')).state !== 'running', 'the import ends');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      state: 'interrupted',
      message: expect.stringContaining('revoked'),
    });
  });
});

describe('the command without a map', () => {
  const run = (...args: string[]) =>
    runProgram(['import', ...args], { ...server.instance.env, SCORELINE_DATA_DIR: join(folder, 'other') })
      .finished;

  it('shows the guess, and imports by it where that is agreed to', async () => {
    const saved = join(folder, 'saved.map.json');
    const shown = await run(EXAMPLE, '--zone', 'Europe/Berlin', '--save-map', saved);
    expect([shown.code, shown.output]).toEqual([
      1,
      expect.stringContaining('--map is needed, or --yes to import by the guessed map'),
    ]);
    expect(shown.output).toMatch(/score {10}How likely are you to recommend us\?: 0 to 10 in 59 of 60 rows/);
    expect(JSON.parse(readFileSync(saved, 'utf8'))).toMatchObject({
      externalId: 'Response ID',
      answeredAt: MAP.answeredAt,
    });
    const dry = await run('test/fixtures/workbooks/openpyxl-title.xlsx', '--dry-run');
    expect([dry.code, dry.output]).toEqual([
      0,
      expect.stringMatching(/read as {5}XLSX, sheet "Responses 2026"\nrows {8}60/),
    ]);
    const none = join(folder, 'none.csv');
    writeFileSync(none, 'a,b\n1,2\n3,4\n');
    expect(await run(none, '--yes')).toMatchObject({
      code: 1,
      output: expect.stringContaining('no column has dates; every answer needs the date'),
    });
    const yes = await run(
      EXAMPLE,
      '--yes',
      '--zone',
      'Europe/Berlin',
      '--url',
      server.url,
      '--rejects',
      join(folder, 'r.ndjson'),
    );
    expect([yes.code, yes.output]).toEqual([0, expect.stringMatching(/accepted {4}56\n/)]);
  });
});
