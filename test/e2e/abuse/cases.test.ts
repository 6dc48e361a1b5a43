import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { type Asked, codes, messages, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Requests as clients send them by mistake, from test/fixtures/cases: over each transport the same words, and never a 500. */

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/cases/${name}`, import.meta.url), 'utf8');
const REQUESTS = JSON.parse(fixture('08-requests.json')) as Asked[];
const TWO_CHARTS = fixture('13-two-charts.graphql');

const server = useServer();

const post = async (asked: object) => {
  const answer = await server.post('/graphql', asked);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe.each(transportsTo(() => server.url))('over %s', (_, send) => {
  it('an empty operation name counts as none, and a wrong one is refused by name', async () => {
    const [empty, unnamed, wrong] = REQUESTS as [Asked, Asked, Asked];
    expect(await send(ADMIN_KEY, empty)).toMatchObject({ data: { nps: [{ responses: 0 }] } });
    expect(await send(ADMIN_KEY, unnamed)).toMatchObject({ data: { nps: [{ responses: 0 }] } });
    const refused = await send(ADMIN_KEY, wrong);
    expect(refused.data).toBeUndefined();
    expect(messages(refused)).toBe('Unknown operation named "B".');
    expect(codes(refused)).toEqual(['OPERATION_RESOLUTION_FAILURE']);
  });

  const VARIABLES =
    'query ($good: Duration!, $bad: Duration!) { good: nps(window: $good) { responses } bad: nps(window: $bad) { responses } }';
  it.each([
    [{ query: TWO_CHARTS }, /"30 days".*P30D/],
    [{ query: VARIABLES, variables: { good: 'P30D', bad: '30 days' } }, /"30 days".*P30D/],
    [{ query: TWO_CHARTS.replace('window: "30 days"', 'timeZone: "Nowhere/Land"') }, /Nowhere\/Land/],
  ])('one mistyped query is named in its error, and empties the whole answer: %#', async (asked, says) => {
    const answer = await send(ADMIN_KEY, asked);
    // As docs/guides/clients.md says: lists of rows are never null.
    expect(answer.data).toBeNull();
    expect(messages(answer)).toMatch(says);
    expect(answer.errors).toMatchObject([{ path: ['bad'] }]);
  });
});

it('is a 400 over HTTP, and queries in requests of their own are answered separately', async () => {
  expect((await post(REQUESTS[2] as object)).status).toBe(400);
  const [, good, bad] = /good: (nps[^}]*\}).*bad: (nps[^}]*\})/s.exec(TWO_CHARTS) ?? [];
  expect(await post({ query: `{ ${good} }` })).toMatchObject({ status: 200, body: { data: { nps: [{}] } } });
  expect(await post({ query: `{ ${bad} }` })).toMatchObject({ body: { data: null, errors: [{}] } });
});
