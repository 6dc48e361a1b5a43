import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { encrypt } from '../../domain/privacy/aes-gcm.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { configuredKeyProvider, fileKeyProvider } from '../../instance/keys/file-provider.ts';
import { changeKeys } from '../../instance/rotate.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import type { KeyProvider } from '../../store/encryption/key-provider.ts';
import { readResponses } from '../../store/responses/responses.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase, testEncryption } from '../fixtures/database.ts';

/** Several processes on one record: each has a vault and a key provider of its own. */

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const CONFIG = { dataDir: '', secretsDir: undefined, pepper: undefined, signingKeys: undefined };
const PEPPER = { version: 1, secret: Buffer.alloc(32, 7) };

async function processOn(database: TestDatabase, provider: KeyProvider) {
  const encryption = await testEncryption(database.store, provider);
  const deps = { ...database, encryption, dimensions: DIMENSIONS, pepper: PEPPER };
  const ingestor = createIngestor({
    ...deps,
    now: Date.now,
    cellLimits: DEFAULT_CELL_LIMITS,
    warn: () => undefined,
  });
  const read = createItemReader(DIMENSIONS, 'responses');
  return {
    encryption,
    submit: (...ids: string[]) =>
      submitItems(
        ingestor,
        OWNER,
        read,
        ids.map((id) => ({
          externalId: id,
          respondent: `person ${id}`,
          answeredAt: '2026-03-01T00:00:00Z',
          score: 9,
          comment: `words of ${id}`,
        })),
        'test',
      ),
    change: (action: 'rotate' | 'rewrap' | 'retire') =>
      changeKeys({ store: database.store, encryption, pepper: PEPPER }, CONFIG, action),
    comments: async () => {
      const query = { segment: {}, from: null, to: null, first: 10_000, after: null };
      return (await readResponses({ ...database, encryption }, EVERYTHING, query))
        .map(({ comment }) => comment)
        .sort();
    },
  };
}

async function setUp() {
  const database = await openTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-test-'));
  closers.push(
    () => database.close(),
    () => rmSync(folder, { recursive: true }),
  );
  const file = join(folder, 'wrapping-keys');
  return { record: database, file, open: async () => processOn(database, await fileKeyProvider(file)) };
}

it('a process without news of a rotation wraps under the new key', async () => {
  const { open } = await setUp();
  const stale = await open();
  await stale.submit('a');
  const other = await open();
  expect(await other.change('rotate')).toMatch(/1 data keys wrapped by file under its 2 version/);
  expect(await other.change('retire')).toBe('wrapping keys destroyed: 1');
  await stale.submit('b');
  expect(await (await open()).comments()).toEqual(['words of a', 'words of b']);
});

it('nothing is destroyed while something is wrapped under it', async () => {
  const { record: database, file, open } = await setUp();
  const one = await open();
  await one.submit('a');
  await (await fileKeyProvider(file)).rotate();
  await expect(one.change('retire')).rejects.toThrow(/1 under version 1.*nothing was destroyed.*rewrap/);
  expect(readFileSync(file, 'utf8').split('\n')[0]).toMatch(/^[0-9a-f]{64}$/);
  await one.change('rewrap');
  expect(await one.change('retire')).toBe('wrapping keys destroyed: 1');
  expect(await database.sql('SELECT provider, version FROM retired_key')).toEqual([
    { provider: 'file', version: '1' },
  ]);
});

it('a retirement whose process ended before it was recorded is recorded by the next one', async () => {
  const { record: database, file, open } = await setUp();
  const one = await open();
  await one.submit('a');
  await one.change('rotate');
  await one.change('rotate');
  // All that a process has done that ends before its transaction does.
  await (await fileKeyProvider(file)).retire();
  expect(await database.sql('SELECT FROM retired_key')).toEqual([]);
  expect(await one.change('retire')).toBe('wrapping keys destroyed: none, there is only the newest');
  const recorded = () => database.sql('SELECT provider, version FROM retired_key ORDER BY version');
  expect(await recorded()).toEqual([
    { provider: 'file', version: '1' },
    { provider: 'file', version: '2' },
  ]);
  await one.change('retire');
  expect(await recorded()).toHaveLength(2);
});

it('a process whose newest configured key is an older one is refused', async () => {
  const { record: database } = await setUp();
  const [a, b] = ['0a'.repeat(32), '0b'.repeat(32)];
  const stale = await processOn(database, configuredKeyProvider([a]));
  await stale.submit('a');
  const fresh = await processOn(database, configuredKeyProvider([a, b]));
  await fresh.change('rewrap');
  expect(await fresh.change('retire')).toMatch(/wrapping keys retired: 1; .*destroy every copy/);
  await expect(stale.submit('b')).rejects.toThrow(/version 1, which was retired.*restart/);
  expect(await (await processOn(database, configuredKeyProvider(['-', b]))).comments()).toEqual([
    'words of a',
  ]);
});

it('an older comment of the same response does not decrypt when it is put back; older formats decrypt, and are re-encrypted', async () => {
  const { record: database, open } = await setUp();
  const one = await open();
  await one.submit('a');
  const [first] = await database.sql<{ id: string; comment: string }>('SELECT id, comment FROM response');
  const by = { actor: 'officer', reason: 'asked for it' };
  const encryption = one.encryption;
  expect(await rectify({ ...database, encryption }, first?.id ?? '', { score: 3 }, by)).toBe(true);
  expect(await one.comments()).toEqual(['words of a']);
  const put = (comment: string | undefined) => database.sql('UPDATE response SET comment = $1', [comment]);
  await put(first?.comment);
  await expect(one.comments()).rejects.toThrow(/comment of .* cannot be decrypted/);
  // As encrypted before contents had versions.
  const [row] = await database.sql<{ id: string; subject: string }>(
    'SELECT id, subject_id AS subject FROM response',
  );
  const [owner] = [...(await encryption.subjects([row?.subject ?? ''])).values()];
  if (!owner || !row) throw new Error('there is no owner');
  const context = { tenant: encryption.tenant, subject: owner.id, field: 'comment', row: row.id };
  await put(encrypt(owner.key, context, 'earlier words'));
  expect(await one.comments()).toEqual(['earlier words']);
  await one.change('rotate');
  expect(await database.sql('SELECT left(comment, 2) AS format FROM response')).toEqual([{ format: '2.' }]);
  expect(await one.comments()).toEqual(['earlier words']);
});

it('keys are rotated and retired repeatedly while several processes write, and everything stays readable', async () => {
  const { open } = await setUp();
  const writers = await Promise.all([open(), open()]);
  const [keeper, other] = await Promise.all([open(), open()]);
  let writing = true;
  const written: string[] = [];
  const write = async ({ submit }: (typeof writers)[0], name: string) => {
    for (let i = 0; writing; i++) {
      await submit(`${name}${i}`);
      written.push(`words of ${name}${i}`);
      await new Promise((done) => setImmediate(done));
    }
  };
  const all = writers.map((one, i) => write(one, `w${i}-`));
  for (let i = 0; i < 5; i++) {
    // Two at once: each makes a key of its own, neither loses the other's.
    await Promise.all([keeper.change('rotate'), other.change('rotate')]);
    // What was wrapped by one of them before the other's key.
    await keeper.change('rewrap');
    expect(await keeper.change('retire')).toMatch(/wrapping keys destroyed: \d+, \d+/);
  }
  writing = false;
  await Promise.all(all);
  expect(written.length).toBeGreaterThan(10);
  expect(await (await open()).comments()).toEqual(written.sort());
});
