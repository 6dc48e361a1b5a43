import { afterAll, beforeAll, expect, it } from 'vitest';
import { again, begin, bring, type FileValues, undo } from '../fixtures/importing.ts';
import { HOUR_MS, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

/* What corrections and undone imports do to seals: it is explained, or it is tampering. */

const BASE = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 240 * HOUR_MS;
const HOURS = { from: BASE, until: BASE + 4 * HOUR_MS };
const at = (hour: number) => new Date(BASE + hour * HOUR_MS + 60_000).toISOString();
const row = (id: string, hour: number, score: number): FileValues => ({
  id,
  at: at(hour),
  score: String(score),
  comment: `words ${id} ${score}`,
});
let database: SealedDatabase;
beforeAll(async () => {
  database = await openSealedDatabase();
});
afterAll(() => database?.close());
const sealed = async () => {
  const { refused } = await database.seal();
  expect(refused).toEqual([]);
  return database.verify(HOURS);
};

it('seals verify over corrections at the same time, and over an import before, after and during its undo', async () => {
  const first = await begin(database);
  await bring(database, first, 'sealed', [row('a', 0, 9), row('b', 0, 3), row('c', 1, 8)]);
  expect(await sealed()).toMatchObject({ verdict: 'VERIFIED', responses: 3 });
  // At the same time of answering, and in another hour.
  const second = await begin(database);
  const rows = [row('a', 0, 1), row('b', 2, 3), row('d', 3, 10), row('e', 0, 10)];
  await bring(database, second, 'sealed', rows);
  expect(await sealed()).toMatchObject({ verdict: 'RESTATED', responses: 5 });
  expect((await database.verify(HOURS)).reason).toMatch(/1 late, 2 corrected/);
  await undo(database, second);
  const open = await database.verify(HOURS);
  expect(open).toMatchObject({ verdict: 'RESTATED', responses: 3 });
  expect(open.reason).toMatch(/withdrawn/);
  const closed = await sealed();
  expect(closed).toMatchObject({ verdict: 'RESTATED', responses: 3, erased: 0 });
  expect(closed.reason).toMatch(/2 withdrawn/);
  // Imported again, and undone again.
  const third = await begin(database);
  await bring(database, third, 'sealed', rows);
  expect(await sealed()).toMatchObject({ verdict: 'RESTATED', responses: 5 });
  await undo(database, await again(database, third));
  expect(await sealed()).toMatchObject({ verdict: 'RESTATED', responses: 3 });
  expect(closed.stated).toBe((await database.verify(HOURS)).stated);
});

it('a response that disappears without a row of the log is still tampering', async () => {
  await database.sql("DELETE FROM response WHERE external_id = 'c'");
  const [key] = await database.sql<{ id: string }>(
    'SELECT id FROM response_key WHERE id NOT IN (SELECT id FROM response) LIMIT 1',
  );
  expect(key).toBeDefined();
  await database.sql(
    "UPDATE response_key SET content_hash = 'withdrawn' WHERE id NOT IN (SELECT id FROM response)",
  );
  expect(await database.verify(HOURS)).toMatchObject({ verdict: 'MISMATCH' });
});
