import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../domain/statistics/random.ts';
import type { Store } from '../../store/database/client.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { runFollower } from '../../store/journal/follower.ts';
import { isAfter, type JournalEntry, readAhead, readJournal } from '../../store/journal/journal.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { patience, until } from '../fixtures/patience.ts';
import { wholeHead } from '../fixtures/whole-head.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';

/*
 * Writers of this database hold the journal's end back, and no others do. On a cluster of its own, with
 * prepared transactions.
 */

let cluster: RunningPostgres;
let store: Store;
const [urls, clients] = [{ own: '', other: '' }, new Set<pg.Client>()];

beforeAll(async () => {
  cluster = await startPostgres({ timescale: true, settings: { max_prepared_transactions: '20' } });
  urls.own = await cluster.createDatabase('own');
  urls.other = await cluster.createDatabase('other');
  const admin = await connect(urls.own);
  // Who follows is no superuser: what other users' sessions do is mostly hidden from them.
  await admin.query(
    `CREATE ROLE plain LOGIN CREATEROLE; ALTER DATABASE own OWNER TO plain; ALTER SCHEMA public OWNER TO plain`,
  );
  const url = new URL(urls.own);
  url.username = 'plain';
  store = openPostgres(url.href, () => undefined);
  await migrate(store);
});
afterAll(async () => {
  for (const client of clients) await client.end().catch(() => undefined);
  await store?.close();
  await cluster?.dispose();
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  clients.add(client);
  return client;
}

const ENTRY = `INSERT INTO journal (xact, kind, payload) VALUES (pg_current_xact_id()::text::bigint, 'responses',
  jsonb_build_object('added', jsonb_build_array($1::text), 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb)); `;
const write = async (client: pg.Client, text: string) => {
  await client.query(ENTRY.replace('; ', ''), [text]);
  await client.query(`NOTIFY journal`);
};
const namesOf = (entries: readonly JournalEntry[]) => entries.flatMap(({ payload }) => payload.added);

describe('the safe end of the journal', () => {
  it.each([
    [
      'that wrote',
      (client: pg.Client) => client.query('CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)'),
    ],
    ['that only has an id', (client: pg.Client) => client.query('SELECT pg_current_xact_id()')],
    ['in a savepoint', (client: pg.Client) => client.query('SAVEPOINT s; SELECT pg_current_xact_id()')],
  ])('does not wait for an open transaction of another database %s', async (_, open) => {
    const [other, own] = [await connect(urls.other), await connect(urls.own)];
    await other.query('BEGIN');
    await open(other);
    const head = await wholeHead(store);
    await write(own, 'during');
    expect(namesOf(await readJournal(store, head, 10))).toEqual(['during']);
    await other.query('ROLLBACK');
    await Promise.all([own.end(), other.end()]);
  });

  it('does not wait for a prepared transaction of another database, and does for one of its own', async () => {
    const [other, own, second] = [
      await connect(urls.other),
      await connect(urls.own),
      await connect(urls.own),
    ];
    const head = await wholeHead(store);
    await other.query(`BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'elsewhere'`);
    await write(own, 'first');
    expect(namesOf(await readJournal(store, head, 10))).toEqual(['first']);
    await own.query('BEGIN');
    await write(own, 'prepared').catch(() => undefined);
    // NOTIFY cannot be prepared.
    await own.query('ROLLBACK');
    await own.query('BEGIN');
    await own.query(ENTRY.replace('; ', ''), ['prepared']);
    await own.query(`PREPARE TRANSACTION 'here'`);
    await write(second, 'after');
    expect(namesOf(await readJournal(store, head, 10))).toEqual(['first']);
    expect(await readAhead(store, head, 10)).toMatchObject({ entries: [{}], isLast: false });
    await other.query(`COMMIT PREPARED 'elsewhere'`);
    await own.query(`COMMIT PREPARED 'here'`);
    expect(namesOf(await readJournal(store, head, 10))).toEqual(['first', 'prepared', 'after']);
    expect(await readAhead(store, head, 10)).toMatchObject({ entries: [{}, {}, {}], isLast: true });
    // There may be more than were asked for.
    expect((await readAhead(store, head, 3)).isLast).toBe(false);
    await Promise.all([own.end(), second.end(), other.end()]);
  });

  it('is before what this very transaction has written', async () => {
    const head = await wholeHead(store);
    await store.transaction(async (session) => {
      await session.rows({ name: '', text: ENTRY.replace('; ', '') }, ['own']);
      expect(await readJournal(session, head, 10)).toEqual([]);
    });
    expect(namesOf(await readJournal(store, head, 10))).toEqual(['own']);
  });

  it('lets a follower read everything once and in order, whatever writers do here and elsewhere', async () => {
    const seen: JournalEntry[] = [];
    const follower = await runFollower({
      name: 'of the test',
      loops: null,
      store,
      batch: 7,
      from: await wholeHead(store),
      onError: (error) => {
        throw error;
      },
      handle: async (entries) => void seen.push(...entries),
    });
    const committed: string[] = [];
    const deadline = Date.now() + 8_000;
    const random = randomFrom(5);
    const pause = () => new Promise((done) => setTimeout(done, random() * 40));
    const writer = async (url: string, isOwn: boolean) => {
      const client = await connect(url);
      const log = async (name: string) => {
        if (isOwn) await client.query(ENTRY.replace('; ', ''), [name]);
        else await client.query('SELECT pg_current_xact_id()');
      };
      while (Date.now() < deadline || committed.length <= 100) {
        const name = randomBytes(6).toString('hex');
        await client.query('BEGIN');
        // The id is taken at once, the entry comes later, perhaps in a part that is undone.
        await client.query('SELECT pg_current_xact_id()');
        await pause();
        const undone = random() < 0.3;
        if (undone) await client.query('SAVEPOINT s');
        await log(name);
        await pause();
        if (undone) {
          await client.query('ROLLBACK TO s');
          await log(`${name} again`);
        }
        const end = random();
        if (end < 0.2) await client.query('ROLLBACK');
        else if (end < 0.4) {
          await client.query(`PREPARE TRANSACTION '${name}'`);
          await pause();
          await client.query(`${end < 0.3 ? 'ROLLBACK' : 'COMMIT'} PREPARED '${name}'`);
        } else await client.query('COMMIT');
        if (isOwn && (end >= 0.4 || (end >= 0.3 && end < 0.4)))
          committed.push(undone ? `${name} again` : name);
        await client.query('NOTIFY journal');
      }
      await client.end();
    };
    await Promise.all([
      ...Array.from({ length: 6 }, () => writer(urls.own, true)),
      ...Array.from({ length: 4 }, () => writer(urls.other, false)),
    ]);
    await until(() => seen.length >= committed.length, 'the follower has read all of it');
    await follower.stop();
    expect(committed.length).toBeGreaterThan(100);
    expect(namesOf(seen).sort()).toEqual(committed.sort());
    expect(seen.every((entry, i) => i === 0 || isAfter(entry, seen[i - 1] as JournalEntry))).toBe(true);
  });

  it('reaches a follower as quickly as without other databases', async () => {
    const own = await connect(urls.own);
    const arrived = new Map<string, number>();
    const follower = await runFollower({
      name: 'of the test',
      loops: null,
      store,
      batch: 100,
      from: await wholeHead(store),
      onError: () => undefined,
      handle: async (entries) => {
        for (const name of namesOf(entries)) arrived.set(name, performance.now());
      },
    });
    const delays = async (label: string) => {
      const all: number[] = [];
      for (let i = 0; i < 15; i++) {
        await write(own, `${label} ${i}`);
        const sent = performance.now();
        while (!arrived.has(`${label} ${i}`)) await new Promise((done) => setTimeout(done, 2));
        all.push(Math.max(0, (arrived.get(`${label} ${i}`) ?? 0) - sent));
      }
      return all.sort((a, b) => a - b)[7] as number;
    };
    const alone = await delays('alone');
    const other = await connect(urls.other);
    await other.query('BEGIN; SELECT pg_current_xact_id()');
    const beside = await delays('beside');
    await other.query('ROLLBACK');
    await follower.stop();
    // Held back, an entry waits for the other transaction's end, which never comes here.
    expect(beside).toBeLessThan(alone * 10 + patience(200));
  });

  it('is looked for by all followers together while an older transaction holds entries back', async () => {
    const asked: Record<string, number> = {};
    const counted: Store = Object.create(store, {
      rows: {
        value: (...given: Parameters<Store['rows']>) => {
          asked[given[0].name] = (asked[given[0].name] ?? 0) + 1;
          return store.rows(...given);
        },
      },
    });
    /** Of a follower for itself, 2 to 128 ms apart. */
    const LOOKS = 7;
    const seen: string[] = [];
    const from = await wholeHead(store);
    const followers = await Promise.all(
      Array.from({ length: 6 }, () =>
        runFollower({
          ...{ name: 'of the test', loops: null, store: counted, batch: 10, from },
          onError: (error) => {
            throw error;
          },
          handle: async (entries) => void seen.push(...namesOf(entries)),
        }),
      ),
    );
    const [older, own] = [await connect(urls.own), await connect(urls.own)];
    await older.query('BEGIN; SELECT pg_current_xact_id()');
    asked.journal_follow = 0;
    asked.journal_head = 0;
    await write(own, 'held back');
    await until(() => (asked.journal_head ?? 0) >= LOOKS, 'the followers have looked for the end');
    // What follows the last look of all is the next poll.
    const reads = asked.journal_follow;
    await until(() => (asked.journal_follow ?? 0) > reads, 'the followers poll');
    const looks = asked.journal_head;
    expect(seen).toEqual([]);
    await older.query('COMMIT');
    await until(() => seen.length === 6, 'each follower has read it');
    await Promise.all(followers.map((follower) => follower.stop()));
    expect(new Set(seen)).toEqual(new Set(['held back']));
    expect(looks).toBeLessThan(6 * LOOKS * 0.75);
  });
});
