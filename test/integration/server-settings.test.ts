import { afterAll, beforeAll, expect, it } from 'vitest';
import { readServerSettings } from '../../store/database/server-settings.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* What the doctor measures the settings of PostgreSQL by. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

it('finds the five indexes whose keys are scattered under their names', async () => {
  const { buffers, log, indexes } = await readServerSettings(database.store);
  // An empty index is one page.
  expect(indexes).toBe(5 * 8_192);
  expect(buffers).toBeGreaterThan(indexes);
  expect(log).toBeGreaterThan(indexes);
});
