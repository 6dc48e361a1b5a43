import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { calendarBuckets, parseWindow, rollingRange, windowAt } from '../../domain/time/time-windows.ts';
import type { Session } from '../../store/database/client.ts';
import { purgeMinuteRollups } from '../../store/scores/rollups.ts';
import { readScores } from '../../store/scores/scores.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { histories } from '../fixtures/histories.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

const HOUR_MS = 3_600_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

/** A moment within the last months: recent minutes, late answers, answers ahead by up to a day. */
const moment = fc
  .oneof(fc.integer({ min: -90, max: 60 }), fc.integer({ min: -60 * 24 * 60, max: 23 * 60 }))
  .map((minutes) => new Date(Math.floor(Date.now() / 60_000) * 60_000 + minutes * 60_000 + 17).toISOString());
const answer = fc.record({
  externalId: fc.integer({ min: 1, max: 60 }).map(String),
  source: fc.constantFrom('web', 'mobile'),
  answeredAt: moment,
  score: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null, freq: 5 }),
  comment: fc.constantFrom('good', 'bad'),
  region: fc.constantFrom('Germany', 'Japan', null),
  channel: fc.constantFrom('web', null),
});
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(answer, { minLength: 1, maxLength: 25 })
      .map((items) => ({ kind: 'submit' as const, items })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'resend' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'update' as const }) },
);

describe('rollups', () => {
  it('equal a recount after any history of responses, duplicates, corrections, deletes and updates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 8 }), async (history) => {
        let last: readonly object[] = [];
        for (const step of history) {
          if (step.kind === 'submit') {
            last = step.items;
            const account = await database.submit(step.items);
            expect(account.accepted + account.duplicates + account.rejected.length).toBe(step.items.length);
            // A correction is later than what it corrects, and not dated ahead.
            const codes = account.rejected.map(({ code }) => code);
            expect(codes.filter((code) => code !== 'STALE' && code !== 'IN_THE_FUTURE')).toEqual([]);
          } else if (step.kind === 'resend') {
            expect((await database.submit(last)).accepted).toBe(0);
          } else if (step.kind === 'delete') {
            await database.sql(
              `DELETE FROM response WHERE id IN (SELECT id FROM response ORDER BY id LIMIT 3)`,
            );
          } else {
            await database.sql(`UPDATE response SET class = 2 - class, points = 1000 - points
              WHERE id IN (SELECT id FROM response ORDER BY id DESC LIMIT 4)`);
          }
        }
        await expectRollupsToEqualRecount(database);
      }),
      { numRuns: histories(25, 10) },
    );
  });

  it('replace by a later response or by another of the same time, keep by an equal one, refuse an earlier other one', async () => {
    const at = (minutes: number) => new Date(Date.now() - 3 * HOUR_MS + minutes * 60_000).toISOString();
    const [first, later, earlier] = [at(0), at(5), at(-5)];
    const one = { externalId: 'one', source: 'rules', answeredAt: first, score: 3, region: 'Peru' };
    expect(await database.submit([one])).toMatchObject({ accepted: 1 });
    expect(await database.submit([one, one])).toMatchObject({ accepted: 0, duplicates: 2 });
    const rejected = [{ index: 0, code: 'STALE' }];
    expect(await database.submit([{ ...one, score: 4, answeredAt: earlier }])).toMatchObject({
      accepted: 0,
      rejected,
    });
    // At the same time the order of arrival decides; what was replaced does not come back.
    expect(await database.submit([{ ...one, score: 4 }])).toMatchObject({ accepted: 1, rejected: [] });
    expect(await database.submit([one])).toMatchObject({ accepted: 0, rejected });
    // In one batch too: the correction of a correction.
    const corrections = [
      { ...one, score: 9, answeredAt: later },
      { ...one, score: 10, answeredAt: at(6), region: 'Chile' },
    ];
    expect(await database.submit(corrections)).toMatchObject({ accepted: 2 });
    const rows = await database.sql(`SELECT score, class FROM response WHERE external_id = 'one'`);
    expect(rows).toEqual([{ score: 10, class: 2 }]);
    const events = `SELECT count(*)::integer AS n FROM source_event e JOIN response r ON r.id = e.response_id
      WHERE r.external_id = 'one'`;
    expect(await database.sql(events)).toEqual([{ n: 4 }]);
    await expectRollupsToEqualRecount(database);
  });

  it('refuse responses more than a day ahead and keep those beside them', async () => {
    const ahead = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
    const account = await database.submit([
      { externalId: 'f1', answeredAt: ahead(23), score: 9 },
      { externalId: 'f2', answeredAt: ahead(25), score: 9 },
      { externalId: 'f3', answeredAt: ahead(-1), score: 11 },
      { externalId: 'f4', answeredAt: ahead(-1) },
      { externalId: '', answeredAt: ahead(-1), score: 1 },
      { externalId: 'f5', answeredAt: ahead(-1), score: 1, colour: 'red' },
    ]);
    expect(account.accepted).toBe(1);
    expect(account.rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'IN_THE_FUTURE'],
      [2, 'OUT_OF_SCALE'],
      [3, 'MISSING'],
      [4, 'MISSING'],
      [5, 'INVALID'],
    ]);
  });
});

describe('scores', () => {
  const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/St_Johns'];

  it.each(zones)('count each response in the bucket of its zone, rolling or not: %s', async (zone) => {
    const rows = await database.sql<{
      at: Date;
      class: number;
      region: string;
    }>(`SELECT answered_at AS at, class,
      c.attributes ->> 'region' AS region FROM response r JOIN cell c ON c.id = r.cell_id WHERE class IS NOT NULL`);
    expect(rows.length).toBeGreaterThan(10);
    const now = Date.now();
    const days = calendarBuckets(
      { from: now - 62 * 24 * HOUR_MS, until: now + 24 * HOUR_MS },
      'DAY',
      zone,
      100,
    );
    const hours = calendarBuckets({ from: now - 70 * HOUR_MS, until: now + 2 * HOUR_MS }, 'HOUR', zone, 100);
    const weeks = days.map((day) => rollingRange(day, parseWindow('P1W'), zone, 'DAY'));
    const minutes = [windowAt(parseWindow('PT90M'), now, zone)];
    for (const windows of [days, hours, weeks, minutes]) {
      const query = {
        segment: {},
        basis: 'SURVEYED' as const,
        confidence: 0.95,
        groupBy: ['region'],
        windows,
      };
      const scores = await readScores({ ...database, now: () => now }, EVERYTHING, query);
      const regions = new Set(scores.map(({ group }) => group.region));
      for (const score of scores) {
        const inside = rows.filter(
          ({ at, region }) =>
            at.getTime() >= score.from && at.getTime() < score.until && region === score.group.region,
        );
        const count = (value: number) => inside.filter((row) => row.class === value).length;
        expect(score.counts).toEqual({ promoters: count(2), passives: count(1), detractors: count(0) });
      }
      expect(scores).toHaveLength(windows.length * regions.size);
    }
  });
});

describe('old minute rollups', () => {
  it('are removed in small transactions, and no others', async () => {
    const now = Date.now();
    await database.sql(
      `INSERT INTO rollup_minute (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
        SELECT c, 0, date_trunc('minute', now(), 'UTC') - h * interval '7 hours', 0, 0, 1, 1, 0, 0
        FROM generate_series(900001, 900003) c, generate_series(1, 20) h`,
    );
    const sizes: number[] = [];
    const counted: Session = {
      ...database.store,
      rows: async <Row>(...given: Parameters<Session['rows']>) => {
        const rows = await database.store.rows<Row>(...given);
        sizes.push(rows.length);
        return rows;
      },
    };
    await purgeMinuteRollups(counted, now, 10);
    expect(sizes).toEqual([10, 10, 10, 9, 0]);
    expect(
      await database.sql(
        'SELECT cell_id AS c, count(*)::integer AS n FROM rollup_minute WHERE cell_id > 900000 GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual([900_001, 900_002, 900_003].map((c) => ({ c, n: 7 })));
    // Of a process whose clock is ahead.
    await purgeMinuteRollups(database.store, now + 24 * 3_600_000);
    expect(
      await database.sql('SELECT count(*)::integer AS n FROM rollup_minute WHERE cell_id > 900000'),
    ).toEqual([{ n: 21 }]);
    await database.sql('DELETE FROM rollup_minute WHERE cell_id > 900000');
  });
});
