import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../config/gate-settings.ts';
import { type Answer, type Asked, codes, messages, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/** What graphql-cop and its like try, over every transport. */

const TRUSTED = '{ nps { score } }';
const LIMITS = {
  introspection: ['admin'],
  trustedOnly: ['collector'],
  cost: {
    default: { operation: 1_000, minute: 1_000_000 },
    admin: { operation: 10_000, minute: null },
    feed: { operation: 50, minute: 60 },
  },
};
const server = useServer({
  config: `export default ${JSON.stringify({ dimensions: [{ field: 'region', description: 'Where.' }], limits: LIMITS })};`,
  trusted: [TRUSTED],
  keys: { analyst: 'analyst', trusted: 'collector', http: 'feed', apollo: 'feed', sse: 'feed', ws: 'feed' },
});
const { keys } = server;

const authorized = (key: string) => ({ authorization: `Bearer ${keys[key]}` });

const post = (key: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { ...authorized(key), 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const http = async (key: string, asked: Asked): Promise<Answer> =>
  (await (await post(key, asked)).json()) as Answer;

const TRANSPORTS = transportsTo(() => server.url).map(
  ([name, send]) => [name, (key: string, asked: Asked) => send(String(keys[key]), asked)] as const,
);

describe.each(TRANSPORTS)('abuse over %s', (transport, send) => {
  it.each([
    [
      'alias overloading',
      `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      /[Aa]liases/,
    ],
    ['field duplication', `{ ${'__typename '.repeat(500)} }`, /repeated/],
    ['directive overloading', `{ __typename ${'@aa'.repeat(10)} }`, /directives/],
    ['many tokens', `{ ${'a '.repeat(5_000)} }`, /more than 4000 tokens/],
    ['many comments', `{ __typename }${'#\n'.repeat(5_000)}`, /more than 4000 tokens, comments among them/],
    [
      'many comments in a subscription',
      `subscription { npsUpdates { position } }${'#\n'.repeat(5_000)}`,
      /more than 4000 tokens/,
    ],
    [
      'depth',
      `{ node(id: "x") { ${'... on Response { prediction { modelVersion { '.repeat(6)} id ${'} } } '.repeat(6)} } }`,
      /depth/i,
    ],
    [
      'circular introspection',
      `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} } '.repeat(6)} } } }`,
      /introspection/i,
    ],
    [
      'fragments in fragments',
      `{ ...f0 } ${Array.from({ length: 60 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f60 on Query { __typename }`,
      /unfolds/,
    ],
    ['circular fragments', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }', /itself/],
    [
      'cost',
      `{ ${Array.from({ length: 30 }, (_, i) => `a${i}: exportProof(id: "${i}")`).join(' ')} }`,
      /costs 15001 points/,
    ],
  ])('is refused: %s', async (_, query, says) => {
    const answer = await send('admin', { query });
    expect(messages(answer)).toMatch(says);
    expect(answer.data ?? null).toBeNull();
  });

  it('reports the cost of an answer, the same for every caller', async () => {
    const asked = {
      query: 'query ($by: [Dimension!]!) { nps(groupBy: $by) { score } }',
      variables: { by: ['REGION'] },
    };
    expect((await send('admin', asked)).extensions?.cost).toEqual({ requested: 10, limit: 10_000 });
    expect((await send('analyst', asked)).extensions?.cost).toEqual({ requested: 10, limit: 1_000 });
  });

  it('does not show the schema, or suggestions, to roles that may not introspect', async () => {
    const query = getIntrospectionQuery();
    expect((await send('admin', { query })).data?.__schema).toBeTruthy();
    // Asked twice: a document that is known by now is refused as the first time.
    for (let i = 0; i < 2; i++) {
      expect(codes(await send('analyst', { query }))).toEqual(['INTROSPECTION_DISABLED']);
      expect(codes(await send('analyst', { query: '{ __type(name: "Query") { name } }' }))).toEqual([
        'INTROSPECTION_DISABLED',
      ]);
    }
    expect(messages(await send('admin', { query: '{ npz { score } }' }))).toContain('Did you mean');
    const guesses: Asked[] = [
      { query: '{ npz { score } }' },
      { query: '{ nps(basis: SURVEYEDD) { score } }' },
      { query: '{ nps { scor } }' },
      {
        query: 'query ($s: SegmentInput) { nps(segment: $s) { score } }',
        variables: { s: { regio: ['x'] } },
      },
      { query: 'query ($b: Basis!) { nps(basis: $b) { score } }', variables: { b: 'SURVEYEDD' } },
    ];
    for (const asked of guesses) {
      const answer = await send('analyst', asked);
      expect(messages(answer), asked.query).not.toBe('');
      expect(JSON.stringify(answer), asked.query).not.toContain('Did you mean');
    }
  });

  it('accepts trusted documents by hash, and only those from some roles', async () => {
    const persisted = (text: string) => ({
      extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } },
    });
    for (const asked of [persisted(TRUSTED), { query: TRUSTED }]) {
      expect(
        (await send('trusted', asked)).errors?.filter(({ extensions }) => extensions?.code !== 'FORBIDDEN') ??
          [],
      ).toEqual([]);
      expect((await send('admin', asked)).data?.nps).toBeTruthy();
    }
    for (const query of ['{ viewer { name } }', '{ nonsense', '{ npz }', getIntrospectionQuery()])
      expect(codes(await send('trusted', { query })), query).toEqual(['DOCUMENT_NOT_TRUSTED']);
    // Documents cannot be registered by sending them.
    const other = '{ viewer { role } }';
    expect((await send('admin', { query: other, ...persisted(other) })).data?.viewer).toBeTruthy();
    expect(codes(await send('admin', persisted(other)))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  it('stops a caller without points, and reports when to retry', async () => {
    const received: Answer[] = [];
    for (let i = 0; i < 15; i++) received.push(await send(transport, { query: '{ nps { score } }' }));
    expect(received[0]?.data?.nps).toBeTruthy();
    const last = received.at(-1) as Answer;
    expect(codes(last)).toEqual(['RATE_LIMITED']);
    expect(messages(last)).toMatch(/try again in \d+ s/);
    // The next key has a budget of its own.
    expect((await send('analyst', { query: '{ nps { score } }' })).data?.nps).toBeTruthy();
  });
});

describe('abuse of HTTP', () => {
  it('answers 429 with Retry-After', async () => {
    let answer = await post('http', { query: '{ nps { score } }' });
    for (let i = 0; i < 20 && answer.status !== 429; i++)
      answer = await post('http', { query: '{ nps { score } }' });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('refuses batches, also as the only element of one', async () => {
    for (const size of [1, 10]) {
      const answer = await post(
        'admin',
        Array.from({ length: size }, () => ({ query: '{ __typename }' })),
      );
      expect(answer.status).toBe(400);
      expect(await answer.text()).toMatch(/batching/i);
    }
  });

  it('changes nothing by GET, nor as an event stream', async () => {
    const mutation = `mutation { revokeApiKey(id: "x") }`;
    const url = `${server.url}/graphql?query=${encodeURIComponent(mutation)}`;
    const plain = await fetch(url, { headers: authorized('admin') });
    expect(plain.status).toBe(405);
    const events = await fetch(url, { headers: { ...authorized('admin'), accept: 'text/event-stream' } });
    expect(await events.text()).toContain('a mutation is sent by POST');
  });

  it('answers queries by GET, by text and by hash', async () => {
    const headers = authorized('admin');
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: sha256(TRUSTED) } });
    for (const search of [{ query: TRUSTED }, { extensions }, { documentId: sha256(TRUSTED) }]) {
      const answer = await fetch(`${server.url}/graphql?${new URLSearchParams(search as never)}`, {
        headers,
      });
      expect(((await answer.json()) as Answer).data?.nps, JSON.stringify(search)).toBeTruthy();
    }
  });

  it('refuses what a form of another site could send', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await post('admin', `query=${encodeURIComponent('{ __typename }')}`, {
        'content-type': type,
      });
      expect(answer.status, type).toBeGreaterThanOrEqual(400);
      expect(answer.status, type).toBeLessThan(500);
      expect(await answer.text(), type).not.toContain('"data"');
    }
    // A key in a header is none of a form's; what a browser adds by itself is tried in routes.test.ts.
    const simple = await fetch(`${server.url}/graphql?query=%7B__typename%7D`, {
      headers: authorized('admin'),
    });
    expect(simple.status).toBe(200);
  });

  it('reports mistakes of the caller as such', async () => {
    for (const query of [
      '{ modelQuality(from: "0001-01-01T00:00:00Z", to: "2026-03-29T00:30:00Z") { accuracy } }',
      'mutation { placeLegalHold(reason: "r", segment: { region: ["a\\u0000"] }) }',
      'mutation { createApiKey(input: { name: "a\\u0000", role: "feed" }) { id } }',
    ])
      expect(codes(await http('admin', { query })), query).toEqual(['BAD_USER_INPUT']);
  });

  it('shows no traces, and no page of others at /graphql', async () => {
    const traced = await http('admin', { query: '{ __typename }', extensions: {} });
    expect(Object.keys(traced.extensions ?? {})).toEqual(['cost']);
    const page = await fetch(`${server.url}/graphql`, {
      headers: { ...authorized('admin'), accept: 'text/html' },
    });
    expect(page.status).toBe(400);
    expect(await page.text()).not.toMatch(/<html|graphiql|playground|sandbox/i);
    expect((await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(401);
  });
});
