import { expect, it } from 'vitest';
import { until } from '../fixtures/patience.ts';
import type { GraphqlAnswer } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Which answers are counted, asked of a server by an administrator and by an analyst. */

const server = useServer({ keys: ['analyst'], follow: true });
const COUNTING = 'counting { counted reason rule instead }';

/** Asks with a key of an analyst. */
async function asAnalyst<T>(query: string, variables: object = {}): Promise<GraphqlAnswer<T>> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys['analyst']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer<T>;
}

interface Listed {
  readonly responses: {
    readonly edges: {
      readonly node: { readonly id: string; readonly externalId: string; readonly counting: object };
    }[];
  };
}
const list = async (counted: boolean) => {
  const query = `{ responses(counted: ${counted}) { edges { node { id externalId ${COUNTING} } } } }`;
  const { data } = await asAnalyst<Listed>(query);
  return data.responses.edges.map(({ node }) => node);
};
const score = async () => {
  const { data } = await server.graphql<{ nps: { responses: number }[] }>(
    '{ nps(window: "P7D") { responses } }',
  );
  return data.nps[0]?.responses;
};
const COUNT = `mutation ($response: ID!, $counted: Boolean) {
  countResponse(response: $response, counted: $counted, reason: "seen") }`;

it('sets a policy, says what is not counted and why, and counts it after all; others may not', async () => {
  const set = `mutation { setRespondentPolicy(survey: "nps", kind: LATEST, reason: "one voice each") { survey description from setBy } }`;
  const refused = await asAnalyst(set);
  expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  expect(await server.graphql(set)).toMatchObject({
    data: { setRespondentPolicy: { survey: 'nps', description: 'LATEST', from: null } },
  });
  const wrong = 'mutation { setRespondentPolicy(survey: "nps", kind: ONE_PER, reason: "x") { id } }';
  expect((await server.graphql(wrong)).errors?.[0]?.message).toMatch(
    /^days: ONE_PER takes a whole number of days/,
  );
  const hour = (ago: number) => new Date(Date.now() - ago * 3_600_000).toISOString();
  const given = [3, 1, 2].map((ago, i) => ({
    externalId: `a${i}`,
    respondent: 'ann',
    answeredAt: hour(ago),
    score: 9,
  }));
  for (const one of given) await server.post('/ingest/responses', [one]);
  const [latest] = await list(true);
  expect(latest).toMatchObject({ externalId: 'a1', counting: { counted: true, reason: null } });
  const uncounted = await list(false);
  expect(uncounted.map(({ externalId }) => externalId)).toEqual(['a2', 'a0']);
  const state = { counted: false, reason: 'SUPERSEDED', rule: 'LATEST', instead: latest?.id };
  for (const { counting } of uncounted) expect(counting).toEqual(state);
  expect(await score()).toBe(1);
  const first = { response: uncounted[1]?.id, counted: true };
  expect((await asAnalyst(COUNT, first)).errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
  });
  expect((await server.graphql(COUNT, first)).data).toEqual({ countResponse: true });
  expect(await score()).toBe(2);
  expect(await list(true)).toContainEqual(
    expect.objectContaining({ externalId: 'a0', counting: expect.objectContaining({ reason: 'PUT_BACK' }) }),
  );
  const traced = await server.graphql<{ node: { label: string } }>(
    'query ($id: ID!) { trace(id: $id) { nodes { id label } } }',
    { id: uncounted[0]?.id },
  );
  expect(JSON.stringify(traced.data)).toContain('not counted: a later answer of the person is');
  const log = await server.graphql<{ auditLog: { edges: { node: { action: string; subject: object } }[] } }>(
    '{ auditLog(first: 20) { edges { node { action subject } } } }',
  );
  const actions = log.data.auditLog.edges.map(({ node }) => node.action);
  expect(actions).toContain('countResponse');
  expect(actions).toContain('setRespondentPolicy');
});

it('files answers by segment rules, at once and again, and undoes them; others may not', async () => {
  const region = async (externalId: string) => {
    const { data } = await server.graphql<{
      responses: { edges: { node: { externalId: string; region: string } }[] };
    }>('{ responses { edges { node { externalId region } } } }');
    return data.responses.edges.find(({ node }) => node.externalId === externalId)?.node.region;
  };
  const one = (externalId: string, more: object) => ({
    ...{ externalId, answeredAt: new Date(Date.now() - 60_000).toISOString(), score: 10, survey: 'ruled' },
    ...more,
  });
  await server.post('/ingest/responses', [one('before', { region: 'Deutschland' })]);
  const config = [
    'dimensions:',
    '  region:',
    '    - { attribute: region, equals: Deutschland, value: Germany }',
    '    - { attribute: country, lookup: { DE: Germany } }',
  ].join('\n');
  const apply = `mutation { applySegmentRules(config: ${JSON.stringify(config)}, reason: "one spelling") { version setBy } }`;
  expect((await asAnalyst(apply)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  expect((await asAnalyst('{ segmentRules { config } }')).errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
  });
  const wrong =
    'mutation { applySegmentRules(config: "dimensions: { planet: [{ default: x }] }", reason: "x") { version } }';
  expect((await server.graphql(wrong)).errors?.[0]?.message).toMatch(/^dimensions.planet: no such dimension/);
  expect(await server.graphql(apply)).toMatchObject({ data: { applySegmentRules: { version: 1 } } });
  await server.post('/ingest/responses', [one('after', { attributes: { country: 'DE' } })]);
  expect(await region('after')).toBe('Germany');
  await until(async () => (await region('before')) === 'Germany', 'the stored answer is filed again');
  const undo = 'mutation { undoSegmentRules(version: 1, reason: "back") { version undoes } }';
  expect(await server.graphql(undo)).toMatchObject({ data: { undoSegmentRules: { version: 2, undoes: 1 } } });
  await until(
    async () => (await region('before')) === 'Deutschland' && (await region('after')) === 'unknown',
    'both are as sent',
  );
  expect((await server.graphql(undo)).errors?.[0]?.message).toBe(
    'version: 2 is in force, and only it can be undone',
  );
});
