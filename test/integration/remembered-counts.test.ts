import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../domain/time/zone-clock.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import type { Session, Store } from '../../store/database/client.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { trimJournal } from '../../store/journal/journal-trim.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { FollowedCounts, followedCounts } from '../../store/scores/followed-counts.ts';
import { ReadPlace } from '../../store/scores/read-place.ts';
import type { RememberedUnit } from '../../store/scores/remembered-counts.ts';
import {
  type CountQuery,
  countIntervals,
  eachInterval,
  type IntervalCounts,
} from '../../store/scores/rollups.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { histories } from '../fixtures/histories.ts';
import { until } from '../fixtures/patience.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

/*
 * Counts in memory are those of the rollups, whatever happens to the database: in several processes, each of which reads at times of
 * its own, begins at any time, and may be overtaken by a transaction that was older and ended later.
 */

const TODAY = floorTo(Date.now(), DAY_MS);
const UNITS: readonly RememberedUnit[] = ['DAY', 'HOUR'];
const PROCESSES = 2;
let database: TestDatabase;
let elsewhere: Store;
let older: pg.Client | undefined;
let isOpen = false;
let processes: FollowedCounts[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  elsewhere = database.databaseUrl ? openPostgres(database.databaseUrl, () => undefined) : database.store;
  await database.submit([{ ...answerOf(0), region: 'Held' }]);
  if (database.databaseUrl) {
    older = new pg.Client(database.databaseUrl);
    await older.connect();
  }
  processes = Array.from({ length: PROCESSES * UNITS.length }, (_, place) => begin(place));
});
afterAll(async () => {
  await older?.end();
  if (elsewhere !== database?.store) await elsewhere?.close();
  await database?.close();
});

const begin = (place: number) =>
  new FollowedCounts(
    place % PROCESSES ? elsewhere : database.store,
    UNITS[Math.floor(place / PROCESSES)] ?? 'DAY',
  );
function answerOf(hoursAgo: number) {
  return {
    externalId: `of ${hoursAgo}`,
    answeredAt: new Date(Date.now() - hoursAgo * HOUR_MS).toISOString(),
    score: 9,
    region: 'Peru',
  };
}

const answer = fc.record({
  externalId: fc.integer({ min: 1, max: 40 }).map(String),
  answeredAt: fc
    .oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 24 * 130 }))
    .map((hours) => new Date(Date.now() - hours * HOUR_MS).toISOString()),
  score: fc.integer({ min: 0, max: 10 }),
  respondent: fc.constantFrom('ann@example.org', 'ben@example.org', null),
  region: fc.constantFrom('Germany', 'Japan', null),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('submit'),
      items: fc.array(answer, { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'read',
        'read',
        'restart',
        'older',
        'together',
        'delete',
        'update',
        'erase',
        'trim',
      ),
      place: fc.nat(PROCESSES * UNITS.length - 1),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

/** Not sorted, and without rows that count nothing: a bucket whose responses are gone has one. */
const sumsOf = (rows: readonly IntervalCounts[]) => {
  const sums: Record<string, number[]> = {};
  for (const { interval, cellId, promoters, passives, detractors } of rows) {
    const before = sums[`${interval} ${cellId}`] ?? [0, 0, 0];
    sums[`${interval} ${cellId}`] = [promoters, passives, detractors].map(
      (n, i) => n + (before[i] as number),
    );
  }
  return Object.fromEntries(Object.entries(sums).filter(([, counts]) => counts.some((n) => n !== 0)));
};
/** The rows of such sums. */
const rowsOf = (sums: ReturnType<typeof sumsOf>): IntervalCounts[] =>
  Object.entries(sums).map(([key, [promoters = 0, passives = 0, detractors = 0]]) => {
    const [interval = 0, cellId = 0] = key.split(' ').map(Number);
    return { interval, cellId, promoters, passives, detractors };
  });
const readAll = async (session: Session, query: CountQuery) => {
  const rows: IntervalCounts[] = [];
  await eachInterval(session, query, (row) => rows.push(row));
  return sumsOf(rows);
};
const cellIds = async (where = 'true') =>
  (await database.sql<{ id: number }>(`SELECT id FROM cell WHERE ${where} ORDER BY id`)).map(({ id }) => id);
const steps = (from: number, size: number, count: number) =>
  Array.from({ length: count + 1 }, (_, i) => from + i * size);

/** Of two of three cells, and of the others, as far as there are any. */
const groupsOf = (ids: readonly number[]) =>
  [ids.filter((_, i) => i % 3 > 0), ids.filter((_, i) => i % 3 === 0)].filter(({ length }) => length > 0);
/** As if the counts of each group were of its first cell. */
const inGroups = (rows: readonly IntervalCounts[], groups: readonly (readonly number[])[]) =>
  rows.map((row) => ({ ...row, cellId: groups.find((ids) => ids.includes(row.cellId))?.[0] as number }));

/** What that process remembers, against the rollups. */
async function compare(place: number) {
  const unit = UNITS[Math.floor(place / PROCESSES)] as RememberedUnit;
  const edges =
    unit === 'DAY' ? steps(TODAY - 140 * DAY_MS, DAY_MS, 142) : steps(TODAY - 95 * DAY_MS, HOUR_MS, 97 * 24);
  const ids = await cellIds();
  const groups = groupsOf(ids);
  for (const form of [{ byCell: true }, { byCell: true, groups }, { byCell: false }]) {
    const asked = {
      edges,
      cellIds: ids,
      ...form,
      now: Date.now(),
      classes: { kind: 'surveyed' },
    } as const;
    let remembered: IntervalCounts[] | undefined;
    // Once the load has ended; an entry that was trimmed makes it begin again.
    await until(
      async () => {
        remembered = (await processes[place]?.current(Date.now()))?.count(asked);
        return remembered !== undefined;
      },
      'the counts are loaded',
      20_000,
    );
    const stored = await countIntervals(database.store, asked);
    expect(sumsOf(remembered ?? [])).toEqual(sumsOf(asked.groups ? inGroups(stored, groups) : stored));
  }
}

/** A transaction that is older than others ends after them, or begins. What it writes is of a cell of its own: no other waits. */
async function endOrBeginOlder() {
  if (!older) return;
  if (isOpen) await older.query('COMMIT');
  else {
    await older.query('BEGIN');
    await older.query(`INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id,
        score, points, class)
      SELECT gen_random_uuid(), now() - h * interval '25 hours', now(), min(id), 1, gen_random_uuid(), 'raw', 9, 900, 2
      FROM cell, generate_series(0, 3) h WHERE attributes ->> 'region' = 'Held' GROUP BY h`);
  }
  isOpen = !isOpen;
}

async function take(one: Step) {
  if ('items' in one) {
    await database.submit(one.items);
    return;
  }
  const some = (order: string) =>
    `id IN (SELECT id FROM response WHERE external_id <> 'raw' ORDER BY id ${order} LIMIT 3)`;
  if (one.kind === 'read') await compare(one.place);
  else if (one.kind === 'restart') processes[one.place] = begin(one.place);
  else if (one.kind === 'older') await endOrBeginOlder();
  else if (one.kind === 'delete') await database.sql(`DELETE FROM response WHERE ${some('')}`);
  else if (one.kind === 'update')
    await database.sql(`UPDATE response SET class = 2 - class, points = 1000 - points WHERE ${some('DESC')}`);
  else if (one.kind === 'erase') await erase(database, personOf('ann@example.org'), BY);
  else
    await Promise.all([
      ...[1, 2, 3].map((n) => database.submit([answerOf(n), answerOf(n + 100), answerOf(n + 3_000)])),
      ...processes.map((process) => process.current(Date.now())),
    ]);
}

describe('counts in memory', () => {
  it('equal the rollups and a recount after any history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (history) => {
        for (const one of history) await take(one);
        for (const place of processes.keys()) await compare(place);
        if (isOpen) await endOrBeginOlder();
        for (const place of processes.keys()) await compare(place);
        await expectRollupsToEqualRecount(database);
      }),
      { numRuns: histories(40, 8) },
    );
  });

  it.runIf(inject('services'))(
    'show what was committed while an older transaction is open, and then that',
    async () => {
      await endOrBeginOlder();
      await database.submit([{ ...answerOf(1), externalId: 'younger' }]);
      for (const place of processes.keys()) await compare(place);
      await endOrBeginOlder();
      for (const place of processes.keys()) await compare(place);
    },
  );

  it.runIf(inject('services'))(
    'are loaded again if the journal has lost an entry that they have',
    async () => {
      await endOrBeginOlder();
      await database.submit([{ ...answerOf(1), externalId: 'lost' }]);
      for (const place of processes.keys()) await compare(place);
      // As where a standby takes over that had not received it.
      const lost = await database.sql(
        'DELETE FROM journal WHERE position = (SELECT max(position) FROM journal) RETURNING position',
      );
      expect(lost).toHaveLength(1);
      for (const process of processes) expect(await process.current(Date.now())).toBeNull();
      await endOrBeginOlder();
      for (const place of processes.keys()) await compare(place);
    },
  );

  it('answer a scoped read of whole days, and only for cells that its session shows', async () => {
    await database.cells.refresh(database.store);
    const query = { edges: steps(TODAY - 9 * DAY_MS, DAY_MS, 10), byCell: true, now: Date.now() };
    const all = { ...query, cellIds: await cellIds(), classes: { kind: 'surveyed' } } as const;
    const inJapan = { ...all, cellIds: await cellIds(`attributes ->> 'region' = 'Japan'`) };
    await until(
      () => followedCounts(database.store, 'DAY').current(Date.now()).then(Boolean),
      'the counts are loaded',
    );
    const before = await readAll(database.store, all);
    // By hand, past the journal: what reads the rollups shows it, what is in memory does not.
    await database.sql('UPDATE rollup_day SET promoters = promoters + 7 WHERE model_version_id = 0');
    const after = await readAll(database.store, all);
    expect(after).not.toEqual(before);
    expect(await readAll(database.scopedReader.as(EVERYTHING), all)).toEqual(before);
    const groups = groupsOf(all.cellIds);
    const rows: IntervalCounts[] = [];
    await eachInterval(database.scopedReader.as(EVERYTHING), { ...all, groups }, (row) => rows.push(row));
    expect(new Set(rows.map(({ cellId }) => cellId)).size).toBeLessThanOrEqual(groups.length);
    expect(sumsOf(rows)).toEqual(sumsOf(inGroups(rowsOf(before), groups)));
    const narrow = database.scopedReader.as(
      narrowScope('japan', ({ attributes }) => attributes.region === 'Japan'),
    );
    const japan = new Set(inJapan.cellIds.map(String));
    const ofJapan = (sums: typeof before) =>
      Object.fromEntries(Object.entries(sums).filter(([key]) => japan.has(key.split(' ')[1] as string)));
    expect(await readAll(narrow, inJapan)).toEqual(ofJapan(before));
    // More than it shows: its views decide.
    expect(await readAll(narrow, all)).toEqual(ofJapan(after));
    expect(await countIntervals(database.scopedReader.as(EVERYTHING), all).then(sumsOf)).toEqual(after);
    await database.sql('UPDATE rollup_day SET promoters = promoters - 7 WHERE model_version_id = 0');
  });

  it('show which position of the journal they are of, and none where they are of no single one', async () => {
    const query = { edges: [TODAY - DAY_MS, TODAY + DAY_MS], byCell: true, now: Date.now() };
    const placeOf = async (cells: CellDictionary, session: Session, edges = query.edges) => {
      const place = new ReadPlace(cells);
      const asked = {
        ...query,
        edges,
        cellIds: await cellIds(),
        classes: { kind: 'surveyed' },
        notes: place,
      } as const;
      await eachInterval(session, asked, () => undefined);
      return place.at;
    };
    const { cells, store } = database;
    const session = database.scopedReader.as(EVERYTHING);
    await database.submit([{ ...answerOf(1), externalId: 'placed' }]);
    await database.settled();
    await cells.refresh(store);
    await until(async () => (await placeOf(cells, session)) !== null, 'the counts are loaded');
    expect(await placeOf(cells, session)).toEqual(await wholeHead(store));
    await database.submit([{ ...answerOf(1), externalId: 'placed later' }]);
    await database.settled();
    expect(await placeOf(cells, session), 'later').toEqual(await wholeHead(store));
    const withMinutes = [query.edges[0] as number, (query.edges[1] as number) - 60_000];
    expect(await placeOf(cells, session, withMinutes), 'a statement counts the minutes').toBeNull();
    expect(await placeOf(cells, store), 'a statement counts everything').toBeNull();
    const fewer = new StoredCellDictionary();
    expect(await placeOf(fewer, session), 'a cell that this process does not know').toBeNull();
    if (older) {
      await endOrBeginOlder();
      await database.submit([{ ...answerOf(1), externalId: 'not final' }]);
      expect(await placeOf(cells, session), 'what is not final').toBeNull();
      await endOrBeginOlder();
    }
  });

  it('begin again when the journal was trimmed or restored, and leave to the rollups what is too large', async () => {
    const [first] = processes as [FollowedCounts];
    await compare(0);
    await database.submit([answerOf(2)]);
    await database.submit([answerOf(3)]);
    await trimJournal(database.store, { before: new Date(Date.now() + DAY_MS), now: Date.now() });
    expect(await first.current(Date.now())).toBeNull();
    await compare(0);
    await database.sql('UPDATE journal SET xact = xact - 1000000000');
    await database.sql('UPDATE journal_mark SET xact = xact - 1000000000');
    expect(await first.current(Date.now())).toBeNull();
    await compare(0);
    const small = new FollowedCounts(database.store, 'DAY', 100);
    expect(await small.current(Date.now())).toBeNull();
    await compare(1);
    expect(await small.current(Date.now())).toBeNull();
  });
});
