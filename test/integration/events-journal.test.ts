import { afterAll, beforeAll, expect, it } from 'vitest';
import { erase } from '../../store/data-subjects/erase.ts';
import { type JournalPosition, readJournal } from '../../store/journal/journal.ts';
import { readEvents } from '../../store/lineage/lineage.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { begin, bring, undo } from '../fixtures/importing.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

/* Where the source events of an answer change and the answer does not, the journal names it: the graph has its events. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const AT = '2026-11-01T10:30:00Z';
async function idOf(externalId: string): Promise<string> {
  const rows = await database.sql<{ id: string }>('SELECT id FROM response WHERE external_id = $1', [
    externalId,
  ]);
  return rows[0]?.id ?? '';
}
async function named(after: JournalPosition): Promise<string[]> {
  await database.settled();
  const entries = await readJournal(database.store, after, 1_000);
  expect(entries.flatMap(({ payload }) => payload.deltas)).toEqual([]);
  return entries.flatMap(({ payload }) => [...payload.added, ...payload.removed]);
}

it('an erasure deletes what a person answered under the id of an answer that is another person’s by now', async () => {
  const answer = { externalId: 'shared', answeredAt: AT, score: 9 };
  await database.submit([{ ...answer, respondent: 'ann@example.org', revision: 1 }]);
  await database.submit([{ ...answer, respondent: 'bob@example.org', score: 3, revision: 2 }]);
  const id = await idOf('shared');
  expect(await readEvents(database.store, [id])).toHaveLength(2);
  const head = await wholeHead(database.store);
  await erase(database, personOf('ann@example.org'), BY);
  expect(await readEvents(database.store, [id])).toHaveLength(1);
  expect(await named(head)).toEqual([id]);
});

it('the undo of an import leaves an answer to another sender, by whose delivery its event is called', async () => {
  const run = await begin(database);
  await bring(database, run, 'shared source', [{ id: 'repeated', at: AT, score: '5' }]);
  const other = await begin(database, 'other.csv');
  await bring(database, other, 'shared source', [{ id: 'repeated', at: AT, score: '5' }]);
  const id = await idOf('repeated');
  const [before] = await readEvents(database.store, [id]);
  const head = await wholeHead(database.store);
  expect(await undo(database, run)).toMatchObject({ removed: 0, restored: 0 });
  const [after] = await readEvents(database.store, [id]);
  expect(after?.id).toBe(before?.id);
  expect(after?.position).not.toBe(before?.position);
  expect(await named(head)).toEqual([id]);
});
