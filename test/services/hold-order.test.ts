import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { setPolicy } from '../../store/responses/apply-policies.ts';
import { DIMENSIONS, openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

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

it('two processes store and replace answers of the same persons, whose latest counts, without a deadlock', async () => {
  await setPolicy(database, {
    ...{ survey: 'nps', kind: 'LATEST', days: null, effectiveFrom: new Date(0) },
    ...{ actor: 'admin', actorName: 'admin', reason: 'test' },
  });
  const read = createItemReader(DIMENSIONS, 'responses');
  const retries: string[] = [];
  const processes = [1, 2].map(() =>
    createIngestor({
      ...{ ...database, pepper: PEPPER, dimensions: DIMENSIONS, now: Date.now },
      ...{ cellLimits: DEFAULT_CELL_LIMITS, warn: (message) => void retries.push(message) },
    }),
  );
  const persons = Array.from({ length: 8 }, (_, i) => `person ${i}`);
  for (let round = 0; round < 12; round++)
    await Promise.all(
      processes.map(async (process, which) => {
        const items = persons.map((respondent, i) => ({
          // Every second round both bring the same answers again, changed.
          externalId: `${round % 2 === 0 ? `${which} ${round}` : `both ${i}`} ${respondent}`,
          // Of one half of the persons one process brings what the policy is about, of the other half the other.
          ...{ respondent, survey: i < 4 === (which === 0) ? 'nps' : 'other', score: (round + which) % 11 },
          answeredAt: new Date(Date.UTC(2026, 2, 1) + (2 * round + which) * 60_000).toISOString(),
        }));
        const order = which === 0 ? items : items.toReversed();
        const account = await submitItems(process, OWNER, read, order, `process ${which}`);
        expect(account.rejectedByCode.filter(({ code }) => code !== 'STALE')).toEqual([]);
      }),
    );
  for (const process of processes) await process.idle();
  // A batch that a deadlock ended would be stored again, with a warning.
  expect(retries).toEqual([]);
  await expectRollupsToEqualRecount(database);
});
