import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { patience } from '../fixtures/patience.ts';
import { ADMIN_KEY, type GraphqlAnswer, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const server = useServer({ ownPolicies: true });
beforeAll(async () => {
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
  it('is accepted under its role and attributes until it is revoked', async () => {
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
      '{ nps(window: "PT2H", groupBy: [REGION]) { region responses } }',
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

  it('expires by itself', async () => {
    const { key } = await create({
      name: 'brief',
      role: 'feed',
      expiresAt: new Date(Date.now() + patience(2_000)).toISOString(),
    });
    expect((await ask(key, '{ viewer { name } }')).status).toBe(200);
    await until(async () => (await ask(key, '{ viewer { name } }')).status === 401, 'it expires');
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
    [{ role: 'king' }, 'role: "king" is not a role here; there are admin, analyst'],
    [
      { attributes: { planet: ['Mars'] } },
      'attributes: "planet" is not a dimension here; there are productLine, region',
    ],
    [{ attributes: { region: [] } }, 'attributes.region: must be a list of values with at least one'],
    [{ attributes: { region: [7] } }, 'attributes.region: must be a list of values'],
    [{ attributes: ['Germany'] }, 'attributes: must be an object'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt: 2020-01-01T00:00:00.000Z is not in the future'],
    [{ name: '  ' }, 'name: must have 1 to 200 characters'],
  ])('is not created from %j', async (wrong, message) => {
    const { errors } = await ask(ADMIN_KEY, CREATE, { input: { name: 'wrong', role: 'analyst', ...wrong } });
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('is created, listed and revoked only by callers who may administer everything', async () => {
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

const SUBSCRIPTION = 'subscription { npsUpdates(window: "PT2H") { row { responses } } }';
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
    const state = { received: 0, ended: false, code: undefined as unknown };
    (client as ReturnType<typeof createSseClient>).subscribe(
      { query: SUBSCRIPTION },
      {
        next: ({ errors }) => {
          if (errors) state.code = errors[0]?.extensions?.code;
          else state.received += 1;
        },
        error: () => {
          state.ended = true;
        },
        complete: () => {
          state.ended = true;
        },
      },
    );
    await until(() => state.received > 0, 'the present row comes');
    return { isOver: () => state.ended || ended(), code: () => codes[0] ?? state.code };
  };

  it('ends within a second when its key is revoked', async () => {
    const { id, key } = await create({ name: 'live', role: 'feed' });
    const other = await create({ name: 'stays', role: 'feed' });
    const [stream, staying] = [await begin(key), await begin(other.key)];
    await revoke(id);
    await until(stream.isOver, 'it ends', 1_000);
    expect(stream.code()).toBe(name === 'SSE' ? 'UNAUTHENTICATED' : 4403);
    expect(staying.isOver(), 'others go on').toBe(false);
    await revoke(other.id);
    await until(staying.isOver, 'that ends too');
  });

  it('ends when the policies change what its key may see, and the change holds for what comes next', async () => {
    const { key } = await create({ name: 'live', role: 'feed' });
    const stream = await begin(key);
    const before = await ask<{ viewer: { policyVersion: string } }>(key, '{ viewer { policyVersion } }');
    const path = join(server.instance.dataDir, 'policies', 'roles.cedar');
    const text = readFileSync(path, 'utf8');
    const LIST = '{ responses { edges { node { score } } } }';
    type List = { responses: { edges: unknown[] } };
    expect((await ask<List>(key, LIST)).data.responses.edges).toEqual([]);
    try {
      writeFileSync(
        path,
        `${text}\npermit (principal in Role::"feed", action == Action::"readResponse", resource);`,
      );
      await until(stream.isOver, 'it ends');
      expect(stream.code()).toBe(name === 'SSE' ? 'POLICY_CHANGED' : 1012);
      expect((await ask<List>(key, LIST)).data.responses.edges).toHaveLength(16);
      writeFileSync(path, 'permit (');
      await until(() => server.output().includes('the change is not taken'), 'the mistake is logged');
      expect((await ask<List>(key, LIST)).data.responses.edges).toHaveLength(16);
    } finally {
      writeFileSync(path, text);
    }
    const version = async () =>
      (await ask<typeof before.data>(key, '{ viewer { policyVersion } }')).data.viewer.policyVersion;
    await until(async () => (await version()) === before.data.viewer.policyVersion, 'the old ones are back');
    expect((await ask<List>(key, LIST)).data.responses.edges).toEqual([]);
  });

  it('ends within a second when its key expires', async () => {
    const expiresAt = Date.now() + patience(3_000);
    const { key } = await create({
      name: 'brief',
      role: 'feed',
      expiresAt: new Date(expiresAt).toISOString(),
    });
    const stream = await begin(key);
    await until(stream.isOver, 'it ends', expiresAt - Date.now() + 1_000);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
  });
});

describe('a key that may submit into one segment', () => {
  const SUBMIT = `mutation ($input: [ResponseInput!]!) {
    submitResponses(input: $input) { accepted duplicates rejected { index code message } } }`;
  const item = (externalId: string, region: string, score: number, minutes: number) => ({
    externalId,
    source: 'shared',
    region,
    score,
    answeredAt: new Date(Date.now() - minutes * 60_000).toISOString(),
  });
  type Submitted = {
    submitResponses: { accepted: number; rejected: { index: number; code: string; message: string }[] };
  };

  it('stores nothing elsewhere, and replaces nothing elsewhere', async () => {
    const { key } = await create({
      name: 'shop Germany',
      role: 'collector',
      attributes: { region: ['Germany'] },
    });
    const submit = (by: string, ...input: object[]) => ask<Submitted>(by, SUBMIT, { input });
    const first = await submit(ADMIN_KEY, item('taken', 'Chile', 1, 30), item('here', 'Germany', 1, 30));
    expect(first.data.submitResponses.accepted).toBe(2);
    const { data } = await submit(
      key,
      item('mine', 'Germany', 9, 20),
      item('new', 'Chile', 9, 20),
      // A later answer under an id that lies in Chile, an earlier one, and one that claims to lie there.
      item('taken', 'Germany', 9, 20),
      item('taken', 'Germany', 9, 40),
      item('taken', 'Chile', 9, 20),
      item('here', 'Germany', 9, 20),
    );
    expect(data.submitResponses.accepted).toBe(1);
    const { rejected } = data.submitResponses;
    expect(rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
    const [elsewhere, later, earlier, claimed, here] = rejected.map(
      ({ code, message }) => `${code} ${message}`,
    );
    // By what was sent alone, whether or not there is an answer.
    expect(claimed).toBe(elsewhere);
    // Of a source that another one named first: the same wherever the answer lies.
    expect([later, earlier]).toEqual([here, here]);
    expect(new Set(rejected.map(({ code }) => code))).toEqual(new Set(['FORBIDDEN']));
    const kept = await ask<{ responses: { edges: { node: object }[] } }>(
      ADMIN_KEY,
      '{ responses(segment: { region: ["Chile"] }, first: 100) { edges { node { externalId score } } } }',
    );
    const nodes = kept.data.responses.edges.map(({ node }) => node);
    expect(nodes).toContainEqual({ externalId: 'taken', score: 1 });
    expect(nodes).not.toContainEqual(expect.objectContaining({ externalId: 'new' }));
    // It reads nothing, not even what it wrote.
    const own = await ask<{ responses: { edges: unknown[] }; nps: { responses: number }[] }>(
      key,
      '{ responses { edges { node { id } } } nps { responses } }',
    );
    expect(own.data).toEqual({ responses: { edges: [] }, nps: [{ responses: 0 }] });
  });
});

describe('what was made of all responses', () => {
  const QUERY = '{ modelVersions { label evaluation history { reason } trainingSets { examples } } }';
  type Versions = {
    modelVersions: { evaluation: object | null; history: object[]; trainingSets: object[] }[];
  };

  it.each([
    ['feed', {}, false],
    ['analyst', { region: ['Germany'] }, false],
    ['model-steward', { region: ['Germany'] }, false],
    ['model-steward', {}, true],
    ['auditor', {}, true],
  ])('is shown to %s %j: %s', async (role, attributes, shown) => {
    const { key } = await create({ name: role, role, attributes });
    const { data, extensions } = await ask<Versions>(key, QUERY);
    const [model] = data.modelVersions;
    expect(model?.evaluation !== null).toBe(shown);
    expect((model?.trainingSets.length ?? 0) > 0).toBe(shown);
    expect((model?.history.length ?? 0) > 0).toBe(shown);
    const masked = (extensions?.masked ?? []) as { path: unknown[] }[];
    expect(masked.map(({ path }) => path.join('.')).sort()).toEqual(
      shown ? [] : ['evaluation', 'history', 'trainingSets'].map((field) => `modelVersions.0.${field}`),
    );
  });

  it('the classifier itself is not for callers who see no predictions', async () => {
    const { key } = await create({ name: 'feed', role: 'feed' });
    const { errors } = await ask(key, '{ classify(texts: ["good"]) { promoter } }');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const { key: narrow } = await create({
      name: 'narrow',
      role: 'analyst',
      attributes: { region: ['Germany'] },
    });
    expect((await ask(narrow, '{ classify(texts: ["good"]) { promoter } }')).errors).toBeUndefined();
  });

  it.each([
    'mutation { trainModel(reason: "x") { id } }',
    'mutation { shadowModel(id: "ModelVersion:1", reason: "x") { id } }',
    'mutation { promoteModel(id: "ModelVersion:1", reason: "x") { id } }',
    'mutation { rollbackModel(reason: "x") { id } }',
  ])('is changed only by callers who manage models: %s', async (mutation) => {
    for (const [role, attributes] of [
      ['analyst', {}],
      ['auditor', {}],
      ['dpo', {}],
      ['model-steward', { region: ['Germany'] }],
    ] as const) {
      const { key } = await create({ name: role, role, attributes });
      expect((await ask(key, mutation)).errors?.[0]?.extensions.code, role).toBe('FORBIDDEN');
    }
  });
});
