import { describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { codes, messages, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Which operation of a document is meant: the same, in the same words, over every transport. */

const server = useServer();

const NAMED = 'query A { viewer { role } }';
const TWO = `${NAMED} query B { viewer { name } }`;
const NONE = 'fragment f on Query { viewer { name } }';
const SEVERAL = 'Must provide operation name if query contains multiple operations.';

const post = (body: unknown) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe.each(transportsTo(() => server.url))('the name of an operation over %s', (_, send) => {
  it.each(['', null, undefined])('is none: %j', async (operationName) => {
    for (const query of [NAMED, '{ viewer { role } }'])
      expect((await send(ADMIN_KEY, { query, operationName })).data).toEqual({ viewer: { role: 'admin' } });
  });

  it('chooses one of several', async () => {
    const answer = await send(ADMIN_KEY, { query: TWO, operationName: 'A' });
    expect(answer.data).toEqual({ viewer: { role: 'admin' } });
  });

  it.each([
    [NAMED, 'B', 'Unknown operation named "B".'],
    [TWO, 'C', 'Unknown operation named "C".'],
    [TWO, '', SEVERAL],
    [TWO, null, SEVERAL],
    [NAMED, 'x'.repeat(100_000), `Unknown operation named "${'x'.repeat(39)}…".`],
  ])('is refused with the message of GraphQL: %#', async (query, operationName, says) => {
    // Twice: a document that is known by now is answered as the first time.
    for (let i = 0; i < 2; i++) {
      const answer = await send(ADMIN_KEY, { query, operationName });
      expect(messages(answer)).toBe(says);
      expect(codes(answer)).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    }
  });

  it('has no effect without an operation', async () => {
    for (const operationName of ['A', ''])
      expect((await send(ADMIN_KEY, { query: NONE, operationName })).errors, operationName).toHaveLength(1);
  });
});

describe('the status over HTTP', () => {
  it.each([
    [{ query: NAMED, operationName: 'B' }, /Unknown operation named ..B/],
    [{ query: TWO }, /Must provide operation name/],
    [{ query: NAMED, operationName: 5 }, /operationName: must be a text or null/],
    [{ query: NAMED, operationName: ['A'] }, /operationName/],
    [{ query: NAMED, variables: 'x' }, /variables: must be an object or null/],
    [{ query: NAMED, variables: [1] }, /variables/],
    [{ query: NAMED, extensions: 7 }, /extensions: must be an object or null/],
    [{ query: 5 }, /query: must be a text or null/],
    [{ documentId: {} }, /documentId/],
    [{}, /query/],
    [null, /./],
    ['text', /./],
  ])('is 400: %j', async (body, says) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(says);
  });

  it('is 400 by GET as well', async () => {
    const search = new URLSearchParams({ query: NAMED, operationName: 'B' });
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const answer = await fetch(`${server.url}/graphql?${search}`, { headers });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Unknown operation named \\"B\\".');
    search.set('operationName', '');
    expect((await fetch(`${server.url}/graphql?${search}`, { headers })).status).toBe(200);
  });

  it('has the requested media type', async () => {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
      },
      body: JSON.stringify({ query: '{ nothing }' }),
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/graphql-response+json');
  });
});
