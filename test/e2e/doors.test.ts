import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request as ask } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* How everyday tools and pages of other origins come in, and in what form the answers go out. */

const FRIEND = 'https://board.example.org';
const STRANGER = 'https://elsewhere.example';
const server = useServer({
  /*INSTANCE*/ env: { SCORELINE_CORS_ORIGINS: `${FRIEND}, http://127.0.0.1:5173` },
});
beforeAll(async () => {
  const items = [9, 10, 3].map((score, i) => ({
    externalId: `d${i}`,
    answeredAt: '2024-03-02T09:00:00Z',
    score,
    region: ['Germany', 'Germany', 'Japan'][i],
  }));
  const older = { externalId: 'd3', answeredAt: '2023-12-31T23:30:00Z', score: 8, region: 'Peru' };
  expect((await server.post('/ingest/responses', [...items, older])).status).toBe(202);
});

const basic = (password: string, user = 'any') =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const bearer = { authorization: `Bearer ${ADMIN_KEY}` };
const CHART = '{ nps(window: "P30D", asOf: "2024-03-03T00:00:00Z") { responses } }';
const chart = () => `${server.url}/graphql?query=${encodeURIComponent(CHART)}`;
const ANSWERED = { data: { nps: [{ responses: 3 }] } };

describe('a query by GET', () => {
  it.each([
    ['a Bearer key', bearer],
    ['X-Api-Key', { 'x-api-key': ADMIN_KEY }],
    ['Basic authentication', { authorization: basic(ADMIN_KEY) }],
  ])('needs nothing besides %s', async (_, headers) => {
    const answer = await fetch(chart(), { headers });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject(ANSWERED);
  });

  it('changes nothing', async () => {
    const query = encodeURIComponent('mutation { changeKeys(action: ROTATE, reason: "x") { complete } }');
    const answer = await fetch(`${server.url}/graphql?query=${query}`, { headers: bearer });
    expect([400, 405]).toContain(answer.status);
  });
});

describe('Basic authentication, with the key as password', () => {
  const doors: [string, RequestInit, number][] = [
    ['/graphql', { method: 'POST', body: JSON.stringify({ query: CHART }) }, 200],
    ['/ingest/responses', { method: 'POST', body: '[]' }, 202],
    ['/metrics', {}, 200],
    ['/audit/export', {}, 200],
    ['/console.json', {}, 200],
    ['/bi/NpsByRegion.csv', {}, 200],
    ['/none', {}, 404],
  ];
  it.each(doors)('opens %s like a Bearer key', async (path, init, status) => {
    const withKey = (authorization: string) =>
      fetch(`${server.url}${path}`, {
        ...init,
        headers: { authorization, 'content-type': 'application/json' },
      });
    for (const authorization of [basic(ADMIN_KEY), basic(ADMIN_KEY, ''), bearer.authorization]) {
      const answer = await withKey(authorization);
      await answer.arrayBuffer();
      expect(answer.status, authorization.slice(0, 6)).toBe(status);
    }
    const refused = await withKey(basic('not-the-key'));
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: 'this key is not known here, or the session ended',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  });

  it('opens event streams and WebSockets too', async () => {
    const headers = { authorization: basic(ADMIN_KEY), accept: 'text/event-stream' };
    expect(await (await fetch(chart(), { headers })).text()).toContain('"responses":3');
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: headers.authorization },
    });
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    const [message] = await once(socket, 'message');
    expect(String(message)).toContain('connection_ack');
    socket.close();
  });

  it('is requested from programs, never from browsers', async () => {
    const challenge = async (headers: Record<string, string>) => {
      const answer = await fetch(chart(), { headers });
      expect(answer.status).toBe(401);
      return answer.headers.get('www-authenticate');
    };
    expect(await challenge({ 'user-agent': 'curl/8.5.0' })).toBe(
      'Bearer, Basic realm="Scoreline", charset="UTF-8"',
    );
    expect(await challenge({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' })).toBe('Bearer');
    expect(await challenge({ origin: FRIEND })).toBe('Bearer');
  });

  it('is not accepted from pages of other origins, listed or not', async () => {
    for (const elsewhere of [{ origin: FRIEND }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await fetch(chart(), { headers: { ...elsewhere, authorization: basic(ADMIN_KEY) } });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain('send Authorization: Bearer KEY');
    }
  });

  it('leaves no key in the log', () => {
    expect(server.output()).not.toContain(ADMIN_KEY);
    expect(server.output()).not.toContain(Buffer.from(`any:${ADMIN_KEY}`).toString('base64'));
  });
});

describe('pages of other origins', () => {
  const preflight = (path: string, origin: string, method = 'POST') =>
    fetch(`${server.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it.each([
    '/graphql',
    '/ingest/responses',
    '/ingest/file',
    '/ingest/uploads/1',
    '/audit/export',
    '/reports/score/x',
  ])('may ask %s what they may send without a key, where they are listed', async (path) => {
    const answer = await preflight(path, FRIEND);
    expect(answer.status).toBe(204);
    const { headers } = answer;
    expect(headers.get('access-control-allow-origin')).toBe(FRIEND);
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
    expect(headers.get('access-control-allow-headers')).toMatch(/^authorization, content-type/);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toMatch(/^Origin/);
    const stranger = await preflight(path, STRANGER);
    expect(stranger.status).toBe(401);
    expect([...stranger.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(stranger.headers.get('vary')).toMatch(/^Origin/);
  });

  const requests: [string, string, RequestInit, number][] = [
    [
      'an answer',
      '/graphql',
      { method: 'POST', headers: bearer, body: JSON.stringify({ query: CHART }) },
      200,
    ],
    [
      'a stream',
      '/graphql',
      {
        method: 'POST',
        headers: { ...bearer, accept: 'text/event-stream' },
        body: JSON.stringify({ query: CHART }),
      },
      200,
    ],
    ['what is not valid', '/graphql', { method: 'POST', headers: bearer, body: '{' }, 400],
    ['what has no key', '/graphql', { method: 'POST', headers: {}, body: '{}' }, 401],
    ['what was submitted', '/ingest/responses', { method: 'POST', headers: bearer, body: '[]' }, 202],
    ['the metrics', '/metrics', { headers: bearer }, 200],
    ['what is not there', '/nowhere', { headers: bearer }, 404],
    ['what is no URL', '/%zz', { headers: bearer }, 400],
  ];
  it.each(requests)('may read %s, if they are listed', async (_, path, init, status) => {
    const from = async (origin: string) => {
      const headers = { 'content-type': 'application/json', ...init.headers, origin };
      const answer = await fetch(`${server.url}${path}`, { ...init, headers });
      await answer.arrayBuffer();
      expect(answer.status).toBe(status);
      return answer.headers;
    };
    const friend = await from(FRIEND);
    expect(friend.get('access-control-allow-origin')).toBe(FRIEND);
    expect(friend.get('access-control-expose-headers')).toContain('x-request-id, retry-after');
    expect(friend.get('access-control-allow-credentials')).toBeNull();
    expect(friend.get('vary')).toContain('Origin');
    const stranger = await from(STRANGER);
    expect(stranger.get('access-control-allow-origin')).toBeNull();
    expect(stranger.get('vary')).toContain('Origin');
  });

  it.each([
    [FRIEND, 'connection_ack'],
    [undefined, 'connection_ack'],
    [STRANGER, 403],
    ['null', 403],
    [`${FRIEND}.evil.example`, 403],
  ])('open a WebSocket if they are listed: %s', async (origin, expected) => {
    const socket = new WebSocket(
      `${server.url.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
      origin === undefined ? {} : { origin },
    );
    socket.on('open', () =>
      socket.send(
        JSON.stringify({ type: 'connection_init', payload: { authorization: bearer.authorization } }),
      ),
    );
    const outcome = await Promise.race([
      once(socket, 'message').then(([message]) => (JSON.parse(String(message)) as { type: string }).type),
      once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number),
    ]);
    expect(outcome).toBe(expected);
    socket.on('error', () => undefined);
    socket.terminate();
  });
});

/** The answer as it comes over the wire: fetch would decompress it. */
function raw(
  path: string,
  headers: Record<string, string>,
): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = ask(`${server.url}${path}`, { headers: { ...bearer, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', reject);
    });
    request.on('error', reject).end();
  });
}

describe('Accept-Encoding', () => {
  const ROWS = 7_296;
  const query = `{ npsSeries(from: "2026-01-01T00:00:00Z", to: "2026-11-01T00:00:00Z", every: HOUR) { time score low high responses } }`;
  const path = `/graphql?query=${encodeURIComponent(query)}`;

  it('is honoured for long answers, which say the same', async () => {
    const plain = await raw(path, {});
    const text = plain.body.toString();
    expect(JSON.parse(text).data.npsSeries).toHaveLength(ROWS);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['vary']).toContain('Accept-Encoding');
    const unpacked = { br: brotliDecompressSync, gzip: gunzipSync, deflate: inflateSync };
    for (const [coding, unpack] of Object.entries(unpacked)) {
      const packed = await raw(path, { 'accept-encoding': `${coding}, identity;q=0.5` });
      expect(packed.headers).toMatchObject({
        'content-encoding': coding,
        'content-length': String(packed.body.length),
        'content-type': plain.headers['content-type'],
      });
      expect(unpack(packed.body).toString()).toBe(text);
      expect(packed.body.length, `${coding} of ${text.length}`).toBeLessThan(text.length / 8);
      if (process.env.SCORELINE_TEST_SIZES) console.log(coding, text.length, packed.body.length);
    }
    for (const refused of ['identity', 'br;q=0, gzip;q=0', 'zstd'])
      expect((await raw(path, { 'accept-encoding': refused })).headers['content-encoding']).toBeUndefined();
  });

  it('is ignored for a short answer, or a stream of events', async () => {
    const every = { 'accept-encoding': 'gzip, deflate, br' };
    const short = await raw(`/graphql?query=${encodeURIComponent(CHART)}`, every);
    expect(short.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(short.body.toString())).toMatchObject(ANSWERED);
    const events = await raw(path, { ...every, accept: 'text/event-stream' });
    expect(events.headers['content-encoding']).toBeUndefined();
    expect(events.body.toString()).toMatch(/^:\n\nevent: next\ndata: /);
  });

  it('is honoured for streamed answers, and for those cached in compressed form', async () => {
    const lines = async (body: Buffer) =>
      body
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
    const plain = await raw('/audit/export', {});
    const packed = await raw('/audit/export', { 'accept-encoding': 'gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    // Each export is a row of the next one.
    expect(await lines(gunzipSync(packed.body))).toEqual([...(await lines(plain.body)), expect.anything()]);
    const console = await raw('/console.json', { 'accept-encoding': 'gzip' });
    const same = await raw('/console.json', {});
    expect(same.headers['content-encoding']).toBeUndefined();
    expect(same.body.equals(gunzipSync(console.body))).toBe(true);
  });
});

describe('a window up to now without responses', () => {
  const received = async (query: string, key = ADMIN_KEY) => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
    return ((await answer.json()) as { extensions: { emptyWindows?: unknown } }).extensions.emptyWindows;
  };

  it('reports the time of the newest response', async () => {
    const newest = '2024-03-02T09:00:00.000Z';
    expect(await received('{ nps { score responses } }')).toEqual([{ path: ['nps'], newest }]);
    expect(await received('{ a: nps(groupBy: [REGION]) { score } }')).toEqual([{ path: ['a'], newest }]);
    expect(await received('{ nps(segment: { region: ["Peru"] }) { score } }')).toEqual([
      { path: ['nps'], newest: '2023-12-31T23:30:00.000Z' },
    ]);
  });

  it('reports it only when requested, and only of readable responses', async () => {
    expect(await received(CHART)).toBeUndefined();
    expect(await received('{ nps(asOf: "2020-01-01T00:00:00Z") { score } }')).toBeUndefined();
    expect(await received('{ nps(segment: { region: ["Nowhere"] }) { score } }')).toBeUndefined();
    const feed = 'mutation { createApiKey(input: { name: "f", role: "feed" }) { key } }';
    const { data } = await server.graphql<{ createApiKey: { key: string } }>(feed);
    expect(await received('{ nps { score } }', data.createApiKey.key)).toBeUndefined();
  });
});

describe("the console's example tabs", () => {
  const keyOf = async (input: object) => {
    const made = 'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }';
    const { data } = await server.graphql<{ createApiKey: { key: string } }>(made, { input });
    return data.createApiKey.key;
  };
  const tabsFor = async (key: string) => {
    const answer = await fetch(`${server.url}/console-tabs.json`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { query: string }[]).map(({ query }) => query);
  };
  const run = async (key: string, query: string) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return (await answer.json()) as { data: { nps: { responses: number }[] }; errors?: unknown };
  };

  it('show the existing responses, even when they are in the past', async () => {
    const tabs = await tabsFor(ADMIN_KEY);
    expect(tabs[0]).toMatch(
      /^# The newest answer is of 2024-03-02.*\nquery NpsByRegion .*asOf: "2024-03-03T00:00:00Z"/s,
    );
    for (const query of tabs.filter((one) => !/WhereFrom|Classify|subscription/.test(one)))
      expect((await run(ADMIN_KEY, query)).errors, query).toBeUndefined();
    const [byRegion = '', , , , one = ''] = tabs;
    expect((await run(ADMIN_KEY, byRegion)).data.nps.map(({ responses }) => responses)).toEqual([2, 1, 1]);
    expect((await run(ADMIN_KEY, one)).data.nps[0]?.responses).toBeGreaterThan(0);
  });

  it('end where the responses end that the caller may see', async () => {
    const analyst = await keyOf({ name: 'Peru', role: 'analyst', attributes: { region: ['Peru'] } });
    const tabs = await tabsFor(analyst);
    expect(tabs[0]).toContain('asOf: "2024-01-01T00:00:00Z"');
    expect(tabs[4]).toContain('region: ["Peru"]');
    expect(JSON.stringify(tabs)).not.toMatch(/2024-0[234]|Germany|Japan/);
    expect((await run(analyst, tabs[0] ?? '')).data.nps).toMatchObject([{ responses: 1 }]);
  });

  it('reveal nothing to callers who see nothing, or too few', async () => {
    for (const role of ['metrics', 'feed']) {
      const tabs = await tabsFor(await keyOf({ name: role, role }));
      expect(tabs[0]).toMatch(/^# There are no answers yet that this key may see\.\nquery NpsByRegion/);
      expect(JSON.stringify(tabs)).not.toMatch(/2024-0[1-4]|2023-12|Peru/);
    }
  });

  it('require the key', async () => {
    expect((await fetch(`${server.url}/console-tabs.json`)).status).toBe(401);
  });
});

describe('common clients, unmodified', () => {
  /** What these programs send, so that it is tried where they are not installed. */
  const clients: [string, Record<string, string>][] = [
    ['curl -u', { 'user-agent': 'curl/8.5.0', accept: '*/*', authorization: basic(ADMIN_KEY, 'x') }],
    [
      'pandas.read_json(url, storage_options={"Authorization": …})',
      { 'user-agent': 'Python-urllib/3.12', 'accept-encoding': 'identity', ...bearer },
    ],
    [
      'requests.get(url, auth=("x", key))',
      {
        'user-agent': 'python-requests/2.32.3',
        accept: '*/*',
        'accept-encoding': 'gzip, deflate',
        authorization: basic(ADMIN_KEY, 'x'),
      },
    ],
    [
      'httr2: req_auth_basic("x", key)',
      {
        'user-agent': 'httr2/1.0.7 r-curl/6.0.1 libcurl/8.5.0',
        accept: '*/*',
        'accept-encoding': 'deflate, gzip, br, zstd',
        authorization: basic(ADMIN_KEY, 'x'),
      },
    ],
    [
      'Excel: Web.Contents with Basic',
      {
        'user-agent': 'Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)',
        'accept-encoding': 'gzip, deflate',
        authorization: basic(ADMIN_KEY, 'x'),
      },
    ],
    [
      'Grafana Infinity with a bearer token',
      {
        'user-agent': 'Grafana/11.3.0',
        accept: 'application/json;q=0.9,text/plain',
        'accept-encoding': 'gzip',
        ...bearer,
      },
    ],
  ];
  it.each(clients)('are answered with JSON: %s', async (_, headers) => {
    const { headers: received, body } = await raw(`/graphql?query=${encodeURIComponent(CHART)}`, headers);
    expect(received['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(body.toString())).toMatchObject(ANSWERED);
  });

  it('are challenged first if they wait for it, like Excel and wget', async () => {
    const first = await fetch(chart(), { headers: { 'user-agent': 'Wget/1.21.4' } });
    expect(first.headers.get('www-authenticate')).toContain('Basic realm="Scoreline"');
  });

  const run = promisify(execFile);
  const has = async (program: string, ...args: string[]) =>
    run(program, args).then(
      () => true,
      () => false,
    );
  it('curl', async (test) => {
    if (!(await has('curl', '--version'))) test.skip('curl is not installed here');
    const { stdout } = await run('curl', ['-s', '--compressed', '-u', `x:${ADMIN_KEY}`, chart()]);
    expect(JSON.parse(stdout)).toMatchObject(ANSWERED);
    // It waits for the challenge.
    const asked = await run('curl', ['-s', '--anyauth', '-u', `x:${ADMIN_KEY}`, chart()]);
    expect(JSON.parse(asked.stdout)).toMatchObject(ANSWERED);
  });

  const PANDAS = `import json, sys
import pandas
url, key = sys.argv[1:]
frame = pandas.read_json(url, storage_options={"Authorization": "Bearer " + key})
print(pandas.json_normalize(frame["data"]["nps"]).to_json(orient="records"))`;
  it('pandas', async (test) => {
    if (!(await has('python3', '-c', 'import pandas'))) test.skip('Python with pandas is not installed here');
    const { stdout } = await run('python3', ['-c', PANDAS, chart(), ADMIN_KEY]);
    expect(JSON.parse(stdout)).toEqual([{ responses: 3 }]);
  });

  const URLLIB = `import base64, json, sys, urllib.request
url, key = sys.argv[1:]
manager = urllib.request.HTTPPasswordMgrWithDefaultRealm()
manager.add_password(None, url, "x", key)
opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
print(json.dumps(json.load(opener.open(url))["data"]["nps"]))`;
  it('Python, which waits for the challenge', async (test) => {
    if (!(await has('python3', '--version'))) test.skip('Python is not installed here');
    const { stdout } = await run('python3', ['-c', URLLIB, chart(), ADMIN_KEY]);
    expect(JSON.parse(stdout)).toEqual([{ responses: 3 }]);
  });

  const R = `args <- commandArgs(trailingOnly = TRUE)
answer <- httr2::request(args[1]) |> httr2::req_auth_basic("x", args[2]) |> httr2::req_perform()
cat(jsonlite::toJSON(jsonlite::fromJSON(httr2::resp_body_string(answer))$data$nps))`;
  it('R with httr2', async (test) => {
    if (!(await has('Rscript', '-e', 'library(httr2); library(jsonlite)')))
      test.skip('R with httr2 and jsonlite is not installed here');
    const { stdout } = await run('Rscript', ['-e', R, chart(), ADMIN_KEY]);
    expect(JSON.parse(stdout)).toEqual([{ responses: 3 }]);
  });
});
