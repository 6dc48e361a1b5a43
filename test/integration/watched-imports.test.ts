import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import type { AskBucket } from '../../ingestion/watch/bucket.ts';
import { watchFiles } from '../../ingestion/watch/watch-files.ts';
import { type Connections, openConnections } from '../../ingestion/webhooks/connections.ts';
import { listFiles } from '../../store/connections/watched-files.ts';
import type { Periodic } from '../../store/database/periodic.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { WATCHED_MAP } from '../fixtures/watched-map.ts';

/* Imports of watched files that are interrupted, or begin while the database fails: each goes on, and none is made twice. */

const folder = mkdtempSync(join(tmpdir(), 'scoreline-watched-'));
const change = { by: { id: 'admin', name: 'admin' }, note: async () => undefined };
const csv = (name: string, rows: number) =>
  `id,at,score\n${Array.from({ length: rows }, (_, row) => `${name}${row},2026-03-01,9\n`).join('')}`;

let database: TestDatabase;
let connections: Connections;
let watching: Periodic | undefined;
const errors: Error[] = [];
const objects = new Map<string, string>();
/** What was asked for, without the lists. */
const asked: string[] = [];
let onFetch: () => void = () => undefined;

const ask: AskBucket = async (url) => {
  if (!url.searchParams.has('list-type')) {
    asked.push(url.pathname);
    onFetch();
    const body = objects.get(url.pathname.slice('/exports/'.length)) ?? 'id,at,score\n';
    return { status: 200, body: Readable.from([Buffer.from(body)]) };
  }
  const listed = [...objects].map(
    ([key, body]) => `<Contents><Key>${key}</Key><ETag>"${key}"</ETag><Size>${body.length}</Size></Contents>`,
  );
  const list = `<ListBucketResult>${listed.join('')}</ListBucketResult>`;
  return { status: 200, body: Readable.from([Buffer.from(list)]) };
};

beforeAll(async () => {
  database = await openTestDatabase();
  const { store, encryption } = database;
  connections = await openConnections({
    ...{ store, encryption, randomBytes, now: Date.now, loops: null },
    dimensions: DIMENSIONS,
    allowedHosts: [],
    onError: (error) => void errors.push(error),
  });
});
afterEach(async () => {
  await watching?.stop();
  for (const { id } of connections.all()) await connections.remove(id, change);
  objects.clear();
  asked.length = 0;
  onFetch = () => undefined;
});
afterAll(async () => {
  await connections?.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

function watch(): Periodic {
  const { store, encryption, ingestor } = database;
  watching = watchFiles({
    ...{ store, encryption, ingestor, connections, ask, dataDir: folder, watchDir: undefined, reserve: 0 },
    ...{ loops: null, now: Date.now, onIngested: () => undefined },
    submitterOf: () => OWNER,
    onError: (error) => void errors.push(error),
  });
  return watching;
}
async function connected(): Promise<string> {
  const wanted = { connector: 'bucket', name: 'exports', attributes: {}, sources: null };
  const mapping = { endpoint: 'https://files.example', bucket: 'exports', map: WATCHED_MAP };
  const access = { key: null, host: null };
  const made = await connections.create({ ...wanted, mapping, secret: 'USER:SECRET', access }, change);
  return made.id;
}
const stateOf = async (id: string, path: string) =>
  (await listFiles(database.store, id)).find((file) => file.path === path);
const ended = async (id: string, path: string) => {
  await until(
    async () => ((await stateOf(id, path))?.state ?? 'importing') !== 'importing',
    `${path} has ended`,
  );
  return stateOf(id, path);
};

it('an interrupted import of a bucket goes on as the same import', async () => {
  objects.set('long.csv', csv('long', 2_500));
  const id = await connected();
  const first = watch();
  let stopping: Promise<void> | undefined;
  onFetch = () => {
    stopping = first.stop();
  };
  await until(() => stopping !== undefined, 'the object is fetched');
  await stopping;
  const interrupted = await stateOf(id, 'long.csv');
  expect(interrupted).toMatchObject({ state: 'importing', importKey: expect.any(String) });
  onFetch = () => undefined;
  watch();
  expect(await ended(id, 'long.csv')).toMatchObject({ state: 'done', importKey: interrupted?.importKey });
  expect(asked).toHaveLength(2);
  const imports = await database.sql<{ counts: object }>("SELECT * FROM import_run WHERE file = 'long.csv'");
  expect(imports).toHaveLength(1);
  expect(errors.splice(0)).toEqual([]);
});

it('an import whose process ended before its end was recorded is ended, not made again', async () => {
  objects.set('short.csv', csv('short', 3));
  const id = await connected();
  watch();
  const first = await ended(id, 'short.csv');
  await watching?.stop();
  // What stands between the last checkpoint and the record of the end.
  await database.sql(
    `UPDATE watched_file SET state = 'importing' WHERE connection_id = '${id}' AND path = 'short.csv'`,
  );
  watch();
  expect(await ended(id, 'short.csv')).toMatchObject({ state: 'done', importKey: first?.importKey });
  const imports = await database.sql("SELECT account FROM import_run WHERE file = 'short.csv'");
  expect(imports).toEqual([{ account: { accepted: 3, duplicates: 0, rejected: 0, filtered: 0 } }]);
  expect(errors.splice(0)).toEqual([]);
});

it('a database error when an import begins is reported, and the file imported once', async () => {
  await database.sql(
    `CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`,
  );
  await database.sql(
    `CREATE TRIGGER fails BEFORE INSERT ON watched_file FOR EACH ROW WHEN (NEW.state = 'importing') EXECUTE FUNCTION fails()`,
  );
  objects.set('short.csv', csv('short', 3));
  const id = await connected();
  watch();
  expect(await ended(id, 'short.csv')).toMatchObject({ state: 'done' });
  await database.sql('DROP TRIGGER fails ON watched_file');
  expect(errors.splice(0).map(({ message }) => message)).toEqual([expect.stringContaining('killed')]);
  expect(asked).toEqual(['/exports/short.csv']);
});

it('a key that leads to another object or bucket is not asked for', async () => {
  for (const key of ['../other/a.csv', 'a/../b.csv', './c.csv']) objects.set(key, csv(key, 1));
  objects.set('..a/b..csv', csv('good', 1));
  const id = await connected();
  watch();
  expect(await ended(id, '..a/b..csv')).toMatchObject({ state: 'done' });
  for (const key of ['../other/a.csv', 'a/../b.csv', './c.csv'])
    expect(await ended(id, key)).toMatchObject({
      state: 'failed',
      message: 'its key has a part "." or "..", which no address can have; copy it to another key',
    });
  expect(asked).toEqual(['/exports/..a/b..csv']);
});
