import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { begin, bring, type FileValues, undo } from '../fixtures/importing.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* After an import and its undo the database equals one that never read the file: answers, revisions and all. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

interface Row {
  readonly id: string;
  readonly at: string;
  readonly score: number;
  readonly revision: number | null;
  readonly region: string;
}
const row: fc.Arbitrary<Row> = fc.record({
  id: fc.constantFrom('1', '2', '3', '4'),
  at: fc.constantFrom('2026-10-01T10:10:00.000Z', '2026-10-02T10:10:00.000Z'),
  score: fc.integer({ min: 7, max: 9 }),
  revision: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null, freq: 3 }),
  region: fc.constantFrom('Norway', 'Chile'),
});
const rows = fc.array(row, { minLength: 1, maxLength: 5 });
interface Delivery {
  readonly door: 'api' | 'file';
  readonly rows: readonly Row[];
}
const delivery: fc.Arbitrary<Delivery> = fc.record({
  door: fc.constantFrom('api' as const, 'file' as const),
  rows,
});

const valuesOf = ({ id, at, score, revision, region }: Row): FileValues => ({
  ...{ id, at, score: String(score), region },
  revision: revision === null ? '' : String(revision),
});

/** Imports rows under the source; answers with the import and what became of the rows. */
async function importRows(source: string, list: readonly Row[]) {
  const run = await begin(database);
  const outcomes = await bring(database, run, source, list.map(valuesOf));
  return { run, outcomes: outcomes.map((one) => (one.status === 'rejected' ? one.code : one.status)) };
}

/** Which of the rows were rejected. */
async function rejectedOf(source: string, { door, rows: list }: Delivery): Promise<boolean[]> {
  if (door === 'file') {
    const { outcomes } = await importRows(source, list);
    return outcomes.map((outcome) => outcome !== 'accepted' && outcome !== 'duplicate');
  }
  const items = list.map(({ id, at, ...rest }) => ({ ...rest, externalId: id, source, answeredAt: at }));
  const { rejected } = await database.submit(items);
  const refused = new Set(rejected.map(({ index }) => index));
  return list.map((_, i) => refused.has(i));
}

const standing = (source: string) =>
  database.sql<{ id: string }>(
    `SELECT r.external_id AS id, r.answered_at AS at, r.cell_id AS cell, r.score, r.points, r.class, r.subject_id IS NULL AS anonymous,
        k.revision::int AS revision, k.revised_at AS revised, k.cell_id = r.cell_id AND k.answered_at = r.answered_at AS keyed
      FROM response r JOIN response_key k ON k.id = r.id JOIN mapping_version m ON m.id = r.mapping_version_id
        JOIN source s ON s.id = m.source_id WHERE s.name = $1 ORDER BY 1`,
    [source],
  );

let worlds = 0;
it.each([
  ['imported last', 0],
  ['followed by other deliveries', 3],
] as const)(
  'an import that was %s and then undone leaves no trace',
  { timeout: 240_000 },
  async (_, later) => {
    const after = fc.array(delivery, { maxLength: later });
    await fc.assert(
      fc.asyncProperty(fc.array(delivery, { maxLength: 4 }), rows, after, async (before, file, others) => {
        const [read, never] = [`read ${worlds}`, `never ${worlds++}`];
        // What was rejected only because of the file stays rejected: its sender was informed.
        const differing = new Set<string>();
        const deliver = async (one: Delivery) => {
          const [a, b] = [await rejectedOf(read, one), await rejectedOf(never, one)];
          for (const [i, { id }] of one.rows.entries()) if (a[i] !== b[i]) differing.add(id);
        };
        for (const one of before) await deliver(one);
        expect(differing.size).toBe(0);
        const { run } = await importRows(read, file);
        for (const one of others) await deliver(one);
        expect(await undo(database, run)).toMatchObject({ complete: true });
        const same = ({ id }: { id: string }) => !differing.has(id);
        expect((await standing(read)).filter(same)).toEqual((await standing(never)).filter(same));
        // Later deliveries are judged alike, too.
        const newer = { door: 'api' as const, rows: ['1', '2', '3', '4'].map((id) => ({ ...probe, id })) };
        const [received, expected] = [await rejectedOf(read, newer), await rejectedOf(never, newer)];
        newer.rows.forEach((one, i) => {
          if (same(one)) expect(received[i], one.id).toBe(expected[i]);
        });
      }),
      { numRuns: 50 },
    );
    await expectRollupsToEqualRecount(database);
  },
);
/** An answer that is taken only where no revision, or a low one, was delivered. */
const probe = { at: '2026-10-02T10:10:00.000Z', score: 3, revision: 3, region: 'Peru' };

it('an answer that a later import repeated stays as what that one brought', async () => {
  const list: Row[] = [
    { id: 'a', at: '2026-10-01T10:10:00.000Z', score: 9, revision: 4, region: 'Norway' },
    { id: 'b', at: '2026-10-01T10:10:00.000Z', score: 8, revision: null, region: 'Norway' },
  ];
  const [first, second, third] = [
    await importRows('heirs', list),
    await importRows('heirs', [{ ...(list[0] as Row), revision: 9 }]),
    await importRows('heirs', list.slice(0, 1)),
  ];
  expect(second.outcomes).toEqual(['duplicate']);
  expect(await undo(database, first.run)).toMatchObject({ removed: 1, stayed: 1 });
  expect(await standing('heirs')).toMatchObject([{ id: 'a', score: 9, revision: 9 }]);
  expect(await undo(database, second.run)).toMatchObject({ removed: 0, stayed: 1 });
  expect(await standing('heirs')).toMatchObject([{ id: 'a', score: 9, revision: 4 }]);
  const [event] = await database.sql<{ key: string }>(
    `SELECT i.key FROM source_event e JOIN import_run i ON i.id = e.import_id JOIN response r ON r.source_event_id = e.id
      WHERE r.external_id = 'a'`,
  );
  expect(event?.key).toBe(third.run.key);
  expect(await undo(database, third.run)).toMatchObject({ removed: 1, stayed: 0 });
  expect(await standing('heirs')).toEqual([]);
  // Nothing is left that was only kept for them.
  expect(
    await database.sql('SELECT * FROM repeated_event WHERE import_id IN ($1, $2, $3)', [
      first.run.id,
      second.run.id,
      third.run.id,
    ]),
  ).toEqual([]);
});
