import { appendFileSync, cpSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Access, openAccess } from '../../api/access/access.ts';
import { digest, followKeys } from '../../api/access/keys.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { listApiKeys } from '../../store/access/api-keys.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

/* Two processes on one database, as far as keys go: two sets of keys that follow the same table. */

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
const ISSUER = 'https://login.example';
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let database: TestDatabase;
let folder: string;
let clock = Date.UTC(2026, 5, 1);
const now = () => clock;
const fail = (error: Error) => {
  throw error;
};
beforeAll(async () => {
  database = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'scoreline-access-'));
});
afterAll(async () => {
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('keys in memory', () => {
  const NEW = { name: 'n', role: 'feed', attributes: {}, expiresAt: null };

  it('follow keys added and revoked by another process within a second', async () => {
    let changes = 0;
    const here = await followKeys({ store: database.store, loops: null, now, onError: fail }, () => {
      changes += 1;
    });
    const there = await followKeys(
      { store: database.store, loops: null, now, onError: fail },
      () => undefined,
    );
    try {
      const { id, key } = await there.create({ ...NEW, attributes: { region: ['Germany'] } }, 'admin');
      await until(() => here.find(key) !== null, 'it is known here', 1_000);
      expect(here.find(key)).toMatchObject({ id, role: 'feed', attributes: { region: ['Germany'] } });
      expect(here.find(`${key}x`)).toBeNull();
      const before = changes;
      expect(await there.revoke(id, 'admin')).toBe(true);
      await until(() => here.find(key) === null, 'it is refused here', 1_000);
      expect(changes).toBeGreaterThan(before);
      expect(await here.revoke(id, 'admin')).toBe(false);
    } finally {
      await Promise.all([here.close(), there.close()]);
    }
  });

  it('follow a change without a notice', async () => {
    const keys = await followKeys(
      { store: database.store, loops: null, now, onError: fail },
      () => undefined,
    );
    try {
      const { id, key } = await keys.create(NEW, 'admin');
      await database.sql(`UPDATE api_key SET revoked_at = now() WHERE id = '${id}'`);
      await until(() => keys.find(key) === null, 'it is refused', 1_000);
    } finally {
      await keys.close();
    }
  });

  it('expire, and record their use once a minute', async () => {
    const keys = await followKeys(
      { store: database.store, loops: null, now, onError: fail },
      () => undefined,
    );
    try {
      const start = clock;
      const { id, key } = await keys.create({ ...NEW, expiresAt: new Date(start + 120_000) }, 'admin');
      const used = async () =>
        (await listApiKeys(database.store)).find((one) => one.id === id)?.lastUsedAt?.getTime();
      expect(await used()).toBeUndefined();
      keys.find(key);
      await until(async () => (await used()) === start, 'the use is written');
      clock = start + 59_000;
      keys.find(key);
      await new Promise((done) => setTimeout(done, 50));
      expect(await used()).toBe(start);
      clock = start + 60_000;
      keys.find(key);
      await until(async () => (await used()) === start + 60_000, 'the later use is written');
      clock = start + 119_999;
      expect(keys.find(key)).not.toBeNull();
      clock = start + 120_000;
      expect(keys.find(key)).toBeNull();
    } finally {
      await keys.close();
    }
  });
});

describe('a caller', () => {
  let access: Access;
  let sign: (claims: object) => Promise<string>;
  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA');
    const jwks = join(folder, 'jwks.json');
    writeFileSync(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA' }] }));
    access = await openAccess({
      loops: null,
      store: database.store,
      dimensions: DIMENSIONS,
      policies: POLICIES,
      smallestCount: 5,
      isAdmin: (key) => key === 'the admin key',
      adminHash: digest('the admin key'),
      jwt: {
        jwks,
        issuer: ISSUER,
        audience: 'us',
        clockTolerance: 0,
        role: 'role',
        attributes: { region: 'region?' },
      },
      now,
      log: SILENT,
    });
    sign = (claims) =>
      new SignJWT({ iss: ISSUER, aud: 'us', sub: 'ada', exp: clock / 1_000 + 60, ...claims })
        .setProtectedHeader({ alg: 'EdDSA' })
        .sign(privateKey);
  });
  afterAll(() => access?.close());

  it('is the administrator with the key of the configuration, whatever the policies say', async () => {
    expect(await access.authenticate('the admin key')).toMatchObject({
      id: 'admin',
      role: 'admin',
      scope: EVERYTHING,
    });
    for (const wrong of ['', 'the admin key ', 'sl_', 'sl_x', 'a.b.c'])
      expect(await access.authenticate(wrong)).toBeNull();
  });

  it('with a token has the same scope as with a key of that role and those attributes', async () => {
    const byToken = await access.authenticate(await sign({ role: 'analyst', region: ['Germany'] }));
    expect(byToken).toMatchObject({
      id: 'token:ada',
      name: 'ada',
      role: 'analyst',
      expiresAt: clock + 60_000,
    });
    const { id, key } = await access.createKey(
      { name: 'BI', role: 'analyst', attributes: { region: ['Germany'] }, expiresAt: null },
      byToken as never,
    );
    const byKey = await access.authenticate(key);
    expect(byKey).toMatchObject({
      id,
      name: 'BI',
      expiresAt: null,
      policyVersion: access.policies().version,
    });
    expect(byKey?.scope).toBe(byToken?.scope);
    expect((await access.authenticate(await sign({ role: 'analyst' })))?.scope).not.toBe(byKey?.scope);
  });

  it('with an unknown role, or restricted by a removed dimension, is refused', async () => {
    expect(await access.authenticate(await sign({ role: 'king' }))).toBeNull();
    expect(await access.authenticate(await sign({ role: 'analyst', exp: clock / 1_000 - 1 }))).toBeNull();
    const by = (await access.authenticate('the admin key')) as never;
    const make = (more: object) =>
      access.createKey({ name: 'odd', role: 'analyst', attributes: {}, expiresAt: null, ...more }, by);
    const keys = [await make({ role: 'king' }), await make({ attributes: { planet: ['Mars'] } })];
    for (const { key } of keys) expect(await access.authenticate(key)).toBeNull();
  });

  it('with a key is known until the policies change, and refused once the key expires', async () => {
    const policies = join(folder, 'policies');
    cpSync(POLICIES, policies, { recursive: true });
    const own = await openAccess({
      loops: null,
      store: database.store,
      dimensions: DIMENSIONS,
      policies,
      smallestCount: 5,
      isAdmin: () => false,
      adminHash: '',
      jwt: undefined,
      now,
      log: SILENT,
    });
    try {
      const by = (await access.authenticate('the admin key')) as never;
      const expiresAt = new Date(clock + 60_000);
      const { key } = await own.createKey({ name: 'feed', role: 'feed', attributes: {}, expiresAt }, by);
      const before = await own.authenticate(key);
      expect(before?.scope.allowsAll('readResponse')).toBe(false);
      expect(await own.authenticate(key)).toBe(before);
      const permit = 'permit (principal in Role::"feed", action == Action::"readResponse", resource);';
      appendFileSync(join(policies, 'roles.cedar'), `\n@id("more") ${permit}\n`);
      await until(() => own.policies().version !== before?.policyVersion, 'the change is taken');
      const after = await own.authenticate(key);
      expect(after?.policyVersion).toBe(own.policies().version);
      expect(after?.scope.allowsAll('readResponse')).toBe(true);
      clock += 60_000;
      expect(await own.authenticate(key)).toBeNull();
    } finally {
      await own.close();
    }
  });
});
