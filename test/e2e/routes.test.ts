import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY, type GraphqlAnswer } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* The paths beside /graphql pass the same gate, and their refusals are in the audit log too. */
const CONFIG = `export default {
  dimensions: [{ field: 'region' }],
  audit: { aggregates: true },
  limits: {
    trustedOnly: ['feed'],
    cost: {
      default: { operation: 10_000, minute: 6_000_000 },
      admin: { operation: 10_000, minute: null },
      analyst: { operation: 1_000, minute: 1_000 },
      auditor: { operation: 1_500, minute: 1_500 },
      dpo: { operation: 600, minute: 100_000 },
    },
  },
};`;
const server = useServer({
  config: CONFIG,
  follow: true,
  trusted: ['{ nps { score } }'],
  keys: {
    ...Object.fromEntries(
      ['analyst', 'auditor', 'dpo', 'feed', 'metrics'].map((role) => [role, { name: `the ${role}`, role }]),
    ),
    collector: { name: 'the collector', role: 'collector', attributes: { region: ['Germany'] } },
  },
});
let score: string;
const { keys } = server;

beforeAll(async () => {
  const { data } = await server.graphql<{ nps: { id: string }[] }>('{ nps { id } }');
  score = data.nps[0]?.id ?? '';
});

const get = async (role: string, path: string) => {
  const response = await fetch(`${server.url}${path}`, {
    headers: { authorization: `Bearer ${keys[role]}` },
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text: await response.text(),
  };
};
const report = (role: string) => get(role, `/reports/score/${score}`);
const log = async () => {
  const response = await fetch(`${server.url}/audit/export`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const lines = (await response.text()).trim().split('\n');
  return lines.map(
    (line) => JSON.parse(line) as { actorName: string; action: string; subject: object; outcome: string },
  );
};
const rowsOf = async (role: string, action: string) =>
  (await log()).filter((row) => row.actorName === `the ${role}` && row.action === action);

describe("a score's report", () => {
  it('is charged, and audited if numbers are', async () => {
    expect((await report('analyst')).status).toBe(200);
    const spent = await report('analyst');
    expect(spent.status).toBe(429);
    expect(Number(spent.retryAfter)).toBeGreaterThan(0);
    expect(spent.text).toContain('RATE_LIMITED');
    expect(await rowsOf('analyst', 'aggregate')).toMatchObject([
      { subject: { asked: [{ field: 'report', arguments: { id: score } }] }, outcome: 'done' },
    ]);
  });

  it('is refused to callers over budget, and to roles restricted to trusted documents', async () => {
    expect(await report('dpo')).toMatchObject({
      status: 400,
      text: expect.stringContaining('COST_LIMIT_EXCEEDED'),
    });
    expect(await report('feed')).toMatchObject({
      status: 403,
      text: expect.stringContaining('DOCUMENT_NOT_TRUSTED'),
    });
  });
});

it('the export of the audit log is charged', async () => {
  expect((await get('auditor', '/audit/export')).status).toBe(200);
  expect((await get('auditor', '/audit/export')).status).toBe(429);
});

describe('a refused request', () => {
  it('is audited: metrics', async () => {
    expect((await get('feed', '/metrics')).status).toBe(403);
    expect(await rowsOf('feed', 'metrics')).toMatchObject([{ outcome: 'refused' }]);
  });

  it('is audited: items that the key may not submit, over HTTP and GraphQL', async () => {
    const item = (externalId: string, region: string) => ({
      externalId,
      region,
      score: 9,
      answeredAt: '2026-01-01T00:00:00Z',
    });
    const items = [item('a', 'Germany'), item('b', 'Chile'), item('c', 'Chile')];
    const post = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${keys.collector}`, 'content-type': 'application/json' };
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return (await response.json()) as GraphqlAnswer<object>;
    };
    expect(await post('/ingest/responses', items)).toMatchObject({ accepted: 1, rejected: [{}, {}] });
    expect(await rowsOf('collector', 'ingest')).toMatchObject([
      { subject: { items: 2 }, outcome: 'refused' },
    ]);
    const query = 'mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) { accepted } }';
    await post('/graphql', { query, variables: { input: items.slice(0, 2) } });
    expect(await rowsOf('collector', 'submitResponses')).toMatchObject([
      { subject: { items: 1 }, outcome: 'refused' },
    ]);
    // Accepted requests leave no row.
    await post('/ingest/responses', items.slice(0, 1));
    expect(await rowsOf('collector', 'ingest')).toHaveLength(1);
  });
});

describe('every answer', () => {
  const HEADERS = {
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.stringMatching(/^[\w.-]{1,64}$/),
  };
  const body = JSON.stringify({ query: '{ nps { score } }' });
  const json = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
  const stream = { ...json, accept: 'text/event-stream' };
  const agent = { ...json, accept: 'application/json, text/event-stream' };
  const TOOLS_LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const requests: [name: string, path: () => string, init: RequestInit, status: number, cache?: string][] = [
    ['a query', () => '/graphql', { method: 'POST', headers: json, body }, 200],
    ['a query by GET', () => '/graphql?query={nps{score}}', { headers: json }, 200],
    ['an invalid query', () => '/graphql', { method: 'POST', headers: json, body: '{"query":"{ x }"}' }, 400],
    ['no JSON', () => '/graphql', { method: 'POST', headers: json, body: '{' }, 400],
    ['an event stream', () => '/graphql', { method: 'POST', headers: stream, body }, 200],
    ['an upload', () => '/ingest/responses', { method: 'POST', headers: json, body: '[]' }, 202],
    ['no upload', () => '/ingest/responses', { method: 'POST', headers: json, body: '{' }, 400],
    ['metrics', () => '/metrics', { headers: json }, 200],
    ['the audit log', () => '/audit/export', { headers: json }, 200],
    ['a report', () => `/reports/score/${score}`, { headers: json }, 200],
    ['a file', () => '/bi/NpsByRegion.csv', { headers: json }, 200, 'private, no-cache'],
    ['no file', () => '/bi/Nothing.csv', { headers: json }, 404],
    ['the list of files', () => '/bi', { headers: json }, 200],
    ['a message of an agent', () => '/mcp', { method: 'POST', headers: agent, body: TOOLS_LIST }, 200],
    ['no message of an agent', () => '/mcp', { method: 'POST', headers: agent, body: '{' }, 400],
    ['no stream of an agent', () => '/mcp', { headers: agent }, 405],
    ['no report', () => '/reports/score/none', { headers: json }, 404],
    ['a path that is none', () => '/none', { headers: json }, 404],
    ['a path that cannot be decoded', () => '/%zz', { headers: json }, 400],
    ['no key', () => '/graphql', { method: 'POST', body }, 401],
    [
      'a sign-in',
      () => '/session',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
      400,
    ],
    ['no session', () => '/session', {}, 401],
    ['the ways to sign in', () => '/session/methods', {}, 200],
    ['no login', () => '/session/oidc', {}, 404],
    ['health', () => '/healthz', {}, 200],
    ['readiness', () => '/readyz', {}, 200],
    ['a page', () => '/overview', {}, 200, 'no-cache'],
    ['the console', () => '/console', {}, 200, 'no-cache'],
  ];

  it.each(requests)(
    'has one type and is not cached: %s',
    async (_name, path, init, status, cache = 'no-store') => {
      const response = await fetch(`${server.url}${path()}`, init);
      await response.text();
      expect(response.status).toBe(status);
      expect(Object.fromEntries(response.headers)).toMatchObject({ ...HEADERS, 'cache-control': cache });
    },
  );
});

describe('a sign-in', () => {
  it('is charged, so that a key cannot fill the audit log with them', async () => {
    const signIn = () =>
      fetch(`${server.url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: keys['analyst'] }),
      });
    let answer = await signIn();
    for (let i = 0; i < 10 && answer.status === 200; i++) answer = await signIn();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('what a browser sends by itself', () => {
  /** As a page of another site can make it send: with what the browser keeps for this site, and no header of its own. */
  const kept = {
    cookie: `key=${ADMIN_KEY}; authorization=Bearer ${ADMIN_KEY}; x-api-key=${ADMIN_KEY}`,
    authorization: `Basic ${Buffer.from(`admin:${ADMIN_KEY}`).toString('base64')}`,
  };
  /** What shows that a page of another site sends it; browsers leave out one or the other. */
  const signs = [
    { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://elsewhere.example' },
    { 'sec-fetch-site': 'same-site' },
    { referer: 'http://elsewhere.example/' },
  ];
  const POSTED = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
  const paths = [
    '/graphql',
    '/ingest/responses',
    '/ingest/file',
    '/metrics',
    '/audit/export',
    '/reports/score/x',
    '/bi/NpsByRegion.csv',
    '/bi',
    '/mcp',
    '/console.json',
  ];

  it.each(paths)('has no key on %s, whatever the browser adds by itself', async (path) => {
    const url = `${server.url}${path}?key=${ADMIN_KEY}&authorization=Bearer%20${ADMIN_KEY}&query={nps{score}}`;
    const sent = signs.flatMap((sign) => {
      const ambient = { ...kept, ...sign };
      return [
        ...['GET', 'HEAD'].map((method) => ({ method, headers: ambient })),
        { method: 'GET', headers: { ...ambient, accept: 'text/event-stream' } },
        ...POSTED.map((type) => ({
          method: 'POST',
          headers: { ...ambient, 'content-type': type },
          body: JSON.stringify({ query: 'mutation { changeKeys(action: ROTATE, reason: "x") }' }),
        })),
      ];
    });
    for (const init of sent) expect((await fetch(url, init)).status, JSON.stringify(init)).toBe(401);
    const asked = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(asked.status).toBe(401);
    expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each(signs)('opens no WebSocket with %j', async (sign) => {
    const headers = { ...kept, ...sign };
    const url = `${server.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
    socket.on('error', () => undefined);
    const [, { statusCode }] = await once(socket, 'unexpected-response');
    expect(statusCode).toBe(403);
    socket.terminate();
  });

  it('opens a WebSocket by itself, and is admitted only by the key in its first message', async () => {
    const url = `${server.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { cookie: kept.cookie } });
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    const [code] = await once(socket, 'close');
    expect(code).toBe(4403);
  });
});

describe('the role metrics', () => {
  it('reads the metrics, and nothing else', async () => {
    const answer = await get('metrics', '/metrics');
    expect(answer.status).toBe(200);
    const names = new Set([...answer.text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    for (const name of [
      'scoreline_build_info',
      'scoreline_http_requests_total',
      'scoreline_http_request_seconds',
      'scoreline_pool_connections',
      'scoreline_follower_delay_seconds',
      'scoreline_sockets_ended_total',
      'scoreline_event_loop_delay_seconds',
    ])
      expect(names, name).toContain(name);
    expect(answer.text).toMatch(
      /^scoreline_build_info\{version="\d+\.\d+\.\d+",commit="\w+",node="v\d+\.\d+\.\d+"\} 1$/m,
    );
    const followers = ['live', 'sealer', 'scorer 1', 'monitor', 'review queue'];
    for (const follower of followers)
      for (const name of ['scoreline_follower_delay_seconds', 'scoreline_journal_lag_entries'])
        expect(answer.text).toMatch(new RegExp(`^${name}\\{follower="${follower}"\\} \\d`, 'm'));
    for (const job of ['housekeeping', 'API keys', 'access policies', 'sealing'])
      expect(answer.text).toMatch(new RegExp(`^scoreline_job_failing_seconds\\{job="${job}"\\} 0$`, 'm'));
    expect(answer.text).toMatch(/^scoreline_event_loop_delay_seconds\{quantile="0.99"\} \d/m);
    // Paths that callers make up are one.
    for (const path of ['/made/up', '/made/up/too']) await get('metrics', path);
    const again = (await get('metrics', '/metrics')).text;
    expect(again).toMatch(/^scoreline_http_requests_total\{route="none",method="GET",status="404"\} [2-9]/m);
    expect(again).not.toContain('made/up');
    for (const path of ['/audit/export', '/ingest/responses', `/reports/score/${score}`])
      expect((await get('metrics', path)).status, path).not.toBe(200);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.metrics}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ nps { score responses } apiKeys { name } viewer { role } }' }),
    });
    const { data, errors } = (await response.json()) as GraphqlAnswer<{
      nps: unknown[];
      viewer: object;
    } | null>;
    expect(data?.nps ?? []).toEqual([]);
    expect(JSON.stringify(errors)).toContain('FORBIDDEN');
  });
});
