import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ADMIN_KEY, freshInstance, runProgram, startServer } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const server = useServer({ follow: true });

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const moment = minutesAgo(5);
const answer = (externalId: string, score: number | null, more: object = {}) => ({
  externalId,
  answeredAt: moment,
  score,
  ...more,
});
interface Snapshot {
  nps: { id: string; score: number; responses: number; region: string | null }[];
}
const responses = async () =>
  (await server.graphql<Snapshot>('{ nps { responses } }')).data.nps[0]?.responses ?? -1;

describe('ingest', () => {
  it('accepts one object, an array, NDJSON and the mutation through the same step', async () => {
    const before = await responses();
    const first = answer('i1', 9);
    const one = await server.post('/ingest/responses', first);
    expect([one.status, await one.json()]).toEqual([
      202,
      { accepted: 1, duplicates: 0, rejected: [], rejectedTotal: 0, rejectedByCode: [] },
    ]);
    const many = await server.post('/ingest/responses', [{ ...first, score: 8 }, first, answer('i2', 3)]);
    expect(await many.json()).toMatchObject({
      accepted: 2,
      notes: { CORRECTED: 1 },
      rejected: [{ index: 1, code: 'STALE' }],
    });
    const lines = [JSON.stringify(answer('i3', 10)), '{"externalId":', JSON.stringify(answer('i4', 7))].join(
      '\n',
    );
    const ndjson = await server.post('/ingest/responses', lines, 'application/x-ndjson');
    expect([ndjson.status, await ndjson.json()]).toMatchObject([
      202,
      { accepted: 2, rejected: [{ index: 1, code: 'INVALID' }] },
    ]);
    const mutation = await server.graphql(
      `mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) { accepted duplicates rejected { index code message } } }`,
      {
        input: [
          answer('i5', 8),
          { ...answer('i6', 1), answeredAt: 'yesterday' },
          { externalId: 'i7', answeredAt: minutesAgo(1) },
        ],
      },
    );
    expect(mutation.data.submitResponses).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, code: 'INVALID_TIME', message: expect.stringContaining('RFC 3339') },
        { index: 2, code: 'MISSING', message: expect.stringContaining('score or a comment') },
      ],
    });
    expect(await responses()).toBe(before + 5);
  });

  it('answers 422 when nothing was accepted, 400 and 413 when nothing could be read', async () => {
    expect((await server.post('/ingest/responses', answer('x', 99))).status).toBe(422);
    const broken = await server.post('/ingest/responses', '{"externalId": ');
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining('not JSON')]);
    expect((await server.post('/ingest/responses', '   ')).status).toBe(400);
    expect((await server.post('/ingest/responses', `"${'x'.repeat(17 * 1024 * 1024)}"`)).status).toBe(413);
  });

  it('lets many small requests share commits, and answers each with its own result', async () => {
    const before = await responses();
    const accounts = await Promise.all(
      Array.from(
        { length: 300 },
        async (_, i) =>
          (
            await server.post(
              '/ingest/responses',
              answer(`s${i % 250}`, i % 11, { answeredAt: '2026-01-01T00:00:00Z' }),
            )
          ).json() as Promise<{ accepted: number; duplicates: number; rejected: object[] }>,
      ),
    );
    const sum = (key: 'accepted' | 'duplicates') => accounts.reduce((so, account) => so + account[key], 0);
    const stale = accounts.flatMap(({ rejected }) => rejected);
    // Of two of one id, the one that arrives later corrects the other.
    expect(stale).toEqual([]);
    expect(sum('accepted')).toBe(300);
    expect(sum('duplicates')).toBe(0);
    expect(await responses()).toBe(before);
    const { data } = await server.graphql<Snapshot>(
      '{ nps(asOf: "2026-01-02T00:00:00Z", window: "P1D") { responses } }',
    );
    expect(data.nps[0]?.responses).toBe(250);
  });
});

describe('GraphQL', () => {
  it('answers nps, npsSeries and npsChange with intervals, groups and zones', async () => {
    const at = (day: number, hour: number) =>
      `2025-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30:00Z`;
    const items = [
      { externalId: 'q1', answeredAt: at(29, 22), score: 10, region: 'Berlin' },
      { externalId: 'q2', answeredAt: at(29, 23), score: 0, region: 'Berlin' },
      { externalId: 'q3', answeredAt: at(30, 21), score: 9, region: 'Berlin' },
      { externalId: 'q4', answeredAt: at(30, 22), score: 8, region: 'Berlin' },
    ];
    expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 4 });
    const { data } = await server.graphql<{
      npsSeries: { time: string; until: string; score: number | null; responses: number }[];
    }>(
      `{ npsSeries(from: "2025-03-29T00:00:00Z", to: "2025-03-31T00:00:00Z", timeZone: "Europe/Berlin", segment: { region: ["Berlin"] }) {
          time until score responses } }`,
    );
    // 30 March 2025 has 23 hours there.
    expect(data.npsSeries).toEqual([
      { time: '2025-03-28T23:00:00.000Z', until: '2025-03-29T23:00:00.000Z', score: 100, responses: 1 },
      { time: '2025-03-29T23:00:00.000Z', until: '2025-03-30T22:00:00.000Z', score: 0, responses: 2 },
      { time: '2025-03-30T22:00:00.000Z', until: '2025-03-31T22:00:00.000Z', score: 0, responses: 1 },
    ]);
    const change = await server.graphql(`{ npsChange(segment: { region: ["Berlin"] }
      beforeFrom: "2025-03-29T00:00:00Z", beforeTo: "2025-03-30T00:00:00Z", afterFrom: "2025-03-30T00:00:00Z", afterTo: "2025-03-31T00:00:00Z") {
      before { score responses method } after { score responses } difference low high pValue } }`);
    expect(change.data.npsChange).toMatchObject({
      before: { score: 0, responses: 2, method: 'SCORE' },
      after: { score: 50, responses: 2 },
      difference: 50,
    });
    const inferred = await server.graphql(
      `{ nps(basis: INFERRED, asOf: "2025-03-31T00:00:00Z") { score responses } }`,
    );
    expect(inferred.data.nps).toEqual([{ score: null, responses: 0 }]);
    const grouped = await server.graphql<Snapshot>(
      `{ nps(groupBy: [REGION], asOf: "2025-03-31T00:00:00Z", window: "P3D") { region responses } }`,
    );
    expect(grouped.data.nps).toEqual([{ region: 'Berlin', responses: 4 }]);
  });

  it('pages responses, newest first, and finds nodes', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: {
        data: {
          responses: {
            edges: { node: { id: string; answeredAt: string } }[];
            pageInfo: { hasNextPage: boolean; endCursor: string };
          };
        };
      } = await server.graphql(
        `query ($after: String) { responses(first: 60, after: $after, to: "2026-02-01T00:00:00Z") {
          edges { node { id answeredAt } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const { edges, pageInfo } = page.data.responses;
      seen.push(...edges.map(({ node }) => node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(seen).toHaveLength(254);
    expect(new Set(seen).size).toBe(254);
    const found = await server.graphql(
      `query ($id: ID!) { node(id: $id) { __typename id ... on Response { externalId scale } } }`,
      { id: seen[0] },
    );
    expect(found.data.node).toMatchObject({
      __typename: 'Response',
      id: seen[0],
      scale: expect.stringContaining('0-10'),
    });
    const source = await server.graphql(
      `{ node(id: "Source:api") { __typename id } none: node(id: "Response:00000000-0000-8000-8000-000000000000") { id } }`,
    );
    expect(source.data).toEqual({ node: { __typename: 'LineageRecord', id: 'Source:api' }, none: null });
  });

  it.each([
    ['{ nps(window: "P1Y2M") { id } }', 'BAD_USER_INPUT', /whole number of one unit/],
    ['{ nps(timeZone: "Moon") { id } }', 'BAD_USER_INPUT', /IANA zone/],
    ['{ nps(confidence: 2) { id } }', 'BAD_USER_INPUT', /between 0 and 1/],
    ['{ nps(asOf: "now") { id } }', 'BAD_USER_INPUT', /asOf.*RFC 3339/],
    ['{ nps(segment: { region: [] }) { id } }', 'BAD_USER_INPUT', /at least one value/],
    [
      '{ npsSeries(from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z") { id } }',
      'BAD_USER_INPUT',
      /later than from/,
    ],
    [
      '{ npsSeries(from: "1990-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", every: MINUTE) { id } }',
      'COST_LIMIT_EXCEEDED',
      /costs/,
    ],
    [
      '{ npsChange(beforeFrom: "2026-01-01T00:00:00Z", beforeTo: "2026-01-03T00:00:00Z", afterFrom: "2026-01-02T00:00:00Z", afterTo: "2026-01-04T00:00:00Z") { pValue } }',
      'BAD_USER_INPUT',
      /overlap/,
    ],
    ['{ responses(first: 5000) { edges { cursor } } }', 'BAD_USER_INPUT', /between 1 and 500/],
    ['{ responses(after: "zzz") { edges { cursor } } }', 'BAD_USER_INPUT', /not a cursor/],
    ['{ trace(id: "Response:none") { complete } }', 'BAD_USER_INPUT', /nothing with this id/],
    [
      `{ ${Array.from({ length: 40 }, (_, i) => `a${i}: nps { id }`).join(' ')} }`,
      'GRAPHQL_VALIDATION_FAILED',
      /[Aa]lias/,
    ],
    ['{ nps { unknownField } }', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field/],
    ['{ nps', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ])('explains what is wrong with %s', async (query, code, message) => {
    const { errors } = await server.graphql(query);
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(errors?.[0]?.message).toMatch(message);
    expect(JSON.stringify(errors)).not.toMatch(/stack|node_modules/);
  });
});

describe('authentication', () => {
  it('is required on every path but health and the pages', async () => {
    const without = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${server.url}${path}`, init)).status;
    expect(await without('/healthz')).toBe(200);
    expect(await without('/readyz')).toBe(200);
    for (const path of ['/', '/explore', '/console']) expect(await without(path), path).toBe(200);
    for (const path of [
      '/graphql',
      '/metrics',
      '/console.json',
      '/ingest/responses',
      '/nothing',
      '/graphql?query={__typename}',
    ]) {
      expect(await without(path), path).toBe(401);
      expect(
        await without(path, { method: 'POST', body: '{}', headers: { authorization: 'Bearer wrong' } }),
        path,
      ).toBe(401);
    }
    expect((await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })).status).toBe(200);
    const metrics = await (
      await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })
    ).text();
    for (const name of [
      'scoreline_journal_lag_entries{follower="live"}',
      'scoreline_ingested_responses_total{outcome="rejected"}',
      'scoreline_event_streams',
      'scoreline_websockets',
      'scoreline_graphql_operation_seconds_count',
    ]) {
      expect(metrics).toContain(name);
    }
  });

  it('never prints the key or a respondent', async () => {
    await server.post(
      '/ingest/responses',
      answer('secret', 5, {
        answeredAt: minutesAgo(0),
        respondent: 'jane@example.com',
        comment: 'mail jane@example.com',
      }),
    );
    const { data } = await server.graphql<{
      responses: { edges: { node: { comment: string; respondent: string } }[] };
    }>(`{ responses(first: 1) { edges { node { comment respondent } } } }`);
    expect(data.responses.edges[0]?.node.comment).toBe('mail [email]');
    expect(data.responses.edges[0]?.node.respondent).toMatch(/^p1_[0-9a-f]{32}$/);
    expect(server.output()).not.toContain(ADMIN_KEY);
    expect(server.output()).not.toContain('jane');
  });
});

describe('starting and stopping', () => {
  it.skipIf(inject('services'))('refuses a second start on the same data folder', async () => {
    const second = await runProgram(['start'], server.instance.env).finished;
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/is in use: process \d+ holds it, and listens on http/);
  });

  it('explains mistakes in the configuration, one line each', async () => {
    const wrong = { ...server.instance.env, PORT: 'abc', NEO4J_URL: 'nowhere' };
    const { code, output } = await runProgram(['start'], wrong).finished;
    expect(code).toBe(1);
    expect(output).toMatch(/PORT must be a port number.*\n.*NEO4J_URL is not a URL/);
  });

  it('stops cleanly, refuses a database whose pseudonyms have another pepper, and finds everything again', async () => {
    const before = await responses();
    const { code, output } = await server.stop('SIGINT');
    expect([code, output]).toEqual([0, expect.stringContaining('stopped; everything accepted is kept')]);
    const env = { ...server.instance.env, SCORELINE_PEPPER: 'ab'.repeat(32) };
    const other = await runProgram(['start'], env).finished;
    expect([other.code, other.output]).toEqual([1, expect.stringContaining('another pseudonym pepper')]);
    await server.start();
    expect(await responses()).toBe(before);
  });

  it('generates an admin key once, readable by the owner only, and shows it once', async () => {
    const other = await freshInstance();
    const { SCORELINE_ADMIN_KEY: _, ...env } = other.env;
    const first = await startServer({ ...other, env });
    const key = /admin key\s+(sl_\S+)/.exec(first.output())?.[1] ?? '';
    expect(key).toHaveLength(46);
    const all = readdirSync(other.dataDir, { recursive: true, encoding: 'utf8' });
    expect(all.length).toBeGreaterThan(3);
    expect(['.', ...all].filter((one) => statSync(join(other.dataDir, one)).mode & 0o077)).toEqual([]);
    expect((await fetch(`${first.url}/metrics`, { headers: { 'x-api-key': key } })).status).toBe(200);
    await first.stop();
    const again = await startServer({ ...other, env });
    expect(again.output()).not.toContain(key);
    expect((await fetch(`${again.url}/metrics`, { headers: { 'x-api-key': key } })).status).toBe(200);
    await again.stop();
    other.remove();
  });
});
