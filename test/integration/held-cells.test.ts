import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { placeHold } from '../../store/data-subjects/legal-hold.ts';
import { deleteBatch } from '../../store/data-subjects/retention.ts';
import { ownerSession, type Session } from '../../store/database/client.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY } from '../fixtures/erasing.ts';
import { until } from '../fixtures/patience.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

// The embedded database lets no other transaction run meanwhile.
it.runIf(inject('services'))(
  'an old answer in a cell that is added during a batch stays under a hold on its segment',
  async () => {
    const answer = (name: string, values: object) => ({
      ...{ externalId: name, score: 9, answeredAt: '2020-01-01T00:00:00Z', ...values },
    });
    await database.submit([answer('free', { region: 'Peru' }), answer('held', { region: 'Kept' })]);
    await placeHold(database, { segment: { region: ['Kept'] } }, BY);
    let adding: Promise<unknown> = Promise.resolve();
    let isAdded = false;
    const waits = async () => {
      const text = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      return (await database.sql(text)).length > 0;
    };
    /** Adds it before the first statement that looks for old answers. */
    const beside = (session: Session): Session => ({
      rows: async (statement, parameters) => {
        if (statement.name === 'retention_responses') {
          adding = database.submit([answer('late', { region: 'Kept', channel: 'phone' })]).then(() => {
            isAdded = true;
          });
          await until(async () => isAdded || (await waits()), 'the answer is stored or waits');
        }
        return session.rows(statement, parameters);
      },
    });
    const past = {
      what: 'responses',
      source: null,
      dimension: null,
      keep: 'P1Y',
      before: new Date('2021-01-01'),
    } as const;
    await database.store.transaction((session) =>
      deleteBatch(ownerSession(beside(session)), database, past, Date.now()),
    );
    await adding;
    const left = await database.sql<{ name: string }>('SELECT external_id AS name FROM response ORDER BY 1');
    expect(left.map(({ name }) => name)).toEqual(['held', 'late']);
  },
);
