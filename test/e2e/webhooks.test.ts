import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTORS } from '../../ingestion/webhooks/registry.ts';
import type { VendorFixtures } from '../../ingestion/webhooks/vendor-fixtures.ts';
import { appsScript, type FormAnswer } from '../fixtures/apps-script.ts';
import { HOSTILE } from '../fixtures/hostile-values.ts';
import {
  ADMIN_KEY,
  freshInstance,
  type GraphqlAnswer,
  type Instance,
  type RunningServer,
  startServer,
  until,
} from '../fixtures/server.ts';

/* Signed deliveries to a real server: what every vendor's connection does, and how connections are made, rotated and removed. */

let instance: Instance;
let server: RunningServer;
const made: string[] = [];
beforeAll(async () => {
  instance = await freshInstance({ SCORELINE_ROLES: 'api,ingest' });
  server = await startServer(instance);
});
afterAll(async () => {
  const { output } = (await server?.stop()) ?? { output: '' };
  instance?.remove();
  for (const secret of made) expect(output).not.toContain(secret.replace('whsec_', ''));
});

interface Listed {
  readonly id: string;
  readonly path: string;
  readonly [field: string]: unknown;
}
const FIELDS = `id connector name path segment sources mapping createdBy rotatedAt formerSecretUntil lastDeliveryAt deliveries accepted
  duplicates rejected ignored lastError lastErrorAt lastRefusal lastRefusedAt fetching { waiting hasKey }`;
const ask = async <T>(key: string, query: string, variables: object = {}) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer<T>;
};
type Made = { connection: Listed; secret: string };
const CREATE = `mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { ${FIELDS} } secret } }`;
const tryCreate = (input: object, key = ADMIN_KEY) => ask<{ createConnection: Made }>(key, CREATE, { input });
const create = async (input: object, key = ADMIN_KEY): Promise<Made> => {
  const { data, errors } = await tryCreate(input, key);
  expect(errors).toBeUndefined();
  made.push(data.createConnection.secret);
  return data.createConnection;
};
const ROTATE = `mutation ($id: ID!, $secret: String, $hours: Int! = 24) {
  rotateConnection(id: $id, secret: $secret, acceptFormerHours: $hours) { connection { ${FIELDS} } secret } }`;
const rotate = async (id: string, variables: object = {}) => {
  const { data, errors } = await ask<{ rotateConnection: Made }>(ADMIN_KEY, ROTATE, { id, ...variables });
  expect(errors).toBeUndefined();
  made.push(data.rotateConnection.secret);
  return data.rotateConnection;
};
const remove = async (id: string, key = ADMIN_KEY) =>
  (await ask<{ removeConnection: boolean }>(key, 'mutation ($id: ID!) { removeConnection(id: $id) }', { id }))
    .data.removeConnection;
const list = async (key = ADMIN_KEY) =>
  (await ask<{ connections: Listed[] }>(key, `{ connections { ${FIELDS} } }`)).data.connections;
const listed = async (id: string) => (await list()).find((one) => one.id === id);

/** What a message may not contain: control and formatting characters, and halves of characters. */
const UNCLEAN = /(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;
const waitingOf = async (id: string) => {
  const { data } = await ask<{ connections: { id: string; waiting: number }[] }>(
    ADMIN_KEY,
    '{ connections { id waiting } }',
  );
  return data.connections.find((one) => one.id === id)?.waiting;
};

const post = (path: string, body: string | Buffer, headers: Record<string, string>) =>
  fetch(`${server.url}${path}`, { method: 'POST', body, headers });
const canonical = async () =>
  ((await import('../../ingestion/webhooks/vendors/canonical.fixtures.ts')) as { fixtures: VendorFixtures })
    .fixtures;
/** Posts a body as the sender of a canonical connection signs it. */
const deliver = async (
  path: string,
  secret: string,
  items: unknown,
  options: { id?: string; at?: number } = {},
) => {
  const { id = `msg_${randomUUID()}`, at = Date.now() } = options;
  const raw = Buffer.from(typeof items === 'string' ? items : JSON.stringify(items));
  return post(path, raw, (await canonical()).sign(raw, secret, at, id, `${server.url}${path}`));
};
const item = (externalId: string, more: object = {}) => ({
  externalId,
  answeredAt: '2026-03-01T09:30:00Z',
  score: 9,
  source: `source of ${externalId.split(' ')[0]}`,
  ...more,
});

it('what cannot be stored waits in the quarantine, and is stored once the mapping is right', async () => {
  const { fixtures } = (await import('../../ingestion/webhooks/vendors/formbricks.fixtures.ts')) as {
    fixtures: VendorFixtures;
  };
  const { secret } = fixtures;
  const right = { ...(fixtures.mapping as object), source: 'waits' };
  const mapping = { ...right, score: { column: 'data.nps', scale: '1-5' } };
  const { connection } = await create({ connector: 'formbricks', name: 'waits', mapping, secret });
  const body = fixtures.deliveries[0]?.body ?? '';
  const at = Date.now();
  const url = `${server.url}${connection.path}`;
  const sent = await post(connection.path, body, fixtures.sign(Buffer.from(body), secret, at, 'w1', url));
  expect(sent.status).toBe(202);
  type Waiting = { id: string; reason: string; status: string };
  const waiting = async (filter = {}) => {
    const query = `query ($filter: QuarantineFilter) { connections(first: 100) { id quarantine(filter: $filter) { reasons { reason count }
      edges { node { id status reason code field advice position bytes receivedAt attempts expiresAt } } pageInfo { hasNextPage } } } }`;
    const { data, errors } = await ask<{
      connections: { id: string; quarantine: { reasons: object[]; edges: { node: Waiting }[] } }[];
    }>(ADMIN_KEY, query, { filter });
    expect(errors, JSON.stringify(errors)).toBeUndefined();
    return data.connections.find(({ id }) => id === connection.id)?.quarantine;
  };
  const listed = await waiting({ statuses: ['WAITING'], fields: ['score'] });
  expect(listed?.reasons).toEqual([{ reason: 'VALUE', count: 1 }]);
  const node = listed?.edges[0]?.node;
  expect(node).toMatchObject({ status: 'WAITING', code: 'OUT_OF_SCALE', field: 'score', attempts: 0 });
  expect(await waiting({ reasons: ['BODY'] })).toMatchObject({ edges: [] });
  const content = 'query ($item: ID!) { quarantinedContent(item: $item) }';
  const read = await ask<{ quarantinedContent: string }>(ADMIN_KEY, content, { item: node?.id });
  expect(read.data.quarantinedContent).toContain('user-7');

  const change =
    'mutation ($id: ID!, $mapping: JSON!) { changeConnectionMapping(id: $id, mapping: $mapping) { mapping } }';
  const changed = await ask(ADMIN_KEY, change, { id: connection.id, mapping: right });
  expect(changed.data).toEqual({ changeConnectionMapping: { mapping: right } });
  const replay = `mutation ($connection: ID!, $ids: [ID!]) { replayQuarantined(connection: $connection, ids: $ids) { replayed failed remaining } }`;
  const replayed = await ask(ADMIN_KEY, replay, { connection: connection.id, ids: [node?.id] });
  expect(replayed.data).toEqual({ replayQuarantined: { replayed: 1, failed: 0, remaining: 0 } });
  expect(await waiting()).toMatchObject({ reasons: [], edges: [{ node: { status: 'REPLAYED' } }] });
  expect((await ask(ADMIN_KEY, content, { item: node?.id })).data).toEqual({ quarantinedContent: null });
  const discard = 'mutation ($connection: ID!) { discardQuarantined(connection: $connection) }';
  expect((await ask(ADMIN_KEY, discard, { connection: connection.id })).data).toEqual({
    discardQuarantined: 0,
  });
  const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  expect(await metrics.text()).toContain('scoreline_quarantined');
  const log = '{ auditLog(first: 20) { edges { node { action } } } }';
  const actions = JSON.stringify((await ask(ADMIN_KEY, log)).data);
  for (const action of ['replayQuarantined', 'changeConnectionMapping', 'discardQuarantined'])
    expect(actions).toContain(action);
});

it('hostile values in what is asked of the quarantine are answered by a sentence, and nothing is discarded', async () => {
  const { connection, secret } = await create({ connector: 'canonical', name: 'asked', mapping: {} });
  expect((await deliver(connection.path, secret, [item('asked', { score: 99 })])).status).toBe(202);
  const shown = `id quarantine(filter: $filter, first: $first, after: $after) { edges { node { id } } }`;
  const list = `query ($filter: QuarantineFilter, $first: Int! = 50, $after: ID) { connections { ${shown} } }`;
  const args = 'connection: $connection, ids: $ids, filter: $filter';
  const change = (name: string, rest = '') =>
    `mutation ($connection: ID!, $ids: [ID!], $filter: QuarantineFilter) { ${name}(${args}) ${rest} }`;
  const asked: [string, object][] = HOSTILE.flatMap((value) => {
    const filters = [{ fields: [value] }, { from: value }, { to: value }, { statuses: [value] }, value];
    const own = { connection: connection.id };
    return [
      ...filters.map((filter): [string, object] => [list, { filter }]),
      [list, { first: value }],
      [list, { after: typeof value === 'string' ? value : JSON.stringify(value) }],
      [list, { after: `QuarantinedItem:${value}` }],
      [change('discardQuarantined'), { ...own, ids: [value] }],
      [change('discardQuarantined'), { ...own, filter: { fields: [value] } }],
      [change('replayQuarantined', '{ replayed }'), { ...own, filter: { fields: [value] } }],
    ];
  });
  const found = new Set<string>();
  for (const [query, variables] of asked) {
    const { errors = [] } = await ask(ADMIN_KEY, query, variables);
    for (const { message, extensions } of errors as { message: string; extensions?: { code?: string } }[])
      if (extensions?.code === 'INTERNAL_SERVER_ERROR' || message.length > 600 || UNCLEAN.test(message))
        found.add(`${JSON.stringify(variables).slice(0, 80)}: ${message.slice(0, 200)}`);
  }
  expect([...found]).toEqual([]);
  expect(await waitingOf(connection.id)).toBe(1);
});

describe.each([...CONNECTORS.keys()])('deliveries of %s', (connector) => {
  let fixtures: VendorFixtures;
  let connection: Listed;
  beforeAll(async () => {
    fixtures = (
      (await import(`../../ingestion/webhooks/vendors/${connector}.fixtures.ts`)) as {
        fixtures: VendorFixtures;
      }
    ).fixtures;
    const { mapping, secret } = fixtures;
    ({ connection } = await create({ connector, name: `the ${connector}`, mapping, secret }));
  });
  const send = (
    body: string,
    { id = randomUUID() as string, secret = fixtures.secret, at = Date.now() } = {},
  ) => {
    const raw = fixtures.seal?.(Buffer.from(body), secret) ?? Buffer.from(body);
    return post(connection.path, raw, signed(raw, secret, at, id));
  };
  const signed = (raw: Buffer, secret: string, at: number, id: string) =>
    fixtures.sign(raw, secret, at, id, `${server.url}${connection.path}`);
  /** Checks what a delivery is answered with: what became of its items, or what the vendor expects instead. */
  const answers = async (answer: Response, expected: object, what?: string) => {
    const { answer: own } = CONNECTORS.get(connector) ?? {};
    expect(answer.status, what).toBe(own ? 200 : 202);
    if (own) expect([answer.headers.get('content-type'), await answer.text()]).toEqual([own.type, own.body]);
    else expect(await answer.json(), what).toMatchObject(expected);
  };

  it('are stored, counted and shown', async () => {
    expect(connection).toMatchObject({ deliveries: 0, lastDeliveryAt: null, mapping: fixtures.mapping });
    const sums = { accepted: 0, duplicates: 0, rejected: 0, ignored: 0 };
    for (const { what, body, after = 0, answer: announced, ...counts } of fixtures.deliveries) {
      // What is only announced waits: this connection has no key of the vendor.
      const { accepted, ignored = 0, stale = 0, ...rest } = announced ? { accepted: 0 } : counts;
      const { duplicates = 0, rejected = 0 }: Partial<typeof counts> = rest;
      const answer = await send(body, { at: Date.now() + after * 1_000 });
      await answers(answer, { accepted, duplicates, rejectedTotal: rejected + stale, ignored }, what);
      sums.accepted += accepted;
      sums.duplicates += duplicates + stale;
      sums.rejected += rejected;
      sums.ignored += ignored;
    }
    const after = await listed(connection.id);
    expect(after).toMatchObject({ deliveries: fixtures.deliveries.length, ...sums, lastRefusal: null });
    expect(Date.parse(String(after?.lastDeliveryAt))).toBeGreaterThan(Date.now() - 10 * 60_000);
    expect(after?.lastError === null).toBe(sums.rejected === 0);
    const announced = fixtures.deliveries.filter(({ answer }) => answer);
    const fetching = CONNECTORS.get(connector)?.fetch ? { waiting: announced.length, hasKey: false } : null;
    if (fetching) expect(after?.fetching).toEqual(fetching);
    else expect(after?.fetching).toBeNull();
  });

  it('are taken once by their id, also where they are sent with a new timestamp', async () => {
    if (fixtures.deliveryId === 'none') return;
    const [first] = fixtures.deliveries;
    const body = first?.body ?? '';
    const id = randomUUID();
    const before = Number((await listed(connection.id))?.deliveries);
    const isInBody = fixtures.deliveryId === 'body';
    if (!isInBody) expect(await (await send(body, { id })).json()).not.toHaveProperty('repeated');
    const again = { repeated: true, accepted: 0, duplicates: 0, rejectedTotal: 0 };
    await answers(await send(body, { id, at: Date.now() + 1_000 }), again);
    expect((await listed(connection.id))?.deliveries).toBe(isInBody ? before : before + 1);
    if (!isInBody) expect(await (await send(body)).json()).not.toHaveProperty('repeated');
  });

  it('are refused alike: a wrong key, a changed body, an old one, none at all, and an unknown connection', async () => {
    const [first] = fixtures.deliveries;
    const body = first?.body ?? '';
    // A signature in the body is made for another body here.
    const headers = signed(Buffer.from(body), fixtures.secret, Date.now(), 'x');
    const seen = async (answer: Response) => {
      const { 'x-request-id': _id, date: _date, ...kept } = Object.fromEntries(answer.headers);
      return { status: answer.status, headers: kept, body: await answer.json() };
    };
    const wrong = await seen(await send(body, { secret: fixtures.otherSecret }));
    expect(wrong).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    const elsewhere = connection.path.replace(/[^/]+$/, randomUUID());
    const others = [
      ...(fixtures.signsBody === false ? [] : [post(connection.path, `${body} `, headers)]),
      post(connection.path, body, {}),
      post(connection.path, '', {}),
      post(elsewhere, body, headers),
      post(elsewhere, '', {}),
      post(`/ingest/${connector}/nothing`, body, headers),
      post(`/ingest/nothing/${connection.path.split('/').at(-1)}`, body, headers),
      ...(fixtures.hasTimestamp ? [send(body, { at: Date.now() - 10 * 60_000 })] : []),
    ];
    for (const other of others) expect(await seen(await other)).toEqual(wrong);
    await until(async () => (await listed(connection.id))?.lastRefusal !== null, 'the refusal is shown');
  });

  it('that cannot be read are taken, rejected and counted', async () => {
    const before = await listed(connection.id);
    const answer = await send('{ this is not JSON');
    await answers(answer, { accepted: 0, rejectedTotal: 1, rejected: [{ code: 'INVALID' }] });
    if (fixtures.missing.answer) return;
    await answers(await send(fixtures.missing.body), {
      rejected: [{ code: fixtures.missing.code, message: expect.stringContaining(fixtures.missing.field) }],
    });
    expect(await listed(connection.id)).toMatchObject({
      rejected: Number(before?.rejected) + 2,
      lastError: `${fixtures.missing.code}: ${fixtures.missing.field}`,
    });
  });

  it('are refused where they are too large, before they are read', async () => {
    const large = Buffer.alloc(1024 * 1024 + 1, 0x20);
    const headers = signed(large, fixtures.secret, Date.now(), 'large');
    const answer = await post(connection.path, large, headers);
    expect(answer.status).toBe(413);
    const refused = await answer.text();
    expect(refused).toContain('TOO_LARGE');
    expect(refused).toContain('this path takes at most 1048576 bytes');
    const status = await new Promise((done, fail) => {
      const sent = httpRequest(`${server.url}${connection.path}`, { method: 'POST', headers }, (response) => {
        response.resume();
        done(response.statusCode);
      });
      sent.once('error', fail);
      for (let i = 0; i < 17; i++) sent.write(Buffer.alloc(64 * 1024, 0x20));
      sent.end();
    });
    expect(status).toBe(413);
  });
});

it('HEAD of any path of a connection is answered alike, for vendors that ask for an address before they use it', async () => {
  const { connection } = await create({ connector: 'canonical', name: 'asked', mapping: {} });
  for (const path of [connection.path, '/ingest/intercom/nothing', '/ingest/nothing/nothing']) {
    const answer = await fetch(`${server.url}${path}`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  }
  expect(await listed(connection.id)).toMatchObject({ deliveries: 0, lastRefusal: null });
});

describe('a connection', () => {
  const canonicalInput = (more: object = {}) => ({
    connector: 'canonical',
    name: 'own',
    mapping: {},
    ...more,
  });

  it('has a secret of its own, which is shown once', async () => {
    const one = await create(canonicalInput({ name: '  own  ' }));
    const two = await create(canonicalInput());
    expect(one.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(one.secret).not.toBe(two.secret);
    expect(one.connection.path).toMatch(/^\/ingest\/canonical\/[0-9a-f-]{36}$/);
    expect(one.connection).toMatchObject({ name: 'own', createdBy: 'admin', segment: {}, sources: null });
    expect((await deliver(one.connection.path, two.secret, item('h 1'))).status).toBe(401);
    expect((await deliver(one.connection.path, one.secret, item('h 1'))).status).toBe(202);
    expect(JSON.stringify(await list())).not.toContain('whsec');
    const { data } = await ask<{ node: object }>(
      ADMIN_KEY,
      '{ node(id: "ID") { id ... on Connection { name path } } }'.replace('ID', one.connection.id),
    );
    expect(data.node).toEqual({ id: one.connection.id, name: 'own', path: one.connection.path });
  });

  it('is listed in pages', async () => {
    const all = (await list()).map(({ id }) => id);
    const pages: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await ask<{ connections: Listed[] }>(
        ADMIN_KEY,
        'query ($after: ID) { connections(first: 2, after: $after) { id } }',
        { after },
      );
      pages.push(...data.connections.map(({ id }) => id));
      if (data.connections.length < 2) break;
      after = pages.at(-1) ?? null;
    }
    expect(pages).toEqual(all);
  });

  it('cannot be made of what is wrong, and the answer says what is right', async () => {
    const wrong: [object, string, string][] = [
      [{ connector: 'nothing' }, 'BAD_USER_INPUT', 'there are canonical'],
      [{ name: ' ' }, 'BAD_USER_INPUT', 'name'],
      [{ secret: 'hunter2' }, 'BAD_USER_INPUT', 'secret: must be'],
      [{ mapping: { score: 1 } }, 'BAD_USER_INPUT', 'mapping'],
      [{ segment: { region: [] } }, 'BAD_USER_INPUT', 'segment.region'],
      [{ sources: [] }, 'BAD_USER_INPUT', 'sources'],
    ];
    for (const [input, code, message] of wrong) {
      const { errors } = await tryCreate(canonicalInput(input));
      expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code } }]);
      expect(JSON.stringify(errors)).not.toContain('hunter2');
    }
  });

  it('accepts the former secret beside a new one for a while, and a secret of the vendor', async () => {
    const { connection, secret } = await create(canonicalInput());
    const { path, id } = connection;
    const next = await rotate(id);
    expect(next.secret).not.toBe(secret);
    expect(Date.parse(String(next.connection.formerSecretUntil))).toBeGreaterThan(
      Date.now() + 23 * 3_600_000,
    );
    for (const one of [secret, next.secret]) expect((await deliver(path, one, item('r 1'))).status).toBe(202);
    // Of three secrets the oldest is out.
    const { secret: vendors } = await canonical();
    expect((await rotate(id, { secret: vendors, hours: 1 })).secret).toBe(vendors);
    expect((await deliver(path, secret, item('r 1'))).status).toBe(401);
    // The answer was lost and the request comes again: the vendor may still sign with the former secret.
    const again = await rotate(id, { secret: vendors, hours: 1 });
    expect(Date.parse(String(again.connection.formerSecretUntil))).toBeGreaterThan(Date.now());
    for (const one of [next.secret, vendors])
      expect((await deliver(path, one, item('r 1'))).status).toBe(202);
    const ended = await rotate(id, { secret: vendors, hours: 0 });
    expect(ended.connection.formerSecretUntil).toBeNull();
    expect((await deliver(path, next.secret, item('r 1'))).status).toBe(401);
    // What has ended does not begin again.
    expect((await rotate(id, { secret: vendors, hours: 1 })).connection.formerSecretUntil).toBeNull();
    expect((await deliver(path, next.secret, item('r 1'))).status).toBe(401);
    const last = await rotate(id, { hours: 0 });
    expect(last.connection.formerSecretUntil).toBeNull();
    expect((await deliver(path, vendors, item('r 1'))).status).toBe(401);
    expect((await deliver(path, last.secret, item('r 1'))).status).toBe(202);
  });

  it('is refused at once when it is removed, and what it delivered stays', async () => {
    const { connection, secret } = await create(canonicalInput());
    expect(await (await deliver(connection.path, secret, item('gone 1'))).json()).toMatchObject({
      accepted: 1,
    });
    expect(await remove(connection.id)).toBe(true);
    expect((await deliver(connection.path, secret, item('gone 2'))).status).toBe(401);
    expect(await remove(connection.id)).toBe(false);
    expect(await listed(connection.id)).toBeUndefined();
    const { data } = await ask<{ node: object | null }>(ADMIN_KEY, `{ node(id: "${connection.id}") { id } }`);
    expect(data.node).toBeNull();
    const { errors } = await ask(ADMIN_KEY, ROTATE, { id: connection.id });
    expect(errors).toMatchObject([{ message: expect.stringContaining('no connection of that id') }]);
    expect(
      await (await server.post('/ingest/responses', item('gone 1', { source: 'source of gone' }))).json(),
    ).toMatchObject({
      duplicates: 1,
    });
  });

  it('submits within its segment and its sources only', async () => {
    const { connection, secret } = await create(
      canonicalInput({ segment: { region: ['Germany'] }, sources: ['app'] }),
    );
    expect(connection).toMatchObject({ segment: { region: ['Germany'] }, sources: ['app'] });
    const answer = await deliver(connection.path, secret, [
      item('s 1', { source: 'app', region: 'Germany' }),
      item('s 2', { source: 'app', region: 'Chile' }),
      item('s 3', { source: 'app' }),
      item('s 4', { source: 'web', region: 'Germany' }),
    ]);
    expect(await answer.json()).toMatchObject({
      accepted: 1,
      rejected: [1, 2, 3].map((index) => ({ index, code: 'FORBIDDEN' })),
    });
  });

  it('redacts, pseudonymises and shows where an answer came from, as every other endpoint does', async () => {
    const { connection, secret } = await create(canonicalInput());
    const said = { respondent: 'ada@example.com', comment: 'write to ada@example.com', region: 'Privacy' };
    await deliver(connection.path, secret, item('p 1', said), { id: 'msg_privacy' });
    const { data } = await ask<{
      responses: { edges: { node: { id: string; comment: string; respondent: string } }[] };
    }>(
      ADMIN_KEY,
      '{ responses(segment: { region: ["Privacy"] }) { edges { node { id comment respondent } } } }',
    );
    const [edge] = data.responses.edges;
    expect(edge?.node.comment).not.toContain('ada@');
    expect(edge?.node.respondent).toMatch(/^p1_/);
    const trace = await ask(ADMIN_KEY, 'query ($id: ID!) { trace(id: $id) { nodes { kind label } } }', {
      id: edge?.node.id,
    });
    const text = JSON.stringify(trace.data);
    expect(text).toContain('canonical delivery msg_privacy item 0');
    // The path is for the vendor alone.
    expect(text).not.toContain(connection.path.split('/').at(-1));
  });

  it('is in the audit log when it is made, rotated and removed, and when it submits what it may not, without its secret', async () => {
    const { connection, secret } = await create(canonicalInput({ segment: { region: ['Peru'] } }));
    const next = await rotate(connection.id, { hours: 0 });
    await deliver(connection.path, next.secret, item('a 1', { region: 'Chile' }));
    await remove(connection.id);
    const response = await fetch(`${server.url}/audit/export`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const text = await response.text();
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { action: string; actor: string; subject: { key?: string } })
      .filter(({ subject, actor }) => subject.key === connection.id || actor === connection.id);
    expect(rows.map(({ action }) => action)).toEqual([
      'createConnection',
      'rotateConnection',
      'ingest',
      'removeConnection',
    ]);
    for (const one of [secret, next.secret]) expect(text).not.toContain(one.slice(8));
  });

  it('is created, seen, rotated and removed by callers who may administer what it is limited to', async () => {
    const key = async (role: string, attributes: object | null) => {
      const { data } = await ask<{ createApiKey: { key: string } }>(
        ADMIN_KEY,
        'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
        { input: { name: role, role, attributes } },
      );
      return data.createApiKey.key;
    };
    const nordic = await key('admin', { region: ['Norway', 'Sweden'] });
    const whole = await create(canonicalInput());
    const own = await create(canonicalInput({ name: 'nordic' }), nordic);
    expect(own.connection.segment).toEqual({ region: ['Norway', 'Sweden'] });
    const part = await create(canonicalInput({ segment: { region: ['Sweden'], channel: ['web'] } }), nordic);
    const beyond = await tryCreate(canonicalInput({ segment: { region: ['Sweden', 'Chile'] } }), nordic);
    expect(beyond.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await list(nordic)).map(({ id }) => id)).toEqual([own.connection.id, part.connection.id]);
    const hidden = await ask<{ node: null }>(nordic, `{ node(id: "${whole.connection.id}") { id } }`);
    expect(hidden.data.node).toBeNull();
    expect(await remove(whole.connection.id, nordic)).toBe(false);
    expect((await ask(nordic, ROTATE, { id: whole.connection.id })).errors).toHaveLength(1);
    expect(await remove(part.connection.id, nordic)).toBe(true);
    // Which folder of the server it reads is not for the segment to say.
    const map = { source: 'files', survey: { name: 'nps', version: '1' }, externalId: 'id' };
    const mapping = (folder: string) => ({
      folder,
      map: { ...map, answeredAt: { column: 'at' }, score: { column: 'score', scale: '0-10' } },
    });
    const files = await create({
      ...{ connector: 'folder', name: 'files', segment: { region: ['Sweden'] }, mapping: mapping('swedish') },
    });
    const moved = await ask(
      nordic,
      'mutation ($id: ID!, $mapping: JSON!) { changeConnectionMapping(id: $id, mapping: $mapping) { mapping } }',
      { id: files.connection.id, mapping: mapping('payroll') },
    );
    expect(moved.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await listed(files.connection.id)).toMatchObject({ mapping: mapping('swedish') });
    expect(await remove(files.connection.id, nordic)).toBe(true);
    for (const role of ['analyst', 'collector', 'auditor', 'feed']) {
      const other = await key(role, null);
      for (const query of [
        '{ connections { id } }',
        `mutation { removeConnection(id: "${own.connection.id}") }`,
      ])
        expect((await ask(other, query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect((await tryCreate(canonicalInput(), other)).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
  });

  it('takes what the page of the connector sends by curl', async (test) => {
    const tools = spawnSync('sh', ['-c', 'curl --version && openssl version']);
    if (tools.status !== 0) test.skip('curl or openssl is not installed here');
    const page = readFileSync(new URL('../../docs/connectors/standard-webhooks.md', import.meta.url), 'utf8');
    const script = /```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const { connection, secret } = await create(canonicalInput());
    const env = { PATH: process.env.PATH, URL: `${server.url}${connection.path}`, SECRET: secret };
    const answer = execFileSync('sh', ['-euc', script], { env, encoding: 'utf8' });
    expect(JSON.parse(answer)).toMatchObject({ accepted: 1, rejectedTotal: 0 });
  });

  it('takes what the script of a form at Google sends, whose edited answers replace earlier ones', async () => {
    const page = readFileSync(new URL('../../docs/connectors/google-forms.md', import.meta.url), 'utf8');
    const input = /createConnection\(input: (\{[\s\S]*?\})\) \{ connection/.exec(page)?.[1] ?? '';
    const { data } = await ask<{ createConnection: Made }>(
      ADMIN_KEY,
      `mutation { createConnection(input: ${input}) { connection { id path } secret } }`,
    );
    const { connection, secret } = data.createConnection;
    made.push(secret);
    const source = (/```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '').replace(
      /https:.*CONNECTION/,
      `${server.url}${connection.path}`,
    );
    const answer = (id: string, at: string, score: string): FormAnswer => ({
      id,
      at: new Date(at),
      given: {
        'How likely are you to recommend us to a friend?': score,
        'What is the main reason?': 'schnell \u{1f600}',
        'Where do you live?': 'Germany',
        'May we call you?': 'no',
      },
    });
    const first = answer('2_ABaOnud0', '2026-03-30T09:00:00Z', '9');
    const second = answer('2_ABaOnud1', '2026-03-31T10:00:00Z', '10');
    const { script, triggers, eventOf, slept } = appsScript(source, secret, [first, second]);
    script.install();
    expect(triggers).toEqual(['onAnswer']);
    script.onAnswer(eventOf(first));
    script.sendAll();
    expect(await listed(connection.id)).toMatchObject({
      deliveries: 2,
      accepted: 2,
      duplicates: 1,
      rejected: 0,
    });
    script.onAnswer(eventOf(answer(first.id, '2026-04-01T08:00:00Z', '3')));
    const { data: stored } = await ask<{ responses: { edges: { node: object }[] } }>(
      ADMIN_KEY,
      '{ responses(sources: ["google-forms"]) { edges { node { score comment region } } } }',
    );
    expect(stored.responses.edges.map(({ node }) => node)).toEqual([
      expect.objectContaining({ score: 3, comment: 'schnell \u{1f600}', region: 'Germany' }),
      expect.objectContaining({ score: 10 }),
    ]);
    expect(slept).toEqual([]);
    const { script: stranger } = appsScript(source, `whsec_${'A'.repeat(32)}`, [first]);
    expect(() => stranger.sendAll()).toThrow(/Scoreline answered 401/);
  });
});

describe('outcomes', () => {
  it('that a connection brings are stored once with its name, beside answers of the same connection', async () => {
    const { fixtures } = (await import('../../ingestion/webhooks/vendors/zendesk.fixtures.ts')) as {
      fixtures: VendorFixtures;
    };
    const { mapping, secret } = fixtures;
    const input = { connector: 'zendesk', name: 'both', mapping: { ...(mapping as object), source: 'both' } };
    const { connection } = await create({ ...input, secret });
    for (const [i, { body }] of fixtures.deliveries.entries()) {
      const raw = Buffer.from(body);
      const headers = fixtures.sign(raw, secret, Date.now(), `both-${i}`, `${server.url}${connection.path}`);
      expect((await post(connection.path, raw, headers)).status).toBe(202);
    }
    type Node = { id: string; kind: string; source: string; externalId: string; account: string | null };
    const { data } = await ask<{ outcomes: { edges: { node: Node }[] } }>(
      ADMIN_KEY,
      '{ outcomes(outcomeKinds: [TICKET_OPENED, TICKET_SOLVED]) { edges { node { id kind source externalId account } } } }',
    );
    const own = data.outcomes.edges.map(({ node }) => node).filter(({ source }) => source === 'both');
    // What was solved was opened again; the earlier solution, which arrived last, changed nothing.
    expect(own).toHaveLength(3);
    expect(Object.fromEntries(own.map(({ externalId, kind }) => [externalId, kind]))).toEqual({
      '35450': 'TICKET_OPENED',
      '35450 solved': 'TICKET_OPENED',
      '35451': 'TICKET_OPENED',
    });
    expect(own.find(({ externalId }) => externalId === '35450')?.account).toMatch(/^a1_/);
    const { data: seen } = await ask<{ responses: { edges: { node: { id: string } }[] } }>(
      ADMIN_KEY,
      '{ responses(from: "2026-02-25T00:00:00Z", to: "2026-02-26T00:00:00Z") { edges { node { id } } } }',
    );
    const traces = await Promise.all(
      seen.responses.edges.map(({ node }) =>
        ask<{ trace: { nodes: { kind: string; label: string }[] } }>(
          ADMIN_KEY,
          'query ($id: ID!) { trace(id: $id, direction: DOWNSTREAM) { nodes { kind label } } }',
          { id: node.id },
        ),
      ),
    );
    const labels = traces.flatMap(({ data: found }) => found.trace.nodes).map(({ label }) => label);
    // The answer leads to what became of its respondent, and that to the delivery.
    expect(labels.filter((label) => label.startsWith('outcome: '))).toContainEqual(
      expect.stringMatching(/^outcome: ticket opened 2026-02-25, zendesk delivery both-\d+ item 0$/),
    );
  });

  it('are taken within the segment of the connection only, and the answer does not repeat what they say', async () => {
    const { fixtures } = (await import('../../ingestion/webhooks/vendors/stripe.fixtures.ts')) as {
      fixtures: VendorFixtures;
    };
    const { mapping, secret, deliveries, sign } = fixtures;
    const raw = Buffer.from(deliveries.find(({ what }) => what.startsWith('its invoice'))?.body ?? '');
    const answers: unknown[] = [];
    for (const region of ['Germany', 'Chile']) {
      const own = { ...(mapping as object), source: `stripe ${region}` };
      const segment = { region: [region] };
      const { connection } = await create({
        connector: 'stripe',
        name: region,
        mapping: own,
        secret,
        segment,
      });
      const headers = sign(raw, secret, Date.now(), '', `${server.url}${connection.path}`);
      answers.push(await (await post(connection.path, raw, headers)).json());
    }
    expect(answers).toMatchObject([
      { accepted: 1, rejected: [] },
      { accepted: 0, rejected: [{ index: 0, code: 'FORBIDDEN' }] },
    ]);
    for (const said of ['acme', 'cus_1', 'Germany']) expect(JSON.stringify(answers[1])).not.toContain(said);
  });

  it('are taken as the page of Salesforce sends them, under the key that it makes', async () => {
    const page = readFileSync(new URL('../../docs/connectors/salesforce.md', import.meta.url), 'utf8');
    const blocks = (language: string) =>
      [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
        ([, block = '']) => block,
      );
    const [makeKey = ''] = blocks('graphql');
    const { data } = await ask<{ createApiKey: { key: string } }>(ADMIN_KEY, makeKey);
    const bodies = blocks('json');
    const answered = JSON.parse(bodies.pop() ?? '') as object;
    expect(bodies).toHaveLength(3);
    const send = (body: string) =>
      post('/ingest/outcomes', body, {
        authorization: `Bearer ${data.createApiKey.key}`,
        'content-type': 'application/json',
      });
    for (const body of bodies) {
      const answer = await send(body);
      expect([answer.status, await answer.json()]).toEqual([202, answered]);
      expect(await (await send(body)).json()).toMatchObject({ accepted: 0, duplicates: 1 });
    }
    const other = await send((bodies[0] ?? '').replace('"salesforce"', '"crm"'));
    expect(await other.json()).toMatchObject({ rejected: [{ code: 'FORBIDDEN' }] });
  });
});
