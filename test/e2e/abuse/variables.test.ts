import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { type Asked, codes, messages, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Variables that do not fit, are too many or nested too deep: a short answer, soon, at a price, over every transport. */

const ROLES = ['feed', 'collector', 'analyst', 'auditor', 'model-steward', 'dpo'] as const;
const DIMENSIONS = [
  { field: 'region', description: 'Where.' },
  { field: 'channel', description: 'How.' },
];
const COST = {
  default: { operation: 1_000, minute: 600_000 },
  admin: { operation: 10_000, minute: null },
  auditor: { operation: 1_000, minute: 1_200 },
};
const server = useServer({
  config: `export default ${JSON.stringify({ dimensions: DIMENSIONS, limits: { cost: COST } })};`,
  keys: ROLES,
});
const { keys } = server;

const TRANSPORTS = transportsTo(() => server.url);
const BY = 'query ($by: [Dimension!]!) { nps(groupBy: $by) { score } }';
const BASIS = 'query ($b: Basis!) { nps(basis: $b) { score } }';
const SEGMENT = 'query ($s: SegmentInput) { nps(segment: $s) { score } }';
const REGIONS = 'query ($r: [String!]) { nps(segment: { region: $r }) { score } }';
const SUBMIT = 'mutation ($i: [ResponseInput!]!) { submitResponses(input: $i) { accepted } }';
const KEY = 'mutation ($i: ApiKeyInput!) { createApiKey(input: $i) { id } }';
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const MEGABYTES = 2_000_000;
const item = (i: number) => ({ externalId: `a${i}`, answeredAt: '2026-01-01T00:00:00Z', score: 5 });
const many = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));

/** Each does not fit, and what is said of it. */
const UNFIT: readonly (readonly [string, Asked, RegExp])[] = [
  ['20,000 bad items', { query: BY, variables: { by: many(20_000, (i) => `X${i}`) } }, /"X0" at "by\[0\]"/],
  ['a bad enum value of 2 MB', { query: BASIS, variables: { b: 'x'.repeat(MEGABYTES) } }, /"x{39}…"/],
  ['a list for an enum', { query: BASIS, variables: { b: many(50_000, () => 'x') } }, /cannot represent/],
  ['numbers for texts', { query: REGIONS, variables: { r: many(50_000, (i) => i) } }, /String cannot/],
  [
    'a text of 2 MB for a number',
    {
      query: 'query ($n: Int) { responses(first: $n) { edges { cursor } } }',
      variables: { n: '7'.repeat(MEGABYTES) },
    },
    /Int cannot represent/,
  ],
  [
    'a field with a name of 2 MB',
    { query: SEGMENT, variables: { s: { ['y'.repeat(MEGABYTES)]: 1 } } },
    /Field "y{39}…" is not defined/,
  ],
  [
    '20,000 fields that there are not',
    { query: SEGMENT, variables: { s: Object.fromEntries(many(20_000, (i) => [`f${i}`, i])) } },
    /Field "f0" is not defined/,
  ],
  [
    'an object of 2 MB for a list',
    { query: BY, variables: { by: { a: 'z'.repeat(MEGABYTES) } } },
    /cannot represent/,
  ],
  [
    'guesses at suggestions',
    { query: BASIS, variables: { b: 'Did you mean '.repeat(16_000) } },
    /does not exist in "Basis"/,
  ],
  ['none where one is needed', { query: BASIS }, /"\$b" of required type "Basis!" was not provided/],
  ['null where one is needed', { query: BASIS, variables: { b: null } }, /must not be null/],
  [
    'variables nested 1,000 deep',
    { query: KEY, variables: { i: nested(1_000) } },
    /^variables\.i: nested deeper than 50/,
  ],
  [
    'a JSON value nested 1,000 deep',
    { query: KEY, variables: { i: { name: 'a', role: 'feed', attributes: { region: nested(1_000) } } } },
    /nested deeper/,
  ],
  [
    'extensions nested 1,000 deep',
    { query: BY, variables: { by: [] }, extensions: { a: nested(1_000) } },
    /^extensions\.a: nested deeper/,
  ],
  [
    'a literal nested deep',
    { query: `{ nps(segment: { region: ${'['.repeat(1_900)}${']'.repeat(1_900)} }) { score } }` },
    /^query: nested deeper than 50/,
  ],
  ['selections nested deep', { query: '{ nps '.repeat(1_000) }, /^query: nested deeper than 50/],
  [
    'a literal of 150 kB',
    { query: `{ nps(basis: "${'x'.repeat(150_000)}") { score } }` },
    /^query: a text or name of/,
  ],
  ['a name of 15 kB', { query: `{ ${'x'.repeat(15_000)} }` }, /Cannot query field "x{39}…"/],
  [
    'a document of 1 MB',
    { query: `{ nps { score } }${'#\n'.repeat(500_000)}` },
    /^query: 1000017 characters/,
  ],
  [
    'more values than one request may have',
    { query: BY, variables: { by: [], z: many(120_000, () => 1) } },
    /more than 100000 values/,
  ],
];

/** Each holds a list that is longer than it may be. */
const TOO_LONG: readonly (readonly [Asked, string])[] = [
  [
    { query: SEGMENT, variables: { s: { region: many(501, String) } } },
    'segment.region: 501 items; at most 500',
  ],
  [{ query: REGIONS, variables: { r: many(20_000, String) } }, 'segment.region: 20000 items; at most 500'],
  [
    { query: `{ nps(segment: { region: [${'"a" '.repeat(501)}] }) { score } }` },
    'segment.region: 501 items; at most 500',
  ],
  [{ query: BY, variables: { by: many(3, () => 'REGION') } }, 'groupBy: 3 items; at most 2'],
  [
    {
      query: 'query ($t: [String!]!) { classify(texts: $t) { class } }',
      variables: { t: many(101, () => 'good') },
    },
    'texts: 101 items; at most 100',
  ],
  [{ query: SUBMIT, variables: { i: many(2_001, item) } }, 'input: 2001 items; at most 2000'],
];

describe.each(TRANSPORTS)('variables over %s', (_, send) => {
  it.each(UNFIT)('that do not fit are answered in few words: %s', async (_name, asked, says) => {
    const answer = await send(String(keys['feed']), asked);
    expect(messages(answer)).toMatch(says);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors?.length).toBeLessThanOrEqual(4);
    expect(JSON.stringify(answer).length).toBeLessThan(3_000);
    expect(codes(answer)).not.toContain('INTERNAL_SERVER_ERROR');
  });

  it.each(TOO_LONG)('may be lists of a certain length: %#', async (asked, says) => {
    const answer = await send(ADMIN_KEY, asked);
    expect(messages(answer)).toBe(says);
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
  });

  it('cost what their lists and their size cost', async () => {
    const costOf = async (asked: Asked) => (await send(ADMIN_KEY, asked)).extensions?.cost?.requested;
    expect(await costOf({ query: SEGMENT, variables: { s: { region: ['a'] } } })).toBe(5);
    expect(await costOf({ query: SEGMENT, variables: { s: { region: many(400, String) } } })).toBe(25);
    expect(await costOf({ query: '{ viewer { role } }', variables: { x: 'x'.repeat(409_600) } })).toBe(101);
  });

  it.each(ROLES.filter((role) => role !== 'auditor'))('block no other caller: %s', async (role) => {
    const abuses = [...UNFIT.map(([, asked]) => asked), ...TOO_LONG.map(([asked]) => asked)];
    const once = async () => {
      for (const asked of abuses) await send(String(keys[role]), asked);
    };
    await expectUndisturbed(server, once);
  });
});

describe('an answer to a bad request', () => {
  it.each([...UNFIT.map(([, asked]) => asked), ...TOO_LONG.map(([asked]) => asked)])(
    'is in the same words over every transport: %#',
    async (asked) => {
      const answers = await Promise.all(
        TRANSPORTS.map(async ([, send]) => (await send(String(keys['analyst']), asked)).errors),
      );
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    },
  );

  it.each([5_000, 140_000])('is a 400 where values are nested %d deep', async (depth) => {
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const query = JSON.stringify(BY);
    for (const body of [
      `{"query": ${query}, "variables": {"by": ${deep}}}`,
      `{"query": ${query}, "variables": {"other": {"a": ${deep}}}}`,
      `{"query": ${query}, "extensions": {"persistedQuery": ${deep}}}`,
      `{"query": ${query}, "operationName": ${deep}}`,
      `{"query": ${query}, "documentId": ${deep}}`,
      `{"query": ${deep}}`,
      deep,
    ])
      for (const accept of ['*/*', 'text/event-stream']) {
        const answer = await post('feed', body, { accept });
        const text = await answer.text();
        expect(text.length).toBeLessThan(1_000);
        expect(text).not.toContain('INTERNAL_SERVER_ERROR');
        // A stream that has begun says so in its first event.
        if (answer.headers.get('content-type')?.includes('event-stream'))
          expect(text).toContain('nested deeper');
        else expect(answer.status).toBe(400);
      }
    const socket = rawSocket(
      `{"query": ${query}, "variables": {"by": ${deep}}}`,
      '['.repeat(5_000) + ']'.repeat(5_000),
    );
    expect(await socket).toContain('nested deeper than 50 levels');
  });

  it('is 400 over HTTP', async () => {
    for (const [name, asked] of UNFIT) {
      const answer = await post('feed', JSON.stringify(asked));
      expect(answer.status, name).toBe(400);
    }
  });

  it('is charged, even when it is not a request at all', async () => {
    for (const body of [
      JSON.stringify({ query: BASIS, variables: { b: 'x'.repeat(MEGABYTES) } }),
      `{"query": ${' '.repeat(MEGABYTES)}`,
    ]) {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await post('auditor', body)).status);
      expect(statuses[0] === 400 || statuses[0] === 429).toBe(true);
      expect(statuses.at(-1)).toBe(429);
    }
  });
});

/** What a socket answers to one operation and connectionParams that are given as JSON. */
function rawSocket(payload: string, connectionParam: string): Promise<string> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${keys['feed']}` },
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send(`{"type":"connection_init","payload":{"odd":${connectionParam}}}`));
    socket.on('message', (data) => {
      const text = String(data);
      if (text.includes('connection_ack')) socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
      else resolve(text);
      if (!text.includes('connection_ack')) socket.close();
    });
    socket.on('close', (code, reason) => reject(new Error(`closed: ${code} ${reason}`)));
    socket.on('error', reject);
  });
}

function post(key: string, body: string, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[key]}`, 'content-type': 'application/json', ...headers },
    body,
  });
}
