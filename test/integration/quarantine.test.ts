import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { parseSegmentRules } from '../../domain/segments/segment-rules.ts';
import { lookupsOfGiven } from '../../ingestion/pipeline/pseudonym.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { type Connections, openConnections } from '../../ingestion/webhooks/connections.ts';
import type { WebhookConnector } from '../../ingestion/webhooks/connector.ts';
import { type ReceiveDeps, receiveDelivery } from '../../ingestion/webhooks/receive.ts';
import { CONNECTORS } from '../../ingestion/webhooks/registry.ts';
import { replayQuarantined } from '../../ingestion/webhooks/replay.ts';
import { SignatureError } from '../../ingestion/webhooks/signature.ts';
import { signStandardWebhook } from '../../ingestion/webhooks/vendors/canonical.fixtures.ts';
import { fixtures as delighted } from '../../ingestion/webhooks/vendors/delighted.fixtures.ts';
import { fixtures as formbricks } from '../../ingestion/webhooks/vendors/formbricks.fixtures.ts';
import { fixtures as segmentFixtures } from '../../ingestion/webhooks/vendors/segment.fixtures.ts';
import { segment } from '../../ingestion/webhooks/vendors/segment.ts';
import {
  listQuarantined,
  MOST_QUARANTINED,
  openQuarantined,
  type QuarantineFilter,
} from '../../store/connections/quarantine.ts';
import {
  discardQuarantined,
  expireQuarantined,
  shortenQuarantine,
} from '../../store/connections/quarantine-settle.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { readMerges } from '../../store/data-subjects/merge-list.ts';
import { undoMerge } from '../../store/data-subjects/merges.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { rewrapKeys } from '../../store/encryption/rotate-keys.ts';
import { readResponses } from '../../store/responses/responses.ts';
import { addRules } from '../../store/segments/rule-versions.ts';
import {
  DIMENSIONS,
  narrowScope,
  openTestDatabase,
  PEPPER,
  type TestDatabase,
} from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { findInTables } from '../fixtures/needles.ts';

/* What a connection delivers and cannot be stored: kept, found, replayed, expired. */

const DAY_MS = 24 * 3_600_000;
let database: TestDatabase;
let connections: Connections;
let deps: ReceiveDeps;
const notes: object[] = [];
const change = { by: { id: 'admin', name: 'admin' }, note: async () => undefined };
beforeAll(async () => {
  database = await openTestDatabase();
  const { store, encryption, ingestor, outcomes, identities } = database;
  const onError = (error: Error) => {
    throw error;
  };
  connections = await openConnections({
    ...{
      store,
      encryption,
      dimensions: DIMENSIONS,
      loops: null,
      allowedHosts: [],
      now: Date.now,
      randomBytes,
      onError,
    },
  });
  const identify = (text: string) => lookupsOfGiven(PEPPER, text);
  deps = {
    store,
    encryption,
    ingestor,
    outcomes,
    identities,
    identify,
    quarantineFor: 'P30D',
    now: Date.now,
  };
});
afterAll(async () => {
  await connections?.close();
  await database?.close();
});

const make = async (connector: string, mapping: unknown, secret: string | null = null) => {
  const wanted = {
    connector,
    name: 'test',
    attributes: {},
    sources: null,
    mapping,
    secret,
    access: { key: null, host: null },
  };
  return connections.create(wanted, change);
};
const found = (id: string) => {
  const connection = connections.find(id);
  if (!connection) throw new Error('there is no such connection');
  return connection;
};
const deliver = (id: string, secret: string, body: unknown, name: string = randomUUID()) => {
  const connection = found(id);
  const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const headers = {
    ...signStandardWebhook(raw, secret, Date.now(), name),
    'content-type': 'application/json',
  };
  const connector = CONNECTORS.get(connection.connector) as WebhookConnector;
  const target = { id, connector, reader: () => connections.reader(connection) };
  return receiveDelivery(deps, OWNER, target, { raw, headers, url: id });
};
const replay = (id: string, filter: QuarantineFilter = {}, triedBefore: Date | null = null) =>
  replayQuarantined(
    deps,
    OWNER,
    { id, vendor: found(id).vendor, reader: () => connections.reader(found(id)) },
    filter,
    { note: async (_session, subject) => void notes.push(subject), onIngested: () => undefined, triedBefore },
  );
const list = (id: string, filter: QuarantineFilter = {}) =>
  listQuarantined(database.store, id, filter, { after: null, limit: 100 });
const counts = async (id: string) =>
  (
    await database.sql<Record<string, number>>(
      'SELECT deliveries, accepted, duplicates, rejected, ignored, refused, unkept FROM connection WHERE id = $1',
      [id],
    )
  )[0];
const contents = async (id: string) => {
  const rows = await list(id);
  return openQuarantined(
    database.store,
    database.encryption,
    rows.map((row) => row.id),
  );
};
const item = (externalId: string, more: object = {}) => ({
  externalId,
  answeredAt: '2026-03-01T09:30:00Z',
  score: 9,
  ...more,
});
const survey = (id: string, answers: object, more: object = {}) => ({
  event: 'responseFinished',
  data: {
    ...{ id, surveyId: 'clx9survey0001', contact: { userId: `user of ${id}` } },
    ...{ createdAt: '2026-02-24T07:47:29.507Z', updatedAt: '2026-02-24T07:47:56.116Z', data: answers },
    ...more,
  },
});
/** What no table may hold as it is. */
const holds = async (needle: string) => findInTables(database.sql, [needle]);

it('keeps what the reader, the pipeline or the connector refuses, encrypted, with its reason, and what is good at once', async () => {
  const { id, secret } = await make('canonical', {});
  const receipt = await deliver(id, secret, [
    item('q1'),
    item('q2', { score: 11, respondent: 'quentin@example.org' }),
    item('q3', { answeredAt: '2250-01-01T00:00:00Z' }),
    item('q4', { shoeSize: 'needle-of-q4' }),
  ]);
  expect(receipt.account).toMatchObject({ accepted: 1, rejectedTotal: 3 });
  await deliver(id, secret, '{"externalId": "needle-of-body');
  const rows = await list(id);
  expect(rows.map(({ reason, code, field, status }) => [reason, code, field, status])).toEqual(
    expect.arrayContaining([
      ['VALUE', 'OUT_OF_SCALE', 'score', 'WAITING'],
      ['VALUE', 'IN_THE_FUTURE', 'answeredAt', 'WAITING'],
      ['SCHEMA', 'INVALID', null, 'WAITING'],
      ['BODY', 'INVALID', null, 'WAITING'],
    ]),
  );
  expect(rows).toHaveLength(4);
  expect([...(await contents(id)).values()].join()).toContain('quentin@example.org');
  for (const needle of ['quentin@example.org', 'needle-of-q4', 'needle-of-body'])
    expect(await holds(needle)).toEqual([]);
  // By reason, field and time.
  expect(await list(id, { reasons: ['VALUE'] })).toHaveLength(2);
  expect(await list(id, { fields: ['score'] })).toHaveLength(1);
  expect(await list(id, { to: new Date(Date.now() - DAY_MS) })).toHaveLength(0);
  expect(await list(id, { from: new Date(Date.now() - DAY_MS), statuses: ['WAITING'] })).toHaveLength(4);
});

it('keeps no delivery without a valid signature, and counts it; the same item waits once', async () => {
  const { id, secret } = await make('canonical', {});
  const wrong = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  await expect(deliver(id, wrong, [item('w1', { score: 11 })])).rejects.toThrow(SignatureError);
  for (let i = 0; i < 3; i++) connections.refused(id, 'WRONG_SIGNATURE');
  expect(await list(id)).toEqual([]);
  for (let i = 0; i < 2; i++) await deliver(id, secret, [item('w2', { score: 11 })]);
  await deliver(id, secret, [item('w3', { score: 12 })], 'same name');
  await deliver(id, secret, [item('w3', { score: 12 })], 'same name');
  expect(await list(id)).toHaveLength(2);
  await connections.close();
  expect(await counts(id)).toMatchObject({ refused: 3, deliveries: 3, rejected: 3 });
  connections = await openConnections({
    ...{ store: database.store, encryption: database.encryption, dimensions: DIMENSIONS },
    ...{ loops: null, allowedHosts: [], now: Date.now, randomBytes, onError: () => undefined },
  });
});

it('what waited is filed by the segment rules in force when it is replayed, with attributes of the mapping', async () => {
  const mapping = formbricks.mapping as Record<string, unknown>;
  const wrong = { ...mapping, score: { column: 'data.nps', scale: '1-5' } };
  const { id } = await make('formbricks', wrong, formbricks.secret);
  await deliver(id, formbricks.secret, survey('ruled', { nps: 9, country: 'NZ', plan: 'needle-of-plan' }));
  const rules = parseSegmentRules(
    { dimensions: { region: [{ attribute: 'country', equals: 'NZ', value: 'New Zealand' }] } },
    DIMENSIONS,
  );
  const by = { actor: 'a', actorName: 'admin', reason: 'test' };
  await addRules(database.store, { config: '', rules, undoes: null, ...by });
  await database.segmentRules.read(database.store);
  const attributes = { country: { column: 'data.country' }, plan: { column: 'data.plan' } };
  await connections.map(id, { ...mapping, attributes }, change);
  expect(await replay(id)).toMatchObject({ replayed: 1 });
  expect(
    await database.sql(
      `SELECT c.attributes->>'region' AS region FROM response r JOIN cell c ON c.id = r.cell_id WHERE r.external_id LIKE '%ruled%'`,
    ),
  ).toEqual([{ region: 'New Zealand' }]);
  // What no rule names is not stored; while it waited, it was encrypted.
  expect(await holds('needle-of-plan')).toEqual([]);
});

it('what a mapping could not read is stored once it is changed: again and again, and after a replay that was cut off', async () => {
  const mapping = formbricks.mapping as Record<string, unknown>;
  const wrong = { ...mapping, score: { column: 'data.nps', scale: '1-5' } };
  const { id } = await make('formbricks', wrong, formbricks.secret);
  for (let i = 0; i < 3; i++) await deliver(id, formbricks.secret, survey(`m${i}`, { nps: 9 }));
  await deliver(id, formbricks.secret, survey('m3', { nps: 9 }, { surveyId: 'another' }));
  const waiting = await list(id);
  expect(waiting).toHaveLength(3);
  expect(await counts(id)).toMatchObject({ accepted: 0, rejected: 3, ignored: 1 });
  // Without a fix they wait on.
  const failed = await replay(id);
  const problem = { reason: 'VALUE', code: 'OUT_OF_SCALE', field: 'score', count: 3 };
  expect(failed).toMatchObject({ replayed: 0, failed: 3, remaining: 0, problems: [problem] });
  // The next call of several tries each of them no second time.
  expect(await replay(id, {}, failed.startedAt)).toMatchObject({ failed: 0, remaining: 0, problems: [] });
  expect(await list(id)).toMatchObject([{ attempts: 1 }, { attempts: 1 }, { attempts: 1 }]);

  await expect(connections.map(id, { score: 1 }, change)).rejects.toThrow(/score/);
  expect(await connections.map(id, mapping, change)).toBe(true);
  // One by one, and by filter.
  expect(await replay(id, { ids: [waiting[0]?.id ?? ''] })).toMatchObject({
    replayed: 1,
    failed: 0,
    remaining: 0,
  });
  // Of a replay that stored an answer and died before it settled the row.
  const contentsBefore = await database.sql<object>('SELECT * FROM quarantine WHERE id = $1', [
    waiting[1]?.id,
  ]);
  expect(await replay(id, { reasons: ['VALUE', 'SCHEMA'] })).toMatchObject({
    replayed: 2,
    failed: 0,
    remaining: 0,
  });
  const [kept] = contentsBefore as [Record<string, unknown>];
  await database.sql(
    `UPDATE quarantine SET status = 'WAITING', settled_at = NULL, sealed = $2, wrapped = $3, provider = $4, key_version = $5 WHERE id = $1`,
    [kept['id'], kept['sealed'], kept['wrapped'], kept['provider'], kept['key_version']],
  );
  expect(await replay(id)).toMatchObject({ replayed: 1, failed: 0, remaining: 0 });
  expect(await counts(id)).toMatchObject({ accepted: 3, duplicates: 1 });
  const stored = await database.sql<{ position: string }>(
    `SELECT e.position FROM response r JOIN source_event e ON e.id = r.source_event_id WHERE r.external_id LIKE 'm_'`,
  );
  expect(stored.map(({ position }) => position)).toEqual(
    stored.map(() => expect.stringMatching(/^formbricks delivery .* item 0$/)),
  );
  expect(stored).toHaveLength(3);
  expect(await list(id)).toMatchObject(waiting.map(() => ({ status: 'REPLAYED' })));
  expect(notes.at(-1)).toEqual({ key: `Connection:${id}`, replayed: 1, failed: 0 });
  // Their contents and keys are gone.
  expect(await contents(id)).toEqual(new Map());
  expect(
    await database.sql(
      'SELECT FROM quarantine WHERE connection_id = $1 AND (wrapped IS NOT NULL OR lookups IS NOT NULL)',
      [id],
    ),
  ).toEqual([]);
});

/** Gives a row of the quarantine another content. */
async function replace(id = '', content: object = {}) {
  const key = { id, key: randomBytes(32) };
  const [wrapped] = await database.store.transaction((session) => database.encryption.wrap(session, [key]));
  const sealed = database.encryption.encryptEvent(key, id, JSON.stringify(content), 'quarantine');
  await database.sql('UPDATE quarantine SET sealed = $2, wrapped = $3, key_version = $4 WHERE id = $1', [
    ...[id, sealed],
    ...[wrapped?.wrapped, wrapped?.version],
  ]);
}

it('a broken line among many good ones waits by itself, and the others are stored', async () => {
  const { id } = await make('delighted', {}, delighted.secret);
  const event = (of: number) => ({
    event_type: 'survey_response.created',
    event_data: {
      ...{ id: `d${of}`, person: { id: `person ${of}`, email: `p${of}@example.com` }, survey_type: 'nps' },
      ...{ score: 9, created_at: 1_767_346_200, updated_at: 1_767_346_200 },
    },
  });
  const good = Array.from({ length: 1_500 }, (_, i) => JSON.stringify(event(i)));
  const raw = Buffer.from([...good, '{"event_type": "survey_resp', '{"event_data": {}}'].join('\n'));
  const headers = {
    ...delighted.sign(raw, delighted.secret, 0, '', ''),
    'content-type': 'application/x-ndjson',
  };
  const connector = CONNECTORS.get('delighted') as WebhookConnector;
  const target = { id, connector, reader: () => connections.reader(found(id)) };
  const { account } = await receiveDelivery(deps, OWNER, target, { raw, headers, url: id });
  expect(account).toMatchObject({ accepted: 1_500, rejectedTotal: 2 });
  expect(await counts(id)).toMatchObject({ accepted: 1_500, rejected: 2, unkept: 0 });
  expect(await list(id)).toMatchObject([{ reason: 'SCHEMA' }, { reason: 'SCHEMA' }]);
});

it('an item that cannot be parsed waits on, whatever reads the connection', async () => {
  const made = [
    await make('formbricks', formbricks.mapping, formbricks.secret),
    await make('segment', (segmentFixtures.mapping as object) ?? {}),
  ];
  for (const { id, secret } of made) {
    const vendor = found(id).connector;
    if (vendor === 'formbricks') await deliver(id, secret, 'not JSON');
    else {
      const raw = Buffer.from('not JSON');
      const headers = segmentFixtures.sign(raw, secret, Date.now(), '', id);
      const target = { id, connector: segment, reader: () => connections.reader(found(id)) };
      await receiveDelivery(deps, OWNER, target, { raw, headers, url: id });
    }
    const [row] = await list(id);
    await database.sql(`UPDATE quarantine SET reason = 'SCHEMA' WHERE id = $1`, [row?.id]);
    await replace(row?.id, { kind: 'item', text: '{"a": 1, "a": 2}' });
    expect(await replay(id)).toMatchObject({ replayed: 0, failed: 1 });
    expect(await list(id)).toMatchObject([{ status: 'WAITING' }]);
  }
});

it('the rejected items of a body that could not be read wait by themselves once it can', async () => {
  const { id, secret } = await make('canonical', {});
  await deliver(id, secret, 'not JSON');
  const [row] = await list(id);
  // As after a correction of the connector: the same delivery, now readable.
  const body = JSON.stringify([item('b1'), item('b2', { score: 99 })]);
  await replace(row?.id, { kind: 'body', body: Buffer.from(body).toString('base64'), headers: {} });
  // The rejected one was not tried yet.
  expect(await replay(id)).toMatchObject({ replayed: 1, failed: 0, remaining: 1 });
  expect(await list(id, { statuses: ['WAITING'] })).toMatchObject([
    {
      reason: 'VALUE',
      code: 'OUT_OF_SCALE',
      position: expect.stringMatching(/ item 1$/),
      expiresAt: row?.expiresAt,
    },
  ]);
  expect(await counts(id)).toMatchObject({ accepted: 1 });
});

it('a body that also waited for a mapping is still several items once it can be read', async () => {
  const { id, secret } = await make('delighted', null, delighted.secret);
  const raw = Buffer.from('not JSON');
  const headers = delighted.sign(raw, secret, 0, '', '');
  const connector = CONNECTORS.get('delighted') as WebhookConnector;
  const target = { id, connector, reader: () => connections.reader(found(id)) };
  await receiveDelivery(deps, OWNER, target, { raw, headers, url: id });
  expect(await replay(id)).toMatchObject({ failed: 1, problems: [{ reason: 'MAPPING' }] });
  await connections.map(id, { source: 'late mapping' }, change);
  const event = (of: string, score: number) => ({
    event_type: 'survey_response.created',
    event_data: {
      ...{ id: of, person: { id: `person ${of}` }, survey_type: 'nps', score },
      ...{ created_at: 1_767_346_200, updated_at: 1_767_346_200 },
    },
  });
  const [row] = await list(id);
  const body = JSON.stringify([event('l1', 9), event('l2', 99)]);
  await replace(row?.id, { kind: 'body', body: Buffer.from(body).toString('base64'), headers: {} });
  expect(await replay(id)).toMatchObject({ replayed: 1, failed: 0, remaining: 1 });
  expect(await list(id, { statuses: ['WAITING'] })).toMatchObject([
    { reason: 'VALUE', code: 'OUT_OF_SCALE', position: expect.stringMatching(/ item 1$/) },
  ]);
});

it('of an item that is stored, what the mapping does not read is kept nowhere, also not encrypted', async () => {
  const mapping = { ...(formbricks.mapping as object), source: 'allowed' };
  const { id } = await make('formbricks', mapping, formbricks.secret);
  const unmapped = { email: 'needle.mail@example.org', plan: 'Pro' };
  const more = { contactAttributes: unmapped, meta: { country: 'DE', ipAddress: '203.0.113.77' } };
  await deliver(
    id,
    formbricks.secret,
    survey('k1', { nps: 9, reason: 'Quick', other: 'needle answer' }, more),
  );
  const events = await database.sql<{ id: string; subject: string; sealed: Uint8Array }>(
    `SELECT e.id, e.subject_id AS subject, e.sealed FROM source_event e JOIN response r ON r.id = e.response_id WHERE r.external_id = 'k1'`,
  );
  const subjects = await database.encryption.subjects(events.map(({ subject }) => subject));
  const items = events.map((one) =>
    database.encryption.decrypt(subjects.get(one.subject) as never, 'event', one.id, one.sealed),
  );
  expect(items.map((text) => JSON.parse(text))).toEqual([
    {
      ...{ id: 'k1', 'contact.userId': 'user of k1', surveyId: 'clx9survey0001' },
      ...{ createdAt: '2026-02-24T07:47:29.507Z', updatedAt: '2026-02-24T07:47:56.116Z' },
      ...{ 'data.nps': '9', 'data.reason': 'Quick', 'meta.country': 'DE', 'contactAttributes.plan': 'Pro' },
    },
  ]);
  expect(await list(id)).toEqual([]);
  for (const needle of [unmapped.email, '203.0.113.77', 'needle answer'])
    expect(await holds(needle)).toEqual([]);
  // The same again is recognised.
  const again = survey('k1', { nps: 9, reason: 'Quick', other: 'needle answer' }, more);
  expect(await deliver(id, formbricks.secret, again)).toMatchObject({ account: { duplicates: 1 } });
});

it('what a vendor says of identifiers merges them once, where its connection may merge, and waits where it may not', async () => {
  const mapping = { identities: { events: ['identify', 'alias'] }, source: 'segment' };
  const secret = 'a-secret-of-sixteen-letters';
  const { id } = await make('segment', mapping, secret);
  const send = (body: object, submitter = OWNER) => {
    const raw = Buffer.from(JSON.stringify(body));
    const headers = { 'x-signature': createHmac('sha1', secret).update(raw).digest('hex') };
    const target = { id, connector: segment, reader: () => connections.reader(found(id)) };
    return receiveDelivery(deps, submitter, target, { raw, headers, url: id });
  };
  const whose = async () => {
    const query = { segment: {}, from: null, to: null, first: 500, after: null };
    const rows = await readResponses(database, EVERYTHING, query);
    const names = rows.flatMap(({ externalId, respondent }) => (/^i\d$/.test(externalId) ? respondent : []));
    return new Set(names).size;
  };
  const traits = { email: 'ines@example.org' };
  const identify = { type: 'identify', anonymousId: 'i-device', userId: 'ines', traits };
  await database.submit([item('i1', { respondent: 'i-device' }), item('i2', { respondent: 'ines' })]);
  expect(await whose()).toBe(2);
  // A submitter that sees one segment only.
  const narrow = { ...OWNER, scope: narrowScope('narrow', () => true) };
  expect((await send({ ...identify, messageId: 'i0' }, narrow)).account).toMatchObject({ rejectedTotal: 1 });
  expect(await whose()).toBe(2);
  expect((await send({ ...identify, messageId: 'i1' })).account).toMatchObject({ accepted: 1 });
  expect(await whose()).toBe(1);
  expect(await send({ ...identify, messageId: 'i1' })).toMatchObject({ repeated: true });
  expect((await send({ ...identify, messageId: 'i2' })).account).toMatchObject({ duplicates: 1 });
  const broken = { type: 'alias', messageId: 'i3', userId: 'ines' };
  expect((await send(broken)).account).toMatchObject({ rejected: [{ code: 'MISSING' }] });
  expect((await list(id)).map(({ code, field }) => [code, field]).sort()).toEqual([
    ['FORBIDDEN', null],
    ['MISSING', 'previousId'],
  ]);
  expect([...(await contents(id)).values()].join()).not.toContain('ines@example.org');
  const [merge] = await readMerges(database, { subjectIds: null, after: null, limit: 9 });
  await undoMerge(database, merge?.id ?? '', BY);
  // What a person has undone stays undone, whatever is replayed.
  expect(await replay(id)).toMatchObject({ replayed: 1, failed: 1 });
  expect(await whose()).toBe(2);
  const one = { connector: 'segment', name: 'of one segment', sources: null, mapping, secret };
  const access = { key: null, host: null };
  const ofOne = { ...one, attributes: { region: ['Chile'] }, access };
  await expect(connections.create(ofOne, change)).rejects.toThrow('identities: a merge concerns a person');
});

it('an erasure deletes what names the person, known or not, and nothing else', async () => {
  const { id, secret } = await make('canonical', {});
  const mail = 'Erna@Example.org';
  await deliver(id, secret, [
    item('e1', { respondent: mail }),
    item('e2', { respondent: mail, score: 11 }),
    item('e3', { unknown: `written by <${mail}>` }),
    item('e4', { respondent: 'other@example.org', score: 11 }),
    item('e5', { respondent: 'unknown@example.org', score: 11 }),
  ]);
  await deliver(id, secret, `{"respondent": "${mail}", `);
  expect(await list(id)).toHaveLength(5);
  // The report lists what an erasure would delete; a whole delivery may hold items of others.
  const report = await readSubjectAccessReport(database, personOf('erna@example.org'));
  expect(report?.responses).toHaveLength(1);
  const of = (reason: string, content: unknown) => ({ reason, content, connection: 'test' });
  const text = (of: string) => expect.stringContaining(`"externalId":"${of}"`);
  expect(report?.quarantined).toHaveLength(3);
  expect(report?.quarantined).toEqual(
    expect.arrayContaining([
      expect.objectContaining(of('BODY', null)),
      expect.objectContaining({ content: text('e2') }),
      expect.objectContaining({ content: text('e3') }),
    ]),
  );
  expect(await readSubjectAccessReport(database, personOf('unknown@example.org'))).toMatchObject({
    responses: [],
    quarantined: [{ content: text('e5') }],
  });
  expect(await readSubjectAccessReport(database, personOf('stranger@example.org'))).toBeNull();
  expect(await erase(database, personOf('erna@example.org'), BY)).toEqual({
    known: true,
    holds: [],
    quarantined: 3,
  });
  expect(await erase(database, personOf('unknown@example.org'), BY)).toEqual({
    known: true,
    holds: [],
    quarantined: 1,
  });
  expect([...(await contents(id)).values()].join()).toContain('other@example.org');
  expect(await list(id)).toHaveLength(1);
  expect(await readSubjectAccessReport(database, personOf('unknown@example.org'))).toBeNull();
});

it('expires by the shortest period of the sources that its connection is bound to', async () => {
  const made = await Promise.all(['lent', 'own'].map(() => make('canonical', {})));
  const [lent, own] = made as [(typeof made)[number], (typeof made)[number]];
  for (const { id, secret } of made) await deliver(id, secret, [item('s1', { score: 11 })]);
  await database.sql(`UPDATE connection SET sources = '["lent", "more"]' WHERE id = $1`, [lent.id]);
  const rule = (source: string | null, keep: string) => ({
    what: 'quarantine' as const,
    source,
    dimension: null,
    keep,
  });
  const daysOf = async ({ id }: { readonly id: string }) => {
    const [row] = await list(id);
    return Math.round(((row?.expiresAt.getTime() ?? 0) - (row?.receivedAt.getTime() ?? 0)) / DAY_MS);
  };
  await shortenQuarantine(database.store, [rule(null, 'P30D'), rule('lent', 'P7D'), rule('more', 'P1Y')]);
  expect([await daysOf(lent), await daysOf(own)]).toEqual([7, 30]);
  await shortenQuarantine(database.store, [rule(null, 'P60D'), rule('own', 'P1D')]);
  expect([await daysOf(lent), await daysOf(own)]).toEqual([7, 30]);
});

it('contents and keys go when they expire, are discarded, or their connection is removed; rows later', async () => {
  const { id, secret } = await make('canonical', {});
  await deliver(id, secret, [
    item('x1', { score: 11 }),
    item('x2', { score: 12 }),
    item('x3', { score: 13 }),
  ]);
  const rows = await list(id);
  expect(rows[0]?.expiresAt.getTime()).toBeCloseTo(Date.now() + 30 * DAY_MS, -6);
  // A rotation of the wrapping key wraps their keys, too.
  await database.sql(`UPDATE quarantine SET wrapped_at = now() - interval '1 day' WHERE sealed IS NOT NULL`);
  await rewrapKeys(database.store, database.encryption);
  expect(await database.sql(`SELECT FROM quarantine WHERE wrapped_at < now() - interval '1 hour'`)).toEqual(
    [],
  );
  expect((await contents(id)).size).toBe(3);
  const one = { ids: [rows[0]?.id ?? ''] };
  expect(await discardQuarantined(database.store, id, one, new Date())).toBe(1);
  expect(await discardQuarantined(database.store, id, one, new Date())).toBe(0);
  let emptied = 0;
  await expireQuarantined(database.store, Date.now(), () => emptied++);
  expect(emptied).toBe(0);
  await connections.remove(id, change);
  expect((await list(id)).map(({ status }) => status)).toEqual(['DISCARDED', 'DISCARDED', 'DISCARDED']);
  const other = await make('canonical', {});
  await deliver(other.id, other.secret, [item('x4', { score: 11 })]);
  await expireQuarantined(database.store, Date.now() + 30 * DAY_MS + 60_000, () => emptied++);
  expect(emptied).toBe(1);
  expect(await list(other.id)).toMatchObject([{ status: 'EXPIRED' }]);
  expect(await contents(other.id)).toEqual(new Map());
  await expireQuarantined(database.store, Date.now() + 61 * DAY_MS, () => emptied++);
  expect(await list(other.id)).toEqual([]);
});

it('nothing waits for a connection that is removed while its delivery is stored', async () => {
  const { id, secret } = await make('delighted', {}, delighted.secret);
  // A list has no id of a delivery.
  const raw = Buffer.from(JSON.stringify([{ event_data: { person: 'needle-of-removed' } }]));
  const headers = delighted.sign(raw, secret, 0, '', '');
  const connector = CONNECTORS.get('delighted') as WebhookConnector;
  const connection = found(id);
  const reader = async () => {
    const read = await connections.reader(connection);
    await connections.remove(id, change);
    return read;
  };
  const { account } = await receiveDelivery(
    deps,
    OWNER,
    { id, connector, reader },
    { raw, headers, url: id },
  );
  expect(account).toMatchObject({ rejectedTotal: 1 });
  expect(await list(id)).toEqual([]);
  expect(await counts(id)).toMatchObject({ deliveries: 0, rejected: 0 });
});

it('a connection fills its own share, and what finds no room is counted', async () => {
  const { id, secret } = await make('canonical', {});
  await database.sql(
    `INSERT INTO quarantine (id, connection_id, status, reason, code, position, digest, bytes, sealed, received_at, expires_at)
      SELECT gen_random_uuid(), $1, 'WAITING', 'VALUE', 'INVALID', 'p', convert_to(n::text, 'UTF8'), 1, '\\x00', now(), now()
      FROM generate_series(1, $2) n`,
    [id, MOST_QUARANTINED - 1],
  );
  await deliver(id, secret, [
    item('f1', { score: 11 }),
    item('f2', { score: 12 }),
    item('f3', { score: 13 }),
  ]);
  expect(await counts(id)).toMatchObject({ rejected: 3, unkept: 2 });
  // An item with so many texts could name a person in any of them.
  const texts = Object.fromEntries(Array.from({ length: 2_100 }, (_, i) => [`f${i}`, `text ${i}`]));
  await discardQuarantined(database.store, id, {}, new Date());
  await deliver(id, secret, [item('f4', texts)]);
  expect(await counts(id)).toMatchObject({ unkept: 3 });
});
