import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyProviderUnavailableError } from '../../domain/errors/key-provider-errors.ts';
import { lookupsOfGiven } from '../../ingestion/pipeline/pseudonym.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { type Connections, openConnections } from '../../ingestion/webhooks/connections.ts';
import { receiveDelivery } from '../../ingestion/webhooks/receive.ts';
import { SignatureError } from '../../ingestion/webhooks/signature.ts';
import { signStandardWebhook } from '../../ingestion/webhooks/vendors/canonical.fixtures.ts';
import { canonical } from '../../ingestion/webhooks/vendors/canonical.ts';
import { configuredKeyProvider, fileKeyProvider } from '../../instance/keys/file-provider.ts';
import { changeKeys } from '../../instance/rotate.ts';
import { forgetDeliveries } from '../../store/connections/connection-deliveries.ts';
import { MOST_CONNECTIONS } from '../../store/connections/connections.ts';
import type { KeyProvider } from '../../store/encryption/key-provider.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import {
  DIMENSIONS,
  openTestDatabase,
  PEPPER,
  type TestDatabase,
  testEncryption,
} from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

/* Connections as several processes have them: each with connections in memory and a key provider of its own. */

let record: TestDatabase;
let folder: string;
beforeAll(async () => {
  record = await openTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'scoreline-test-'));
});
afterAll(async () => {
  await record?.close();
  rmSync(folder, { recursive: true });
});

interface Process {
  readonly connections: Connections;
  readonly encryption: SubjectEncryption;
  deliver(id: string, secret: string, name: string, items: object[]): Promise<object>;
}
const change = { by: { id: 'admin', name: 'admin' }, note: async () => undefined };
const wanted = {
  connector: 'canonical',
  name: 'test',
  attributes: {},
  sources: null,
  mapping: {},
  secret: null,
  access: { key: null, host: null },
};

async function processOn(
  provider?: KeyProvider,
  { store, ingestor, outcomes, identities } = record,
): Promise<Process> {
  const encryption = await testEncryption(store, provider);
  const identify = (text: string) => lookupsOfGiven(PEPPER, text);
  const deps = {
    store,
    encryption,
    ingestor,
    outcomes,
    identities,
    identify,
    quarantineFor: 'P30D',
    now: Date.now,
  };
  const onError = (error: Error) => {
    throw error;
  };
  const connections = await openConnections({
    ...deps,
    dimensions: DIMENSIONS,
    allowedHosts: ['gateway.internal'],
    loops: null,
    randomBytes,
    onError,
  });
  return {
    connections,
    encryption,
    deliver: (id, secret, name, items) => {
      const connection = connections.find(id);
      if (!connection) throw new Error('this process does not know the connection');
      const raw = Buffer.from(JSON.stringify(items));
      const headers = signStandardWebhook(raw, secret, Date.now(), name);
      const target = { id, connector: canonical, reader: () => connections.reader(connection) };
      return receiveDelivery(deps, OWNER, target, { raw, headers, url: connection.id });
    },
  };
}
const item = (externalId: string) => ({ externalId, answeredAt: '2026-03-01T09:30:00Z', score: 9 });
const rows = async (id: string, { sql } = record) =>
  (await sql<Record<string, unknown>>('SELECT * FROM connection WHERE id = $1', [id]))[0] ?? {};

it('a connection that one process makes is known in the others; its removal and its new secret count there at once', async () => {
  const [one, other] = [await processOn(), await processOn()];
  const { id, secret } = await one.connections.create(wanted, change);
  await until(() => other.connections.find(id) !== undefined, 'the other process knows it');
  expect(await other.deliver(id, secret, 'd1', [item('p1')])).toMatchObject({ account: { accepted: 1 } });
  // Deliveries are known by their id in every process, and counted once.
  expect(await one.deliver(id, secret, 'd1', [item('p1')])).toMatchObject({ repeated: true });
  expect(await rows(id)).toMatchObject({ deliveries: 1, accepted: 1 });

  const next = (await one.connections.rotate(id, null, 0, change)) ?? '';
  await expect(other.deliver(id, secret, 'd2', [item('p2')])).rejects.toThrow(SignatureError);
  expect(await other.deliver(id, next, 'd2', [item('p2')])).toMatchObject({ account: { accepted: 1 } });

  expect(await one.connections.remove(id, change)).toBe(true);
  // Before it is heard there: the database decides.
  const late = other.connections.find(id) ? other.deliver(id, next, 'd3', [item('p3')]) : null;
  if (late) await expect(late).rejects.toThrow(SignatureError);
  await until(() => other.connections.find(id) === undefined, 'the other process knows that it is removed');
  expect(await rows(id)).toMatchObject({
    secret: null,
    former_secret: null,
    wrapped: null,
    removed_by: 'admin',
  });
  expect(await record.sql('SELECT FROM connection_delivery WHERE connection_id = $1', [id])).toEqual([]);
  for (const { connections } of [one, other]) await connections.close();
});

it('of two first mappings at once that name different sources one is refused', async () => {
  const { connections } = await processOn();
  const unmapped = { ...wanted, connector: 'delighted', mapping: null, secret: 'a-key-of-the-vendor' };
  const { id } = await connections.create(unmapped, change);
  const tries = await Promise.allSettled(
    ['one', 'two'].map((source) => connections.map(id, { source }, change)),
  );
  expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const { sources, mapping } = await rows(id);
  expect(sources).toEqual([(mapping as { source: string }).source]);
  await connections.close();
});

it('the same delivery at the same time in two processes is stored and counted once', async () => {
  const [one, other] = [await processOn(), await processOn()];
  const { id, secret } = await one.connections.create(wanted, change);
  await until(() => other.connections.find(id) !== undefined, 'the other process knows it');
  const receipts = await Promise.all(
    [one, other, one, other].map((process) =>
      process.deliver(id, secret, 'both', [item('both 1'), item('both 2')]),
    ),
  );
  const accepted = receipts.map((receipt) => (receipt as { account: { accepted: number } }).account.accepted);
  expect(accepted.reduce((sum, n) => sum + n)).toBe(2);
  expect(await rows(id)).toMatchObject({ deliveries: 1 });
  for (const { connections } of [one, other]) await connections.close();
});

it('secrets are encrypted under keys that a rotation wraps again, and that are not destroyed while one needs them', async () => {
  const file = () => fileKeyProvider(join(folder, 'wrapping-keys'));
  const provider = await file();
  const database = await openTestDatabase();
  const one = await processOn(provider, database);
  const { id, secret } = await one.connections.create(wanted, change);
  const stored = JSON.stringify(await rows(id, database));
  expect(stored).not.toContain(secret.slice(8));
  const config = { dataDir: '', secretsDir: undefined, pepper: undefined, signingKeys: undefined };
  const keys = (action: 'rewrap' | 'retire') =>
    changeKeys({ store: database.store, encryption: one.encryption, pepper: PEPPER }, config, action);
  await provider.rotate();
  await expect(keys('retire')).rejects.toThrow(/under version 1.*nothing was destroyed/);
  expect(await keys('rewrap')).toMatch(/data keys wrapped by file under its present version/);
  expect(await rows(id, database)).toMatchObject({ provider: 'file', key_version: '2' });
  expect(await keys('retire')).toBe('wrapping keys destroyed: 1');
  const fresh = await processOn(await file(), database);
  // The delivery is accepted: its secret could be read.
  expect(await fresh.deliver(id, secret, 'd1', [])).toMatchObject({ account: { accepted: 0 } });
  for (const { connections } of [one, fresh]) await connections.close();
  await database.close();
});

it('a secret that is put in the place of another cannot be decrypted', async () => {
  const one = await processOn();
  const [a, b] = [await one.connections.create(wanted, change), await one.connections.create(wanted, change)];
  await record.sql(
    'UPDATE connection x SET secret = y.secret FROM connection y WHERE x.id = $1 AND y.id = $2',
    [a.id, b.id],
  );
  await expect(one.deliver(a.id, a.secret, 'd', [])).rejects.toThrow(/cannot be decrypted/);
  const { secret: former } = await rows(b.id);
  await one.connections.rotate(b.id, null, 3_600_000, change);
  await record.sql('UPDATE connection SET secret = $2 WHERE id = $1', [b.id, former]);
  await expect(one.deliver(b.id, b.secret, 'd', [])).rejects.toThrow(/cannot be decrypted/);
  await one.connections.close();
});

it('nothing is recorded of a delivery while the key provider is away', async () => {
  const provider = configuredKeyProvider(['05'.repeat(32)]);
  let isAway = false;
  const sometimes: KeyProvider = {
    name: provider.name,
    wrap: (given) => provider.wrap(given),
    unwrap: async (given) => {
      if (isAway) throw new KeyProviderUnavailableError('away');
      return provider.unwrap(given);
    },
    current: () => provider.current(),
    rotate: () => provider.rotate(),
    retire: () => provider.retire(),
  };
  const one = await processOn(sometimes);
  const { id, secret } = await one.connections.create(wanted, change);
  isAway = true;
  one.encryption.forget([id]);
  await expect(one.deliver(id, secret, 'd1', [item('away 1')])).rejects.toThrow(KeyProviderUnavailableError);
  isAway = false;
  expect(await one.deliver(id, secret, 'd1', [item('away 1')])).toMatchObject({ account: { accepted: 1 } });
  expect(await rows(id)).toMatchObject({ deliveries: 1 });
  await one.connections.close();
});

it('ids of deliveries are forgotten after a month, and there are only so many connections', async () => {
  const one = await processOn();
  const { id, secret } = await one.connections.create(wanted, change);
  await one.deliver(id, secret, 'old', [item('m1')]);
  await forgetDeliveries(record.store, Date.now());
  expect(await one.deliver(id, secret, 'old', [item('m1')])).toMatchObject({ repeated: true });
  await forgetDeliveries(record.store, Date.now() + 31 * 24 * 3_600_000);
  expect(await one.deliver(id, secret, 'old', [item('m1')])).toMatchObject({ account: { duplicates: 1 } });
  await record.sql(
    `INSERT INTO connection (id, connector, name, attributes, mapping, created_at, created_by, made_by)
      SELECT gen_random_uuid(), 'canonical', 'many', '{}', '{}', now(), 'test', 'test' FROM generate_series(1, $1)`,
    [MOST_CONNECTIONS],
  );
  await expect(one.connections.create(wanted, change)).rejects.toThrow(/the most that are allowed/);
  await one.connections.close();
});
