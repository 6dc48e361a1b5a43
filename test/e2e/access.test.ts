import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  ADMIN_KEY,
  freshInstance,
  type GraphqlAnswer,
  type Instance,
  type RunningServer,
  startServer,
  until,
} from '../fixtures/server.ts';

let instance: Instance;
let server: RunningServer;
beforeAll(async () => {
  instance = await freshInstance();
  server = await startServer(instance);
  const at = new Date(Date.now() - 60_000).toISOString();
  const items = ['Germany', 'Chile'].flatMap((region) =>
    Array.from({ length: 8 }, (_, i) => ({
      externalId: `${region} ${i}`,
      answeredAt: at,
      score: 10 - i,
      region,
      comment: `said in ${region}`,
      respondent: `person ${i}`,
    })),
  );
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 16 });
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

const ask = async <T = Record<string, unknown>>(key: string, query: string, variables: object = {}) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as GraphqlAnswer<T>) };
};
const CREATE = 'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { id key } }';
const create = async (input: object): Promise<{ id: string; key: string }> => {
  const { data, errors } = await ask<{ createApiKey: { id: string; key: string } }>(ADMIN_KEY, CREATE, {
    input,
  });
  expect(errors).toBeUndefined();
  return data.createApiKey;
};
const revoke = (id: string) =>
  ask<{ revokeApiKey: boolean }>(ADMIN_KEY, 'mutation ($id: ID!) { revokeApiKey(id: $id) }', { id });

describe('an API key', () => {
  it('lets in under its role and attributes until it is revoked', async () => {
    const { id, key } = await create({
      name: 'BI Germany',
      role: 'analyst',
      attributes: { region: ['Germany'] },
    });
    expect(key).toMatch(/^sl_[\w-]{43}$/);
    const viewer = await ask(key, '{ viewer { name role policyVersion attributes } }');
    expect(viewer.data.viewer).toEqual({
      name: 'BI Germany',
      role: 'analyst',
      policyVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
      attributes: { region: ['Germany'] },
    });
    const seen = await ask<{ nps: { region: string; responses: number }[] }>(
      key,
      '{ nps(window: "PT1H", groupBy: [REGION]) { region responses } }',
    );
    expect(seen.data.nps).toEqual([{ region: 'Germany', responses: 8 }]);
    const list = await ask<{ responses: { edges: { node: object }[] } }>(
      key,
      '{ responses { edges { node { region comment respondent } } } }',
    );
    expect(list.data.responses.edges).toHaveLength(8);
    for (const { node } of list.data.responses.edges)
      expect(node).toEqual({ region: 'Germany', comment: 'said in Germany', respondent: null });

    expect((await revoke(id)).data.revokeApiKey).toBe(true);
    expect((await ask(key, '{ viewer { name } }')).status).toBe(401);
    expect((await revoke(id)).data.revokeApiKey).toBe(false);
    expect((await revoke('ApiKey:nothing')).data.revokeApiKey).toBe(false);
  });

  it('ends by itself when it expires', async () => {
    const { key } = await create({
      name: 'brief',
      role: 'feed',
      expiresAt: new Date(Date.now() + 900).toISOString(),
    });
    expect((await ask(key, '{ viewer { name } }')).status).toBe(200);
    await until(async () => (await ask(key, '{ viewer { name } }')).status === 401, 'it expires', 3_000);
  });

  it('is listed without the key, with when it was used', async () => {
    const { id, key } = await create({ name: 'listed', role: 'feed' });
    await ask(key, '{ viewer { name } }');
    type Listed = { apiKeys: { id: string; lastUsedAt: string | null }[] };
    const listed = async () => {
      const { data } = await ask<Listed>(
        ADMIN_KEY,
        '{ apiKeys { id name role attributes createdBy expiresAt lastUsedAt revokedAt } }',
      );
      return data.apiKeys.find((one) => one.id === id);
    };
    await until(async () => (await listed())?.lastUsedAt !== null, 'its use is recorded');
    expect(await listed()).toMatchObject({
      name: 'listed',
      role: 'feed',
      attributes: {},
      createdBy: 'admin',
      revokedAt: null,
    });
    const everything = JSON.stringify(await listed());
    expect(everything).not.toContain(key.slice(3));
  });

  it.each([
    [{ role: 'king' }, 'role: "king" is no role here; there are admin, analyst'],
    [
      { attributes: { planet: ['Mars'] } },
      'attributes: "planet" is no dimension here; there are productLine, region',
    ],
    [{ attributes: { region: [] } }, 'attributes.region: must be a list of values with at least one'],
    [{ attributes: { region: [7] } }, 'attributes.region: must be a list of values'],
    [{ attributes: ['Germany'] }, 'attributes: must be an object'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt: 2020-01-01T00:00:00.000Z is not in the future'],
    [{ name: '  ' }, 'name: must have 1 to 200 characters'],
  ])('is not made of %j', async (wrong, message) => {
    const { errors } = await ask(ADMIN_KEY, CREATE, { input: { name: 'wrong', role: 'analyst', ...wrong } });
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('is made, listed and revoked only by who may administer everything', async () => {
    const callers = [
      await create({ name: 'narrowed admin', role: 'admin', attributes: { region: ['Germany'] } }),
      ...(await Promise.all(
        ['analyst', 'segment-owner', 'model-steward', 'auditor', 'dpo', 'feed', 'collector'].map((role) =>
          create({ name: role, role }),
        ),
      )),
    ];
    const before = await ask<{ apiKeys: unknown[] }>(ADMIN_KEY, '{ apiKeys { id } }');
    for (const { id, key } of callers) {
      for (const [query, variables] of [
        [CREATE, { input: { name: 'mine', role: 'admin' } }],
        ['mutation ($id: ID!) { revokeApiKey(id: $id) }', { id }],
        ['{ apiKeys { id } }', {}],
      ] as const) {
        const { errors } = await ask(key, query, variables);
        expect(errors?.[0]?.extensions.code, query).toBe('FORBIDDEN');
      }
      const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
      expect(metrics.status).toBe(403);
    }
    const after = await ask<{ apiKeys: unknown[] }>(ADMIN_KEY, '{ apiKeys { id } }');
    expect(after.data.apiKeys).toHaveLength(before.data.apiKeys.length);
  });
});

const SUBSCRIPTION = 'subscription { npsUpdates(window: "PT1H") { row { responses } } }';
const streams = {
  WebSocket: (key: string) => {
    const closed: number[] = [];
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${key}` },
      on: { closed: (event) => closed.push((event as { code: number }).code) },
    });
    return { client, ended: () => closed.length > 0, codes: closed };
  },
  SSE: (key: string) => {
    const codes: string[] = [];
    const client = createSseClient({
      url: `${server.url}/graphql`,
      retryAttempts: 0,
      headers: { authorization: `Bearer ${key}` },
    });
    return { client, ended: () => false, codes };
  },
};

describe.each(Object.entries(streams))('a subscription over %s', (name, connect) => {
  const begin = async (key: string) => {
    const { client, ended, codes } = connect(key);
    const state = { told: 0, ended: false, code: undefined as unknown };
    (client as ReturnType<typeof createSseClient>).subscribe(
      { query: SUBSCRIPTION },
      {
        next: ({ errors }) => {
          if (errors) state.code = errors[0]?.extensions?.code;
          else state.told += 1;
        },
        error: () => {
          state.ended = true;
        },
        complete: () => {
          state.ended = true;
        },
      },
    );
    await until(() => state.told > 0, 'the present row comes');
    return { isOver: () => state.ended || ended(), code: () => codes[0] ?? state.code };
  };

  it('ends within a second when its key is revoked', async () => {
    const { id, key } = await create({ name: 'live', role: 'feed' });
    const other = await create({ name: 'stays', role: 'feed' });
    const [stream, staying] = [await begin(key), await begin(other.key)];
    const began = performance.now();
    await revoke(id);
    await until(stream.isOver, 'it ends', 1_000);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(stream.code()).toBe(name === 'SSE' ? 'UNAUTHENTICATED' : 4403);
    expect(staying.isOver(), 'others go on').toBe(false);
    await revoke(other.id);
    await until(staying.isOver, 'that ends too');
  });

  it('ends within a second when its key expires', async () => {
    const expiresAt = Date.now() + 1_500;
    const { key } = await create({
      name: 'brief',
      role: 'feed',
      expiresAt: new Date(expiresAt).toISOString(),
    });
    const stream = await begin(key);
    await until(stream.isOver, 'it ends', 5_000);
    expect(Date.now()).toBeLessThan(expiresAt + 1_000);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
  });
});
