import { afterAll, beforeAll, expect, it } from 'vitest';
import { SCALES } from '../../domain/nps/scale.ts';
import { NAME_BOUNDS } from '../../domain/responses/normalised-response.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

it('the maps of one key are bounded by their bytes too, and those of another key are not', async () => {
  const scale = SCALES['0-10'];
  if (!scale) throw new Error('the scale 0-10 is needed');
  const bounds = { ...NAME_BOUNDS, mappingBytes: 10_000 };
  const ensure = (id: string, number: number, characters: number) =>
    database.mappings.ensure(
      database.store,
      {
        source: 'crm',
        connector: 'file',
        survey: { name: 'nps', version: '1' },
        scale,
        definition: { number, columns: 'x'.repeat(characters) },
      },
      { id, bounds },
      Date.now(),
    );
  expect(await ensure('one', 1, 6_000)).toBeTypeOf('number');
  expect(await ensure('one', 2, 6_000)).toEqual({ beyond: 'mappingBytes', most: 10_000 });
  expect(await ensure('one', 3, 3_000)).toBeTypeOf('number');
  expect(await ensure('two', 2, 6_000)).toBeTypeOf('number');
  // Existing ones count for no one again.
  expect(await ensure('one', 2, 6_000)).toBeTypeOf('number');
});
