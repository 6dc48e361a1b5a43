import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { afterEach, describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../../config/config.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { lookupOf, pepperFingerprint, pseudonym } from '../../ingestion/pipeline/pseudonym.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { configuredKeyProvider } from '../../instance/keys/file-provider.ts';
import { type OpenDatabase, openDatabase } from '../../instance/open-database.ts';
import { changeKeys } from '../../instance/rotate.ts';
import { unscoped } from '../../store/database/client.ts';
import { openPglite } from '../../store/database/pglite.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import type { KeyProvider } from '../../store/encryption/key-provider.ts';
import { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { readResponses } from '../../store/responses/responses.ts';
import { encryptLegacy } from '../../store/setup/encrypt-legacy.ts';
import { checkPepper, readTenant } from '../../store/setup/instance.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { DIMENSIONS, emptyDatabase, openTestDatabase, PEPPER } from '../fixtures/database.ts';
import { findInFiles, findInTables } from '../fixtures/needles.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'scoreline-test-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

/** Where a record lies: a folder, and in the project `services` a database of the real server. */
async function freshPlace(): Promise<Place> {
  return { dataDir: folder(), databaseUrl: (await emptyDatabase()) ?? undefined };
}

/** Made from nothing: the template has every migration in it. */
const openStore = async ({ dataDir, databaseUrl }: Place) =>
  databaseUrl
    ? openPostgres(databaseUrl, () => undefined)
    : openPglite(join(dataDir, 'record'), undefined, '');

/** Where the texts are found: on a server in its tables, for its files are its operator's. */
async function findIn({ dataDir, databaseUrl }: Place, needles: readonly string[]): Promise<string[]> {
  if (!databaseUrl) return findInFiles(dataDir, needles);
  const store = openPostgres(databaseUrl, () => undefined);
  const found = await findInTables((text) => store.rows({ name: '', text }, []), needles);
  await store.close();
  return found;
}

/** A record as it stood before there were keys: the migrations up to number 3, and responses in plain text. */
async function oldRecord(place: Place, responses: number): Promise<void> {
  const migrations = join(folder(), 'migrations');
  cpSync('migrations', migrations, { recursive: true });
  const journal = join(migrations, 'meta/_journal.json');
  const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8')) as { entries: { idx: number }[] };
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.filter(({ idx }) => idx <= 3) }));
  const store = await openStore(place);
  await store.exclusively(1, (db) =>
    (store.backend === 'pglite' ? migratePglite : migratePostgres)(db as never, {
      migrationsFolder: migrations,
    }),
  );
  const query = (text: string, parameters: readonly unknown[] = []) =>
    store.rows({ name: '', text }, parameters);
  await query('INSERT INTO instance (id, pepper_fingerprint) VALUES (1, $1)', [pepperFingerprint(PEPPER)]);
  for (const text of [
    `INSERT INTO cell (key, attributes) VALUES ('k', '{"region": "Peru"}')`,
    `INSERT INTO source (name) VALUES ('api')`,
    `INSERT INTO survey_version (name, version) VALUES ('nps', '1')`,
    `INSERT INTO scale_rule (key, rule) VALUES ('0-10', '{}')`,
    `INSERT INTO mapping_version (key, source_id, survey_version_id, scale_rule_id, connector, definition)
      VALUES ('m', 1, 1, 1, 'responses', '""')`,
  ])
    await query(text);
  for (let i = 0; i < responses; i++) {
    const id = `00000000-0000-8000-8000-${String(i).padStart(12, '0')}`;
    // Every third is by one of four persons, the others have no respondent.
    const person = i % 3 === 0 ? pseudonym(PEPPER, `person${i % 4}@example.org`) : null;
    const at = new Date(Date.UTC(2026, 2, 1, 0, i));
    await query(
      `INSERT INTO response_key (id, answered_at, received_at, cell_id, respondent, content_hash) VALUES ($1, $2, $2, 1, $3, 'h')`,
      [id, at, person],
    );
    await query(
      `INSERT INTO source_event (id, response_id, mapping_version_id, position, hash, received_at) VALUES ($1, $1, 1, 'p', 'h', $2)`,
      [id, at],
    );
    await query(
      `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points, class, comment, respondent)
       VALUES ($1, $2, $2, 1, 1, $1, $3, 9, 900, 2, $4, $5)`,
      [id, at, `e${i}`, i % 5 === 0 ? null : `call Mrs Plainfield ${i}`, person],
    );
  }
  for (const text of [
    `INSERT INTO model_version (id, label) VALUES (1, 'm')`,
    `INSERT INTO prediction SELECT id, answered_at, cell_id, 1, mapping_version_id, true, 2, 0, 0, 1000000, 2, 0, 0, 1000000,
      '{}', 0, NULL, 'h', now() FROM response`,
    'CHECKPOINT',
  ])
    await query(text);
  await store.close();
}

const configOf = async ({ dataDir, databaseUrl }: Place, pepper?: string) =>
  loadConfig({
    SCORELINE_DATA_DIR: dataDir,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    ...(pepper ? { SCORELINE_PEPPER: pepper } : {}),
  });

async function everyResponse(database: Pick<OpenDatabase, 'store' | 'encryption' | 'cells'>) {
  const query = { segment: {}, from: null, to: null, first: 10_000, after: null };
  const store = unscoped(database.store, 'everything is compared');
  return readResponses({ ...database, store }, EVERYTHING, query);
}

describe('data stored in plain text', () => {
  it('is encrypted at the next start, changes no number, and is gone from the files', async () => {
    const place = await freshPlace();
    const responses = 900;
    await oldRecord(place, responses);
    const needles = ['Mrs Plainfield', pseudonym(PEPPER, 'person1@example.org')];
    expect(await findIn(place, needles)).not.toEqual([]);
    const database = await openDatabase(await configOf(place, PEPPER.secret.toString('hex')), (error) =>
      expect(error.message).toMatch(/were open to others/),
    );
    const sql = <Row>(text: string) => database.store.rows<Row>({ name: '', text }, []);
    const rows = await everyResponse(database);
    expect(rows).toHaveLength(responses);
    for (const row of rows) {
      const i = Number(row.externalId.slice(1));
      expect(row.comment).toBe(i % 5 === 0 ? null : `call Mrs Plainfield ${i}`);
      expect(row.respondent).toBe(i % 3 === 0 ? pseudonym(PEPPER, `person${i % 4}@example.org`) : null);
    }
    expect(await sql('SELECT count(*)::integer AS n FROM subject_key')).toEqual([
      { n: 4 + Math.floor((responses * 2) / 3) },
    ]);
    // No follower sees a change, and predictions stay.
    expect(await sql(`SELECT count(*)::integer AS n FROM journal WHERE kind = 'responses'`)).toEqual([
      { n: responses },
    ]);
    expect(await sql('SELECT count(*)::integer AS n FROM prediction')).toEqual([{ n: responses }]);
    await expectRollupsToEqualRecount({ sql } as never);
    expect(await findIn(place, needles)).toEqual([]);
    await database.close();
    expect(await findIn(place, needles)).toEqual([]);
  });

  it('is encrypted to the end when the first try was interrupted', async () => {
    const place = await freshPlace();
    await oldRecord(place, 900);
    const store = await openStore(place);
    await migrate(store);
    await checkPepper(store, [pepperFingerprint(PEPPER)]);
    const real = configuredKeyProvider(['05'.repeat(32)]);
    let calls = 0;
    const failing: KeyProvider = {
      ...real,
      wrap: (keys) => (calls++ === 1 ? Promise.reject(new Error('the power went')) : real.wrap(keys)),
    };
    const tenant = await readTenant(store);
    const lookup = (known: string) => lookupOf(PEPPER, known);
    const run = (provider: KeyProvider, progress: number[]) =>
      encryptLegacy(store, new SubjectEncryption(store, tenant, provider), lookup, (n) => progress.push(n));
    const progress: number[] = [];
    await expect(run(failing, progress)).rejects.toThrow('the power went');
    expect(progress).toEqual([500]);
    await run(real, progress);
    expect(progress).toEqual([500, 104]);
    await store.close();
  });
});

describe('keys and peppers', () => {
  const items = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({
      externalId: `r${from + i}`,
      respondent: (from + i) % 2 === 0 ? `person${(from + i) % 10}@example.org` : null,
      answeredAt: '2026-03-01T00:00:00Z',
      score: 9,
      comment: `comment ${from + i}`,
    }));
  const openOn = async (config: Config) => {
    const database = await openDatabase(config, (error) =>
      expect(error.message).toMatch(/were open to others/),
    );
    closers.push(() => database.close());
    const ingestor = createIngestor({
      ...database,
      dimensions: DIMENSIONS,
      cellLimits: DEFAULT_CELL_LIMITS,
      now: Date.now,
      warn: () => undefined,
    });
    const read = createItemReader(DIMENSIONS, 'responses');
    const submit = (list: readonly object[]) => submitItems(ingestor, OWNER, read, list, 'test');
    return { record: database, submit };
  };

  it('are rotated while responses arrive: everything stays readable, duplicates are recognised, persons stay one', async () => {
    const config = await configOf(await freshPlace());
    let { record: database, submit } = await openOn(config);
    expect((await submit(items(0, 700))).accepted).toBe(700);
    const before = new Map((await everyResponse(database)).map((row) => [row.externalId, row]));
    let next = 700;
    let rotating = true;
    const writing = (async () => {
      while (rotating) {
        expect((await submit(items(next, next + 20))).accepted).toBe(20);
        next += 20;
        // PGlite answers without leaving the microtasks: files would never be read.
        await new Promise((done) => setImmediate(done));
      }
    })();
    expect(await changeKeys(database, config, 'rotate')).toMatch(
      /data keys wrapped by file under its 2 version/,
    );
    const pepper = await changeKeys(database, config, 'pepper');
    rotating = false;
    await writing;
    // On a server other processes write too: they are restarted, and then all persons are carried over.
    if (config.databaseUrl) {
      expect(pepper).toMatch(/restart all processes/);
      ({ record: database, submit } = await openOn(config));
      expect(await changeKeys(database, config, 'pepper')).toMatch(/pseudonyms begin with p2_ now/);
    } else expect(pepper).toMatch(/pseudonyms begin with p2_ now/);
    const rows = await everyResponse(database);
    expect(rows).toHaveLength(next);
    const pseudonyms = new Map<string, Set<string>>();
    for (const row of rows) {
      const number = Number(row.externalId.slice(1));
      expect(row.comment).toBe(`comment ${number}`);
      expect(row.respondent).toEqual(number % 2 === 0 ? expect.stringMatching(/^p2_/) : null);
      const old = before.get(row.externalId)?.respondent;
      if (old) pseudonyms.set(old, (pseudonyms.get(old) ?? new Set()).add(row.respondent ?? ''));
    }
    expect([...pseudonyms.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
    // Their hashes were made under the old pepper, their subjects are found under the new one.
    expect(await submit(items(0, 700))).toMatchObject({ accepted: 0, duplicates: 700, rejected: [] });
    const sql = <Row>(text: string) => database.store.rows<Row>({ name: '', text }, []);
    expect(await sql('SELECT count(*)::integer AS n FROM subject_key WHERE lookup IS NOT NULL')).toEqual([
      { n: 5 },
    ]);
    expect(await changeKeys(database, config, 'retire')).toBe('wrapping keys destroyed: 1');
    database.encryption.forget((await sql<{ id: string }>('SELECT id FROM subject_key')).map(({ id }) => id));
    expect((await everyResponse(database)).map(({ comment }) => comment)).not.toContain(null);
  });

  it('that are not those of the database are refused at the start, and nothing is stored under them', async () => {
    const config = await configOf(await freshPlace());
    const { submit } = await openOn(config);
    expect((await submit(items(0, 20))).accepted).toBe(20);
    await closers.pop()?.();
    const file = join(config.dataDir, 'wrapping-keys');
    const right = readFileSync(file, 'utf8');
    for (const wrong of [`${'7'.repeat(64)}\n`, `-\n${'7'.repeat(64)}\n`]) {
      writeFileSync(file, wrong);
      await expect(openDatabase(config, () => undefined)).rejects.toThrow(
        /cannot be decrypted .*give the wrapping keys of this database, by SCORELINE_KEK, by the file "wrapping-keys"/,
      );
    }
    // None is made in the place of one that is gone: it could take the place of its backup.
    rmSync(file);
    await expect(openDatabase(config, () => undefined)).rejects.toThrow(
      /are missing: restore .*wrapping-keys/,
    );
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, right);
    const again = await openOn(config);
    expect((await everyResponse(again.record)).map(({ comment }) => comment)).not.toContain(null);
  });

  it('stay after a restart; a missing pepper is refused', async () => {
    const config = await configOf(await freshPlace());
    const database = await openDatabase(config, () => undefined);
    await changeKeys(database, config, 'pepper');
    await database.close();
    if (config.databaseUrl) {
      const second = await openDatabase(config, () => undefined);
      await changeKeys(second, config, 'pepper');
      await second.close();
    }
    const again = await openDatabase(config, () => undefined);
    expect([again.pepper.version, again.pepper.former?.version]).toEqual([2, 1]);
    await again.close();
    const only = again.pepper.former?.secret.toString('hex') ?? '';
    await expect(openDatabase({ ...config, pepper: [only] }, () => undefined)).rejects.toThrow(
      'another pseudonym pepper',
    );
  });
});

describe('subject encryption', () => {
  it('creates one subject for a person added by many writers at once', async () => {
    const database = await openTestDatabase();
    closers.push(() => database.close());
    const one = (i: number) => ({
      externalId: `r${i}`,
      respondent: 'Jane@example.org',
      answeredAt: '2026-03-01T00:00:00Z',
      score: 9,
    });
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        database.submit([one(i), { ...one(i), externalId: `s${i}`, respondent: null }]),
      ),
    );
    expect(
      await database.sql('SELECT count(*)::integer AS n FROM subject_key WHERE lookup IS NOT NULL'),
    ).toEqual([{ n: 1 }]);
    expect(
      await database.sql(
        `SELECT count(*)::integer AS n FROM response_key k JOIN subject_key s ON s.id = k.subject_id`,
      ),
    ).toEqual([{ n: 80 }]);
  });

  it('does not decrypt what was moved to another response', async () => {
    const database = await openTestDatabase();
    closers.push(() => database.close());
    const answer = { respondent: 'jane@example.org', answeredAt: '2026-03-01T00:00:00Z' };
    await database.submit([
      { ...answer, externalId: 'a', comment: 'good' },
      { ...answer, externalId: 'b', comment: 'bad' },
    ]);
    await database.sql(
      `UPDATE response SET comment = (SELECT comment FROM response WHERE external_id = 'a') WHERE external_id = 'b'`,
    );
    await expect(everyResponse(database)).rejects.toThrow(/cannot be decrypted/);
  });
});
