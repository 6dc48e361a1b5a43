import { expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const server = useServer({
  config:
    "export default { dimensions: [{ field: 'storeId' }, { field: 'planTier', description: 'What is paid for.' }], cellLimit: 3 };",
});

it('gives a deployment with other dimensions its own arguments, fields and enum values', async () => {
  const answeredAt = new Date().toISOString();
  const items = ['a', 'b', 'c', 'd', 'e'].map((storeId, i) => ({
    externalId: storeId,
    answeredAt,
    score: i + 6,
    storeId,
    planTier: 'free',
  }));
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 5 });
  const grouped = await server.graphql(
    '{ nps(groupBy: [STORE_ID, PLAN_TIER]) { storeId planTier responses } }',
  );
  // Three cells as they are sent are all that this deployment allows: then "other" stands for what is new, and the log says so.
  expect(grouped.data.nps).toEqual([
    { storeId: 'a', planTier: 'free', responses: 1 },
    { storeId: 'b', planTier: 'free', responses: 1 },
    { storeId: 'c', planTier: 'free', responses: 1 },
    { storeId: 'other', planTier: 'free', responses: 2 },
  ]);
  const full = 'admin: the database has as many cells as it may (cellLimit 3)';
  await until(() => server.output().includes(full), 'the log says so');
  const narrowed = await server.graphql(
    '{ nps(segment: { planTier: ["free"], storeId: ["a", "b"] }) { responses } }',
  );
  expect(narrowed.data.nps).toEqual([{ responses: 2 }]);
  const wrong = await server.graphql('{ nps(groupBy: [REGION]) { id } }');
  expect(wrong.errors?.[0]?.message).toMatch(/REGION.*does not exist/);
});
