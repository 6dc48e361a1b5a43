import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../store/database/client.ts';
import { openPglite } from '../../store/database/pglite.ts';
import { rewriteFiles } from '../../store/database/rewrite-files.ts';
import { until } from '../fixtures/server.ts';

/* The embedded database ends while it rewrites a table: the unfinished copy of it must not outlive an erasure. */

const PLANTED = 'words of a person';
let folder: string;
let store: Store;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-left-'));
  store = await openPglite(join(folder, 'record'), {
    isDiskFull: () => false,
    stuckAfter: 2_000,
    untilRoom: async () => undefined,
    onNote: () => undefined,
  });
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (text: string) => store.rows<{ n: number }>({ name: '', text }, []);
/** Files below the folder that have the planted words. */
const filesWithIt = (below = '.') =>
  readdirSync(join(folder, 'record', below), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(PLANTED));

it('removes what an ended rewrite and an ended sort left, before anything else runs', async () => {
  await run('CREATE TABLE kept (n integer, said text)');
  await run(`INSERT INTO kept SELECT n, '${PLANTED} ' || n FROM generate_series(1, 5000) n`);
  // The rewrite has written its copy when it builds the index.
  await run(`CREATE FUNCTION hangs(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
    WHILE current_setting('test.hangs', true) = 'on' LOOP END LOOP; RETURN n; END $$`);
  await run('CREATE INDEX ON kept (hangs(n))');
  await run('CHECKPOINT');
  expect(filesWithIt('base')).toHaveLength(1);
  const sorting = join(folder, 'record', 'base', 'pgsql_tmp');
  mkdirSync(sorting, { recursive: true });
  writeFileSync(join(sorting, 'pgsql_tmp1.0'), PLANTED);
  await run(`SET test.hangs = 'on'`);
  const rewriting = expect(run('VACUUM FULL kept')).rejects.toThrow();
  await until(() => filesWithIt('base').length > 2, 'the copy is there');
  await rewriting;
  await until(() => store.listening(), 'it is open again');
  expect(await run('SELECT count(*)::integer AS n FROM kept')).toEqual([{ n: 5_000 }]);
  expect(filesWithIt('base')).toHaveLength(1);
  // This one needs a file of its own beside the others.
  expect(await run('SELECT count(*)::integer AS n FROM generate_series(1, 400000)')).toEqual([
    { n: 400_000 },
  ]);
  await run('DELETE FROM kept');
  await rewriteFiles(store, ['kept']);
  expect(filesWithIt()).toEqual([]);
});
