import { expect, it } from 'vitest';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { until } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/** A key that is limited to Germany floods the database with cells; another one is not affected. */

const server = useServer();

async function makeKey(input: object): Promise<string> {
  const answer = await server.graphql<{ createApiKey: { key: string } }>(
    'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
    { input },
  );
  return answer.data.createApiKey.key;
}
async function ingest(key: string, items: readonly object[]) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${server.url}/ingest/responses`, {
    method: 'POST',
    headers,
    body: JSON.stringify(items),
  });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}
let next = 0;
const item = (values: object) => {
  next += 1;
  return { externalId: `r${next}`, answeredAt: new Date().toISOString(), score: 9, ...values };
};

it('one key cannot use up the cells: its flood stays in its bounds, other responses are stored as sent', async () => {
  const flooder = await makeKey({ name: 'flooder', role: 'collector', attributes: { region: ['Germany'] } });
  const honest = await makeKey({ name: 'honest', role: 'collector', sources: ['shop'] });
  const flood = () =>
    ingest(
      flooder,
      Array.from({ length: 1_000 }, () =>
        item({ region: 'Germany', productLine: `p${next}`, lifecycleStage: `l${next}`, channel: `c${next}` }),
      ),
    );
  await expectUndisturbed(server, flood);
  for (let i = 0; i < 2; i++) expect(await flood()).toMatchObject({ filedAsTotal: expect.any(Number) });

  const sent = { region: 'Austria', productLine: 'Payments', channel: 'web' };
  expect(await ingest(honest, [item({ ...sent, source: 'shop' })])).toEqual({
    status: 202,
    ...{ accepted: 1, duplicates: 0, rejected: [], rejectedTotal: 0, rejectedByCode: [] },
  });
  const { data, errors } = await server.graphql<{
    cells: { region: string; productLine: string; channel: string }[];
    cellUsage: { limit: number; cells: number; makers: { name: string; cells: number; overflow: number }[] };
    apiKeys: { name: string; sources: string[] | null }[];
  }>(`{ cells { region productLine channel } apiKeys { name sources }
    cellUsage { limit limitOfKey cells overflow makers { id name cells overflow } sources { id cells } } }`);
  expect(errors).toBeUndefined();
  expect(data.cells).toContainEqual(sent);
  expect(new Set(data.cells.map(({ region }) => region))).toEqual(new Set(['Germany', 'Austria']));
  const [most] = data.cellUsage.makers;
  expect(most?.name).toBe('flooder');
  expect((most?.cells ?? 0) - (most?.overflow ?? 0)).toBeLessThanOrEqual(data.cellUsage.limit / 4);
  expect(data.apiKeys).toEqual([
    { name: 'flooder', sources: null },
    { name: 'honest', sources: ['shop'] },
  ]);
  const metrics = await (
    await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${server.instance.env.SCORELINE_ADMIN_KEY}` },
    })
  ).text();
  expect(metrics).toMatch(/^scoreline_cells_limit 10000$/m);
  expect(metrics).toMatch(/^scoreline_cells_made\{maker="ApiKey:[-0-9a-f]{36}"\} \d+$/m);
  const limited = /ApiKey:[-0-9a-f]{36}: (it added 1000 cells in a minute|its share of the cells)/;
  await until(() => limited.test(server.output()), 'the log names the key');

  // Bound at every endpoint.
  const elsewhere = item({ ...sent, source: 'web' });
  expect(await ingest(honest, [elsewhere])).toMatchObject({
    status: 422,
    rejected: [{ code: 'FORBIDDEN', message: expect.stringMatching(/^source: /) }],
  });
  const submitted = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${honest}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        'mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) { accepted filedAsTotal rejected { code } } }',
      variables: { input: [elsewhere, item({ ...sent, source: 'shop' })] },
    }),
  });
  expect(await submitted.json()).toMatchObject({
    data: { submitResponses: { accepted: 1, filedAsTotal: 0, rejected: [{ code: 'FORBIDDEN' }] } },
  });
  const map = {
    source: 'paper',
    survey: { name: 'visit', version: '1' },
    externalId: 'id',
    answeredAt: { column: 'when' },
    score: { column: 'score', scale: '0-10' },
  };
  const file = [
    { map, file: 'a.csv' },
    { line: 2, values: { id: 'x', when: '2026-01-01T00:00:00Z', score: '9' } },
  ];
  const sentFile = await fetch(`${server.url}/ingest/file`, {
    method: 'POST',
    headers: { authorization: `Bearer ${honest}`, 'content-type': 'application/x-ndjson' },
    body: file.map((line) => JSON.stringify(line)).join('\n'),
  });
  expect(await sentFile.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'FORBIDDEN' }] });
});
