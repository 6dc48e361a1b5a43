import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectUndisturbed, healthWhile } from '../../fixtures/abuse.ts';
import {
  ADMIN_KEY,
  freshInstance,
  type Instance,
  type RunningServer,
  startServer,
} from '../../fixtures/server.ts';

/** One operation never holds up the others, whatever it asks for and in whatever role. */

const ROLES = ['analyst', 'segment-owner', 'model-steward', 'auditor', 'dpo', 'feed', 'collector'] as const;
const RESPONSES = 6_000;

let instance: Instance;
let server: RunningServer;
const keys = new Map<string, string>([['admin', ADMIN_KEY]]);

beforeAll(async () => {
  instance = await freshInstance();
  server = await startServer(instance);
  const make = 'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }';
  for (const role of ROLES) {
    const attributes = role === 'segment-owner' ? { region: ['R1'] } : {};
    const input = { name: role, role, attributes };
    const { data, errors } = await server.graphql<{ createApiKey: { key: string } }>(make, { input });
    expect(errors, role).toBeUndefined();
    keys.set(role, data.createApiKey.key);
  }
  for (let first = 0; first < RESPONSES; first += 2_000) {
    const items = Array.from({ length: 2_000 }, (_, i) => ({
      externalId: `r${first + i}`,
      source: 'web',
      answeredAt: new Date(Date.UTC(2026, i % 10, 1 + (i % 28), i % 24, i % 60)).toISOString(),
      score: i % 11,
      region: `R${i % 8}`,
      productLine: `P${i % 6}`,
    }));
    expect((await server.post('/ingest/responses', items)).status).toBe(202);
  }
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

const ALL = 'id time until score low high method responses promoters passives detractors suppressed';
/** As many rows as one answer may have, in the ways that are the most work. */
const SERIES = {
  'hours of two years': `from: "2024-09-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: HOUR`,
  minutes: `from: "2026-10-01T00:00:00Z", to: "2026-10-14T20:00:00Z", every: MINUTE`,
  'hours that a zone splits': `from: "2024-09-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: HOUR, timeZone: "America/St_Johns"`,
  'days that a zone splits': `from: "1974-01-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: DAY, timeZone: "America/St_Johns"`,
  'rolling days': `from: "1990-01-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: DAY, timeZone: "Asia/Kathmandu", rolling: "P1Y"`,
  groups: `from: "2025-01-01T00:00:00Z", to: "2026-01-25T20:00:00Z", every: DAY, groupBy: [REGION, PRODUCT_LINE]`,
  inferred: `from: "2024-09-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: HOUR, basis: COMBINED`,
};

const ask = async (role: string, query: string) => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.get(role)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await answer.text();
  return answer.status;
};

it('sees a server that is held up', async () => {
  const stopped = await healthWhile(server, async () => {
    server.process.kill('SIGSTOP');
    await new Promise((done) => setTimeout(done, 1_000));
    server.process.kill('SIGCONT');
    await new Promise((done) => setTimeout(done, 100));
  });
  const idle = await healthWhile(server, () => new Promise((done) => setTimeout(done, 1_000)));
  expect(stopped.longest).toBeGreaterThan(3 * idle.longest);
});

it.each(Object.entries(SERIES))('a series holds up nobody: %s', async (_, series) => {
  let status = 0;
  await expectUndisturbed(server, async () => {
    status = await ask('admin', `{ npsSeries(${series}) { ${ALL} } }`);
  });
  expect(status).toBe(200);
});

it.each(['admin', ...ROLES])('what costs the most holds up nobody: %s', async (role) => {
  const statuses = new Set<number>();
  await expectUndisturbed(server, async () => {
    for (const query of [
      // Half of what a role with little to spend may ask for.
      `{ npsSeries(from: "2025-11-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: HOUR) { ${ALL} } }`,
      `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: nps(window: "P${i + 30}D", groupBy: [REGION, PRODUCT_LINE]) { ${ALL} }`).join(' ')} }`,
      '{ responses(first: 500) { edges { node { id comment score prediction { class } } } } }',
      `{ classify(texts: [${Array.from({ length: 20 }, () => JSON.stringify('It is slow. '.repeat(200))).join()}]) { class } }`,
      '{ auditLog(first: 500) { edges { node { id } } } }',
    ])
      statuses.add(await ask(role, query));
  });
  for (const status of statuses) expect(status, role).toBeLessThan(500);
});
