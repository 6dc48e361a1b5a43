import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDayExtent } from '../../store/scores/day-counts.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* The score monitor computes its charts again when the extent of the days has changed. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

/** The extent with those rollups: cell, day, promoters, passives and detractors of each. */
async function extentOf(...rollups: readonly (readonly number[])[]): Promise<string> {
  await database.sql('DELETE FROM rollup_day');
  for (const [cell, day, ...counts] of rollups)
    await database.sql(
      `INSERT INTO rollup_day (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
        VALUES (${cell}, 0, to_timestamp(${day} * 86400.0), ${counts.join()}, 1, 0, 0)`,
    );
  return readDayExtent(database.store, 0, 100);
}

it('changes with every change of the counts of its days', async () => {
  const before = await extentOf([1, 10, 2, 2, 2], [2, 10, 0, 0, 0], [1, 11, 5, 0, 0]);
  expect(await extentOf([1, 11, 5, 0, 0], [2, 10, 0, 0, 0], [1, 10, 2, 2, 2])).toBe(before);
  const changed = [];
  // Added; moved to another cell or day; a promoter and a detractor became two passives; two opposite moves.
  for (const rollups of [
    [
      [1, 10, 3, 2, 2],
      [2, 10, 0, 0, 0],
      [1, 11, 5, 0, 0],
    ],
    [
      [1, 10, 1, 2, 2],
      [2, 10, 1, 0, 0],
      [1, 11, 5, 0, 0],
    ],
    [
      [1, 10, 1, 2, 2],
      [2, 10, 0, 0, 0],
      [1, 11, 6, 0, 0],
    ],
    [
      [1, 10, 1, 4, 1],
      [2, 10, 0, 0, 0],
      [1, 11, 5, 0, 0],
    ],
    [
      [1, 10, 1, 2, 3],
      [2, 10, 0, 0, 0],
      [1, 11, 6, 0, -1],
    ],
  ])
    changed.push(await extentOf(...rollups));
  expect(new Set([before, ...changed]).size).toBe(6);
  expect(await extentOf()).toBe('0');
});
