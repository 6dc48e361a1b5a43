import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../config/gate-settings.ts';
import { unnamed } from '../../store/database/statement.ts';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { FOR_APOLLO } from '../fixtures/transports.ts';
import { useServer } from '../fixtures/use-server.ts';
import { whileStopped } from '../fixtures/while-stopped.ts';

/* Queries are answered without Apollo where the client accepts what most accept: the same bytes, head and audit log. */

const TRUSTED = '{ nps { score responses } }';
const server = useServer({
  config: `export default {
  dimensions: [{ field: 'region' }],
  audit: { aggregates: true },
  limits: {
    trustedOnly: ['feed'],
    cost: { default: { operation: 1_000, minute: 100_000 }, analyst: { operation: 100, minute: 100_000 } },
  },
};`,
  trusted: [TRUSTED],
  keys: { auditor: 'auditor', analyst: 'analyst', feed: 'feed' },
});

const GRAPHQL_JSON = 'application/graphql-response+json';
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const HEADS = ['content-type', 'content-encoding', 'cache-control', 'vary', 'allow'];

/** The answer to a request, as it arrives. */
async function ask(key: string, body: object, accept: string) {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept,
      'accept-encoding': 'gzip',
    },
    body: JSON.stringify(body),
  });
  return {
    status: answer.status,
    waits: answer.headers.has('retry-after'),
    ...Object.fromEntries(HEADS.map((name) => [name, answer.headers.get(name)])),
    // Ids of the request and of what is logged.
    text: (await answer.text()).replaceAll(UUID, 'ID'),
  };
}

const keyOf = (role: string) => (role === 'admin' ? ADMIN_KEY : String(server.keys[role]));
const AS_OF = 'asOf: "2026-03-01T00:00:00Z"';
const TWO = `query Names { viewer { name role } } query Scores { nps(${AS_OF}, groupBy: [REGION]) { id score low high } }`;
const COMMENTS = '{ responses(first: 2) { edges { node { id score comment region } } } }';
const SERIES = `query ($to: DateTime!) {
  npsSeries(from: "2026-01-01T00:00:00Z", to: $to) { time score responses }
}`;
const ROWS = `query ($to: DateTime!) {
  npsSeries(from: "2026-02-20T00:00:00Z", to: $to, groupBy: [REGION]) { ...Row responses region change }
  nps(${AS_OF}, segment: { region: ["Italy"] }) { name: id ...Row suppressed __typename }
} fragment Row on NpsRow { id time until score low high method promoters passives detractors }`;
const TEXTS = `{ first: npsSeries(from: "2026-02-20T00:00:00Z", to: "2026-03-01T00:00:00Z", groupBy: [REGION]) {
    at: time until region score change low high method responses promoters passives detractors suppressed id
  } viewer { role } nps(${AS_OF}, segment: { region: ["Nowhere"] }) { score responses } }`;
const HOURS =
  '{ npsSeries(from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z", every: HOUR) { time score } }';
const ONE_FAILS = `{ nps(${AS_OF}) { score } node(id: "x") { id } }`;
const MANY = `{ ${Array.from({ length: 30 }, (_, i) => `a${i}: nps { score }`).join(' ')} }`;

/** What is asked, and a part of the answer's text or head that shows that the case is what it says. */
const CASES: readonly (readonly [what: string, role: string, asked: object, shows: string])[] = [
  ['a score', 'admin', { query: `{ nps(${AS_OF}) { score low } }` }, '"score":-'],
  ['one of several', 'admin', { query: TWO, operationName: 'Scores' }, '"data":{"nps":[{"id":'],
  [
    'a series that is compressed',
    'admin',
    { query: SERIES, variables: { to: '2026-03-01T00:00:00Z' } },
    '"gzip"',
  ],
  [
    'rows with all that they have',
    'admin',
    { query: ROWS, variables: { to: '2026-03-01T00:00:00Z' } },
    '"method":"SCORE"',
  ],
  ['rows that are written as texts', 'admin', { query: TEXTS }, '"first":[{"at":"2026-02-20'],
  ['more rows than are written as texts', 'admin', { query: HOURS }, '"score":null'],
  ['rows beside a field that fails', 'admin', { query: ONE_FAILS }, '"data":{"nps":[{"score":'],
  ['comments', 'admin', { query: COMMENTS }, 'the invoice came late'],
  ['comments that are masked', 'auditor', { query: COMMENTS }, '"masked":[{'],
  [
    'no such value',
    'admin',
    { query: '{ nps(segment: { region: ["Nowhere"] }) { score } }' },
    '"unknownSegmentValues"',
  ],
  ['an empty window', 'admin', { query: '{ nps { score } }' }, '"emptyWindows"'],
  ['the schema', 'admin', { query: '{ __schema { queryType { name } } }' }, '"name":"Query"'],
  [
    'a field that fails',
    'admin',
    { query: '{ node(id: "x") { id } viewer { role } }' },
    '"node":null,"viewer":{',
  ],
  ['an answer that fails', 'admin', { query: '{ exportProof(id: "nothing") }' }, '"data":null'],
  [
    'what the role does not see',
    'analyst',
    { query: '{ auditLog(first: 1) { edges { cursor } } }' },
    'FORBIDDEN',
  ],
  ['a field that there is not', 'admin', { query: '{ npz }' }, 'Did you mean'],
  ['no GraphQL', 'admin', { query: '{ nps {' }, 'Syntax Error'],
  ['a variable of another type', 'admin', { query: SERIES, variables: { to: 7 } }, '$to'],
  ['no such operation', 'admin', { query: TWO, operationName: 'Others' }, 'OPERATION_RESOLUTION_FAILURE'],
  ['a document by its hash', 'feed', { documentId: sha256(TRUSTED) }, '"nps":[{'],
  ['one that is not trusted', 'feed', { query: '{ viewer { name } }' }, 'DOCUMENT_NOT_TRUSTED'],
  ['too many points', 'analyst', { query: MANY }, 'COST_LIMIT_EXCEEDED'],
  ['no query', 'admin', {}, 'BAD_USER_INPUT'],
];

beforeAll(async () => {
  const answeredAt = (i: number) => new Date(Date.UTC(2026, 1, 28) - i * 3_600_000).toISOString();
  const items = Array.from({ length: 60 }, (_, i) => ({
    externalId: `a${i}`,
    answeredAt: answeredAt(i),
    score: (i * 7) % 11,
    comment: 'the invoice came late and was wrong',
    region: i % 2 ? 'Spain' : 'Italy',
  }));
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 60 });
});

describe.each([
  ['anything', '*/*', FOR_APOLLO],
  ['a GraphQL response', GRAPHQL_JSON, `${GRAPHQL_JSON};q=0.9`],
])('to a client that accepts %s', (_, direct, apollo) => {
  it.each(CASES)('the answer is the same with and without Apollo: %s', async (_, role, asked, shows) => {
    const without = await ask(keyOf(role), asked, direct);
    expect(JSON.stringify(without).replaceAll('\\', '')).toContain(shows);
    expect(without).toEqual(await ask(keyOf(role), asked, apollo));
    expect(without['content-type' as never]).toBe(
      `${direct === GRAPHQL_JSON ? GRAPHQL_JSON : 'application/json'}; charset=utf-8`,
    );
  });
});

const REFUSE_RELEASES = unnamed(
  "ALTER TABLE audit_log ADD CONSTRAINT no_releases CHECK (action NOT IN ('read', 'aggregate')) NOT VALID",
);

/* Last: from here on the audit log takes no releases. */
describe('where what an answer releases cannot be recorded', () => {
  beforeAll(async () => {
    await server.stop();
    await whileStopped(server.instance, async (store) => {
      await store.rows(REFUSE_RELEASES, []);
    });
    await server.start();
  });

  it.each([
    ['comments', COMMENTS, ['late', 'Spain']],
    ['a score', `{ nps(${AS_OF}) { score } }`, ['score']],
  ])('nothing is answered, with and without Apollo: %s', async (_, query, withheld) => {
    const without = await ask(ADMIN_KEY, { query }, '*/*');
    expect(JSON.parse(without.text)).toEqual({
      errors: [expect.objectContaining({ message: expect.any(String) })],
    });
    expect(without.status).toBe(500);
    for (const word of withheld) expect(without.text).not.toContain(word);
    expect(without).toEqual(await ask(ADMIN_KEY, { query }, FOR_APOLLO));
  });
});
