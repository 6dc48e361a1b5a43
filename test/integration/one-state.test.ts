import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../domain/time/zone-clock.ts';
import type { Session } from '../../store/database/client.ts';
import { followedCounts } from '../../store/scores/followed-counts.ts';
import { type CountQuery, countIntervals, eachInterval } from '../../store/scores/rollups.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/patience.ts';

/*
 * One number is of one state of the database: an answer that a correction moves between days in memory, hours in memory and minutes of
 * statements, while they are read one after the other, is counted once.
 */

const TODAY = floorTo(Date.now(), DAY_MS);
/** Of a day, an hour and a minute of the window; none is in a whole bucket of another. */
const PLACES = {
  minute: TODAY - 30 * DAY_MS - HOUR_MS - 30 * MINUTE_MS,
  hour: TODAY - 30 * DAY_MS - HOUR_MS / 2,
  day: TODAY - 20 * DAY_MS,
  newMinute: TODAY - 90 * MINUTE_MS,
};
type Place = keyof typeof PLACES;
/** From old minutes, which responses show, over an hour and days to minutes that have rollups. */
const EDGES = [PLACES.minute - 10 * MINUTE_MS, TODAY - 80 * MINUTE_MS];

let database: TestDatabase;
let moves = 0;
beforeAll(async () => {
  database = await openTestDatabase(() => TODAY);
  await moveTo('day');
  await database.cells.refresh(database.store);
  const session = database.scopedReader.as(EVERYTHING);
  await until(async () => {
    for (const unit of ['DAY', 'HOUR'] as const)
      if (!(await followedCounts(database.store, unit).current(Date.now()))) return false;
    return (await count(session)) === 1;
  }, 'the counts are loaded');
});
afterAll(() => database?.close());

/** The only answer, from now on at that time. */
const moveTo = (place: Place) =>
  database.submit([
    {
      ...{ externalId: 'wanders', score: 9, region: 'Peru', revision: ++moves },
      // A content of before would be one that is sent again.
      answeredAt: new Date(PLACES[place] + 100 * moves).toISOString(),
    },
  ]);

async function query(byCell: boolean): Promise<CountQuery> {
  const rows = await database.sql<{ id: number }>('SELECT id FROM cell ORDER BY id');
  const cellIds = rows.map(({ id }) => id);
  const groups = byCell ? { groups: [cellIds] } : {};
  return { edges: EDGES, cellIds, byCell, ...groups, now: TODAY, classes: { kind: 'surveyed' } };
}

/** How many answers the window has. */
async function count(session: Session, byCell = false): Promise<number> {
  let all = 0;
  await eachInterval(session, await query(byCell), ({ promoters, passives, detractors }) => {
    all += promoters + passives + detractors;
  });
  return all;
}

/** The session, in which something happens before the statement of that number, the first is 0. */
function ahead(number: number, happens: () => Promise<unknown>, session: Session): Session {
  let statements = 0;
  const { seen } = session;
  return {
    ...(seen && { seen }),
    rows: async (statement, parameters) => {
      if (statements++ === number) await happens();
      return session.rows(statement, parameters);
    },
  };
}

const PAIRS = (Object.keys(PLACES) as Place[]).flatMap((from) =>
  (Object.keys(PLACES) as Place[]).filter((to) => to !== from).map((to) => ({ from, to })),
);

describe('one number of counts in memory and of a statement', () => {
  it.each(PAIRS)(
    'has an answer once that moves from the $from to the $to between them',
    async ({ from, to }) => {
      for (const byCell of [false, true]) {
        await moveTo(from);
        const session = ahead(0, () => moveTo(to), database.scopedReader.as(EVERYTHING));
        expect(await count(session, byCell)).toBe(1);
      }
    },
  );

  it('has an answer once where days in memory are older than hours in memory', async () => {
    for (const [from, to] of [
      ['day', 'hour'],
      ['hour', 'day'],
    ] as const) {
      await moveTo(from);
      const session = database.scopedReader.as(EVERYTHING);
      expect(await count(session)).toBe(1);
      const since = performance.now();
      await database.submit([
        {
          ...{ externalId: `beside ${from}`, score: 9, region: 'Peru' },
          answeredAt: new Date(TODAY - 40 * DAY_MS).toISOString(),
        },
      ]);
      await followedCounts(database.store, 'DAY').current(Date.now());
      await moveTo(to);
      if (session.seen) session.seen.since = since;
      const asked = await query(false);
      let all = 0;
      // Whole hours and days: no statement.
      const edges = [PLACES.hour - HOUR_MS / 2, TODAY - DAY_MS];
      await eachInterval(session, { ...asked, edges }, ({ promoters }) => {
        all += promoters;
      });
      expect(all).toBe(1);
    }
  });

  it('is read from the rollups where more changed between them than is compared', async () => {
    await moveTo('day');
    const much = async () => {
      await database.sql(
        `INSERT INTO journal (xact, kind, payload) SELECT pg_current_xact_id()::text::bigint, 'test',
          '{"added": [], "removed": [], "deltas": []}' FROM generate_series(1, 1001)`,
      );
      await moveTo('newMinute');
    };
    expect(await count(ahead(0, much, database.scopedReader.as(EVERYTHING)))).toBe(1);
  });
});

describe('one number of statements', () => {
  it('is of one statement: whatever moves between two is counted once', async () => {
    for (const { from, to } of PAIRS) {
      await moveTo(from);
      const session = ahead(1, () => moveTo(to), database.store);
      const rows = await countIntervals(session, await query(false));
      expect(rows.reduce((sum, { promoters }) => sum + promoters, 0)).toBe(1);
    }
  });
});
