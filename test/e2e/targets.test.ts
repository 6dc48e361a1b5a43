import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VendorFixtures } from '../../ingestion/webhooks/vendor-fixtures.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import { until } from '../fixtures/server.ts';
import { openStub, type StubTarget } from '../fixtures/stub-target.ts';
import { useServer } from '../fixtures/use-server.ts';
import { whileStopped } from '../fixtures/while-stopped.ts';

/* Targets over GraphQL on a real server, and a server that is killed while it delivers. */

const server = useServer({
  follow: true,
  config:
    'dimensions:\n  - field: productLine\n  - field: region\ntargets:\n  allow: [127.0.0.1]\nconnections:\n  allow: [127.0.0.1]\n',
  keys: ['analyst'],
});
let stub: StubTarget;
beforeAll(async () => {
  stub = await openStub();
});
afterAll(() => stub?.close());

const FIELDS =
  'id name kind settings hasSecret events role segment rate failures pausedUntil disabledAt disabledReason';
const CREATE = `mutation ($input: TargetInput!) { createTarget(input: $input) { target { ${FIELDS} } secret } }`;
const webhook = (more: object = {}) => ({
  name: 'ops',
  kind: 'WEBHOOK',
  settings: { url: `${stub.url}/in` },
  events: ['ALERT_RAISED'],
  role: 'admin',
  ...more,
});
const create = async (input: object) => {
  const { data, errors } = await server.graphql<{
    createTarget: { target: { id: string }; secret: string | null };
  }>(CREATE, { input });
  expect(errors).toBeUndefined();
  return data.createTarget;
};
const refused = async (query: string, variables: object) => {
  const { errors } = await server.graphql(query, variables);
  return errors?.map(({ message }) => message).join('\n') ?? 'not refused';
};
const TEST = `mutation ($id: ID!, $send: Boolean!) { testTarget(id: $id, send: $send) {
  request { url method headers body } sent delivered status error } }`;
interface Tested {
  readonly request: { url: string; method: string; headers: Record<string, string>; body: string };
  readonly sent: boolean;
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
}
const test = async (id: string, send: boolean) => {
  const { data, errors } = await server.graphql<{ testTarget: Tested }>(TEST, { id, send });
  expect(errors).toBeUndefined();
  return data.testTarget;
};
const REMOVE = 'mutation ($id: ID!) { removeTarget(id: $id, reason: "test") }';

it('makes, tests, changes and removes targets, and records who did', async () => {
  const { target, secret } = await create(webhook());
  expect(secret).toMatch(/^whsec_/);
  expect(target).toMatchObject({ hasSecret: true, role: 'admin', rate: 60, events: ['ALERT_RAISED'] });
  const slack = await create({
    ...webhook({ name: 'people', kind: 'SLACK', settings: {} }),
    secret: `${stub.url}/services/verysecret`,
  });
  expect(slack.secret).toBeNull();

  const dry = await test(slack.target.id, false);
  expect(dry).toMatchObject({ sent: false, delivered: false, status: null });
  expect(JSON.stringify(dry)).not.toContain('verysecret');
  expect(JSON.parse(dry.request.body).blocks[0].text.text).toBe('Alert: Test of this target');
  expect(stub.received).toHaveLength(0);
  expect(await test(slack.target.id, true)).toMatchObject({ sent: true, delivered: true, status: 200 });
  expect(stub.received.map(({ path }) => path)).toEqual(['/services/verysecret']);
  expect(stub.received[0]?.body).toContain('Test of this target');

  const update = `mutation ($id: ID!, $input: TargetChanges!) { updateTarget(id: $id, input: $input, reason: "test") { ${FIELDS} } }`;
  const changed = await server.graphql(update, {
    id: target.id,
    input: { disabled: true, rate: 5, segment: { region: ['Germany'] } },
  });
  expect(changed.data).toMatchObject({
    updateTarget: { disabledReason: 'test', rate: 5, segment: { region: ['Germany'] }, name: 'ops' },
  });
  for (const one of [target, slack.target]) {
    expect((await server.graphql(REMOVE, { id: one.id })).data).toEqual({ removeTarget: true });
    expect((await server.graphql(REMOVE, { id: one.id })).data).toEqual({ removeTarget: false });
  }
  expect((await server.graphql('{ targets { id } }')).data).toEqual({ targets: [] });
  const { data } = await server.graphql<{ auditLog: { edges: { node: { action: string } }[] } }>(
    '{ auditLog(first: 20) { edges { node { action subject } } } }',
  );
  const actions = data.auditLog.edges.map(({ node }) => node.action).filter((one) => one.includes('Target'));
  expect(actions.sort()).toEqual([
    'createTarget',
    'createTarget',
    'removeTarget',
    'removeTarget',
    'testTarget',
    'testTarget',
    'updateTarget',
  ]);
  expect(JSON.stringify(data)).not.toContain('verysecret');
});

it('says what is wrong with a target, and repeats no secret', async () => {
  const wrong = (more: object) => refused(CREATE, { input: webhook(more) });
  expect(await wrong({ settings: { url: 'ftp://x' } })).toContain('settings.url: must be an address');
  expect(await wrong({ settings: {} })).toContain('settings.url');
  expect(await wrong({ settings: { url: stub.url, extra: 1 } })).toContain('extra');
  expect(await wrong({ role: 'nobody' })).toContain('role: the policies know no role "nobody"');
  expect(await wrong({ events: [] })).toContain('events: name at least one event');
  expect(await wrong({ rate: 0 })).toContain('rate: 0 is not between 1 and 6000');
  expect(await wrong({ name: ' ' })).toContain('name: must have 1 to');
  const secret = await wrong({ secret: 'hunter22hunter22' });
  expect(secret).toContain('secret: must be "whsec_"');
  expect(secret).not.toContain('hunter22');
  expect(await wrong({ kind: 'SLACK', settings: {} })).toContain(
    'secret: is missing: the address of the incoming webhook',
  );
  const { target } = await create(webhook());
  expect(await wrong({})).toContain('there is a target named "ops" already');
  expect(
    await refused('mutation ($id: ID!) { removeTarget(id: $id, reason: " ") }', { id: target.id }),
  ).toContain('reason: say why');
  expect(await refused(TEST, { id: 'Target:none', send: false })).toContain('there is no target of that id');
  await server.graphql(REMOVE, { id: target.id });
});

it('is for administrators of everything', async () => {
  const asAnalyst = async (query: string, variables: object) => {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.keys.analyst}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as { errors?: { extensions: { code: string } }[] };
  };
  const id = 'Target:00000000-0000-4000-8000-000000000000';
  const operations: [string, object][] = [
    ['{ targets { id } }', {}],
    ['{ deliveries { edges { node { id } } } }', {}],
    [CREATE, { input: webhook() }],
    [TEST, { id, send: false }],
    [REMOVE, { id }],
    ['mutation ($id: ID!) { replayDeliveries(target: $id, reason: "x") }', { id }],
    ['mutation ($id: ID!) { replayDelivery(id: $id, reason: "x") { id } }', { id }],
    ['mutation ($id: ID!) { updateTarget(id: $id, input: { rate: 1 }, reason: "x") { id } }', { id }],
  ];
  for (const [query, variables] of operations)
    expect((await asAnalyst(query, variables)).errors?.[0]?.extensions.code, query).toBe('FORBIDDEN');
});

const LIST = `query ($state: [DeliveryState!], $after: String) { deliveries(state: $state, first: 25, after: $after) {
  edges { node { id event subject state attempts lastStatus lastError target { name } } } pageInfo { hasNextPage endCursor } } }`;
interface Listed {
  readonly id: string;
  readonly subject: string;
  readonly state: string;
  readonly attempts: number;
}
interface Page {
  readonly deliveries: {
    readonly edges: readonly { readonly node: Listed }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}
async function list(state: string[] | null = null): Promise<Listed[]> {
  const all: Listed[] = [];
  for (let after: string | null = null; ; ) {
    const page: { data: Page } = await server.graphql<Page>(LIST, { state, after });
    const { edges, pageInfo } = page.data.deliveries;
    all.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}

const COUNT = 40;

it('loses no delivery and makes none up when it is killed in the middle; dead ones are listed and replayed', async () => {
  await create(webhook({ rate: 6_000 }));
  await server.stop();
  await whileStopped(server.instance, async (store) => {
    for (let i = 0; i < COUNT; i++) {
      const at = new Date(Date.now() - i * 1_000);
      const [alert] = await store.rows<{ id: string }>(
        {
          name: '',
          text: `INSERT INTO alert (key, state, severity, rule, title, summary, segment, cells, since, raised_at, changed_at, facts, evidence)
            VALUES ($1, 'OPEN', 'INFO', 'r', 'Alert ' || $1, '', '{}', '{(,)}', $2, $2, $2, '{}', '{}') RETURNING id`,
        },
        [String(i), at],
      );
      const subject = `Alert:${alert?.id}`;
      await queueDeliveries(store, { event: 'alert.raised', subject, decisionId: null, cells: '{(,)}', at });
    }
  });
  stub.received.length = 0;
  const slowly = () => new Promise<{ status: number }>((done) => setTimeout(() => done({ status: 200 }), 60));
  stub.answer = slowly;
  await server.start();
  await until(() => stub.received.length >= 10, 'some deliveries were sent');
  await server.stop('SIGKILL');
  const before = stub.received.length;
  expect(before).toBeLessThan(COUNT);
  // One of them is refused permanently.
  let isRefused = true;
  const idOf = (one: (typeof stub.received)[number] | undefined) => String(one?.headers['webhook-id']);
  const gone = { id: '' };
  stub.answer = (one) => {
    if (gone.id === '' && !stub.received.slice(0, before).some((other) => idOf(other) === idOf(one)))
      gone.id = idOf(one);
    return isRefused && idOf(one) === gone.id
      ? { status: 307, headers: { location: 'http://169.254.169.254/' } }
      : slowly();
  };
  await server.start();
  await until(async () => (await list(['PENDING'])).length === 0, 'every delivery is settled');
  const rows = await list();
  expect(rows).toHaveLength(COUNT);
  expect(rows.filter(({ state }) => state === 'DELIVERED')).toHaveLength(COUNT - 1);
  expect(rows.filter(({ state }) => state === 'DEAD').map(({ id }) => id)).toEqual([`Delivery:${gone.id}`]);
  const sent = new Map<string, Set<string>>();
  for (const one of stub.received)
    sent.set(idOf(one), (sent.get(idOf(one)) ?? new Set()).add(JSON.parse(one.body).subject));
  // Each was sent under its one id, and about its one subject.
  expect(sent.size).toBe(COUNT);
  for (const { id, subject } of rows) expect([...(sent.get(id.slice(9)) ?? [])]).toEqual([subject]);
  // Only what was under way when it was killed came twice: four at once.
  expect(stub.received.length - COUNT).toBeLessThanOrEqual(4);

  const metrics = await (
    await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.keys.admin}` } })
  ).text();
  expect(metrics).toContain(`scoreline_deliveries{target="ops",state="DELIVERED"} ${COUNT - 1}`);
  expect(metrics).toContain('scoreline_job_failing_seconds{job="deliveries"} 0');

  isRefused = false;
  const replay =
    'mutation ($id: ID!) { replayDelivery(id: $id, reason: "the address is right now") { state attempts } }';
  const replayed = await server.graphql(replay, { id: `Delivery:${gone.id}` });
  expect(replayed.data).toEqual({ replayDelivery: { state: 'PENDING', attempts: 0 } });
  await until(async () => (await list(['DELIVERED'])).length === COUNT, 'the replayed one is delivered');
  expect(await refused(replay, { id: `Delivery:${gone.id}` })).toContain('only DEAD ones');
});

it('fetches what a vendor announces, with its key, which is shown nowhere', async () => {
  const { fixtures } = (await import('../../ingestion/webhooks/vendors/qualtrics.fixtures.ts')) as {
    fixtures: VendorFixtures;
  };
  const { mapping, secret, deliveries } = fixtures;
  const [first] = deliveries;
  const vendor = await openStub(({ headers }) =>
    headers['x-api-token'] === 'vendor-key-0002'
      ? { status: 200, body: JSON.stringify(first?.answer?.body) }
      : { status: 401 },
  );
  const fields = 'id path accepted fetching { origin hasKey waiting lastError openUntil }';
  const make = `mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { ${fields} } } }`;
  type Made = { id: string; path: string; accepted: number; fetching: Record<string, unknown> };
  const input = { connector: 'qualtrics', name: 'announces', mapping, secret, vendorKey: 'vendor-key-0001' };
  expect(await refused(make, { input })).toContain('vendorHost: is needed with the key');
  const inner = { ...input, vendorHost: '10.0.0.5' };
  expect(await refused(make, { input: inner })).toContain('vendorHost: must be the data center');
  const { data } = await server.graphql<{ createConnection: { connection: Made } }>(make, {
    input: { ...input, vendorHost: vendor.url },
  });
  const { id, path } = data.createConnection.connection;
  const raw = fixtures.seal?.(Buffer.from(first?.body ?? ''), secret) ?? '';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', body: raw, headers });
  expect([answer.status, await answer.json()]).toMatchObject([202, { accepted: 0 }]);
  const now = async () =>
    (await server.graphql<{ connections: Made[] }>(`{ connections { ${fields} } }`)).data.connections.find(
      (one) => one.id === id,
    );
  await until(async () => (await now())?.fetching['lastError'] !== null, 'the vendor refuses the key');
  expect(await now()).toMatchObject({
    ...{ accepted: 0, fetching: { origin: vendor.url, hasKey: true, waiting: 1 } },
    fetching: { lastError: 'answered 401: the vendor refuses the key', openUntil: expect.any(String) },
  });
  const set = 'mutation ($id: ID!, $key: String!) { setVendorKey(id: $id, vendorKey: $key) { id } }';
  expect((await server.graphql(set, { id, key: 'vendor-key-0002' })).errors).toBeUndefined();
  await until(async () => (await now())?.fetching['waiting'] === 0, 'the response is fetched');
  expect(await now()).toMatchObject({
    accepted: 1,
    fetching: { waiting: 0, lastError: null, openUntil: null },
  });
  const log = '{ auditLog(first: 20) { edges { node { action subject } } } connections { id } }';
  const shown = JSON.stringify((await server.graphql(log)).data);
  expect(shown).toContain('setVendorKey');
  expect(shown).not.toContain('vendor-key');
  await vendor.close();
});
