import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../domain/access/scope.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import type { ScoreRow } from '../../domain/scores/score.ts';
import { calendarBuckets, GRANULARITIES, type Granularity } from '../../domain/time/time-windows.ts';
import { readScores, type ScoreQuery } from '../../store/scores/scores.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* A series of many groups lists what there is: 2,600 answers of about 1,450 combinations in 55 months. */
const FROM = Date.UTC(2021, 0, 1);
const UNTIL = Date.UTC(2025, 7, 1);
const NOW = Date.UTC(2025, 9, 1);
const ANSWERS = Array.from({ length: 2_600 }, (_, i) => ({
  externalId: String(i),
  answeredAt: new Date(FROM + ((i * 7_919) % 2_600) * ((UNTIL - FROM) / 2_601)).toISOString(),
  score: (i * 13) % 11,
  productLine: `p${(i * 31) % 29}`,
  region: `r${(i * 17) % 50}`,
  // Few values, so that callers held to small cells see them.
  channel: `c${i % 2}`,
}));

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(() => NOW);
  expect((await database.submit(ANSWERS)).accepted).toBe(ANSWERS.length);
});
afterAll(() => database?.close());

const windowsOf = (every: Granularity) => calendarBuckets({ from: FROM, until: UNTIL }, every, 'UTC', 5_000);
const read = (scope: Scope, more: Partial<ScoreQuery>): Promise<ScoreRow[]> =>
  readScores({ ...database, now: () => NOW }, scope, {
    segment: {},
    basis: 'SURVEYED',
    confidence: 0.95,
    groupBy: [],
    windows: windowsOf('MONTH'),
    mostRows: 20_000,
    ...more,
  });
const feed = narrowScope('feed', () => true, { smallestCount: 5, withheld: ['readResponse'] });
const answersOf = ({ counts }: ScoreRow) =>
  counts ? counts.promoters + counts.passives + counts.detractors : null;
const shown = (rows: readonly ScoreRow[]) =>
  rows.map((row) => [row.time, row.group, row.counts, row.score, row.change]);
const BY = { groupBy: ['product_line', 'region'] };

describe('a series of many groups', () => {
  it('lists the months in which each combination has responses, and counts them', async () => {
    const rows = await read(EVERYTHING, { ...BY, fill: false });
    const places = new Map<string, number>();
    for (const { answeredAt, productLine, region } of ANSWERS) {
      const place = `${answeredAt.slice(0, 7)} ${productLine} ${region}`;
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    const received = rows.map((row) => [
      `${new Date(row.time).toISOString().slice(0, 7)} ${row.group.product_line} ${row.group.region}`,
      answersOf(row),
    ]);
    expect(received.length).toBeGreaterThan(2_000);
    expect(Object.fromEntries(received)).toEqual(Object.fromEntries(places));
    expect(received).toHaveLength(places.size);
  });

  it('is refused if it would fill too many empty months, with the way out', async () => {
    await expect(read(EVERYTHING, BY)).rejects.toThrow(/more than 20000 rows .* `fill: false`/);
    await expect(read(EVERYTHING, { ...BY, fill: false, mostRows: 2_000 })).rejects.toThrow(
      /more than 2000 rows/,
    );
    await expect(read(EVERYTHING, { ...BY, fill: false, mostRows: 100 })).rejects.toThrow(/more than 100/);
  });

  it('fills the first rows that are asked for, however many there would be', async () => {
    const all = await read(EVERYTHING, { ...BY, mostRows: 100_000 });
    expect(all.length).toBeGreaterThan(50_000);
    const some = await read(EVERYTHING, { ...BY, first: 2_000 });
    // Whole windows, of which the answer takes its first rows.
    expect(some.length).toBeLessThan(2_000 + all.length / 55 + 1);
    expect(shown(some.slice(0, 2_000))).toEqual(shown(all.slice(0, 2_000)));
    const before = { from: Date.UTC(2020, 11, 1), until: FROM };
    const changed = await read(EVERYTHING, { ...BY, before, first: 10 });
    expect(changed[0]?.time).toBe(FROM);
    await expect(read(EVERYTHING, { ...BY, first: 20_000, mostRows: 100_000 })).resolves.toHaveLength(
      Math.ceil(20_000 / (all.length / 55)) * (all.length / 55),
    );
  });

  it.each([
    ['who reads answers', EVERYTHING],
    ['held to small cells', feed],
  ])('leaves out what is not shown of any response, for a caller %s', async (_, scope) => {
    const before = { from: Date.UTC(2020, 11, 1), until: FROM };
    for (const more of [
      { groupBy: ['channel'] },
      { groupBy: ['region'], segment: { product_line: ['p1', 'p2'] } },
      { groupBy: ['channel'], windows: windowsOf('DAY').slice(0, 300) },
      { groupBy: [], windows: windowsOf('DAY').slice(0, 300) },
    ]) {
      const filled = await read(scope, { ...more, before });
      const some = await read(scope, { ...more, before, fill: false });
      expect(shown(some)).toEqual(shown(filled.filter((row) => (answersOf(row) ?? 0) > 0)));
      expect(some.length).toBeLessThan(filled.length + 1);
    }
  });

  it('does not list a group for responses outside of the windows', async () => {
    const windows = [0, 1].map((i) => ({ from: UNTIL + i * 3_600_000, until: UNTIL + (i + 1) * 3_600_000 }));
    const before = { from: FROM, until: UNTIL };
    expect(await read(EVERYTHING, { ...BY, windows, before })).toEqual([]);
    expect(await read(EVERYTHING, { ...BY, windows, before, fill: false })).toEqual([]);
  });

  it('reports the change of each score since the bucket before', async () => {
    const groupBy = ['channel'];
    const [first, ...windows] = windowsOf('MONTH');
    const all = await read(EVERYTHING, { groupBy });
    const rows = await read(EVERYTHING, { groupBy, windows, before: first });
    const scoreAt = new Map(all.map((row) => [`${row.until} ${row.group.channel}`, row.score]));
    expect(rows.length).toBe(all.length - 2);
    for (const row of rows) {
      const earlier = scoreAt.get(`${row.from} ${row.group.channel}`) as number;
      expect(row.change).toBeCloseTo((row.score as number) - earlier, 9);
    }
    expect(all.every(({ change }) => change === null)).toBe(true);
  });

  it.each(GRANULARITIES.filter((every) => !['MINUTE', 'HOUR', 'DAY'].includes(every)))(
    'adds up to all answers in buckets of one %s, in zones too',
    async (every) => {
      const range = { from: FROM, until: UNTIL };
      for (const zone of ['UTC', 'America/St_Johns'])
        for (const weekStart of every === 'WEEK' ? (['SUNDAY', 'WEDNESDAY'] as const) : [undefined]) {
          const windows = calendarBuckets(range, every, zone, 5_000, weekStart);
          const rows = await read(EVERYTHING, { windows });
          expect(rows.reduce((sum, row) => sum + (answersOf(row) ?? 0), 0)).toBe(ANSWERS.length);
        }
    },
  );
});
