import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { startHousekeeping } from '../../instance/housekeeping.ts';
import { openDatabase } from '../../instance/open-database.ts';
import type { Store } from '../../store/database/client.ts';
import { openPglite } from '../../store/database/pglite.ts';
import { createFileCleaner, type FileCleaner } from '../../store/database/rewrite-files.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { until } from '../fixtures/server.ts';

/* Something was deleted, and the process ends before the files of the embedded database are rewritten: the next one does it. */

const PLANTED = 'words of a person';
const folder = mkdtempSync(join(tmpdir(), 'scoreline-owed-'));
const mark = join(folder, 'owed');
let store: Store;
const errors: Error[] = [];
/** Runs when a rewrite begins. */
let onBegin: (() => void) | undefined;

beforeAll(async () => {
  store = await openPglite(join(folder, 'record'));
  await migrate(store);
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const aCleaner = (): FileCleaner =>
  createFileCleaner(store, {
    mark,
    onError: (error) => errors.push(error),
    now: () => {
      const run = onBegin;
      onBegin = undefined;
      run?.();
      return Date.now();
    },
  });
const run = (text: string) => store.rows({ name: '', text }, []);
const deleted = async () => {
  await run(
    `INSERT INTO erasure (id, responses, actor, reason, training_sets, models) VALUES (gen_random_uuid(), 0, 'officer', '${PLANTED}', '{}', '{}')`,
  );
  await run('DELETE FROM erasure');
  await run('CHECKPOINT');
};
const isInFiles = () =>
  readdirSync(join(folder, 'record'), { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(PLANTED),
  );

it('a rewrite that waits for its day is done by the next process', async () => {
  const one = aCleaner();
  one.due();
  await until(() => !existsSync(mark), 'the files are rewritten');
  await deleted();
  expect(isInFiles()).toBe(true);
  one.dueToday();
  await one.stop();
  expect([isInFiles(), existsSync(mark)]).toEqual([true, true]);
  const next = aCleaner();
  next.goOn();
  await until(() => !existsSync(mark), 'the files are rewritten by the next process');
  expect(isInFiles()).toBe(false);
  next.goOn();
  await next.stop();
  expect(errors).toEqual([]);
});

it('what is deleted while the files are rewritten is owed', async () => {
  const one = aCleaner();
  let hasBegun = false;
  one.due();
  onBegin = () => {
    hasBegun = true;
    one.dueToday();
  };
  await until(() => hasBegun, 'the rewrite has begun');
  await one.stop();
  expect(existsSync(mark)).toBe(true);
  const next = aCleaner();
  next.goOn();
  await until(() => !existsSync(mark), 'the files are rewritten');
  await next.stop();
  expect(errors).toEqual([]);
});

it('a server that closes before a rewrite leaves it to the next one', async () => {
  const config = await loadConfig({ SCORELINE_DATA_DIR: join(folder, 'data') });
  const onError = (error: Error) => errors.push(error);
  const owed = join(folder, 'data', 'record', 'scoreline-rewrite-owed');
  const first = await openDatabase(config, onError);
  first.files.dueToday();
  await first.close();
  expect(existsSync(owed)).toBe(true);
  const database = await openDatabase(config, onError);
  const stop = startHousekeeping({
    ...{ database, config, onError, now: Date.now },
    retention: { ...config.retention, journal: null },
    graphHolds: async () => 0,
  });
  await until(() => !existsSync(owed), 'the next one rewrites the files');
  await stop();
  await database.close();
  expect(errors).toEqual([]);
});
