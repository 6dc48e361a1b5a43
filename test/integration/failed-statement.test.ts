import { afterAll, beforeAll, expect, it } from 'vitest';
import { statement, unnamed } from '../../store/database/statement.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* The server undoes a transaction in which a statement failed, and answers its commit without an error. */

const ADD = statement('test_failed_add', 'INSERT INTO added VALUES ($1::integer)');
const BAD = statement('test_failed_bad', 'SELECT 1 / $1::integer');
const ALL = statement('test_failed_all', 'SELECT number FROM added');

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.store.rows(unnamed('CREATE TABLE added (number integer PRIMARY KEY)'), []);
});
afterAll(() => database?.close());

it('a transaction whose work passes over a failed statement fails with its error', async () => {
  const work = database.store.transaction(async (session) => {
    await session.rows(ADD, [1]);
    await session.rows(BAD, [0]).catch(() => undefined);
    return 'stored';
  });
  await expect(work).rejects.toThrow('division by zero');
  expect(await database.store.rows(ALL, [])).toEqual([]);
  await database.store.transaction((session) => session.rows(ADD, [2]));
  expect(await database.store.rows(ALL, [])).toEqual([{ number: 2 }]);
});

it('a transaction that fails by a statement refused behind a failed one has the error of that one', async () => {
  const work = database.store.transaction(async (session) => {
    await session.rows(BAD, [0]).catch(() => undefined);
    await session.rows(ADD, [3]);
  });
  await expect(work).rejects.toThrow('division by zero');
});
