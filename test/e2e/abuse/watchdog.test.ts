import { setTimeout as sleep } from 'node:timers/promises';
import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { expectUndisturbed, healthWhile } from '../../fixtures/abuse.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { type Answer, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/** No operation blocks the others, for any request and role. */

const ROLES = ['analyst', 'segment-owner', 'model-steward', 'auditor', 'dpo', 'feed', 'collector'] as const;
const RESPONSES = 6_000;

const server = useServer({
  keys: {
    ...Object.fromEntries(ROLES.map((role) => [role, role])),
    'segment-owner': { role: 'segment-owner', attributes: { region: ['R1'] } },
  },
});

beforeAll(async () => {
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

/** Just below what is no longer compiled (LIMITS.compiledPoints): their answers are made in one turn of the event loop. */
const COMPILED = {
  'pages of responses': `{ ${[0, 1, 2].map((i) => `a${i}: responses(first: 500) { edges { cursor node { id answeredAt class comment externalId region productLine scale score source survey } } }`).join(' ')} }`,
  series: `{ npsSeries(from: "2026-06-04T00:00:00Z", to: "2026-11-14T20:00:00Z", every: HOUR) { ${ALL} } }`,
  charts: `{ ${Array.from({ length: 9 }, (_, i) => `a${i}: nps(window: "P${i + 30}D", groupBy: [REGION, PRODUCT_LINE]) { ${ALL} }`).join(' ')} }`,
};

const ask = async (role: string, query: string) => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys[role]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const text = await answer.text();
  // What the role may not ask for is refused; nothing else goes wrong.
  for (const { extensions } of (JSON.parse(text) as Answer).errors ?? [])
    expect(
      ['FORBIDDEN', 'BAD_USER_INPUT', 'COST_LIMIT_EXCEEDED', 'RATE_LIMITED'],
      text.slice(0, 300),
    ).toContain(extensions?.code);
  if (role === 'admin') expect(text.slice(0, 200)).not.toContain('"errors"');
  return answer.status;
};

it('detects a blocked server', async () => {
  const stopped = await healthWhile(server, async () => {
    server.process.kill('SIGSTOP');
    await new Promise((done) => setTimeout(done, 1_000));
    server.process.kill('SIGCONT');
    await new Promise((done) => setTimeout(done, 100));
  });
  const idle = await healthWhile(server, () => new Promise((done) => setTimeout(done, 1_000)));
  expect(stopped.longest).toBeGreaterThan(3 * idle.longest);
});

it.each(Object.entries(SERIES))('a series blocks no other caller: %s', async (_, series) => {
  let status = 0;
  await expectUndisturbed(server, async () => {
    status = await ask('admin', `{ npsSeries(${series}) { ${ALL} } }`);
  });
  expect(status).toBe(200);
});

it.each(['admin', ...ROLES])('the most expensive operation blocks no other caller: %s', async (role) => {
  const statuses = new Set<number>();
  await expectUndisturbed(server, async () => {
    for (const query of [
      // Half of what a role with little to spend may ask for.
      `{ npsSeries(from: "2025-11-01T00:00:00Z", to: "2026-11-14T20:00:00Z", every: HOUR) { ${ALL} } }`,
      `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: nps(window: "P${i + 30}D", groupBy: [REGION, PRODUCT_LINE]) { ${ALL} }`).join(' ')} }`,
      '{ responses(first: 500) { edges { node { id comment score prediction { class } } } } }',
      `{ classify(texts: [${Array.from({ length: 20 }, () => JSON.stringify('It is slow. '.repeat(200))).join()}]) { class } }`,
      '{ auditLog(first: 500) { edges { node { at action } } } }',
    ])
      statuses.add(await ask(role, query));
  });
  for (const status of statuses) expect(status, role).toBeLessThan(500);
});

it.each(Object.entries(COMPILED))(
  'an answer of compiled code blocks no other caller: %s',
  async (_, query) => {
    await expectUndisturbed(server, async () => {
      for (let i = 0; i < 5; i++) expect(await ask('admin', query)).toBe(200);
    });
  },
);

const MOST = `{ npsSeries(${SERIES['hours of two years']}) { ${ALL} } }`;

it.each(transportsTo(() => server.url))('a large answer blocks no other caller over %s', async (_, send) => {
  await expectUndisturbed(server, async () => {
    const { data, errors } = await send(ADMIN_KEY, { query: MOST });
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).length).toBeGreaterThan(1_000_000);
  });
});

it.each(transportsTo(() => server.url))('introspection blocks no other caller over %s', async (_, send) => {
  await expectUndisturbed(server, async () => {
    for (let i = 0; i < 3; i++) {
      const { data, errors } = await send(ADMIN_KEY, { query: `${getIntrospectionQuery()} #${i}` });
      expect(errors).toBeUndefined();
      expect(data).toHaveProperty('__schema');
    }
  });
});

it('live updates of many groups block no other caller while responses arrive', async () => {
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  let updates = 0;
  const groups = ['[]', '[REGION]', '[REGION, PRODUCT_LINE]', '[PRODUCT_LINE, REGION, CHANNEL]'];
  for (let i = 0; i < 80; i++) {
    const query = `subscription { npsUpdates(window: "P${(i % 20) + 300}D", groupBy: ${groups[i % 4]}) { position row { ${ALL} } } }`;
    client.subscribe({ query }, { next: () => updates++, error: () => undefined, complete: () => undefined });
  }
  while (updates < 80) await sleep(50);
  let number = 0;
  try {
    await expectUndisturbed(server, async () => {
      const before = updates;
      for (let batch = 0; batch < 5; batch++) {
        const items = Array.from({ length: 40 }, () => ({
          externalId: `live${++number}`,
          source: 'web',
          answeredAt: new Date(Date.now() - number).toISOString(),
          score: number % 11,
          region: `R${number % 8}`,
          productLine: `P${number % 6}`,
        }));
        expect((await server.post('/ingest/responses', items)).status).toBe(202);
        await sleep(120);
      }
      while (updates <= before + 20) await sleep(20);
    });
  } finally {
    await client.dispose();
  }
});

it('a report blocks no other caller', async () => {
  const query = '{ nps(window: "P300D") { id } }';
  const { data } = await server.graphql<{ nps: readonly { id: string }[] }>(query);
  const path = `/reports/score/${encodeURIComponent(data.nps[0]?.id ?? '')}`;
  await expectUndisturbed(server, async () => {
    const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    await answer.text();
    expect(answer.status).toBe(200);
  });
});
