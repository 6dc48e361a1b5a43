import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Store } from '../../store/database/client.ts';
import { takeLease } from '../../store/database/lease.ts';
import { Loops } from '../../store/database/loops.ts';
import type { Statement } from '../../store/database/statement.ts';
import { runFollower } from '../../store/journal/follower.ts';
import { followerDelays, followerLags } from '../../store/journal/follower-status.ts';
import {
  BEGINNING,
  followerPosition,
  formatPosition,
  isAfter,
  journalLag,
  parsePosition,
  readJournal,
  saveFollowerPosition,
} from '../../store/journal/journal.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

let next = 0;
const submit = async (count: number) => {
  const items = Array.from({ length: count }, () => {
    next += 1;
    return { externalId: `j${next}`, answeredAt: new Date().toISOString(), score: next % 11 };
  });
  expect(await database.submit(items)).toMatchObject({ accepted: count });
};
const addedIds = async () =>
  (await readJournal(database.store, BEGINNING, 10_000)).flatMap(({ payload }) => payload.added);

describe('the journal', () => {
  it('gives followers everything once and in order, and positions survive as text', async () => {
    const seen: string[] = [];
    let last = BEGINNING;
    const follower = await runFollower({
      name: 'of the test',
      loops: null,
      store: database.store,
      batch: 3,
      from: BEGINNING,
      onError: (error) => {
        throw error;
      },
      handle: async (entries) => {
        for (const entry of entries) {
          expect(isAfter(entry, last)).toBe(true);
          expect(parsePosition(formatPosition(entry))).toEqual({
            xact: entry.xact,
            position: entry.position,
          });
          last = entry;
          seen.push(...entry.payload.added);
        }
      },
    });
    for (let i = 0; i < 10; i++) await submit(1 + i);
    await until(() => seen.length === 55, 'the follower has seen all');
    await follower.stop();
    expect(new Set(seen).size).toBe(55);
    expect(await journalLag(database.store, last)).toBe(0);
    expect(await journalLag(database.store, BEGINNING)).toBeGreaterThan(0);
  });

  it('is read once for an entry after which nothing came', async () => {
    const { store } = database;
    let reads = 0;
    const counted: Store = Object.create(store, {
      rows: {
        value: (...given: Parameters<Store['rows']>) => {
          if (given[0].name === 'journal_follow') reads += 1;
          return store.rows(...given);
        },
      },
    });
    let seen = 0;
    const follower = await runFollower({
      ...{ name: 'of the test', loops: null, store: counted, batch: 10, from: await wholeHead(store) },
      onError: (error) => {
        throw error;
      },
      handle: async (entries) => {
        seen += entries.length;
      },
    });
    for (let i = 1; i <= 20; i++) {
      await submit(1);
      await until(() => seen === i, 'the follower has seen it');
    }
    await follower.stop();
    // Twice each if it looked again whether there is more. Once a second it does.
    expect(reads).toBeLessThan(35);
  });

  it('is read once for all followers that wait at its end, and a kept position is not saved at each step', async () => {
    const { store } = database;
    const counts: Record<string, number> = {};
    const counted: Store = Object.create(store, {
      rows: {
        value: (...given: Parameters<Store['rows']>) => {
          counts[given[0].name] = (counts[given[0].name] ?? 0) + 1;
          return store.rows(...given);
        },
      },
    });
    const lease = await takeLease(store, 'shared', 'here', 'force');
    if (!lease) throw new Error('the lease is held');
    const from = await wholeHead(store);
    await saveFollowerPosition(store, 'kept of many', from);
    const seen = [0, 0, 0, 0];
    const followers = await Promise.all(
      seen.map((_, i) =>
        runFollower({
          ...{ name: i === 0 ? 'kept of many' : 'of the test', loops: null, store: counted },
          // Each gets its own part of what is read for the largest.
          batch: 10 + i,
          ...(i === 0 ? { lease } : { from }),
          onError: (error) => {
            throw error;
          },
          handle: async (entries) => {
            seen[i] = (seen[i] ?? 0) + entries.length;
          },
        }),
      ),
    );
    for (let i = 1; i <= 20; i++) {
      await submit(1);
      await until(() => seen.every((one) => one === i), 'all have seen it');
    }
    await Promise.all(followers.map((follower) => follower.stop()));
    // 80 if each read for itself; some read again, and all do so once a second.
    expect(counts.journal_follow).toBeLessThan(50);
    expect(counts.follower_save_held).toBeLessThan(15);
    expect(await followerPosition(store, 'kept of many')).toEqual(followers[0]?.position());
  });

  it('gives a follower no more than it asks for, also where others read more', async () => {
    const { store } = database;
    const from = await wholeHead(store);
    for (let i = 0; i < 5; i++) await submit(1);
    const largest: number[] = [0, 0];
    const seen: string[][] = [[], []];
    const followers = await Promise.all(
      [2, 100].map((batch, i) =>
        runFollower({
          ...{ name: 'of the test', loops: null, store, batch, from },
          onError: (error) => {
            throw error;
          },
          handle: async (entries) => {
            largest[i] = Math.max(largest[i] ?? 0, entries.length);
            seen[i]?.push(...entries.map(formatPosition));
          },
        }),
      ),
    );
    await until(() => seen.every((one) => one.length === 5), 'both have seen all');
    await Promise.all(followers.map((follower) => follower.stop()));
    expect(largest[0]).toBeLessThanOrEqual(2);
    expect(seen[0]).toEqual(seen[1]);
    expect(new Set(seen[0]).size).toBe(5);
  });

  it('passes a batch again after its handler failed', async () => {
    const errors: string[] = [];
    const handled: number[] = [];
    const follower = await runFollower({
      name: 'of the test',
      loops: null,
      store: database.store,
      batch: 100,
      from: await wholeHead(database.store),
      onError: ({ message }) => errors.push(message),
      handle: async (entries) => {
        if (errors.length === 0) throw new Error('the effect failed');
        handled.push(entries.length);
      },
    });
    await submit(2);
    await until(() => handled.length > 0, 'the batch is handled');
    await follower.stop();
    expect([errors, handled]).toEqual([['the effect failed'], [1]]);
  });

  it('keeps the effect of a follower and its position in one transaction', async () => {
    const lease = await takeLease(database.store, 'applying', 'here', 'force');
    if (!lease) throw new Error('the lease is held');
    const mark: Statement = {
      name: '',
      text: 'INSERT INTO follower (name, xact, position) VALUES ($1, 0, 0)',
    };
    const marks = () => database.sql(`SELECT name FROM follower WHERE name LIKE 'mark %' ORDER BY name`);
    const errors: string[] = [];
    const loops = new Loops();
    const follower = await runFollower({
      name: 'applying',
      store: database.store,
      batch: 1_000,
      lease,
      loops,
      onError: ({ message }) => errors.push(message),
      apply: async (session) => {
        await session.rows(mark, [`mark ${errors.length}`]);
        if (errors.length === 0) throw new Error('after its first write');
      },
    });
    await until(async () => (await marks()).length > 0, 'the effect is there');
    expect(await followerLags(database.store, loops)).toEqual({ applying: 0 });
    expect(await followerDelays(database.store, loops)).toEqual({ applying: 0 });
    await follower.stop();
    // What the failed step wrote is undone, and its entries were read again.
    expect([errors, await marks()]).toEqual([['after its first write'], [{ name: 'mark 1' }]]);
    expect(await followerPosition(database.store, 'applying')).toEqual(follower.position());
    expect(await followerLags(database.store, loops)).toEqual({});
  });

  it('is listed by what follows it here, and by what is expected to follow it elsewhere', async () => {
    const loops = new Loops();
    loops.expect(() => ['elsewhere']);
    const follower = await runFollower({
      name: 'here',
      store: database.store,
      batch: 10,
      loops,
      onError: () => undefined,
      handle: async () => undefined,
    });
    const lags = await followerLags(database.store, loops);
    expect(lags).toEqual({ here: 0, elsewhere: await journalLag(database.store, BEGINNING) });
    await follower.stop();
    expect(Object.keys(await followerLags(database.store, loops))).toEqual(['elsewhere']);
  });

  it.runIf(inject('services'))('does not skip what an older transaction commits later', async () => {
    const head = await wholeHead(database.store);
    const insert = `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points, class)
      VALUES (gen_random_uuid(), now(), now(), 1, 1, gen_random_uuid(), 'raw', 9, 900, 2) RETURNING id`;
    const [slow, fast] = [new pg.Client(database.databaseUrl), new pg.Client(database.databaseUrl)];
    await Promise.all([slow.connect(), fast.connect()]);
    await slow.query('BEGIN');
    await slow.query('SELECT pg_current_xact_id()');
    await fast.query('BEGIN');
    const early = (await fast.query(insert)).rows[0].id;
    await fast.query('COMMIT');
    expect(
      await readJournal(database.store, head, 10),
      'an older transaction may still commit something',
    ).toEqual([]);
    const late = (await slow.query(`${insert.replace('1, 1', '2, 1')}`)).rows[0].id;
    await slow.query('COMMIT');
    const entries = await readJournal(database.store, head, 10);
    // The older transaction's entry comes first, though its position is the larger one.
    expect(entries.flatMap(({ payload }) => payload.added)).toEqual([late, early]);
    expect(entries[0]?.position).toBeGreaterThan(entries[1]?.position ?? 0);
    await Promise.all([slow.end(), fast.end()]);
  });

  it('continues after a restore into a cluster with lower transaction ids', async () => {
    const before = await addedIds();
    const head = await wholeHead(database.store);
    await saveFollowerPosition(database.store, 'restored', head);
    await database.sql('UPDATE journal SET xact = xact + 1000000');
    await database.sql('UPDATE follower SET xact = xact + 1000000');
    expect(await addedIds(), 'none of the restored entries can be read').toEqual([]);
    await migrate(database.store);
    expect(await addedIds()).toEqual(before);
    const position = await followerPosition(database.store, 'restored');
    expect(await readJournal(database.store, position, 10)).toEqual([]);
    await submit(1);
    await until(async () => (await readJournal(database.store, position, 10)).length === 1, 'it can be read');
  });
});
