import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { until } from '../fixtures/patience.ts';
import type { GraphqlAnswer } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Segment rules of a server: who sets them, the guide, hostile attributes, and a server that is killed while it files answers again. */

const server = useServer({ keys: ['analyst'], follow: true });
const HOUR_MS = 3_600_000;
const END = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const GUIDE = readFileSync(new URL('../../docs/guides/segment-rules.md', import.meta.url), 'utf8');
const block = (language: string) =>
  [...GUIDE.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, name, text]) =>
    name === language ? [text as string] : [],
  );

async function asAnalyst<T>(query: string): Promise<GraphqlAnswer<T>> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys['analyst']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as GraphqlAnswer<T>;
}
const one = (externalId: string, more: object = {}) => ({
  ...{ externalId, answeredAt: new Date(END - HOUR_MS).toISOString(), score: 10, survey: 'ruled' },
  ...more,
});
interface Placed {
  readonly id: string;
  readonly region: string;
  readonly segmentRules: number | null;
}
async function placed(externalId: string): Promise<Placed | undefined> {
  const { data } = await server.graphql<{
    responses: { edges: { node: Placed & { externalId: string } }[] };
  }>('{ responses(first: 100) { edges { node { id externalId region segmentRules } } } }');
  return data.responses.edges.find(({ node }) => node.externalId === externalId)?.node;
}
const APPLY =
  'mutation ($config: String!) { applySegmentRules(config: $config, reason: "one spelling") { version } }';
async function apply(config: string): Promise<number> {
  const { data, errors } = await server.graphql<{ applySegmentRules: { version: number } }>(APPLY, {
    config,
  });
  expect(errors).toBeUndefined();
  return data.applySegmentRules.version;
}
interface Version {
  readonly version: number;
  readonly seen: number;
  readonly moved: number;
  readonly appliedAt: string | null;
}
const newest = async () => {
  const { data } = await server.graphql<{ segmentRules: Version[] }>(
    '{ segmentRules { version seen moved appliedAt } }',
  );
  return data.segmentRules.at(-1);
};
const applied = () =>
  until(async () => (await newest())?.appliedAt != null, 'stored answers are filed again');
const undo = (version: number) =>
  server.graphql<{ undoSegmentRules: object }>(
    `mutation { undoSegmentRules(version: ${version}, reason: "back") { version undoes } }`,
  );

beforeAll(async () => {
  await server.post('/ingest/responses', [one('before', { region: 'Deutschland' })]);
});

it('are set and tried by administrators; answers say which version filed them, and lineage what placed them', async () => {
  const config =
    'dimensions: { region: [{ attribute: region, equals: Deutschland, value: Germany }, { attribute: country, lookup: { DE: Germany } }] }';
  const preview = `{ previewSegmentRules(config: ${JSON.stringify(config)}) { answers moved held undeclared reachedTo
    moves { answers from { field value } to { field value } }
    scores { segmentValue { field value } before after responsesBefore responsesAfter } } }`;
  for (const query of [
    preview,
    '{ segmentRules { config } }',
    `mutation { applySegmentRules(config: ${JSON.stringify(config)}, reason: "x") { version } }`,
  ])
    expect((await asAnalyst(query)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  const wrong = await server.graphql(APPLY, { config: 'dimensions: { planet: [{ default: x }] }' });
  expect(wrong.errors?.[0]?.message).toMatch(/^dimensions.planet: no such dimension/);
  const tried = await server.graphql<{ previewSegmentRules: object }>(preview);
  expect(tried.data?.previewSegmentRules).toMatchObject({
    ...{ answers: 1, moved: 1, held: 0, undeclared: 0, reachedTo: null },
    moves: [
      {
        answers: 1,
        from: expect.arrayContaining([{ field: 'region', value: 'Deutschland' }]),
        to: expect.arrayContaining([{ field: 'region', value: 'Germany' }]),
      },
    ],
    scores: expect.arrayContaining([
      {
        segmentValue: { field: 'region', value: 'Germany' },
        ...{ before: null, after: 100, responsesBefore: 0, responsesAfter: 1 },
      },
    ]),
  });
  expect(await placed('before')).toMatchObject({ region: 'Deutschland', segmentRules: null });
  expect(await apply(config)).toBe(1);
  await server.post('/ingest/responses', [one('after', { attributes: { country: 'DE' } })]);
  const after = await placed('after');
  expect(after).toMatchObject({ region: 'Germany', segmentRules: 1 });
  await applied();
  const before = await placed('before');
  expect(before).toMatchObject({ region: 'Germany', segmentRules: 1 });
  const labels = async (id: string | undefined) => {
    const { data } = await server.graphql<{ trace: { nodes: { kind: string; label: string }[] } }>(
      `{ trace(id: ${JSON.stringify(id)}) { nodes { kind label } } }`,
    );
    return data.trace.nodes.flatMap(({ kind, label }) => (kind === 'SourceEvent' ? [label] : []));
  };
  expect(await labels(after?.id)).toEqual([expect.stringMatching(/item \d+, filed by segment rules 1$/)]);
  expect(await labels(before?.id)).toContain('filed again by segment rules 1');
  expect((await undo(1)).data?.undoSegmentRules).toEqual({ version: 2, undoes: 1 });
  await applied();
  expect([(await placed('before'))?.region, (await placed('after'))?.region]).toEqual([
    'Deutschland',
    'unknown',
  ]);
  expect((await undo(1)).errors?.[0]?.message).toBe('version: 2 is in force, and only it can be undone');
});

it('do what the guide says', async () => {
  const [config = ''] = block('yaml');
  const [preview = '', mutation = ''] = block('graphql');
  const [item = '', submit = ''] = [...block('json'), ...block('graphql').slice(2)];
  const filled = (text: string) => text.replace('"..."', JSON.stringify(config));
  expect((await server.graphql(filled(preview))).errors).toBeUndefined();
  expect((await server.graphql(filled(mutation))).errors).toBeUndefined();
  const sent = JSON.parse(item) as { externalId: string };
  expect((await server.post('/ingest/responses', [sent])).status).toBe(202);
  expect((await server.graphql(submit)).errors).toBeUndefined();
  await applied();
  for (const name of [sent.externalId, 'guide-2'])
    expect(await placed(name)).toMatchObject({ region: 'Austria', segmentRules: expect.any(Number) });
});

it('refuse hostile attributes item by item, and store what is good beside them', async () => {
  await apply(
    'dimensions: { region: [{ attribute: country, lookup: { DE: Germany } }, { attribute: constructor, equals: x, value: y }] }',
  );
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`a${i}`, 'x']));
  const items = [
    one('good', { attributes: { country: 'DE', unasked: '\ud800' } }),
    one('bad1', { attributes: many }),
    one('bad2', { attributes: { country: { deep: 'x' } } }),
    one('bad3', { attributes: ['country'] }),
    one('bad4', { attributes: { region: 'Germany' } }),
    one('bad5', { attributes: { country: 'D\ud800' } }),
    one('long', { attributes: { country: 'x'.repeat(1_000_000) } }),
  ];
  // An own property of that name, as JSON has it.
  const text = JSON.stringify([...items, one('proto', { attributes: { '@': 'DE' } })]).replace(
    '"@"',
    '"__proto__"',
  );
  const sent = await server.post('/ingest/responses', text);
  const account = (await sent.json()) as {
    accepted: number;
    rejected: { index: number; message: string }[];
  };
  const said = (index: number) => account.rejected.find((rejected) => rejected.index === index)?.message;
  expect([1, 2, 3, 4, 5].map(said)).toEqual([
    expect.stringMatching(/at most/),
    expect.stringMatching(/attributes.country/),
    expect.stringMatching(/attributes/),
    expect.stringMatching(/region is a dimension/),
    expect.stringMatching(/attributes.country/),
  ]);
  expect(account.accepted).toBe(3);
  expect(JSON.stringify(account)).toContain('VALUE_TOO_LONG');
  expect(await placed('good')).toMatchObject({ region: 'Germany' });
  expect([(await placed('long'))?.region, (await placed('proto'))?.region]).toEqual(['unknown', 'unknown']);
  const mutation = `mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) { accepted rejected { index message } } }`;
  const { data } = await server.graphql<{ submitResponses: { rejected: { index: number }[] } }>(mutation, {
    input: [one('gql', { attributes: { country: 'DE' } }), one('gql2', { attributes: 'country' })],
  });
  expect(data.submitResponses).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] });
  expect(await placed('gql')).toMatchObject({ region: 'Germany' });
});

const SPAIN = 'dimensions: { region: [{ attribute: region, equals: [España, Espagne], value: Spain }] }';
it('continue where a server was killed, end exact, and are undone to the same numbers', async () => {
  const all = 2_000;
  const regions = ['Spain', 'España', 'Espagne', 'Chile'];
  for (let from = 0; from < all; from += 500) {
    const items = Array.from({ length: 500 }, (_, i) => from + i).map((i) =>
      one(`kill ${i}`, {
        score: i % 11,
        region: regions[i % 4],
        answeredAt: new Date(END - (i + 1) * 60_000).toISOString(),
      }),
    );
    expect((await server.post('/ingest/responses', items)).status).toBe(202);
  }
  await applied();
  const standing = async () => {
    const window = `window: "P7D", asOf: "${new Date(END).toISOString()}"`;
    const { data } = await server.graphql<{ nps: { region: string; responses: number }[] }>(
      `{ nps(${window}, groupBy: [REGION]) { region responses promoters passives detractors } }`,
    );
    return data.nps.toSorted((a, b) => (a.region < b.region ? -1 : 1));
  };
  const before = await standing();
  const former = (await newest())?.version ?? 0;
  const version = await apply(SPAIN);
  expect(version).toBe(former + 1);
  let moved = 0;
  await until(async () => {
    moved = (await newest())?.moved ?? 0;
    return moved >= 100;
  }, 'a part is filed again');
  await server.stop('SIGKILL');
  expect(moved).toBeLessThan(all / 2);
  await server.start();
  const left = await newest();
  expect(left?.version).toBe(version);
  await applied();
  const done = await newest();
  expect(done?.moved).toBeGreaterThanOrEqual(all / 2);
  const after = await standing();
  expect(after.find(({ region }) => region === 'Spain')?.responses).toBe((all * 3) / 4);
  expect(after.reduce((sum, row) => sum + row.responses, 0)).toBe(
    before.reduce((sum, row) => sum + row.responses, 0),
  );
  expect((await undo(version)).errors).toBeUndefined();
  await applied();
  // What the rules before said of all else holds again.
  expect(await standing()).toEqual(before);
  // The numbers of versions have a gap where the server was killed.
  const later = await apply(SPAIN);
  await applied();
  expect((await undo(later)).errors).toBeUndefined();
  await applied();
  expect(await standing()).toEqual(before);
});
