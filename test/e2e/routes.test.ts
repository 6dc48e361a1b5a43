import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  freshInstance,
  type GraphqlAnswer,
  type Instance,
  type RunningServer,
  startServer,
} from '../fixtures/server.ts';

/* The paths beside /graphql pass the same gate, and what they refuse is on record too. */
const CONFIG = `export default {
  dimensions: [{ field: 'region' }],
  audit: { aggregates: true },
  limits: {
    trustedOnly: ['feed'],
    cost: {
      default: { operation: 10_000, minute: 6_000_000 },
      admin: { operation: 10_000, minute: null },
      analyst: { operation: 1_000, minute: 1_000 },
      auditor: { operation: 1_500, minute: 1_500 },
      dpo: { operation: 600, minute: 100_000 },
    },
  },
};`;
let instance: Instance;
let server: RunningServer;
let score: string;
const keys: Record<string, string> = {};

beforeAll(async () => {
  instance = await freshInstance();
  const config = join(instance.dataDir, 'scoreline.config.mjs');
  writeFileSync(config, CONFIG);
  instance.env.SCORELINE_CONFIG = config;
  const trusted = '{ nps { score } }';
  const documents = join(instance.dataDir, 'trusted.json');
  writeFileSync(documents, JSON.stringify({ [createHash('sha256').update(trusted).digest('hex')]: trusted }));
  instance.env.SCORELINE_TRUSTED_DOCUMENTS = documents;
  server = await startServer(instance);
  for (const role of ['analyst', 'auditor', 'dpo', 'feed', 'collector']) {
    const { data } = await server.graphql<{ createApiKey: { key: string } }>(
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
      {
        input: {
          name: `the ${role}`,
          role,
          attributes: role === 'collector' ? { region: ['Germany'] } : null,
        },
      },
    );
    keys[role] = data.createApiKey.key;
  }
  const { data } = await server.graphql<{ nps: { id: string }[] }>('{ nps { id } }');
  score = data.nps[0]?.id ?? '';
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

const get = async (role: string, path: string) => {
  const response = await fetch(`${server.url}${path}`, {
    headers: { authorization: `Bearer ${keys[role]}` },
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text: await response.text(),
  };
};
const report = (role: string) => get(role, `/reports/score/${score}`);
const log = async () => {
  const response = await fetch(`${server.url}/audit/export`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const lines = (await response.text()).trim().split('\n');
  return lines.map(
    (line) => JSON.parse(line) as { actorName: string; action: string; subject: object; outcome: string },
  );
};
const rowsOf = async (role: string, action: string) =>
  (await log()).filter((row) => row.actorName === `the ${role}` && row.action === action);

describe("a score's report", () => {
  it('is charged, and on record where numbers are', async () => {
    expect((await report('analyst')).status).toBe(200);
    const spent = await report('analyst');
    expect(spent.status).toBe(429);
    expect(Number(spent.retryAfter)).toBeGreaterThan(0);
    expect(spent.text).toContain('RATE_LIMITED');
    expect(await rowsOf('analyst', 'aggregate')).toMatchObject([
      { subject: { asked: [{ field: 'report', arguments: { id: score } }] }, outcome: 'done' },
    ]);
  });

  it('is not for who may not spend so much at once, nor for who may send trusted documents only', async () => {
    expect(await report('dpo')).toMatchObject({
      status: 400,
      text: expect.stringContaining('COST_LIMIT_EXCEEDED'),
    });
    expect(await report('feed')).toMatchObject({
      status: 403,
      text: expect.stringContaining('DOCUMENT_NOT_TRUSTED'),
    });
  });
});

it('the export of the audit log is charged', async () => {
  expect((await get('auditor', '/audit/export')).status).toBe(200);
  expect((await get('auditor', '/audit/export')).status).toBe(429);
});

describe('what was refused', () => {
  it('is on record: metrics', async () => {
    expect((await get('feed', '/metrics')).status).toBe(403);
    expect(await rowsOf('feed', 'metrics')).toMatchObject([{ outcome: 'refused' }]);
  });

  it('is on record: items that the key may not submit, over HTTP and GraphQL', async () => {
    const item = (externalId: string, region: string) => ({
      externalId,
      region,
      score: 9,
      answeredAt: '2026-01-01T00:00:00Z',
    });
    const items = [item('a', 'Germany'), item('b', 'Chile'), item('c', 'Chile')];
    const post = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${keys.collector}`, 'content-type': 'application/json' };
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return (await response.json()) as GraphqlAnswer<object>;
    };
    expect(await post('/ingest/responses', items)).toMatchObject({ accepted: 1, rejected: [{}, {}] });
    expect(await rowsOf('collector', 'ingest')).toMatchObject([
      { subject: { items: 2 }, outcome: 'refused' },
    ]);
    const query = 'mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) { accepted } }';
    await post('/graphql', { query, variables: { input: items.slice(0, 2) } });
    expect(await rowsOf('collector', 'submitResponses')).toMatchObject([
      { subject: { items: 1 }, outcome: 'refused' },
    ]);
    // What nobody refused leaves no row.
    await post('/ingest/responses', items.slice(0, 1));
    expect(await rowsOf('collector', 'ingest')).toHaveLength(1);
  });
});
