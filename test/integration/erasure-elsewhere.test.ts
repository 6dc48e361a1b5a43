import { afterAll, beforeAll, expect, it } from 'vitest';
import { heldElsewhere } from '../../graph/neo4j/open.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { BEGINNING, journalHead, saveFollowerPosition } from '../../store/journal/journal.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, personOf } from '../fixtures/erasing.ts';

/* An erasure that is checked by a process without Neo4j, beside one that projects. */

let record: TestDatabase;
beforeAll(async () => {
  record = await openTestDatabase();
});
afterAll(() => record?.close());

const erased = async (respondent: string) => {
  const answeredAt = new Date().toISOString();
  await record.submit([{ externalId: `of ${respondent}`, respondent, answeredAt, score: 9 }]);
  const person = personOf(respondent);
  await erase(record, person, BY);
  await record.settled();
  const holds = (ids: readonly string[], xact: number) => heldElsewhere(record.store, ids, xact);
  return async () => (await checkOnce(record, person, holds)).filter((left) => left.startsWith('lineage'));
};

it('does not wait for a graph that there never was', async () => {
  const left = await erased('ada');
  expect(await left()).toEqual([]);
});

it('is not complete before the process that projects has followed it', async () => {
  await saveFollowerPosition(record.store, 'lineage', BEGINNING);
  const left = await erased('grace');
  expect(await left()).toEqual(['lineage graph: 1 responses, until it has followed the journal']);
  await saveFollowerPosition(record.store, 'lineage', await journalHead(record.store));
  expect(await left()).toEqual([]);
});
