import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';

/*
 * Writers lock persons in the order of their ids. A hold that also locked other held persons would do so out of this order, and
 * deadlock with a writer that has one of them locked and waits for the hold's person.
 */
let database: TestDatabase;
let writer: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  writer = new pg.Client(database.databaseUrl);
  await writer.connect();
});
afterAll(async () => {
  await writer.end();
  await database.close();
});

it('is placed and released while another held person is locked', async () => {
  const answeredAt = new Date().toISOString();
  await database.submit(
    ['one', 'other'].map((name) => ({ externalId: name, respondent: name, answeredAt, score: 3 })),
  );
  const [held] = await placeHold(database, personOf('other'), BY);
  await writer.query('BEGIN');
  await writer.query('SELECT id FROM subject_key WHERE held FOR UPDATE');
  const isHeld = async () =>
    (await database.sql<{ held: boolean }>('SELECT held FROM subject_key ORDER BY held')).map(
      ({ held }) => held,
    );
  const [placed] = await placeHold(database, personOf('one'), BY);
  expect(await isHeld()).toEqual([true, true]);
  expect(await releaseHold(database.store, placed as string, BY)).toBe(true);
  expect(await isHeld()).toEqual([false, true]);
  await writer.query('ROLLBACK');
  expect(await releaseHold(database.store, held as string, BY)).toBe(true);
  expect(await isHeld()).toEqual([false, false]);
});
