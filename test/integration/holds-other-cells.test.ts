import { afterAll, beforeAll, expect, it } from 'vitest';
import { erase } from '../../store/data-subjects/erase.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';

/* A hold on a segment keeps answers in cells that another process added: each process has its own dictionary. */

const answeredAt = '2020-01-01T00:00:00Z';
let database: TestDatabase;
let hold = '';
const count = async () =>
  (await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM response'))[0]?.n;
/** By a process that does not know the cells yet. */
const age = () =>
  ageOut(
    { ...database, cells: new StoredCellDictionary() },
    { responses: 'P5Y' },
    { responses: new Date('2021-01-01') },
    Date.UTC(2026, 5, 1),
  );

beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit([
    { externalId: 'held', respondent: 'ann', answeredAt, score: 3, region: 'Peru' },
    { externalId: 'free', respondent: 'ben', answeredAt, score: 3, region: 'Chile' },
  ]);
  [hold = ''] = await placeHold(database, { segment: { region: ['Peru'] } }, BY);
});
afterAll(() => database?.close());

it('an erasure waits for it', async () => {
  const other = { ...database, cells: new StoredCellDictionary() };
  expect((await erase(other, personOf('ann'), BY)).holds).toEqual([expect.stringContaining(hold)]);
  expect(await count()).toBe(2);
});

it('deleting by age leaves them, until it is released', async () => {
  expect((await age()).responses).toBe(1);
  expect(await count()).toBe(1);
  await releaseHold(database.store, hold, BY);
  expect((await age()).responses).toBe(1);
});
