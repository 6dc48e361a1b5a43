import { afterAll, beforeAll, expect, it } from 'vitest';
import { listErasures } from '../../store/data-subjects/erasures.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { eraseWhole, personOf } from '../fixtures/erasing.ts';
import { trainByChance } from '../fixtures/training-by-chance.ts';

/** What is erased while a model is trained on it. */

let database: TestDatabase;
const PEOPLE = 120;
const count = async (from: string) =>
  (await database.sql<{ n: number }>(`SELECT count(*)::integer AS n FROM ${from}`))[0]?.n;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    Array.from({ length: PEOPLE }, (_, i) => ({
      externalId: `e${i}`,
      respondent: `person ${i}`,
      answeredAt: '2026-03-01T00:00:00Z',
      score: [2, 7, 10][i % 3],
      comment: `text number ${i}`,
    })),
  );
  await database.cells.refresh(database.store);
});
afterAll(() => database.close());

const train = (meanwhile: () => Promise<unknown>) =>
  trainByChance(database, meanwhile, new Date('2026-06-01'), { actor: 'steward', reason: 'trains' });

it('a model that learnt from a person who was erased or restricted meanwhile is dropped', async () => {
  await expect(train(() => eraseWhole(database, personOf('person 1')))).rejects.toThrow(
    /1 of the responses were erased or restricted .* train again/,
  );
  await expect(train(() => restrict(database, personOf('person 2'), true))).rejects.toThrow(
    /1 of the responses/,
  );
  expect([await count('model_version WHERE id > 0'), await count('training_set')]).toEqual([0, 0]);
});

it('one whose people all exist has them as members, and is named when one is erased later', async () => {
  const id = await train(async () => undefined);
  expect(await count('training_set_member')).toBe(PEOPLE - 2);
  await eraseWhole(database, personOf('person 3'));
  expect(await count('training_set_member')).toBe(PEOPLE - 3);
  const [last] = await listErasures(database.store, null, 1);
  expect(last).toMatchObject({
    models: [id],
    trainingSets: [expect.any(String)],
    completedAt: expect.any(Date),
  });
});
