import { randomBytes, randomUUID } from 'node:crypto';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { deliveryQueue } from '../../agents/delivery/deliver.ts';
import { addressGuard } from '../../agents/delivery/guard.ts';
import { openTargets, type Targets, type TargetsDeps } from '../../agents/delivery/targets.ts';
import { workOff } from '../../agents/delivery/work-off.ts';
import { signWebhook } from '../../agents/targets/webhook.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { configuredKeyProvider } from '../../instance/keys/file-provider.ts';
import { rewrapKeys } from '../../store/encryption/rotate-keys.ts';
import { deliveryClaims, endDelivery } from '../../store/targets/claims.ts';
import {
  countDeliveries,
  type DeliveryRow,
  listDeliveries,
  queueDeliveries,
} from '../../store/targets/deliveries.ts';
import { EVENT_TYPES } from '../../store/targets/event-types.ts';
import { listTargets, readTargetSecret } from '../../store/targets/targets.ts';
import { narrowScope, openTestDatabase, type TestDatabase, testEncryption } from '../fixtures/database.ts';
import { openStub, type Received, type StubTarget } from '../fixtures/stub-target.ts';

/* Deliveries to real servers that are slow, fail, redirect and break: every one is accounted for. */

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
let database: TestDatabase;
let stub: StubTarget;
let targets: Targets;
let deps: TargetsDeps;
let now = Date.now();
let scopes: Record<string, Scope | null> = {};
const errors: Error[] = [];
const change = { by: 'test', reason: 'test', note: async () => undefined };

beforeAll(async () => {
  database = await openTestDatabase();
  const { store, cells, encryption, scopedReader, loops } = database;
  deps = {
    ...{ store, cells, encryption, scopedReader, loops, randomBytes },
    guard: addressGuard(['127.0.0.1'], async () => [{ address: '10.0.0.5', family: 4 }]),
    publicUrl: 'https://nps.example.com/',
    tenant: encryption.tenant,
    scopeOf: (role) => scopes[role] ?? null,
    policyVersion: () => 'test',
    now: () => now,
    random: () => 0.5,
    onError: (error) => errors.push(error),
  };
  targets = openTargets(deps);
});
afterAll(() => database?.close());
beforeEach(async () => {
  stub = await openStub();
  scopes = { all: EVERYTHING };
  now += 30 * HOUR;
});
afterEach(async () => {
  await stub.close();
  for (const { id } of await listTargets(database.store)) await targets.remove(id, change);
  expect(errors.splice(0)).toEqual([]);
});

const makeWebhook = async (more: object = {}, path = '/in') => {
  const made = await targets.create(
    {
      name: randomUUID(),
      kind: 'webhook',
      settings: { url: `${stub.url}${path}` },
      events: [...EVENT_TYPES],
      role: 'all',
      attributes: {},
      rate: 6_000,
      ...more,
    },
    null,
    change,
  );
  return { ...made, secret: made.secret ?? '' };
};

/** Stores an alert and queues its event, as an agent does; returns the subject. */
async function raise(cells = '{(,)}', event: (typeof EVENT_TYPES)[number] = 'alert.raised'): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `INSERT INTO alert (key, state, severity, rule, title, summary, segment, cells, since, raised_at, changed_at, facts, evidence)
      VALUES ($1, 'OPEN', 'WARNING', 'score', 'NPS fell', 'From 40 to 20.', '{"region": ["Germany"]}', $2::int4multirange, $3, $3, $3,
        '{"drop": 20}', '{}') RETURNING id`,
    [randomUUID(), cells, new Date(now)],
  );
  const subject = `Alert:${row?.id}`;
  await queueDeliveries(database.store, { event, subject, decisionId: null, cells, at: new Date(now) });
  return subject;
}

const deliver = async (id: string) => {
  if ((await deliveryClaims.ready(database.store, new Date(now))).includes(id))
    await workOff(deps, deliveryQueue(deps), id, new AbortController().signal);
};
const deliveriesOf = (target: string) =>
  listDeliveries(database.store, { states: null, target, after: null, limit: 100 });
const only = async (target: string): Promise<DeliveryRow> => {
  const rows = await deliveriesOf(target);
  expect(rows).toHaveLength(1);
  return rows[0] as DeliveryRow;
};

it('delivers an event once, signed, with the id of the delivery, and stores no body', async () => {
  const { id, secret } = await makeWebhook();
  const subject = await raise();
  await deliver(id);
  await deliver(id);
  const row = await only(id);
  expect(row).toMatchObject({ state: 'DELIVERED', attempts: 1, lastStatus: 200, subject });
  expect(stub.received).toHaveLength(1);
  const { headers, body } = stub.received[0] as Received;
  expect(headers['webhook-id']).toBe(row.id);
  const timestamp = Number(headers['webhook-timestamp']);
  expect(headers['webhook-signature']).toBe(signWebhook(secret, row.id, timestamp, body));
  expect(JSON.parse(body)).toMatchObject({
    type: 'alert.raised',
    subject,
    source: 'https://nps.example.com',
    data: {
      title: 'NPS fell',
      link: `https://nps.example.com/alerts/${subject.slice(6)}`,
      segment: { region: ['Germany'] },
      facts: { drop: 20 },
    },
  });
  const dump = await database.sql<{ text: string }>('SELECT d::text AS text FROM delivery d');
  expect(dump.some(({ text }) => text.includes('NPS fell'))).toBe(false);
  const [stored] = await database.sql<{ text: string }>(
    'SELECT t::text AS text FROM target t WHERE id = $1',
    [id],
  );
  expect(stored?.text).not.toContain(secret.slice(6));
});

it('tries again with the same id, pauses a target that fails, and gives up after ten attempts; a replay begins again', async () => {
  const { id } = await makeWebhook();
  await raise();
  stub.answer = () => ({ status: 500 });
  const attempts: number[] = [];
  for (let hour = 0; hour < 200; hour++) {
    await deliver(id);
    const row = await only(id);
    if (row.attempts > (attempts.at(-1) ?? 0)) attempts.push(row.attempts);
    if (row.state !== 'PENDING') break;
    expect(row).toMatchObject({ lastStatus: 500, lastError: 'answered 500' });
    now = Math.max(row.due.getTime(), now + 900 * SECOND);
  }
  expect(await only(id)).toMatchObject({ state: 'DEAD', attempts: 10 });
  expect(new Set(stub.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(stub.received).toHaveLength(10);
  expect((await listTargets(database.store))[0]).toMatchObject({ failures: 10 });
  stub.answer = () => ({ status: 204 });
  const { id: dead } = await only(id);
  expect(await targets.replay({ id: dead }, change)).toBe(1);
  expect(await targets.replay({ id: dead }, change)).toBe(0);
  now += 900 * SECOND;
  await deliver(id);
  expect(await only(id)).toMatchObject({ state: 'DELIVERED', attempts: 1, id: dead });
  expect((await listTargets(database.store))[0]).toMatchObject({ failures: 0, openUntil: null });
});

it('opens the circuit after five failures, tries one delivery after the pause, and loses none', async () => {
  const { id } = await makeWebhook();
  for (let i = 0; i < 8; i++) await raise();
  stub.answer = () => ({ status: 503 });
  await deliver(id);
  const tried = stub.received.length;
  expect(tried).toBe(8);
  now += 6 * SECOND;
  await deliver(id);
  expect(stub.received).toHaveLength(tried);
  stub.answer = async () => ({ status: 200 });
  now += HOUR;
  await deliver(id);
  const rows = await deliveriesOf(id);
  expect(rows.map(({ state }) => state)).toEqual(Array(8).fill('DELIVERED'));
  expect(new Set(stub.received.map(({ headers }) => headers['webhook-id'])).size).toBe(8);
});

it('waits as long as a target asks for', async () => {
  const { id } = await makeWebhook();
  await raise();
  await raise();
  let limited = true;
  stub.answer = () => (limited ? { status: 429, headers: { 'retry-after': '120' } } : { status: 200 });
  await deliver(id);
  const before = stub.received.length;
  now += 119 * SECOND;
  await deliver(id);
  expect(stub.received).toHaveLength(before);
  expect((await listTargets(database.store))[0]?.failures).toBe(0);
  limited = false;
  now += 600 * SECOND;
  await deliver(id);
  expect((await deliveriesOf(id)).map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']);
});

it('switches a target off that answers 410; what is due waits until a person switches it on', async () => {
  const { id } = await makeWebhook({ rate: 1 });
  await raise();
  await raise();
  stub.answer = () => ({ status: 410 });
  await deliver(id);
  expect((await listTargets(database.store))[0]).toMatchObject({ disabledReason: 'the target answered 410' });
  expect((await deliveriesOf(id)).map(({ state }) => state).sort()).toEqual(['DEAD', 'PENDING']);
  now += HOUR;
  await deliver(id);
  expect(stub.received).toHaveLength(1);
  stub.answer = () => ({ status: 200 });
  await targets.update(id, { isDisabled: false }, change);
  await deliver(id);
  expect((await deliveriesOf(id)).map(({ state }) => state).sort()).toEqual(['DEAD', 'DELIVERED']);
});

it('follows a redirect within the host, and none to a private address or another host', async () => {
  const elsewhere = await openStub();
  const cases = [
    { to: '/moved', state: 'DELIVERED', error: null },
    { to: 'http://169.254.169.254/latest/meta-data/', state: 'DEAD', error: 'another host' },
    { to: `${elsewhere.url}/in`, state: 'DEAD', error: 'another host' },
    { to: 'http://[::1]:1/', state: 'DEAD', error: 'another host' },
  ];
  for (const { to, state, error } of cases) {
    const { id } = await makeWebhook();
    await raise();
    stub.answer = ({ path }) =>
      path === '/moved' ? { status: 200 } : { status: 307, headers: { location: to } };
    await deliver(id);
    const row = await only(id);
    expect(row, to).toMatchObject({ state });
    if (error !== null) expect(row.lastError).toContain(error);
    await targets.remove(id, change);
  }
  expect(elsewhere.received).toEqual([]);
  await elsewhere.close();
});

it('connects to no private address, by number or by name, and sends nothing in the clear', async () => {
  const urls = [
    'http://[::1]:9/',
    'https://inside.example/',
    'https://10.0.0.1/',
    'https://[::ffff:127.0.0.2]/',
    'http://8.8.8.8/',
  ];
  for (const url of urls) {
    const { id } = await makeWebhook({ settings: { url } });
    await raise();
    await deliver(id);
    const row = await only(id);
    expect(row.state, url).toBe('DEAD');
    expect(row.lastError).toContain('targets.allow');
    await targets.remove(id, change);
  }
});

it('accounts for connections that break, and bodies without an end', async () => {
  const { id } = await makeWebhook();
  await raise();
  stub.answer = () => 'break';
  await deliver(id);
  expect(await only(id)).toMatchObject({
    state: 'PENDING',
    attempts: 1,
    lastStatus: null,
    lastError: 'the connection failed: ECONNRESET',
  });
  now += 6 * SECOND;
  stub.answer = () => ({ status: 200, body: 'x'.repeat(5_000_000) });
  await deliver(id);
  expect(await only(id)).toMatchObject({ state: 'DELIVERED', attempts: 2 });
});

it('lets a slow target hold no other, and gives back what is under way when it stops', async () => {
  const slow = await makeWebhook({}, '/slow');
  const quick = await makeWebhook({}, '/quick');
  await raise();
  stub.answer = ({ path }) => (path === '/slow' ? 'hang' : { status: 200 });
  const stop = await targets.follow();
  await expect.poll(async () => (await only(quick.id)).state, { timeout: 20_000 }).toBe('DELIVERED');
  await expect.poll(() => stub.received.some(({ path }) => path === '/slow'), { timeout: 20_000 }).toBe(true);
  await stop();
  expect(await only(slow.id)).toMatchObject({ state: 'PENDING', attempts: 0 });
});

it('ends an exchange that the target turns into another protocol', async () => {
  const { id } = await makeWebhook();
  await raise();
  stub.answer = () => ({ status: 101, headers: { connection: 'Upgrade', upgrade: 'other' } });
  await deliver(id);
  const error = 'the connection failed: NO_ANSWER';
  expect(await only(id)).toMatchObject({ state: 'PENDING', attempts: 1, lastStatus: null, lastError: error });
  const tested = await targets.test(id, 'alert.raised', true, change.note);
  expect(tested?.exchanged).toMatchObject({ kind: 'retry', error });
});

it('sends what it says of one subject in turn, so that what is older does not arrive last, and other subjects beside it', async () => {
  const { id } = await makeWebhook();
  const first = await raise();
  const cells = '{(,)}';
  const say = (event: 'alert.changed' | 'alert.resolved') =>
    queueDeliveries(database.store, { event, subject: first, decisionId: null, cells, at: new Date(++now) });
  await say('alert.changed');
  await say('alert.resolved');
  const second = await raise();
  const underWay: string[] = [];
  const begun = new Set<string>();
  let haveBegun: () => void = () => undefined;
  const bothBegan = new Promise<void>((done) => {
    haveBegun = done;
  });
  const atOnce: string[][] = [];
  stub.answer = async ({ body }) => {
    const { type, subject } = JSON.parse(body) as { type: string; subject: string };
    underWay.push(subject);
    if (begun.add(subject).has(first) && begun.has(second)) haveBegun();
    // Were one subject to hold up the other, the exchange would end without an answer.
    await bothBegan;
    atOnce.push([...underWay]);
    await new Promise((done) => setImmediate(done));
    underWay.splice(underWay.indexOf(subject), 1);
    return { status: type === 'alert.changed' ? 500 : 200 };
  };
  await deliver(id);
  expect(
    atOnce.filter((list) => new Set(list).size < list.length),
    'two about one subject',
  ).toEqual([]);
  const types = stub.received.map(({ body }) => JSON.parse(body) as { type: string; subject: string });
  const sent = types.flatMap(({ type, subject }) => (subject === first ? [type] : []));
  // What is postponed holds up nothing: when it is sent, it says the state of then.
  expect(sent).toEqual(['alert.raised', 'alert.changed', 'alert.resolved']);
  now += 6 * SECOND;
  stub.answer = () => ({ status: 200 });
  await deliver(id);
  expect((await deliveriesOf(id)).map(({ state }) => state)).toEqual(Array(4).fill('DELIVERED'));
});

it('takes over what a process that died had claimed, and takes nothing from it afterwards', async () => {
  const { id } = await makeWebhook();
  await raise();
  const until = new Date(now + 30 * SECOND);
  const [lost] = await deliveryClaims.claim(database.store, id, { now: new Date(now), until, most: 5 });
  await deliver(id);
  expect(stub.received).toHaveLength(0);
  now += 31 * SECOND;
  await deliver(id);
  expect(await only(id)).toMatchObject({ state: 'DELIVERED', attempts: 2 });
  const late = { state: 'DEAD', at: new Date(now), status: 500, error: 'late', remoteId: null } as const;
  expect(await endDelivery(database.store, lost as NonNullable<typeof lost>, late)).toBe(false);
  expect(await only(id)).toMatchObject({ state: 'DELIVERED', lastError: null });
});

it('begins no more deliveries than the rate allows', async () => {
  const { id } = await makeWebhook({ rate: 12 });
  for (let i = 0; i < 6; i++) await raise();
  await deliver(id);
  expect(stub.received).toHaveLength(2);
  now += 10 * SECOND;
  await deliver(id);
  expect(stub.received).toHaveLength(4);
});

it('sends a target only what its role may see now', async () => {
  await database.submit([
    {
      externalId: 'a',
      source: 'web',
      answeredAt: new Date(Date.now() - HOUR).toISOString(),
      score: 3,
      region: 'Germany',
      comment: 'It broke.',
    },
    {
      externalId: 'b',
      source: 'web',
      answeredAt: new Date(Date.now() - HOUR).toISOString(),
      score: 9,
      region: 'Japan',
    },
  ]);
  const cells = new Map(database.cells.all().map((cell) => [cell.attributes.region, cell]));
  const setOf = (...regions: string[]) =>
    `{${regions.map((region) => `[${cells.get(region)?.id},${cells.get(region)?.id}]`).join(',')}}`;
  const isGerman = ({ attributes }: { attributes: Readonly<Record<string, string>> }) =>
    attributes.region === 'Germany';
  scopes = {
    german: narrowScope('german', isGerman),
    quiet: narrowScope('quiet', isGerman, { withheld: ['readComment'] }),
    counts: narrowScope('counts', isGerman, { withheld: ['readResponse'] }),
  };
  const settings = { url: `${stub.url}/in`, includeComment: true };
  const german = await makeWebhook({ role: 'german', settings });
  const quiet = await makeWebhook({ role: 'quiet', settings });
  const plain = await makeWebhook({ role: 'german' });
  const counts = await makeWebhook({ role: 'counts' });
  const unknown = await makeWebhook({ role: 'nobody' });
  const [response] = await database.sql<{ id: string }>(`SELECT id FROM response_key WHERE cell_id = $1`, [
    cells.get('Germany')?.id,
  ]);
  const [opened] = await database.sql<{ id: string }>(
    `INSERT INTO case_record (response_id, state, severity, title, cells, segment, opened_at)
      VALUES ($1, 'OPEN', 'WARNING', 'A detractor', $2::int4multirange, '{}', $3) RETURNING id`,
    [response?.id, setOf('Germany'), new Date(now)],
  );
  const event = { event: 'case.opened', subject: `Case:${opened?.id}`, decisionId: null } as const;
  await queueDeliveries(database.store, { ...event, cells: setOf('Germany'), at: new Date(now) });
  await raise(setOf('Germany', 'Japan'));
  await raise('{(,)}');
  for (const { id } of [german, quiet, plain, counts, unknown]) await deliver(id);
  const statesOf = async ({ id }: { id: string }) =>
    (await deliveriesOf(id)).map(({ event, state }) => `${event} ${state}`).sort();
  const seen = ['alert.raised CANCELLED', 'alert.raised CANCELLED', 'case.opened DELIVERED'];
  for (const one of [german, quiet, plain]) expect(await statesOf(one)).toEqual(seen);
  for (const one of [counts, unknown])
    expect(await statesOf(one)).toEqual([...seen.slice(0, 2), 'case.opened CANCELLED']);
  const comments = stub.received.map(
    ({ body }) => (JSON.parse(body) as { data: { comment?: string } }).data.comment,
  );
  expect(comments.sort()).toEqual(['It broke.', undefined, undefined]);
  const audited = await database.sql<{ actor: string; subject: string }>(
    `SELECT actor, subject FROM audit_log WHERE action = 'deliver'`,
  );
  expect(audited).toHaveLength(1);
  expect(audited[0]).toMatchObject({ actor: `Target:${german.id}` });
  expect(audited[0]?.subject).toContain(response?.id);
});

it('queues an event of a decision once for each target that wants it', async () => {
  const { id } = await makeWebhook();
  await makeWebhook({ events: ['case.closed'] });
  const [made] = await database.sql<{ id: string }>(
    `INSERT INTO agent_decision (agent, key, verdict, policy, inputs, input_hash, decision, reason, alternatives, autonomy, state, about, cells, decided_at)
      VALUES ('test', 'k', 'v', 'p1', '{}', '', '{}', 'why', '[]', 'PROPOSE', 'PROPOSED', '{}', '{(,)}', now()) RETURNING id`,
  );
  const decisionId = made?.id ?? '';
  const one = { event: 'decision.proposed', subject: `Decision:${decisionId}`, decisionId } as const;
  for (let i = 0; i < 2; i++)
    await queueDeliveries(database.store, { ...one, cells: '{(,)}', at: new Date(now) });
  await deliver(id);
  expect(await only(id)).toMatchObject({ state: 'DELIVERED', decisionId });
  expect(JSON.parse(stub.received[0]?.body ?? '').data).toMatchObject({ summary: 'why', state: 'PROPOSED' });
  expect((await countDeliveries(database.store)).map(({ state, deliveries }) => [state, deliveries])).toEqual(
    [['DELIVERED', 1]],
  );
});

it('opens secrets after the wrapping key was rotated, and destroys them with the target', async () => {
  const { id, secret } = await makeWebhook();
  const newer = await testEncryption(
    database.store,
    configuredKeyProvider(['05'.repeat(32), '06'.repeat(32)]),
  );
  expect(await rewrapKeys(database.store, newer)).toBeGreaterThan(0);
  const [row] = await database.sql<{ version: string }>(
    'SELECT key_version AS version FROM target WHERE id = $1',
    [id],
  );
  expect(row?.version).toBe(await newer.provider.current());
  newer.forget([id]);
  expect(await readTargetSecret(database.store, newer, id)).toBe(secret);
  await targets.remove(id, change);
  expect(await readTargetSecret(database.store, newer, id)).toBeNull();
});

it('a secret that is replaced is read by other processes at once, also where its key had to be replaced', async () => {
  const { id, secret } = await makeWebhook();
  const other = await testEncryption(database.store);
  expect(await readTargetSecret(database.store, other, id)).toBe(secret);
  const wrappedFor = async () => {
    const [row] = await database.sql<{ key: string }>('SELECT wrapped AS key FROM target WHERE id = $1', [
      id,
    ]);
    return row?.key;
  };
  const secondSecret = `whsec_${randomBytes(32).toString('base64')}`;
  await targets.update(id, { secret: secondSecret }, change);
  expect(await readTargetSecret(database.store, other, id)).toBe(secondSecret);
  const before = await wrappedFor();
  await database.sql('UPDATE target SET wrapped = $2 WHERE id = $1', [
    id,
    before?.replace(/.{8}$/, 'AAAAAAAA'),
  ]);
  database.encryption.forget([id]);
  await targets.update(id, { secret }, change);
  expect(await readTargetSecret(database.store, other, id)).toBe(secret);
  await raise();
  await deliver(id);
  expect(await only(id)).toMatchObject({ state: 'DELIVERED' });
});

it('a secret that cannot be read counts as an attempt that failed, and the delivery ends', async () => {
  const { id } = await makeWebhook();
  await database.sql(
    `UPDATE target SET secret = (SELECT secret FROM target o WHERE o.id = $2) WHERE id = $1`,
    [id, (await makeWebhook({ events: [] })).id],
  );
  await raise();
  const why = 'what is stored cannot be decrypted; where it is the secret, give it again';
  await deliver(id);
  expect(await only(id)).toMatchObject({ state: 'PENDING', attempts: 1, lastError: why });
  for (let i = 0; i < 30; i++) {
    now += 30 * HOUR;
    await deliver(id);
  }
  expect(await only(id)).toMatchObject({ state: 'DEAD', attempts: 10, lastError: why });
  expect(errors.splice(0)).toHaveLength(10);
  expect(stub.received).toEqual([]);
});

it('sends a secret nowhere else unless it is given again', async () => {
  const base = { events: [...EVENT_TYPES], role: 'all', attributes: {}, rate: 60 };
  const make = (kind: string, settings: object, secret: string) =>
    targets.create({ name: randomUUID(), kind, settings, ...base }, secret, change);
  const mail = { host: 'mail.example.com', user: 'u', from: 'a@example.com', to: ['b@example.com'] };
  const app = { instance: 'https://a.my.salesforce.com', clientId: 'c' };
  const cluster = { brokers: ['k.example.com:9093'], topic: 't', user: 'u' };
  const cases = [
    [
      'email',
      mail,
      [{ host: 'evil.example' }, { security: 'none' }, { port: 26 }],
      { to: ['c@example.com'] },
    ],
    ['salesforce', app, [{ instance: 'https://evil.example' }], { object: 'Task' }],
    ['zendesk', { subdomain: 'a', email: 'a@example.com' }, [{ subdomain: 'evil' }], { tags: ['t'] }],
    ['kafka', cluster, [{ brokers: ['evil.example:9093'] }, { security: 'none' }], { topic: 'other' }],
  ] as const;
  for (const [kind, settings, moves, stays] of cases) {
    const { id } = await make(kind, settings, 'secret');
    for (const move of moves) {
      const changed = { settings: { ...settings, ...move } };
      await expect(targets.update(id, changed, change), kind).rejects.toThrow(
        /^secret: is missing: the change/,
      );
      expect(await targets.update(id, { ...changed, secret: 'secret' }, change)).toBe(true);
      expect(await targets.update(id, { settings, secret: 'secret' }, change)).toBe(true);
    }
    expect(await targets.update(id, { settings: { ...settings, ...stays } }, change)).toBe(true);
  }
});

it('sends mail over SMTP, and tries again what may pass', async () => {
  let isFull = true;
  const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'right:!' && username === 'dom:u%'
        ? done(null, { user: username })
        : done(new Error('no')),
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('gone'))
        return done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
      if (!isFull || !address.startsWith('full')) return done();
      done(Object.assign(new Error('mailbox full'), { responseCode: 452 }));
    },
    onData: (stream, { envelope }, done) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const { port } = server.server.address() as { port: number };
  const make = async (more: object, secret: string | null) => {
    const settings = {
      host: '127.0.0.1',
      port,
      security: 'none',
      from: 'Scoreline <a@example.com>',
      ...more,
    };
    const stated = {
      kind: 'email',
      settings,
      events: [...EVENT_TYPES],
      role: 'all',
      attributes: {},
      rate: 60,
    };
    return (await targets.create({ name: randomUUID(), ...stated }, secret, change)).id;
  };
  const right = await make({ to: ['b@example.com', 'c@example.com'], user: 'dom:u%' }, 'right:!');
  const wrong = await make({ to: ['b@example.com'], user: 'dom:u%' }, 'wrong');
  const full = await make({ to: ['full@example.com'] }, null);
  const some = await make({ to: ['d@example.com', 'full@example.com', 'gone@example.com'] }, null);
  const never = await make({ to: ['e@example.com', 'full@example.com'] }, null);
  await raise();
  for (const id of [right, wrong, full]) await deliver(id);
  const sent = await only(right);
  expect(sent).toMatchObject({ state: 'DELIVERED', lastStatus: 250 });
  expect(mails).toHaveLength(1);
  expect(mails[0]?.to).toEqual(['b@example.com', 'c@example.com']);
  expect(mails[0]?.text).toContain(`Message-ID: <${sent.id}@example.com>`);
  expect(mails[0]?.text).toMatch(/^Subject: Alert: NPS fell\r$/m);
  expect(mails[0]?.text).not.toContain('authorization');
  expect(await only(wrong)).toMatchObject({ state: 'DEAD', lastStatus: 535 });
  expect(await only(full)).toMatchObject({ state: 'PENDING', lastStatus: 452 });
  // Some of the recipients: those that may pass are tried again, and its row says who had nothing.
  await deliver(never);
  for (let i = 0; i < 2; i++) {
    const lastError = 'the server refused 1 of the recipients: full@example.com (452)';
    expect(await only(never)).toMatchObject({ state: 'PENDING', attempts: i + 1, lastError });
    now += HOUR;
    await deliver(never);
  }
  expect(await only(never)).toMatchObject({
    ...{ state: 'DELIVERED', attempts: 3, lastStatus: 250 },
    lastError: 'the server refused 1 of the recipients: full@example.com (452)',
  });
  await deliver(some);
  const two = 'the server refused 2 of the recipients: full@example.com (452), gone@example.com (550)';
  expect(await only(some)).toMatchObject({ state: 'PENDING', lastStatus: 250, lastError: two });
  isFull = false;
  now += HOUR;
  await deliver(some);
  expect(await only(some)).toMatchObject({
    ...{ state: 'DELIVERED', attempts: 2 },
    lastError: 'the server refused 1 of the recipients: gone@example.com (550)',
  });
  expect(mails.at(-1)?.to).toEqual(['d@example.com', 'full@example.com']);
  await new Promise<void>((done) => server.close(() => done()));
});
