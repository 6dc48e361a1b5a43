import { expect, it } from 'vitest';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Values that are well-formed and that no column of the database holds: the item is rejected by its name, its neighbours are stored. */

const server = useServer({ follow: false });
const AT = '2026-03-01T09:30:00Z';
/** Empty dates of programs, which are moments of the years 0 and 1. */
const EMPTY = ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '0001-01-01T00:00:00Z'];
const REJECTED = { code: 'INVALID_TIME', message: expect.stringContaining('is before 1900') };
const json = async (sent: Promise<Response>) => {
  const answer = await sent;
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

it.each(
  EMPTY.flatMap((empty) =>
    (
      [
        ['responses', { answeredAt: AT, score: 9 }],
        ['outcomes', { at: AT, kind: 'PAYMENT', account: 'Acme', amount: 5, currency: 'EUR' }],
        ['changes', { at: AT, kind: 'deploy', title: 'Release' }],
        ['invitations', { sentAt: AT }],
      ] as const
    ).map(([path, item]) => ({ empty, path, item })),
  ),
)('$path: one that was changed at $empty is rejected, and its neighbours are stored', async (given) => {
  const { empty, path, item } = given;
  const named = (externalId: string) => ({ ...item, externalId: `${externalId} ${empty}`, updatedAt: AT });
  const items = [named('one'), { ...named('two'), updatedAt: empty }, named('three')];
  const { status, body } = await json(server.post(`/ingest/${path}`, items));
  expect([status, body]).toMatchObject([202, { accepted: 2, rejectedTotal: 1 }]);
  expect(body['rejected']).toMatchObject([{ index: 1, ...REJECTED }]);
});

const MAP = {
  source: 'files',
  survey: { name: 'nps', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at' },
  score: { column: 'score', scale: '0-10' },
  revision: { column: 'changed', format: 'iso', zone: 'Europe/Berlin' },
};
const row = (line: number, more: object = {}) => ({
  line,
  values: { id: `row ${line}`, at: AT, score: '9', changed: '2026-03-01T10:00:00' },
  ...more,
});

it('rows of an import: an empty date in the column of the revision, and lines beyond 32 bits', async () => {
  const begun = await json(
    server.post(
      '/ingest/imports',
      JSON.stringify({ file: 'a.csv', source: 'files', digest: 'a'.repeat(64), mapHash: 'b'.repeat(64) }),
      'application/json',
    ),
  );
  const head = { map: MAP, file: 'a.csv', import: begun.body['id'] };
  const empty = { id: 'row 3', at: AT, score: '9', changed: '0001-01-01T00:00:00' };
  const rows = [row(2), row(3, { values: empty }), row(2 ** 31), row(5, { item: 2 ** 40 }), row(2 ** 31 - 1)];
  const text = [head, ...rows].map((one) => JSON.stringify(one)).join('\n');
  const { status, body } = await json(server.post('/ingest/file', text, 'application/x-ndjson'));
  expect([status, body]).toMatchObject([202, { accepted: 2, rejectedTotal: 3 }]);
  expect(body['rejected']).toMatchObject([
    { index: 1, line: 3, ...REJECTED },
    { index: 2, line: null, message: expect.stringMatching(/^line: 2147483648 is more than 2147483647/) },
    { index: 3, line: null, message: expect.stringMatching(/^item: 1099511627776 is more than 2147483647/) },
  ]);
});

it('times of filters: a moment of the year 0 is named', async () => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const exported = await fetch(`${server.url}/audit/export?from=${EMPTY[0]}`, { headers });
  expect([exported.status, await exported.text()]).toEqual([
    400,
    expect.stringContaining('is not within the years 1000 to 8999'),
  ]);
  await server.graphql(
    'mutation { createConnection(input: { connector: "canonical", name: "test", mapping: {} }) { connection { id } } }',
  );
  const query = `query ($from: DateTime) { connections(first: 5) { quarantine(filter: { from: $from }) { edges { node { id } } } } }`;
  const { errors } = await server.graphql(query, { from: EMPTY[0] });
  expect(JSON.stringify(errors)).toMatch(/filter\.from.*is not within the years 1000 to 8999/);
});

it('sums of the largest amounts are larger than any of them, and still figures', async () => {
  const payment = { at: '2026-02-10T09:30:00Z', kind: 'PAYMENT', account: 'Largest', currency: 'EUR' };
  const items = Array.from({ length: 1_100 }, (_, i) => ({
    ...payment,
    externalId: `largest ${i}`,
    amount: '90071992547409.91',
  }));
  expect(await json(server.post('/ingest/outcomes', items))).toMatchObject({ body: { accepted: 1_100 } });
  const { data, errors } = await server.graphql<{ kpis: { kpi: string; value: number | null }[] }>(
    '{ kpis(from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z") { kpi value } }',
  );
  expect(errors).toBeUndefined();
  expect(data?.kpis).toEqual(
    expect.arrayContaining([{ kpi: 'REVENUE', value: expect.closeTo(1_100 * 90_071_992_547_409.91, -6) }]),
  );
});
