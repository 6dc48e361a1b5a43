import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../store/database/client.ts';
import { type Statement, unnamed } from '../../store/database/statement.ts';
import { follow } from '../../store/disclosure/disclosure-follow.ts';
import {
  type KnownLedger,
  LedgerMemory,
  partOf,
  ROWS_AT_ONCE,
} from '../../store/disclosure/disclosure-memory.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* Releases of other processes are read page by page. Readers that wait for a reader share what it knows of the ledger. */

const LOTS = 3_000;
const LEDGER = unnamed(
  `INSERT INTO disclosure_ledger (key, lots, smallest_count) VALUES ('pages', ${LOTS}, 5)`,
);
/** Each of two cells; so a page ends within one. */
const RELEASES = unnamed(
  `INSERT INTO disclosure_lot SELECT 'pages', lot, 'surveyed', false, cell, lot % 7, 5, 0, 1
    FROM generate_series(1, ${LOTS}) lot, generate_series(1, 2) cell`,
);

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.store.rows(LEDGER, []);
  await database.store.rows(RELEASES, []);
});
afterAll(() => database?.close());

/** The database, which does not answer that page of releases. */
function failingAt(page: number): Store {
  let asked = 0;
  const rows = async <Row>(statement: Statement, parameters: readonly unknown[]) => {
    if (statement.name === 'disclosure_lots' && ++asked === page) throw new Error('away');
    return database.store.rows<Row>(statement, parameters);
  };
  return Object.create(database.store, { rows: { value: rows } });
}

const known = () => new LedgerMemory().get('pages', 0);

/** The released counts of each cell and hour. */
const sums = (ledger: KnownLedger) => {
  const { released } = partOf(ledger, 'surveyed');
  return [1, 2].flatMap((cell) => [0, 1, 2, 3, 4, 5, 6].map((hour) => released.of(cell)?.at(hour)));
};

it.each([1, 2, 3])('each release is taken once, also if page %i fails', async (page) => {
  const whole = known();
  await follow(database.store, whole);
  expect(sums(whole).reduce((sum, counts) => sum + (counts?.promoters ?? 0), 0)).toBe(2 * LOTS * 5);
  expect(2 * LOTS).toBeGreaterThan(2 * ROWS_AT_ONCE);
  const broken = known();
  await expect(follow(failingAt(page), broken)).rejects.toThrow('away');
  await follow(database.store, broken);
  expect(sums(broken)).toEqual(sums(whole));
  expect(broken.length).toBe(LOTS);
});

it('releases that the database has lost are not counted on', async () => {
  const ahead = known();
  ahead.length = LOTS + 1;
  await expect(follow(database.store, ahead)).rejects.toThrow('3000 of 3001 are stored');
});
