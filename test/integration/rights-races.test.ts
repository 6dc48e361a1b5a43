import { expect, inject, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { unnamed } from '../../store/database/statement.ts';
import { readResponses } from '../../store/responses/responses.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { until } from '../fixtures/patience.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

const WORKERS = 6;
const STEPS = 40;
const PEOPLE = 5;

it('concurrent rights of persons lose nothing, count nothing twice and never deadlock', async () => {
  const database = await openTestDatabase();
  const { sql } = database;
  const count = async (from: string) =>
    (await sql<{ n: number }>(`SELECT count(*)::integer AS n FROM ${from}`))[0]?.n;
  let minute = 0;
  const worker = async (seed: number) => {
    const random = randomFrom(seed);
    const upTo = (n: number) => Math.floor(random() * n);
    const person = () => personOf(`person ${upTo(PEOPLE)}`);
    const steps: (() => Promise<unknown>)[] = [
      // The same ids repeatedly, from any sender: later responses replace those of others.
      () =>
        database.submit(
          Array.from({ length: 1 + upTo(4) }, () => ({
            externalId: `e${upTo(30)}`,
            respondent: `person ${upTo(PEOPLE)}`,
            answeredAt: new Date(Date.UTC(2026, 2, 1) + minute++ * 60_000).toISOString(),
            score: upTo(11),
            comment: 'words',
            region: ['Peru', 'Chile'][upTo(2)],
          })),
        ),
      () => restrict(database, person(), random() < 0.5),
      () => erase(database, person(), BY),
      async () => {
        const [one] = await sql<{ id: string }>('SELECT id FROM response_key ORDER BY random() LIMIT 1');
        if (one) await rectify(database, one.id, { score: upTo(11) }, BY);
      },
      async () => {
        const ids = await placeHold(database, person(), BY);
        for (const id of ids) await releaseHold(database.store, id, BY);
      },
      () => {
        const at = new Date(Date.UTC(2026, 2, 1) + upTo(minute + 1) * 30_000);
        return ageOut(
          database,
          { responses: 'P1D', sourceEvents: 'P1D' },
          { responses: at, sourceEvents: at },
          0,
        );
      },
    ];
    for (let step = 0; step < STEPS; step++) await (steps[upTo(steps.length)] as () => Promise<unknown>)();
  };
  // A deadlock would be an error of one of them; what arrives is tried again, so it is counted.
  const deadlocks = async () =>
    (
      await sql<{ n: number }>(
        'SELECT deadlocks::integer AS n FROM pg_stat_database WHERE datname = current_database()',
      )
    )[0]?.n;
  const before = await deadlocks();
  await Promise.all(Array.from({ length: WORKERS }, (_, i) => worker(i + 1)));
  expect(await deadlocks()).toBe(before);
  await expectRollupsToEqualRecount(database);
  for (const person of Array.from({ length: PEOPLE }, (_, i) => personOf(`person ${i}`)))
    await restrict(database, person, false);
  await expectRollupsToEqualRecount(database);
  const placed = 'r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id';
  expect([
    await count('restricted_response'),
    // Each that is stored has its key, whose it is, and that person.
    await count(`response r WHERE NOT EXISTS (SELECT FROM response_key k WHERE ${placed})`),
    await count(
      `response_key k WHERE k.subject_id IS NOT NULL AND NOT EXISTS (SELECT FROM response r WHERE ${placed})`,
    ),
    await count(
      'response_key k WHERE NOT EXISTS (SELECT FROM subject_key s WHERE s.id = k.subject_id) AND k.subject_id IS NOT NULL',
    ),
    await count('response r JOIN response_key k ON k.id = r.id WHERE r.subject_id <> k.subject_id'),
  ]).toEqual([0, 0, 0, 0, 0]);
  const query = { segment: {}, from: null, to: null, first: 1_000, after: null };
  await database.cells.refresh(database.store);
  const rows = await readResponses(database, EVERYTHING, query);
  expect(rows.length).toBe(await count('response'));
  for (const { comment } of rows) expect(comment).toBe('words');
  await database.close();
});

it('corrections of one person’s answers at once do not wait for each other', async () => {
  const database = await openTestDatabase();
  const answeredAt = (i: number) => new Date(Date.UTC(2026, 2, 1) + i * 60_000).toISOString();
  const item = (i: number) => ({
    externalId: `e${i}`,
    respondent: 'one',
    answeredAt: answeredAt(i),
    score: 5,
  });
  await database.submit(Array.from({ length: 8 }, (_, i) => item(i)));
  const ids = (await database.sql<{ id: string }>('SELECT id FROM response_key ORDER BY id')).map(
    ({ id }) => id,
  );
  for (let score = 0; score <= 10; score++)
    await Promise.all(ids.map((id) => rectify(database, id, { score }, BY)));
  const scores = await database.sql<{ score: number }>(
    'SELECT DISTINCT score::integer AS score FROM response',
  );
  expect(scores).toEqual([{ score: 10 }]);
  await expectRollupsToEqualRecount(database);
  await database.close();
});

// The embedded database has one connection.
it.runIf(inject('services'))(
  'transactions that change answers of two cells in opposite orders do not wait for each other',
  async () => {
    const database = await openTestDatabase();
    const regions = ['Peru', 'Chile', 'Peru', 'Chile'];
    await database.submit(
      regions.map((region, i) => ({
        ...{ externalId: `e${i}`, respondent: `person ${i}`, score: 5, region },
        answeredAt: new Date(Date.UTC(2026, 2, 1) + i * 60_000).toISOString(),
      })),
    );
    const answers = await database.sql<{ id: string }>('SELECT id FROM response ORDER BY answered_at');
    const [peru, chile, otherPeru, otherChile] = answers.map(({ id }) => id);
    let deleted = 0;
    const remove = (...ids: readonly (string | undefined)[]) =>
      database.store.transaction(async (session) => {
        for (const [i, id] of ids.entries()) {
          if (i > 0) await until(async () => deleted >= 2, 'each has deleted its first');
          await session.rows(unnamed('DELETE FROM response WHERE id = $1'), [id]);
          deleted++;
        }
      });
    await Promise.all([remove(peru, otherChile), remove(chile, otherPeru)]);
    expect(await database.sql('SELECT id FROM response')).toEqual([]);
    expect(await database.sql('SELECT xact FROM pending_rollup')).toEqual([]);
    await expectRollupsToEqualRecount(database);
    await database.close();
  },
);
