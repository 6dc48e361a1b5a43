import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../store/database/client.ts';
import { isPassingError } from '../../store/database/passing-errors.ts';
import { openPglite } from '../../store/database/pglite.ts';
import type { Statement } from '../../store/database/statement.ts';
import { until } from '../fixtures/server.ts';

/* The engine of the embedded database, when it does not return. */

const STUCK_AFTER_MS = 3_000;
const statement = (text: string): Statement => ({ name: '', text });
let folder: string;
let store: Store;
const notes: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-keeper-'));
  store = await openPglite(join(folder, 'record'), {
    isDiskFull: () => false,
    stuckAfter: STUCK_AFTER_MS,
    untilRoom: async () => undefined,
    onNote: ({ message }) => notes.push(message),
  });
  await store.rows(statement('CREATE TABLE kept (n integer)'), []);
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});
const kept = async () =>
  (await store.rows<{ n: number }>(statement('SELECT n FROM kept ORDER BY n'), [])).map(({ n }) => n);

it('is left alone while its thread answers, however long a transaction is open', async () => {
  await store.transaction(async (session) => {
    await session.rows(statement('INSERT INTO kept VALUES (1)'), []);
    await sleep(STUCK_AFTER_MS * 1.5);
  });
  expect(await kept()).toEqual([1]);
  expect(notes).toEqual([]);
});

it('is left alone while it migrates or rewrites a table, however long that takes', async () => {
  const text = `DO $$ DECLARE until timestamptz := clock_timestamp() + interval '${STUCK_AFTER_MS * 1.6} ms';
    BEGIN WHILE clock_timestamp() < until LOOP END LOOP; END $$`;
  await store.rows({ name: '', text, isLong: true }, []);
  await store.exclusively(0, () => store.rows(statement(text), []));
  expect(notes).toEqual([]);
  expect(await kept()).toEqual([1]);
});

it('is ended and reopened: requests fail as on a lost connection, committed data is there', async () => {
  let woken = 0;
  await store.listen('news', () => {
    woken += 1;
  });
  const endless = store.rows(statement('DO $$ BEGIN LOOP END LOOP; END $$'), []);
  const waiting = store.rows(statement('INSERT INTO kept VALUES (2)'), []);
  const results = await Promise.allSettled([endless, waiting]);
  for (const result of results) {
    expect(result.status).toBe('rejected');
    expect(isPassingError((result as PromiseRejectedResult).reason)).toBe(true);
  }
  await until(() => store.listening(), 'it is open again');
  await until(() => woken > 0, 'listeners look for what they missed');
  expect(await kept()).toEqual([1]);
  await store.rows(statement('INSERT INTO kept VALUES (3)'), []);
  const before = woken;
  await store.rows(statement("NOTIFY news, 'x'"), []);
  await until(() => woken > before, 'it is listened to again');
  expect(await kept()).toEqual([1, 3]);
  expect(notes).toEqual([
    expect.stringMatching(/does not answer: its engine has not returned for \d+ s/),
    'the embedded database is open again; everything accepted is kept',
  ]);
});
