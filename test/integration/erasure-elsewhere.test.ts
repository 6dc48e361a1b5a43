import { afterAll, beforeAll, expect, it } from 'vitest';
import { heldElsewhere } from '../../graph/neo4j/open.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { BEGINNING, saveFollowerPosition } from '../../store/journal/journal.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, personOf } from '../fixtures/erasing.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

/* An erasure that is checked by a process without Neo4j, beside one that projects. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const erased = async (respondent: string) => {
  const answeredAt = new Date().toISOString();
  await database.submit([{ externalId: `of ${respondent}`, respondent, answeredAt, score: 9 }]);
  const person = personOf(respondent);
  await erase(database, person, BY);
  await database.settled();
  const holds = (ids: readonly string[], xact: number) => heldElsewhere(database.store, ids, xact);
  return async () => (await checkOnce(database, person, holds)).filter((left) => left.startsWith('lineage'));
};

it('does not wait for a graph that never existed', async () => {
  const left = await erased('ada');
  expect(await left()).toEqual([]);
});

it('is not complete before the process that projects has followed it', async () => {
  await saveFollowerPosition(database.store, 'lineage', BEGINNING);
  const left = await erased('grace');
  expect(await left()).toEqual(['lineage graph: 1 responses, until it has followed the journal']);
  await saveFollowerPosition(database.store, 'lineage', await wholeHead(database.store));
  expect(await left()).toEqual([]);
});
