import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Memory } from '../../domain/memory/memory.ts';
import type { Manifest } from '../../domain/seals/seal.ts';
import { sealBatch } from '../../proof/seal-batch.ts';
import { ownerSession, type Session, type Store } from '../../store/database/client.ts';
import { takeLease } from '../../store/database/lease.ts';
import { type Statement, statement } from '../../store/database/statement.ts';
import { followerPosition, readJournal } from '../../store/journal/journal.ts';
import type { Closing } from '../../store/seals/closed-rollups.ts';
import { SEALER } from '../../store/seals/sealing.ts';
import { openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';
import { takeIn } from '../fixtures/take-in.ts';

/* The log of seals is read as a whole once an hour: not in the transaction that adds to it, which would stand as long. */

const HOUR_MS = 3_600_000;
let database: SealedDatabase;
beforeAll(async () => {
  database = await openSealedDatabase();
});
afterAll(async () => {
  await database?.close();
  database?.removeFiles();
});

const ASSIGNED = statement(
  'test_transaction_id',
  'SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS is',
);
/** As a follower does that reads a later entry. */
const TOUCH = statement('test_touch', 'UPDATE seal_pending SET last_entry = $1, last_touched = now()');
const PENDING = statement(
  'test_pending',
  'SELECT first_entry AS first, last_entry AS last FROM seal_pending',
);

const NEWEST = statement('test_newest_seal', 'SELECT manifest FROM seal ORDER BY id DESC LIMIT 1');

/** Closed by now, whatever is touched. */
const closingAt = (now: number): Closing => ({
  bucketUntil: now,
  lastTouchedUntil: now + HOUR_MS,
  firstTouchedUntil: now,
  responses: 100,
});

/** Answers are of the same hour, also if the test runs past the end of one. */
const ANSWERED_AT = new Date(Date.now() - 6 * HOUR_MS).toISOString();

/** Brings one answer of six hours ago. */
async function submit(externalId: string): Promise<void> {
  await database.submit([{ externalId, answeredAt: ANSWERED_AT, score: 3 }]);
  await database.settled();
}

/** Notes for the sealer what came; returns its last entry. */
async function note(): Promise<string> {
  const entries = await readJournal(database.store, await followerPosition(database.store, SEALER), 50);
  await takeIn(database.store, entries);
  const last = entries.at(-1);
  return `${last?.xact}.${last?.position}`;
}

async function bring(externalId: string): Promise<void> {
  await submit(externalId);
  await note();
}

/** What the newest seal says of the journal. */
async function sealedEntries(): Promise<{ readonly first: string; readonly last: string }> {
  const [row] = await database.store.rows<{ manifest: string }>(NEWEST, []);
  return (JSON.parse(row?.manifest ?? '{}') as Manifest).journal;
}

const depsOn = (store: Store, now: () => number = Date.now) => ({
  store,
  signingKey: database.signingKey,
  now,
  randomBytes: (size: number) => Buffer.alloc(size, 1),
  sinks: [],
});

/** The database, with the names of the statements outside and within transactions; `before` is called with each of these. */
function watched(
  store: Store,
  before: (name: string, session: Session) => Promise<void> = async () => undefined,
): { store: Store; outside: string[]; within: string[] } {
  const [outside, within]: [string[], string[]] = [[], []];
  const watch = (session: Session, names: string[]) =>
    ownerSession({
      rows: async <Row>(statement: Statement, parameters: readonly unknown[]) => {
        if (names === within) await before(statement.name, session);
        names.push(statement.name);
        return session.rows<Row>(statement, parameters);
      },
    });
  const transaction: Store['transaction'] = (work, limits) =>
    store.transaction((session) => work(watch(session, within)), limits);
  return {
    // A memory of its own: nothing is cached yet.
    store: Object.assign(Object.create(store), watch(store, outside), { transaction, memory: new Memory() }),
    outside,
    within,
  };
}

it('the log is read page by page before the batch, and cached for it, also an hour later', async () => {
  await submit('a');
  await database.seal();
  const { store, outside, within } = watched(database.store);
  let now = Date.now();
  for (const later of [0, 59, 61]) {
    [outside.length, within.length] = [0, 0];
    now = Date.now() + later * 60_000;
    await bring(`b${later}`);
    expect(
      (
        await sealBatch(
          depsOn(store, () => now),
          closingAt(now),
        )
      ).sealed,
    ).toBe(1);
    expect(within).toContain('sealing_insert_seals');
    expect(within).not.toContain('log_page');
    if (later !== 61) expect(outside).toContain('log_page');
  }
});

it('nothing is written, nor locked by row, before all of it is ready: followers of the journal would wait', async () => {
  await bring('c');
  const lease = await takeLease(database.store, 'test', 'here', 'force');
  if (!lease) throw new Error('no lease');
  const writes: string[] = [];
  const { store, within } = watched(database.store, async (name, session) => {
    const [row] = await session.rows<{ is: boolean }>(ASSIGNED, []);
    if (row?.is) writes.push(name);
  });
  expect((await sealBatch({ ...depsOn(store), lease }, closingAt(Date.now()))).sealed).toBe(1);
  // What has a transaction id already: what follows the first lock of a row.
  const first = within.indexOf('lease_hold');
  expect(first).toBeGreaterThan(within.indexOf('seal_facts_responses'));
  expect(writes).toEqual(within.slice(first + 1));
});

it('a rollup that is touched after its facts were read is judged again', async () => {
  await bring('d');
  const { store } = watched(database.store, async (name, session) => {
    if (name !== 'sealing_lock_pending') return;
    const [pending] = await session.rows<{ last: string }>(PENDING, []);
    const [xact = 0, position = 0] = (pending?.last ?? '').split('.').map(Number);
    await session.rows(TOUCH, [`${xact + 1_000}.${position}`]);
  });
  expect((await sealBatch(depsOn(store), closingAt(Date.now()))).sealed).toBe(1);
  const [pending] = await database.store.rows<{ first: string; last: string }>(PENDING, []);
  // From where the seal ends.
  expect(pending?.first).toBe((await sealedEntries()).last);
  expect(pending?.last).not.toBe(pending?.first);
  expect(await sealBatch(depsOn(database.store), closingAt(Date.now()))).toEqual({
    closed: 1,
    sealed: 0,
    refused: [],
  });
  expect(await database.store.rows(PENDING, [])).toEqual([]);
});

it('an entry that was committed meanwhile touches a rollup, whether or not its facts have it', async () => {
  await bring('e');
  await submit('f');
  const { store } = watched(database.store, async (name, session) => {
    // The sealer finds the same entry in the journal as its follower notes here.
    if (name !== 'sealing_lock_pending') return;
    const [last] = await readJournal(session, await followerPosition(session, SEALER), 50);
    await session.rows(TOUCH, [`${last?.xact}.${last?.position}`]);
  });
  expect((await sealBatch(depsOn(store), closingAt(Date.now()))).sealed).toBe(1);
  expect(await database.store.rows(PENDING, [])).toHaveLength(1);
  await sealBatch(depsOn(database.store), closingAt(Date.now()));
  expect(await database.store.rows(PENDING, [])).toEqual([]);
});

it.runIf(inject('services'))('an answer that comes while facts are sealed is sealed next', async () => {
  await bring('g');
  const { store } = watched(database.store, async (name) => {
    if (name === 'sealing_last_entries') await submit('h');
    if (name === 'sealing_lock_pending') await note();
  });
  expect((await sealBatch(depsOn(store), closingAt(Date.now()))).sealed).toBe(1);
  expect((await sealBatch(depsOn(database.store), closingAt(Date.now()))).sealed).toBe(1);
  expect(await database.store.rows(PENDING, [])).toEqual([]);
});

it.runIf(inject('services'))(
  'a seal names the last entry of its facts, also one that the follower has passed',
  async () => {
    await bring('i');
    let passed = '';
    const { store } = watched(database.store, async (name) => {
      if (name !== 'seal_facts_responses') return;
      await submit('j');
      passed = await note();
    });
    expect((await sealBatch(depsOn(store), closingAt(Date.now()))).sealed).toBe(1);
    expect((await sealedEntries()).last).toBe(passed);
  },
);
