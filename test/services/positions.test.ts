import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiveFeed, startLiveFeed } from '../../api/subscriptions/live-feed.ts';
import type { LiveQueryDefinition, NpsUpdate } from '../../api/subscriptions/live-query.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { total, ZERO } from '../../domain/nps/nps.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { scoreAsKnownAt } from '../../proof/as-of.ts';
import { createScopedReader } from '../../store/access/scoped-views.ts';
import type { Store } from '../../store/database/client.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import {
  formatPosition,
  isAfter,
  type JournalPosition,
  journalHead,
  parsePosition,
} from '../../store/journal/journal.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { MappingRegistry } from '../../store/responses/mappings.ts';
import { DIMENSIONS, openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

/* What a position says of the row beside it, while several servers write at once. */

const DAY = { count: 1, unit: 'days' } as const;
const QUERIES: readonly LiveQueryDefinition[] = [
  { segment: {}, window: DAY, basis: 'SURVEYED', groupBy: [] },
  { segment: { region: ['Peru'] }, window: DAY, basis: 'SURVEYED', groupBy: [] },
  { segment: {}, window: DAY, basis: 'SURVEYED', groupBy: ['region'] },
];
let database: TestDatabase;
let slow: pg.Client | undefined;
const stores: Store[] = [];
const feeds: LiveFeed[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await slow?.end();
  for (const feed of feeds) await feed.stop();
  for (const store of stores) await store.close();
  await database?.close();
});

/** The same record as another server has it open. */
async function anotherServer() {
  const store = openPostgres(database.databaseUrl ?? '', () => undefined, { maxConnections: 4 });
  stores.push(store);
  const cells = new StoredCellDictionary();
  await cells.refresh(store);
  const deps = { store, cells, now: Date.now, onError: fail };
  const feed = await startLiveFeed({
    ...deps,
    loops: null,
    scopedReader: createScopedReader({ ...deps, remembers: true }),
  });
  feeds.push(feed);
  const parts = {
    ...deps,
    encryption: database.encryption,
    mappings: new MappingRegistry(),
    sign: database.sign,
    dimensions: DIMENSIONS,
    pepper: PEPPER,
  };
  const ingestor = createIngestor({ ...parts, cellLimits: DEFAULT_CELL_LIMITS, warn: () => undefined });
  const read = createItemReader(DIMENSIONS, 'responses');
  return {
    feed,
    submit: (items: readonly object[]) => submitItems(ingestor, OWNER, read, items, 'positions'),
  };
}

function fail(error: Error): never {
  throw error;
}

const placeOf = ({ position }: NpsUpdate) => parsePosition(position) as JournalPosition;
/** What npsAsKnownAt(position) says. */
const asKnown = async (update: NpsUpdate) => {
  await database.cells.refresh(database.store);
  const found = await scoreAsKnownAt({ ...database, now: Date.now }, EVERYTHING, update.row, {
    place: placeOf(update),
  });
  return found?.known.counts;
};

describe('the position of an update', () => {
  it('is that of the row, whatever is committed meanwhile and in whatever order', async () => {
    const servers = [await anotherServer(), await anotherServer(), await anotherServer()];
    const random = randomFrom(3);
    const received: NpsUpdate[] = [];
    const stops: (() => void)[] = [];
    for (const { feed } of servers.slice(0, 2))
      for (const query of QUERIES) {
        const liveQuery = feed.liveQuery(EVERYTHING, query);
        let last: JournalPosition | undefined;
        stops.push(
          liveQuery.follow((updates) => {
            for (const update of updates) {
              if (last) expect(isAfter(last, placeOf(update))).toBe(false);
              last = placeOf(update);
            }
            received.push(...updates);
          }),
        );
        await liveQuery.present();
      }
    const deadline = Date.now() + 6_000;
    let next = 0;
    let sent = 0;
    const write = async ({ submit }: (typeof servers)[number]) => {
      while (Date.now() < deadline || received.length <= QUERIES.length * 4) {
        const items = Array.from({ length: 1 + Math.floor(random() * 12) }, () => {
          // Now and then a later answer of the same person, which is a deletion and an insertion.
          const id = random() < 0.2 ? Math.floor(random() * next) : next++;
          return {
            externalId: `p${id}`,
            answeredAt: new Date().toISOString(),
            score: Math.floor(random() * 11),
            region: ['Peru', 'Japan', 'Chile'][Math.floor(random() * 3)],
          };
        });
        const { accepted } = await submit(items);
        sent += accepted;
        await new Promise((done) => setTimeout(done, random() * 15));
      }
    };
    await Promise.all([...servers, ...servers].map(write));
    const whole = async () =>
      total(
        (await received.filter(({ row }) => isWhole(row)).at(-1))?.row.counts ?? {
          promoters: 0,
          passives: 0,
          detractors: 0,
        },
      );
    const [{ n } = { n: 0 }] = await database.sql<{ n: number }>(
      'SELECT count(*)::integer AS n FROM response',
    );
    await until(async () => (await whole()) === n, 'the last state is sent');
    for (const stop of stops) stop();
    expect(sent).toBeGreaterThan(0);
    expect(received.length).toBeGreaterThan(QUERIES.length * 4);
    const wrong: unknown[] = [];
    for (const update of received) {
      const known = await asKnown(update);
      if (JSON.stringify(known) !== JSON.stringify(update.row.counts))
        wrong.push({ position: update.position, row: update.row.counts, known });
    }
    expect(wrong).toEqual([]);
  });

  it('is that of the row while an older transaction keeps what is committed from being final', async () => {
    const server = await anotherServer();
    const liveQuery = server.feed.liveQuery(EVERYTHING, QUERIES[0] as LiveQueryDefinition);
    const unfollow = liveQuery.follow(() => undefined);
    slow = new pg.Client(database.databaseUrl);
    await slow.connect();
    await slow.query('BEGIN; SELECT pg_current_xact_id()');
    await server.submit([
      { externalId: 'early', answeredAt: new Date().toISOString(), score: 9, region: 'Peru' },
    ]);
    const head = await journalHead(database.store);
    const [update] = await liveQuery.present();
    expect(update?.position).toBe(formatPosition(head));
    const [{ n } = { n: 0 }] = await database.sql<{ n: number }>(
      'SELECT count(*)::integer AS n FROM response',
    );
    expect(total(update?.row.counts ?? ZERO), 'all but the answer that is not final').toBe(n - 1);
    expect(await asKnown(update as NpsUpdate)).toEqual(update?.row.counts);
    await slow.query('ROLLBACK');
    await until(
      async () => total((await liveQuery.present())[0]?.row.counts ?? ZERO) === n,
      'it is received',
    );
    unfollow();
  });

  it('is not before the one that a client resumes from, on a server that has not read so far', async () => {
    const [ahead, behind] = [await anotherServer(), await anotherServer()];
    const query = QUERIES[0] as LiveQueryDefinition;
    const liveQuery = behind.feed.liveQuery(EVERYTHING, query);
    const unfollow = liveQuery.follow(() => undefined);
    await liveQuery.present();
    // It hears of nothing any more, as a server whose follower is slow.
    await behind.feed.stop();
    await ahead.submit([
      { externalId: 'late', answeredAt: new Date().toISOString(), score: 9, region: 'Peru' },
    ]);
    const after = await wholeHead(database.store);
    expect(isAfter(after, behind.feed.position())).toBe(true);
    const given = async (place: JournalPosition) => {
      const placeAt = await liveQuery.resume(place);
      return (await liveQuery.present())
        .map(({ position }) => placeAt?.(position) ?? null)
        .filter((one) => one !== null);
    };
    expect(await given(after), 'nothing changed after it').toEqual([]);
    await ahead.submit([
      { externalId: 'later', answeredAt: new Date().toISOString(), score: 9, region: 'Peru' },
    ]);
    await database.settled();
    const positions = await given(after);
    expect(positions.every((position) => isAfter(parsePosition(position) as JournalPosition, after))).toBe(
      true,
    );
    const last = await wholeHead(database.store);
    expect(await given(last)).toEqual([]);
    expect(liveQuery.at).toEqual(last);
    unfollow();
  });
});

describe('a client that resumes', () => {
  it('gets every group, although it got one of those that were sent with its position', async () => {
    const [first, second] = [await anotherServer(), await anotherServer()];
    const regions = ['Chile', 'Japan', 'Peru'];
    await first.submit(
      regions.map((region, i) => ({
        externalId: `cut ${i}`,
        answeredAt: new Date().toISOString(),
        score: 9,
        region,
      })),
    );
    await database.settled();
    for (const { feed } of [first, second]) {
      const liveQuery = feed.liveQuery(EVERYTHING, QUERIES[2] as LiveQueryDefinition);
      const unfollow = liveQuery.follow(() => undefined);
      const [got] = await liveQuery.present();
      const after = placeOf(got as NpsUpdate);
      // On the server that it was cut off from, and on one that read its rows before.
      for (const { feed: other } of [first, second]) {
        const there = other.liveQuery(EVERYTHING, QUERIES[2] as LiveQueryDefinition);
        const unfollowThere = there.follow(() => undefined);
        await there.present();
        const placeAt = await there.resume(after);
        const rows = await there.present();
        const sent = rows.filter(({ position }) => placeAt?.(position)).map(({ row }) => row.group.region);
        expect(sent.sort()).toEqual(regions);
        for (const { position } of rows)
          expect(isAfter(after, parsePosition(placeAt?.(position) ?? '') as JournalPosition)).toBe(false);
        unfollowThere();
      }
      unfollow();
    }
  });
});

const isWhole = ({ segment, group }: NpsUpdate['row']) =>
  Object.keys(segment).length === 0 && Object.keys(group).length === 0;
