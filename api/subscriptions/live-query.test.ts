import { expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { parseWindow } from '../../domain/time/time-windows.ts';
import type { Session } from '../../store/database/client.ts';
import type { JournalEntry } from '../../store/journal/journal.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { growth } from '../../test/fixtures/growth.ts';
import { LiveQuery, type LiveQueryDeps, type LiveQueryHooks } from './live-query.ts';

const NOW = Date.UTC(2026, 2, 4, 12);
const HOUR = Math.floor(NOW / 3_600_000) - 5;
const MAIL = 1;

/** A live query of all of these cells but one. */
async function queryOf(size: number): Promise<LiveQuery> {
  const cells = new StoredCellDictionary();
  const rows = Array.from({ length: size }, (_, i) => ({
    id: i + 1,
    key: `cell ${i}`,
    attributes: { channel: i + 1 === MAIL ? 'mail' : 'web' },
  }));
  await cells.reload({ rows: async () => rows } as unknown as Session);
  const query = { segment: { channel: ['web'] }, window: parseWindow('P1D'), groupBy: [] };
  const deps = { cells, now: () => NOW } as unknown as LiveQueryDeps;
  return new LiveQuery(deps, EVERYTHING, { ...query, basis: 'SURVEYED' }, {} as LiveQueryHooks);
}

function entryOf(position: number, deltas: readonly (readonly number[])[]): JournalEntry {
  const payload = { deltas };
  return { ...{ xact: 1, position, kind: 'responses', payload }, recordedAt: new Date(NOW) } as never;
}

it('is touched by the first entry that changes one of its cells in its window', async () => {
  const query = await queryOf(3);
  const [outside, before, unknown] = [
    [MAIL, HOUR],
    [2, HOUR - 240],
    [99, HOUR],
  ];
  const entries = [outside, before, unknown].map((delta, i) => entryOf(i + 1, [delta as number[]]));
  expect(query.firstTouching(entries)).toBeUndefined();
  const both = entryOf(4, [outside as number[], [3, HOUR]]);
  expect(query.firstTouching([...entries, both, entryOf(5, [[2, HOUR]])])).toBe(both);
});

it('asks about a change what its cell takes, however many cells it has', async () => {
  const entries = [
    entryOf(
      1,
      Array.from({ length: 20_000 }, () => [MAIL, HOUR]),
    ),
  ];
  const queries = new Map([
    [100, await queryOf(100)],
    [10_000, await queryOf(10_000)],
  ]);
  const ask = (size: number) => queries.get(size)?.firstTouching(entries);
  expect(await growth(ask, { size: 100, times: 100 })).toBeLessThan(8);
});
