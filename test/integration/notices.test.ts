import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { addressGuard } from '../../agents/delivery/guard.ts';
import { followWork, workOff } from '../../agents/delivery/work-off.ts';
import { type FetchDeps, noticeQueue } from '../../agents/fetching/fetch.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { openConnections } from '../../ingestion/webhooks/connections.ts';
import { receiveDelivery } from '../../ingestion/webhooks/receive.ts';
import { replayQuarantined } from '../../ingestion/webhooks/replay.ts';
import { fixtures } from '../../ingestion/webhooks/vendors/surveymonkey.fixtures.ts';
import { surveymonkey } from '../../ingestion/webhooks/vendors/surveymonkey.ts';
import { configuredKeyProvider } from '../../instance/keys/file-provider.ts';
import { type ConnectionRow, listConnections } from '../../store/connections/connections.ts';
import { countOpenCircuits, fetchAgain, noticeClaims } from '../../store/connections/notices.ts';
import { openQuarantined, type QuarantineFilter } from '../../store/connections/quarantine.ts';
import { readVendorKey } from '../../store/connections/vendor-keys.ts';
import { rewrapKeys } from '../../store/encryption/rotate-keys.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase, testEncryption } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { openStub, type StubAnswer, type StubTarget } from '../fixtures/stub-target.ts';

/* What vendors announce is fetched from servers that are slow, fail, refuse and redirect: every notice is accounted for. */

const [SECOND, HOUR] = [1_000, 3_600_000];
const KEY = 'vendor-key-0001';
let database: TestDatabase;
let stub: StubTarget;
let deps: FetchDeps & { readonly loops: TestDatabase['loops'] };
let now = Date.now();
const errors: Error[] = [];
const change = { by: { id: 'admin', name: 'admin' }, note: async () => undefined };

beforeAll(async () => {
  database = await openTestDatabase();
  const { store, encryption, ingestor, outcomes, identities, loops } = database;
  const shared = { store, encryption, now: () => now, onError: (error: Error) => void errors.push(error) };
  const connections = await openConnections({
    ...shared,
    dimensions: DIMENSIONS,
    allowedHosts: ['127.0.0.1'],
    loops: null,
    randomBytes,
  });
  deps = {
    ...shared,
    ...{ ingestor, outcomes, identities, loops, connections },
    guard: addressGuard(['127.0.0.1'], async () => [{ address: '10.0.0.5', family: 4 }], 'connections.allow'),
    identify: (text) => [text],
    quarantineFor: 'P30D',
    submitterOf: () => OWNER,
    random: () => 0.5,
    onIngested: () => undefined,
  };
});
afterAll(async () => {
  await deps?.connections.close();
  await database?.close();
});
/** What the vendor's interface has, by path. */
let kept: Map<string, object>;
const answers = ({ path, headers }: { path: string; headers: Record<string, unknown> }): StubAnswer => {
  if (headers['authorization'] !== `Bearer ${KEY}`) return { status: 401, body: '{"error":{}}' };
  const body = kept.get(path);
  return body ? { status: 200, body: JSON.stringify(body) } : { status: 404, body: '{"error":{}}' };
};
beforeEach(async () => {
  kept = new Map();
  stub = await openStub(answers);
  now += 30 * HOUR;
});
afterEach(async () => {
  await stub.close();
  for (const { id } of deps.connections.all()) await deps.connections.remove(id, change);
  expect(errors.splice(0)).toEqual([]);
});

const connect = async (
  access: { key?: string | null; host?: string } = {},
  mapping: unknown = fixtures.mapping,
) => {
  const { key = KEY, host = stub.url } = access;
  const { id } = await deps.connections.create(
    {
      ...{
        connector: 'surveymonkey',
        name: 'test',
        attributes: {},
        sources: null,
        mapping,
      },
      ...{ secret: fixtures.secret, access: { key, host } },
    },
    change,
  );
  return id;
};
let sent = 0;
/** The vendor announces a response, which its interface then has unless `score` is null. */
const announce = async (id: string, response: string, score: string | null, more: object = {}) => {
  const made = fixtures.extra.answer as NonNullable<typeof fixtures.extra.answer>;
  const known = JSON.parse(JSON.stringify(made.body).replaceAll('5007154404', response)) as {
    pages: { questions: { answers: { simple_text: string }[] }[] }[];
  };
  const [answer] = known.pages[0]?.questions[0]?.answers ?? [];
  if (answer && score !== null) answer.simple_text = score;
  if (score !== null) kept.set(made.path.replace('5007154404', response), { ...known, ...more });
  const event = { ...JSON.parse(fixtures.extra.body), event_id: `event ${++sent}`, object_id: response };
  const raw = Buffer.from(JSON.stringify(event));
  const headers = fixtures.sign(raw, fixtures.secret, now, '', '');
  const connection = deps.connections.find(id);
  if (!connection) throw new Error('the connection is not known');
  const target = { id, connector: surveymonkey, reader: () => deps.connections.reader(connection) };
  return receiveDelivery(deps, OWNER, target, { raw, headers, url: '' });
};
const work = async (id: string) => {
  if ((await noticeClaims.ready(database.store, new Date(now))).includes(id))
    await workOff(deps, noticeQueue(deps), id, new AbortController().signal);
};
const noticesOf = (id: string) =>
  database.sql<{ status: string; attempts: number; last_error: string | null; due_at: Date | null }>(
    'SELECT status, attempts, last_error, due_at FROM quarantine WHERE connection_id = $1 ORDER BY received_at, id',
    [id],
  );
const connectionOf = async (id: string) => {
  const [row] = await listConnections(database.store, [id]);
  return row as ConnectionRow;
};
const scoreOf = async (response: string) => {
  const rows = await database.sql<{ score: number }>(`SELECT score FROM response WHERE external_id = $1`, [
    response,
  ]);
  return rows.map(({ score }) => Number(score));
};

it('stores the notice encrypted, fetches the response with the key, and counts it once', async () => {
  const id = await connect();
  expect(await announce(id, '71', '9')).toMatchObject({ account: { accepted: 0 } });
  expect(await connectionOf(id)).toMatchObject({
    deliveries: 1,
    accepted: 0,
    fetching: { waiting: 1, hasKey: true },
  });
  const [stored] = await database.sql<{ text: string }>('SELECT q::text AS text FROM quarantine q');
  for (const secret of ['"ids"', KEY, '5007154404']) expect(stored?.text).not.toContain(secret);
  await work(id);
  await work(id);
  expect(stub.received.map(({ path }) => path)).toEqual([
    '/v3/surveys/105724755/responses/71/details?simple=true',
  ]);
  expect(await noticesOf(id)).toMatchObject([{ status: 'REPLAYED', due_at: null }]);
  expect(await connectionOf(id)).toMatchObject({
    ...{ deliveries: 1, accepted: 1, lastError: null },
    fetching: { waiting: 0, lastError: null, openUntil: null },
  });
  expect(await scoreOf('71')).toEqual([9]);
  const [row] = await database.sql(
    'SELECT sealed, wrapped, lookups FROM quarantine WHERE connection_id = $1',
    [id],
  );
  expect(row).toEqual({ sealed: null, wrapped: null, lookups: null });
});

it('replaces a response by its later revision, however late the earlier one is fetched', async () => {
  const id = await connect();
  await announce(id, '72', '9', { date_modified: '2026-02-24T22:00:00+00:00' });
  await work(id);
  await announce(id, '72', '3', { date_modified: '2026-02-25T22:00:00+00:00' });
  await work(id);
  expect(await scoreOf('72')).toEqual([3]);
  await announce(id, '72', '10', { date_modified: '2026-02-24T21:00:00+00:00' });
  await work(id);
  expect(await scoreOf('72')).toEqual([3]);
  expect(await connectionOf(id)).toMatchObject({ accepted: 2, duplicates: 1, rejected: 0 });
});

it('fetches again what is announced while it is fetched', async () => {
  const id = await connect();
  await announce(id, '60', '9', { date_modified: '2026-02-24T22:00:00+00:00' });
  stub.answer = async (request) => {
    const before = answers(request);
    stub.answer = answers;
    await announce(id, '60', '3', { date_modified: '2026-02-24T22:00:01+00:00' });
    await announce(id, '60', '2', { date_modified: '2026-02-24T22:00:02+00:00' });
    return before;
  };
  await work(id);
  expect(await scoreOf('60')).toEqual([2]);
  expect(stub.received).toHaveLength(2);
  expect(await noticesOf(id)).toMatchObject([{ status: 'REPLAYED' }, { status: 'REPLAYED' }]);
});

it('fetches what was given up when it is announced again', async () => {
  const id = await connect();
  stub.answer = () => ({ status: 400, body: '{}' });
  await announce(id, '61', '9');
  await work(id);
  expect(await noticesOf(id)).toMatchObject([{ status: 'WAITING' }]);
  stub.answer = answers;
  now += SECOND;
  await announce(id, '61', '8');
  await work(id);
  expect(await scoreOf('61')).toEqual([8]);
  expect(await noticesOf(id)).toMatchObject([{ status: 'REPLAYED', attempts: 1 }]);
});

it('counts what cannot be read any more as an attempt, and gives it up', async () => {
  const id = await connect();
  await announce(id, '62', '9');
  await database.sql(`UPDATE quarantine SET sealed = decode('00', 'hex') WHERE connection_id = $1`, [id]);
  for (let i = 0; i < 30; i++) {
    await work(id);
    now += 30 * HOUR;
  }
  expect(errors.splice(0)).toHaveLength(10);
  const why = 'what is stored cannot be decrypted; where it is the secret, give it again';
  expect(await noticesOf(id)).toMatchObject([{ status: 'WAITING', attempts: 10, last_error: why }]);
});

it('waits as long as the vendor says, and asks nothing meanwhile', async () => {
  const id = await connect();
  stub.answer = () => ({ status: 429, headers: { 'retry-after': '60' } });
  await announce(id, '73', '9');
  await work(id);
  await announce(id, '74', '8');
  stub.answer = answers;
  now += 30 * SECOND;
  await work(id);
  expect(stub.received).toHaveLength(1);
  const { fetching } = await connectionOf(id);
  expect(fetching).toMatchObject({ waiting: 2, lastError: 'answered 429' });
  expect(Date.parse(String(fetching?.openUntil))).toBe(now + 30 * SECOND);
  now += 31 * SECOND;
  await work(id);
  expect([await scoreOf('73'), await scoreOf('74')]).toEqual([[9], [8]]);
});

const openCircuits = async () => {
  const [counted] = await countOpenCircuits(database.store, new Date(now));
  expect(counted?.connector).toBe('surveymonkey');
  return counted?.count ?? 0;
};

it('opens the circuit of a vendor that keeps failing, tries it by one, and closes it', async () => {
  const id = await connect();
  stub.answer = () => ({ status: 500, body: 'no' });
  for (let i = 0; i < 8; i++) await announce(id, `75${i}`, '9');
  await work(id);
  now += 10 * 60 * SECOND;
  const before = stub.received.length;
  await work(id);
  expect(stub.received.length).toBe(before + 1);
  expect(await openCircuits()).toBe(1);
  expect((await connectionOf(id)).fetching).toMatchObject({ waiting: 8, lastError: 'answered 500' });
  stub.answer = answers;
  now += HOUR;
  await work(id);
  now += 10 * SECOND;
  await work(id);
  expect(await connectionOf(id)).toMatchObject({ accepted: 8, fetching: { waiting: 0, openUntil: null } });
  expect(await openCircuits()).toBe(0);
});

it('does not use up its tries with a key that the vendor refuses; another one is tried at once', async () => {
  const id = await connect({ key: 'vendor-key-wrong' });
  await announce(id, '76', '9');
  await announce(id, '77', '7');
  await work(id);
  expect((await connectionOf(id)).fetching).toMatchObject({
    waiting: 2,
    lastError: 'answered 401: the vendor refuses the key',
    openUntil: expect.any(String),
  });
  expect(await deps.connections.changeKey(id, { key: KEY, host: null }, change)).toBe(true);
  expect((await connectionOf(id)).fetching).toMatchObject({
    openUntil: null,
    lastError: null,
    origin: stub.url,
  });
  await work(id);
  expect([await scoreOf('76'), await scoreOf('77')]).toEqual([[9], [7]]);
});

it('keeps what is announced until there is a key', async () => {
  const id = await connect({ key: null });
  await announce(id, '78', '9');
  now += 48 * HOUR;
  await work(id);
  expect(stub.received).toEqual([]);
  expect((await connectionOf(id)).fetching).toMatchObject({ waiting: 1, hasKey: false });
  await deps.connections.changeKey(id, { key: KEY, host: null }, change);
  await work(id);
  expect(await scoreOf('78')).toEqual([9]);
});

it('a connection that is older than what its vendor announces gets its first key later', async () => {
  const id = await connect({ key: null });
  await database.sql('DELETE FROM connection_fetch WHERE id = $1', [id]);
  await announce(id, '40', '9');
  await work(id);
  expect(await scoreOf('40')).toEqual([]);
  expect(await deps.connections.changeKey(id, { key: KEY, host: stub.url }, change)).toBe(true);
  await work(id);
  expect(await scoreOf('40')).toEqual([9]);
});

it('asks again for what is not there yet, then gives it up; a person has it fetched again', async () => {
  const id = await connect();
  await announce(id, '79', null);
  now += SECOND;
  await announce(id, '80', '8');
  for (let i = 0; i < 4; i++) {
    await work(id);
    now += HOUR;
  }
  expect(stub.received.filter(({ path }) => path.includes('/79/'))).toHaveLength(4);
  expect(await noticesOf(id)).toMatchObject([
    { status: 'WAITING', due_at: null, last_error: 'answered 404' },
    { status: 'REPLAYED' },
  ]);
  expect(await connectionOf(id)).toMatchObject({ accepted: 1, fetching: { waiting: 1, openUntil: null } });
  await announce(id, '81', '7');
  const path = '/v3/surveys/105724755/responses/81/details?simple=true';
  kept.set(path.replace('81', '79'), { ...kept.get(path), id: '79' });
  expect(await fetchAgain(database.store, id, null, new Date(now))).toBe(2);
  await work(id);
  expect(await scoreOf('79')).toEqual([7]);
});

it('a replay has what was given up fetched again, beside items that are read again', async () => {
  const id = await connect();
  await announce(id, '90', null);
  for (let i = 0; i < 4; i++) {
    await work(id);
    now += HOUR;
  }
  // Its answer is fetched, and is on no scale.
  await announce(id, '91', '99');
  await work(id);
  now += SECOND;
  const connection = deps.connections.find(id);
  if (!connection) throw new Error('the connection is not known');
  const notes: object[] = [];
  const replay = (reasons: QuarantineFilter['reasons'] = null) =>
    replayQuarantined(
      deps,
      OWNER,
      { id, vendor: surveymonkey, reader: () => deps.connections.reader(connection) },
      { reasons },
      { note: async (_session, note) => void notes.push(note), onIngested: () => undefined },
    );
  const states = () =>
    database.sql<{ reason: string; status: string; attempts: number }>(
      'SELECT reason, status, attempts FROM quarantine WHERE connection_id = $1 ORDER BY received_at, reason',
      [id],
    );
  const value = (attempts: number) => ({ reason: 'VALUE', status: 'WAITING', attempts });
  const fetched = { reason: 'THIN', status: 'REPLAYED' };
  expect(await states()).toMatchObject([{ reason: 'THIN', status: 'WAITING' }, fetched, value(0)]);
  expect(await replay()).toMatchObject({ replayed: 1, failed: 1, remaining: 0 });
  expect(notes).toContainEqual({ key: `Connection:${id}`, fetched: 1 });
  const due = { reason: 'THIN', status: 'FETCHING', attempts: 0 };
  expect(await states()).toMatchObject([due, fetched, value(1)]);
  // What is being fetched is not replayed again.
  expect(await replay(['THIN'])).toMatchObject({ replayed: 0, failed: 0, remaining: 0 });
  const path = '/v3/surveys/105724755/responses/91/details?simple=true';
  const answer = JSON.parse(JSON.stringify(kept.get(path)).replaceAll('"99"', '"8"'));
  kept.set(path.replace('91', '90'), { ...answer, id: '90' });
  await work(id);
  expect(await states()).toMatchObject([fetched, fetched, value(1)]);
  expect(await scoreOf('90')).toEqual([8]);
  expect(await scoreOf('91')).toEqual([]);
  expect(await connectionOf(id)).toMatchObject({ accepted: 1, fetching: { waiting: 0 } });
});

it('what is fetched before there is a mapping waits with its values, and is stored by a mapping of them', async () => {
  const id = await connect({}, null);
  await announce(id, '95', '8');
  await work(id);
  const rows = await database.sql<{ id: string; reason: string; status: string }>(
    'SELECT id, reason, status FROM quarantine WHERE connection_id = $1 ORDER BY reason',
    [id],
  );
  expect(rows).toMatchObject([
    { reason: 'MAPPING', status: 'WAITING' },
    { reason: 'THIN', status: 'REPLAYED' },
  ]);
  const [item] = rows;
  const kept = await openQuarantined(database.store, database.encryption, [item?.id ?? '']);
  expect(kept.get(item?.id ?? '')).toContain('simple_text');
  expect(await connectionOf(id)).toMatchObject({ deliveries: 1, rejected: 1, fetching: { lastError: null } });
  expect(await deps.connections.map(id, fixtures.mapping, change)).toBe(true);
  const connection = deps.connections.find(id);
  if (!connection) throw new Error('the connection is not known');
  const target = { id, vendor: surveymonkey, reader: () => deps.connections.reader(connection) };
  const order = { note: async () => undefined, onIngested: () => undefined };
  expect(await replayQuarantined(deps, OWNER, target, {}, order)).toMatchObject({ replayed: 1, failed: 0 });
  expect(await scoreOf('95')).toEqual([8]);
});

it.each([
  [
    'a redirect to a private address',
    { status: 307, headers: { location: 'http://10.0.0.5/' } },
    'redirects',
  ],
  ['another redirect', { status: 302, headers: { location: 'http://10.0.0.5/' } }, 'answered 302'],
  ['a refusal', { status: 400, body: '{}' }, 'answered 400'],
  ['no JSON', { status: 200, body: '<html>' }, 'cannot be read'],
  ['something else', { status: 200, body: '{"pages":1}' }, 'cannot be read'],
  ['too much', { status: 200, body: `"${'x'.repeat(1024 * 1024)}"` }, 'bytes or more'],
])('gives up at once where the vendor answers with %s', async (_what, answer, why) => {
  const id = await connect();
  await announce(id, '82', '9');
  stub.answer = () => answer as StubAnswer;
  await work(id);
  const [notice] = await noticesOf(id);
  expect(notice).toMatchObject({ status: 'WAITING', attempts: 1, last_error: expect.stringContaining(why) });
  expect(stub.received).toHaveLength(1);
});

it('asks no address that is not public', async () => {
  const id = await connect({ host: 'api.eu.surveymonkey.com' });
  await announce(id, '83', '9');
  await work(id);
  expect(await noticesOf(id)).toMatchObject([
    { status: 'WAITING', last_error: expect.stringContaining('has no public address; connections.allow') },
  ]);
});

it('takes over what a process that died had claimed, and fetches nothing twice beyond its id', async () => {
  const id = await connect();
  await announce(id, '84', '9');
  const claim = { now: new Date(now), until: new Date(now + 30 * SECOND), most: 4 };
  const [lost] = await noticeClaims.claim(database.store, id, claim);
  await work(id);
  expect(stub.received).toEqual([]);
  now += 31 * SECOND;
  await work(id);
  expect(await scoreOf('84')).toEqual([9]);
  // The process was frozen, and goes on.
  const row = await noticeClaims.lock(database.store, id, new Date(now));
  await noticeQueue(deps).attempt(row as never, lost as never, new AbortController().signal);
  expect(await noticesOf(id)).toMatchObject([{ status: 'REPLAYED', attempts: 2 }]);
  expect(await connectionOf(id)).toMatchObject({ accepted: 1, duplicates: 0 });
});

it('several processes share the work, and what hangs is given back when they stop', async () => {
  const id = await connect();
  stub.answer = (request) => (request.path.includes('/850/') ? 'hang' : answers(request as never));
  for (let i = 0; i < 7; i++) await announce(id, `85${i}`, '9');
  const stops = await Promise.all([1, 2].map(() => followWork(deps, noticeQueue(deps))));
  await until(async () => (await connectionOf(id)).accepted === 6, 'all others are fetched');
  for (const stop of stops) await stop();
  expect(stub.received).toHaveLength(7);
  expect((await noticesOf(id)).filter(({ status }) => status === 'FETCHING')).toMatchObject([
    { attempts: 0 },
  ]);
});

it('encrypts the key, wraps it again by a rotation, and destroys it with the connection', async () => {
  const id = await connect();
  const [stored] = await database.sql<{ text: string }>('SELECT f::text AS text FROM connection_fetch f');
  expect(stored?.text).not.toContain(KEY);
  const newer = await testEncryption(
    database.store,
    configuredKeyProvider(['05'.repeat(32), '06'.repeat(32)]),
  );
  expect(await rewrapKeys(database.store, newer)).toBeGreaterThan(0);
  newer.forget([id]);
  expect(await readVendorKey(database.store, newer, id)).toEqual({ origin: stub.url, key: KEY });
  await deps.connections.remove(id, change);
  expect(await readVendorKey(database.store, newer, id)).toBeNull();
  expect(await database.sql('SELECT FROM connection_fetch')).toEqual([]);
});
