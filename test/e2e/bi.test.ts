import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../config/gate-settings.ts';
import { ADMIN_KEY, runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Trusted documents as files for BI tools: formats, parameters, validators, and the same rights as at /graphql. */

const OWN =
  'query Comments($first: Int! = 2, $after: String) { responses(first: $first, after: $after) { edges { node { id comment score } } pageInfo { hasNextPage endCursor } } }';
const NESTED =
  'query Deep { responses(first: 1) { edges { node { prediction { themes { theme } sentiment } score } } } }';
const FLAT = 'query Two { a: nps { score } b: nps { score } }';
const BROKEN = 'query Broken { nps { noSuchField } }';
const CONFIG = `dimensions: [{ field: productLine }, { field: region }, { field: lifecycleStage }, { field: channel }]
limits:
  trustedOnly: [feed]
`;
const server = useServer({
  config: CONFIG,
  trusted: [OWN, NESTED, FLAT, BROKEN],
  keys: {
    analyst: 'analyst',
    german: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    feed: 'feed',
  },
});
const { keys } = server;

/** A historical record: its newest response is long past. Peru is a small cell. */
const ITEMS = [
  ...[9, 10, 3, 0, 7, 2].map((score) => ({ score, region: 'Germany' })),
  ...[9, 10, 10, 8, 9].map((score) => ({ score, region: 'Japan, Honshu' })),
  { score: 1, region: 'Peru' },
].map((item, i) => ({
  ...item,
  externalId: `r${i}`,
  answeredAt: `2024-03-0${1 + (i % 5)}T09:00:00Z`,
  comment: ['=HYPERLINK("http://x")', '-1 for support', 'It said "no", twice.\nThen yes.', 'plain'][i % 4],
}));
beforeAll(async () => {
  expect(await (await server.post('/ingest/responses', ITEMS)).json()).toMatchObject({ accepted: 12 });
});

const get = (path: string, { key = ADMIN_KEY, ...init }: RequestInit & { key?: string } = {}) =>
  fetch(`${server.url}/bi/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) },
  });
const rowsOf = async (path: string, key?: string) => {
  const answer = await get(path, key === undefined ? {} : { key });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Record<string, unknown>[];
};
const errorOf = async (path: string, key?: string) => {
  const answer = await get(path, key === undefined ? {} : { key });
  const { errors } = (await answer.json()) as { errors: { message: string; extensions: { code: string } }[] };
  return { status: answer.status, code: errors[0]?.extensions.code, message: errors[0]?.message };
};

describe('documents that ship', () => {
  it('show a historical record without configuration, and say where its windows end', async () => {
    const answer = await get('NpsByRegion.csv');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('scoreline-as-of')).toBe('2024-03-06T00:00:00.000Z');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="NpsByRegion.csv"');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const text = await answer.text();
    expect(text).toMatch(/^region,score,low,high,method,responses\r\nGermany,-16\.6\d*,-\d/);
    expect(text).toContain('\r\n"Japan, Honshu",80,');
  });

  it('take relative windows, and say when the present has no answers', async () => {
    const answer = await get('NpsByRegion.csv?asOf=now&window=P30D');
    expect((await answer.text()).trim()).toBe('region,score,low,high,method,responses');
    expect(answer.headers.get('scoreline-as-of')).toBeNull();
    expect(await rowsOf('NpsSeries.json?from=newest-P1W&to=newest&every=DAY')).toHaveLength(7);
    expect(await rowsOf('NpsSeries.json?from=2024-03-01&to=2024-03-03T00:00:00%2B00:00')).toHaveLength(2);
  });

  it.each([
    'NpsByProductLine',
    'NpsByChannel',
    'NpsSeries',
    'NpsChange',
    'LatestResponses',
    'OneScore',
    'Responses',
  ])('%s has rows in each format', async (name) => {
    for (const format of ['csv', 'json', 'parquet', 'arrow']) {
      const answer = await get(`${name}.${format}`);
      expect(answer.status, `${name}.${format}`).toBe(200);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10);
    }
  });

  it('are listed with their parameters', async () => {
    const list = (await (
      await fetch(`${server.url}/bi`, { headers: { authorization: `Bearer ${keys.feed}` } })
    ).json()) as {
      name: string;
      parameters: { name: string }[];
    }[];
    const found = list.find(({ name }) => name === 'NpsByRegion');
    expect(found?.parameters.map(({ name }) => name)).toContain('segment.region');
    expect(list.map(({ name }) => name)).not.toContain('Two');
    const leftOut = 'Broken does not fit the schema and is left out';
    await until(() => server.output().includes(leftOut), 'the log says so');
  });
});

describe('parameters', () => {
  it('are coerced by the types of the variables: lists by commas and by repetition', async () => {
    const both = [
      'segment.region=Germany,Japan\\, Honshu',
      'segment.region=Germany&segment.region=Japan\\, Honshu',
    ];
    for (const query of [...both, `segment=${encodeURIComponent('{"region":["Germany","Japan, Honshu"]}')}`])
      expect((await rowsOf(`NpsByRegion.json?${query}`)).map(({ region }) => region)).toEqual([
        'Germany',
        'Japan, Honshu',
      ]);
    expect(
      await rowsOf('NpsSeries.json?groupBy=REGION,CHANNEL&every=MONTH&from=2024-03-01&to=2024-04-01'),
    ).toHaveLength(3);
    expect(await rowsOf('LatestResponses.json?first=5&segment.region=')).toHaveLength(5);
  });

  it.each([
    [
      'NpsByRegion.csv?regio=x',
      400,
      'BAD_USER_INPUT',
      '"regio" is not a parameter of this document; there are segment, ',
    ],
    ['NpsByRegion.csv?segment.planet=x', 400, 'BAD_USER_INPUT', 'segment.region'],
    ['NpsByRegion.csv?window=30', 400, 'BAD_USER_INPUT', 'window'],
    ['NpsByRegion.csv?window=P1D&window=P2D', 400, 'BAD_USER_INPUT', 'window: given 2 times'],
    ['NpsByRegion.csv?basis=GUESSED', 400, 'BAD_USER_INPUT', 'GUESSED'],
    ['NpsByRegion.csv?confidence=high', 400, 'BAD_USER_INPUT', 'confidence'],
    [
      'NpsByRegion.csv?asOf=yesterday',
      400,
      'BAD_USER_INPUT',
      'asOf: "yesterday" is no moment; it is RFC 3339',
    ],
    ['NpsByRegion.csv?asOf=newest%2BP1D', 400, 'BAD_USER_INPUT', 'or relative: now, now-P30D'],
    ['NpsByRegion.csv?__proto__=x', 400, 'BAD_USER_INPUT', 'is not a parameter'],
    ['NpsByRegion.csv?segment.__proto__=x', 400, 'BAD_USER_INPUT', 'is not a parameter'],
    ['NpsByRegion.csv?segment=%7B', 400, 'BAD_USER_INPUT', 'is not JSON'],
    [`NpsByRegion.csv?window=${'9'.repeat(500)}`, 400, 'BAD_USER_INPUT', 'window'],
    ['LatestResponses.csv?first=501', 400, 'BAD_USER_INPUT', 'first'],
    ['NpsByRegion.xlsx', 404, 'NOT_FOUND', '.csv, .json, .parquet, .arrow'],
    ['NpsByRegion', 404, 'NOT_FOUND', '.csv'],
    ['Nothing.csv', 404, 'NOT_FOUND', 'GET /bi lists them'],
    ['Two.csv', 400, 'NOT_TABULAR', '2 fields at its root'],
    ['NpsByRegion.csv?key=x', 400, 'BAD_USER_INPUT', 'a key in the URL is not accepted'],
  ])('%.60s is refused, with what would be right', async (path, status, code, message) => {
    expect(await errorOf(path)).toMatchObject({ status, code, message: expect.stringContaining(message) });
  });
});

describe('formats', () => {
  it('CSV guards against formulas, leaves numbers alone, and quotes', async () => {
    const text = await (await get('Comments.csv?bom=true')).text();
    const bytes = new Uint8Array(await (await get('Comments.csv?bom=true')).arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(text).toContain(',"\'=HYPERLINK(""http://x"")",');
    expect(text).toContain(",'-1 for support,");
    expect(text).toContain(',"It said ""no"", twice.\nThen yes.",');
    expect(await (await get('NpsByRegion.csv')).text()).toMatch(/Peru,-100,/);
  });

  it('follow pages to the end; an address that asks for a page gets one', async () => {
    expect(await rowsOf('Comments.json')).toHaveLength(12);
    expect(await rowsOf('Comments.json?first=5')).toHaveLength(5);
  });

  it('Parquet and Arrow hold the rows of the JSON, with types', async () => {
    const path = 'NpsSeries';
    const query = '?from=2024-03-01&to=2024-03-08&groupBy=REGION';
    const json = await rowsOf(`${path}.json${query}`);
    const parquet = await parquetReadObjects({
      file: await (await get(`${path}.parquet${query}`)).arrayBuffer(),
    });
    expect(JSON.parse(JSON.stringify(parquet))).toEqual(json);
    expect(parquet[0]?.['time']).toBeInstanceOf(Date);
    const table = tableFromIPC(new Uint8Array(await (await get(`${path}.arrow${query}`)).arrayBuffer()));
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toContain(
      'time Timestamp<MILLISECOND, UTC>',
    );
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toContain('responses Int32');
    const rows = table.toArray().map((row) => {
      const { time, until, ...rest } = row.toJSON();
      return { ...rest, time: new Date(time).toISOString(), until: new Date(until).toISOString() };
    });
    expect(rows).toEqual(json.map((row) => expect.objectContaining(row)));
  });

  it('an empty answer is a file with its columns', async () => {
    const query = '?segment.region=Peru&asOf=2020-01-01';
    expect(
      await parquetReadObjects({ file: await (await get(`NpsByRegion.parquet${query}`)).arrayBuffer() }),
    ).toEqual([]);
    const table = tableFromIPC(new Uint8Array(await (await get(`NpsByRegion.arrow${query}`)).arrayBuffer()));
    expect(table.schema.fields.map(({ name }) => name)).toContain('region');
    expect(table.numRows).toBe(0);
  });

  it('flatten objects by their names; a list is its JSON', async () => {
    expect(Object.keys((await rowsOf('NpsChange.json'))[0] ?? {})).toEqual(
      expect.arrayContaining(['before_score', 'before_responses', 'after_score', 'difference']),
    );
    expect(Object.keys((await rowsOf('Deep.json'))[0] ?? {})).toEqual([
      'prediction_themes',
      'prediction_sentiment',
      'score',
    ]);
  });
});

describe('validators', () => {
  it('answer 304 while nothing changes, and the new rows once something has', async () => {
    // A window that is over: the minute of the request does not matter to its rows, but a validator may name it.
    const path = 'NpsByRegion.csv?asOf=2024-03-06';
    for (const key of [ADMIN_KEY, keys.german as string]) {
      const first = await get(path, { key });
      const before = await first.text();
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\/"/);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      const again = await get(path, { key, headers: { 'if-none-match': etag } });
      expect([200, 304]).toContain(again.status);
      if (again.status === 200) expect(await again.text()).toBe(before);
      const other = await get('NpsByRegion.json?asOf=2024-03-06', {
        key,
        headers: { 'if-none-match': etag },
      });
      expect(other.status).toBe(200);
      const item = {
        externalId: `late-${key.slice(-4)}`,
        answeredAt: '2024-03-04T10:00:00Z',
        score: 10,
        region: 'Germany',
      };
      expect((await server.post('/ingest/responses', [item])).status).toBe(202);
      const changed = await get(path, { key, headers: { 'if-none-match': etag } });
      expect(changed.status).toBe(200);
      expect(await changed.text()).not.toBe(before);
    }
  });

  it('do not move with what a caller may not see', async () => {
    const path = 'NpsByRegion.csv?asOf=2024-03-06';
    const etag = (await get(path, { key: keys.german as string })).headers.get('etag') ?? '';
    const item = { externalId: 'elsewhere', answeredAt: '2024-03-04T10:00:00Z', score: 0, region: 'Peru' };
    expect((await server.post('/ingest/responses', [item])).status).toBe(202);
    expect((await get(path, { key: keys.german as string, headers: { 'if-none-match': etag } })).status).toBe(
      304,
    );
  });

  it('HEAD has the headers alone', async () => {
    const answer = await get('NpsByRegion.csv', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toMatch(/^W\/"/);
    expect(await answer.text()).toBe('');
  });
});

describe('rights', () => {
  it('are those of the key: its segment, its small cells, its fields', async () => {
    expect((await rowsOf('NpsByRegion.json', keys.german)).map(({ region }) => region)).toEqual(['Germany']);
    const answer = await get('Comments.csv', { key: keys.feed as string });
    const rows = (await (await get('NpsByRegion.json', { key: keys.feed as string })).json()) as {
      region: string;
      score: number | null;
    }[];
    expect(rows.find(({ region }) => region === 'Peru')?.score ?? null).toBeNull();
    expect(answer.status === 403 || (await answer.text()).split('\r\n').length === 2).toBe(true);
  });

  it('roles that may send trusted documents only may read them here', async () => {
    expect((await get('NpsByRegion.csv', { key: keys.feed as string })).status).toBe(200);
    expect(
      (
        await fetch(`${server.url}/graphql?query={viewer{role}}`, {
          headers: { authorization: `Bearer ${keys.feed}` },
        })
      ).status,
    ).toBe(403);
  });

  it('a release of comments is in the audit log', async () => {
    await get('Comments.csv', { key: keys.analyst as string });
    const log = await (
      await fetch(`${server.url}/audit/export`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } })
    ).text();
    const read = log
      .split('\n')
      .filter((line) => line.includes('"actorName":"analyst"') && line.includes('"action":"read"'));
    expect(read.length).toBeGreaterThan(0);
  });

  it('a key that is in the address alone is refused, and stands in no log', async () => {
    const answer = await fetch(`${server.url}/bi/NpsByRegion.csv?key=${ADMIN_KEY}`);
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('a key in the URL is not accepted');
    expect(server.output()).not.toContain(ADMIN_KEY);
  });

  it('a read-only key reads, also by Basic authentication, and changes nothing', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const made = await server.graphql<{ createApiKey: { key: string } }>(
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { name: 'sheet', role: 'admin', readOnly: true, expiresAt } },
    );
    const key = made.data.createApiKey.key;
    const basic = { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` };
    expect((await fetch(`${server.url}/bi/NpsByRegion.csv`, { headers: basic })).status).toBe(200);
    const ask = async (path: string, body: unknown) => {
      const answer = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { ...basic, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const refused = { status: 403, text: expect.stringContaining('this key is read-only') };
    expect(
      await ask('/graphql', { query: 'mutation { changeKeys(action: ROTATE, reason: "x") }' }),
    ).toMatchObject(refused);
    expect(await ask('/ingest/responses', ITEMS.slice(0, 1))).toMatchObject(refused);
    expect(await ask('/graphql', { query: '{ viewer { readOnly } }' })).toMatchObject({
      status: 200,
      text: expect.stringContaining('true'),
    });
    const { data } = await server.graphql<{ apiKeys: { name: string; readOnly: boolean }[] }>(
      '{ apiKeys { name readOnly } }',
    );
    expect(data.apiKeys.find(({ name }) => name === 'sheet')?.readOnly).toBe(true);
  });

  it('the command makes such a key', async () => {
    const args = ['keys', 'create', 'Excel', '--role', 'analyst', '--read-only', '--expires', 'P90D'];
    // A server on a database of its own has no lock that it is found by.
    if (server.instance.env['DATABASE_URL']) args.push('--url', server.url);
    const { code, output } = await runProgram(args, server.instance.env).finished;
    expect(code, output).toBe(0);
    const [key] = /sl_\S+/.exec(output) ?? [];
    expect((await get('NpsByRegion.csv', { key: key ?? '' })).status).toBe(200);
    const { data } = await server.graphql<{
      apiKeys: { name: string; readOnly: boolean; expiresAt: string }[];
    }>('{ apiKeys { name readOnly expiresAt } }');
    const made = data.apiKeys.find(({ name }) => name === 'Excel');
    expect(made?.readOnly).toBe(true);
    expect(Date.parse(made?.expiresAt ?? '') - Date.now()).toBeGreaterThan(89 * 86_400_000);
  });

  it('a variable that must not be null may be left to its default, compiled or not', async () => {
    const query =
      'query ($window: Duration! = "P30D", $basis: Basis! = SURVEYED) { nps(window: $window, basis: $basis) { responses } }';
    for (let i = 0; i < 4; i++)
      expect(await server.graphql(query)).toMatchObject({ data: { nps: [{ responses: 0 }] } });
  });

  it('documents are found by their hash, as text or as the client preset writes it', async () => {
    for (const hash of [sha256(OWN), `sha256:${sha256(OWN)}`])
      expect(await rowsOf(`${hash}.json?first=1`)).toHaveLength(1);
  });
});
