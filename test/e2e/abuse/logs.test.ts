import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/*
 * Needles in every input of every endpoint: none of them appears in the log, at its most verbose level, and
 * standard error has only JSON.
 */

const NEEDLE = 'zq7needle';
/** The same in other clothes: a number, a path, a UUID-like text, with characters that cannot be stored. */
const PLANTED = [
  NEEDLE,
  `${NEEDLE}@example.org`,
  `${NEEDLE}\0`,
  `"${NEEDLE}"`,
  `'; DROP TABLE ${NEEDLE}; --`,
  `\n    at ${NEEDLE} (file:1:1)`,
  `${NEEDLE}\ud800`,
  `{"${NEEDLE}": 1}`,
];

const server = useServer({ /*INSTANCE*/ env: { SCORELINE_LOG_LEVEL: 'debug' }, follow: true });
let errors = '';
beforeAll(async () => {
  // What was printed before is the same as at every start; from here on every line is looked at.
  server.process.stderr?.on('data', (text) => {
    errors += text;
  });
});

const ask = async (path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, ...(init.headers as Record<string, string>) };
  const response = await fetch(`${server.url}${path}`, { ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const graphql = (
  query: string,
  variables: object = {},
  more: object = {},
  headers: Record<string, string> = {},
) =>
  ask('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables, ...more }),
  });
const post = (path: string, body: string, type = 'application/json') =>
  ask(path, { method: 'POST', headers: { 'content-type': type }, body });

/** Every argument of texts, ids and cursors, and a name of each kind that a document may choose. */
const OPERATIONS = (text: string): [string, object?][] => [
  [`query ${NEEDLE} { ${NEEDLE}: nps { score } }`],
  [`{ ${NEEDLE} }`],
  [`{ nps(segment: { region: [${JSON.stringify(text)}] }) { score } }`],
  ['query ($v: [String!]) { nps(segment: { region: $v }) { score } }', { v: [text] }],
  ['query ($v: Int!) { responses(first: $v) { edges { node { id } } } }', { v: text }],
  ['query ($v: String) { responses(after: $v) { edges { node { id } } } }', { v: text }],
  [
    'query ($v: String) { auditLog(after: $v, actor: $v, action: $v) { edges { node { seq } } } }',
    { v: text },
  ],
  ['query ($v: String) { auditLog(actor: $v, action: $v) { edges { node { seq } } } }', { v: text }],
  ['query ($v: DateTime) { auditLog(from: $v) { edges { node { seq } } } }', { v: text }],
  ['query ($v: ID!) { node(id: $v) { id } }', { v: text }],
  ['query ($v: ID!) { node(id: $v) { id } }', { v: `Response:${text}` }],
  ['query ($v: ID!) { verify(id: $v) { verdict } }', { v: text }],
  ['query ($v: ID!) { trace(id: $v) { nodes { id } } }', { v: text }],
  ['query ($v: ID!) { trace(id: $v) { nodes { id } } }', { v: `Source:${text}` }],
  ['query ($v: String!) { nps(window: $v) { score } }', { v: text }],
  ['query ($v: String!) { npsSeries(every: DAY, zone: $v) { start } }', { v: text }],
  ['query ($v: [String!]!) { classify(texts: $v) { class } }', { v: [text] }],
  ['query ($v: String!) { subject(respondent: $v) { responses } }', { v: text }],
  ['mutation ($v: String!) { eraseSubject(respondent: $v, reason: $v) { known } }', { v: text }],
  ['mutation ($v: String!) { restrictSubject(respondent: $v, reason: $v) }', { v: text }],
  [
    'mutation ($v: ID!, $w: String!) { correctResponse(response: $v, comment: $w, reason: $w) }',
    { v: text, w: text },
  ],
  ['mutation ($v: ID!) { revokeApiKey(id: $v) }', { v: text }],
  ['mutation ($v: String!) { createApiKey(input: { name: $v, role: $v }) { id } }', { v: text }],
  ['mutation ($v: String!) { createApiKey(input: { name: $v, role: "feed" }) { id } }', { v: text }],
  ['mutation ($v: String!) { changeKeys(action: REWRAP, reason: $v) }', { v: text }],
  ['mutation ($v: [ResponseInput!]!) { submitResponses(input: $v) { accepted } }', { v: [itemOf(text)] }],
  ['mutation ($v: [ResponseInput!]!) { submitResponses(input: $v) { accepted } }', { v: text }],
];
const itemOf = (text: string) => ({
  externalId: text,
  respondent: text,
  comment: text,
  region: text,
  source: text,
  survey: text,
  surveyVersion: text,
  score: 9,
  answeredAt: '2026-01-01T00:00:00Z',
});
const FILE = (text: string) => ({
  map: {
    source: text,
    survey: { name: text, version: text },
    externalId: 'id',
    respondent: 'who',
    answeredAt: { column: 'at', format: 'iso', zone: text },
    score: { column: 'score', scale: text },
    comment: 'why',
  },
  rows: [{ line: 1, cells: { id: text, who: text, at: text, score: text, why: text } }],
});

async function plantEverywhere(text: string): Promise<void> {
  for (const [query, variables] of OPERATIONS(text)) await graphql(query, variables);
  await graphql('{ nps { score } }', {}, { operationName: text });
  await graphql(text);
  await graphql('{ nps { score } }', { [text]: text }, { documentId: text, extensions: { [text]: text } });
  await ask(
    `/graphql?query=${encodeURIComponent(`{ ${NEEDLE} }`)}&variables=${encodeURIComponent(text.toWellFormed())}`,
  );
  const path = encodeURIComponent(text.toWellFormed());
  for (const one of [
    `/${path}`,
    `/reports/score/${path}`,
    `/reports/score/nps_${path}`,
    `/audit/export?from=${path}&${path}=1`,
    `/metrics?${path}`,
  ])
    await ask(one);
  for (const type of ['application/json', 'application/x-ndjson', 'text/plain'])
    for (const body of [
      text,
      `${text}\n${text}`,
      JSON.stringify([itemOf(text)]),
      JSON.stringify(itemOf(text)),
      `[${text}`,
    ])
      await post('/ingest/responses', body, type);
  await post('/ingest/file', JSON.stringify(FILE(text)));
  await post('/graphql', `{"query": ${text}`);
  await post('/graphql', text, 'text/plain');
  await post('/graphql', `${text}=1`, 'application/x-www-form-urlencoded');
}

it('contains nothing of what was sent, through any endpoint', async () => {
  for (const text of PLANTED) await plantEverywhere(text);
  const header = (name: string, value: string) =>
    ask('/graphql?query={nps{score}}', { headers: { [name]: value } });
  const latin = `${NEEDLE}ü`;
  for (const name of [
    'x-scoreline-purpose',
    'x-custom',
    'accept',
    'origin',
    'cookie',
    'user-agent',
    'referer',
    'x-forwarded-for',
    'content-type',
  ])
    await header(name, latin);
  await header('x-scoreline-purpose', NEEDLE.repeat(50));
  await header('x-request-id', `${NEEDLE} with a space`);
  for (const key of [`Bearer ${NEEDLE}`, `Basic ${NEEDLE}`, `Bearer ${NEEDLE}.${NEEDLE}.${NEEDLE}`])
    await header('authorization', key);
  await plantOverSockets();
  const { output } = await server.stop();
  expect(errors).toContain('"msg":"request"');
  const lines = errors.split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(100);
  for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
  expect(output.split('\n').filter((line) => line.includes(NEEDLE))).toEqual([]);
  expect(output).toContain('"msg":"started"');
  expect(output).toContain('"msg":"stopped"');
  await server.start();
});

/** Frames that are too large, broken, no JSON, of no type, and operations with needles. */
async function plantOverSockets(): Promise<void> {
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  const open = async (payload: object) => {
    const client = new WebSocket(url, 'graphql-transport-ws');
    client.on('error', () => undefined);
    await once(client, 'open');
    client.send(JSON.stringify({ type: 'connection_init', payload }));
    return client;
  };
  const admin = { authorization: `Bearer ${ADMIN_KEY}`, [NEEDLE]: NEEDLE };
  const sends = [
    NEEDLE,
    `{"type":"${NEEDLE}"}`,
    JSON.stringify({ id: NEEDLE, type: 'subscribe', payload: { query: `subscription { ${NEEDLE} }` } }),
    JSON.stringify({ id: NEEDLE, type: 'subscribe', payload: { query: NEEDLE, operationName: NEEDLE } }),
    JSON.stringify({ id: NEEDLE, type: 'subscribe', payload: { query: 5, [NEEDLE]: NEEDLE } }),
    JSON.stringify({ id: NEEDLE, type: 'ping', payload: NEEDLE }),
    NEEDLE.repeat(600_000),
    Buffer.from([0xff, 0xfe, 0xfd]),
  ];
  for (const message of sends) {
    const client = await open(admin);
    await once(client, 'message');
    // The same id twice, too.
    client.send(message);
    client.send(message);
    await new Promise((done) => setTimeout(done, 50));
    client.terminate();
  }
  for (const payload of [{}, { 'x-api-key': NEEDLE }, { ...admin, purpose: NEEDLE.repeat(50) }]) {
    const client = await open(payload);
    await once(client, 'close');
  }
  const { hostname, port } = new URL(server.url);
  for (const text of [
    `${NEEDLE}\r\n\r\n`,
    `GET /${NEEDLE} HTTP/9.9\r\n\r\n`,
    `GET /%${NEEDLE} HTTP/1.1\r\nhost: ${NEEDLE}\r\nconnection: close\r\n\r\n`,
  ]) {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close');
  }
}

it('gives each request an id, in its answer and on its line', async () => {
  const given = await ask('/graphql?query={nps{score}}', {
    headers: { 'x-request-id': 'trace-1.b_2' },
  });
  expect(given.status).toBe(200);
  expect(given.headers.get('x-request-id')).toBe('trace-1.b_2');
  const lineOf = () =>
    server
      .output()
      .split('\n')
      .find((text) => text.includes('trace-1.b_2') && text.endsWith('}'));
  await until(() => lineOf() !== undefined, 'it is logged');
  const line = lineOf();
  expect(JSON.parse(line ?? '')).toMatchObject({
    msg: 'request',
    method: 'GET',
    route: '/graphql',
    status: 200,
    caller: 'admin',
    ms: expect.any(Number),
  });
  for (const bad of ['x'.repeat(65), 'a b', 'ä', '']) {
    const { headers } = await ask('/healthz', { headers: { 'x-request-id': bad } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
});
