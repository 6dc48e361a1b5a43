import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hold,
  type Lease,
  leadAlone,
  releaseLease,
  SupersededError,
  takeLease,
} from '../../store/database/lease.ts';
import {
  BEGINNING,
  ForgottenPositionError,
  followerPosition,
  saveFollowerPosition,
} from '../../store/journal/journal.ts';
import { resumeFollower } from '../../store/journal/journal-trim.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const expire = (name: string) =>
  database.sql(`UPDATE lease SET held_until = now() - interval '1 second' WHERE name = '${name}'`);
const taken = async (name: string, place: string, from: 'expired' | 'same place' | 'force') => {
  const lease = await takeLease(database.store, name, place, from);
  if (!lease) throw new Error('the lease is held');
  return lease;
};

describe('a lease', () => {
  it('has one holder until it expires, is returned, or a process at the same place begins', async () => {
    const first = await taken('a', 'one', 'expired');
    expect(await takeLease(database.store, 'a', 'two', 'expired')).toBeNull();
    expect(await takeLease(database.store, 'a', 'two', 'same place')).toBeNull();
    const again = await taken('a', 'one', 'same place');
    expect(again.token).toBeGreaterThan(first.token);
    await expire('a');
    const second = await taken('a', 'two', 'expired');
    expect(second.token).toBeGreaterThan(again.token);
    await releaseLease(database.store, again);
    expect(
      await takeLease(database.store, 'a', 'one', 'expired'),
      'it was not theirs to give back',
    ).toBeNull();
    await releaseLease(database.store, second);
    expect((await taken('a', 'one', 'expired')).token).toBeGreaterThan(second.token);
    expect((await taken('a', 'three', 'force')).token).toBeGreaterThan(second.token);
  });

  it('ignores an expiry that no holder was granted: the clock of the database went back', async () => {
    const held = await taken('d', 'one', 'expired');
    expect(await takeLease(database.store, 'd', 'two', 'expired')).toBeNull();
    await database.sql(`UPDATE lease SET held_until = now() + interval '1 hour' WHERE name = 'd'`);
    expect((await taken('d', 'two', 'expired')).token).toBeGreaterThan(held.token);
  });

  it('keeps its tokens growing after the database is rolled back', async () => {
    const before = await taken('b', 'one', 'expired');
    await database.sql(`DELETE FROM lease WHERE name = 'b'`);
    expect((await taken('b', 'one', 'expired')).token).toBeGreaterThanOrEqual(before.token);
  });

  it('admits no effect and no position of an earlier holder', async () => {
    const old = await taken('c', 'one', 'expired');
    const at = { xact: 5, position: 7 };
    await expect(saveFollowerPosition(database.store, 'of c', at, old), 'not registered').rejects.toThrow(
      ForgottenPositionError,
    );
    await resumeFollower(database.store, 'of c');
    await saveFollowerPosition(database.store, 'of c', at, old);
    await expire('c');
    const present = await taken('c', 'two', 'expired');
    await expect(saveFollowerPosition(database.store, 'of c', BEGINNING, old)).rejects.toThrow(
      SupersededError,
    );
    await expect(database.store.transaction((session) => hold(session, old))).rejects.toThrow(
      SupersededError,
    );
    expect(await followerPosition(database.store, 'of c')).toEqual(at);
    await database.store.transaction(async (session) => {
      await hold(session, present);
      await saveFollowerPosition(session, 'of c', BEGINNING, present);
    });
    expect(await followerPosition(database.store, 'of c')).toEqual(BEGINNING);
  });
});

it('work of one process at a time is skipped while its lock is held', async () => {
  const { store } = database;
  const log: string[] = [];
  const done = async (name: string) => void log.push(name);
  const first = store.ifFree(1, async () => {
    expect(await store.ifFree(1, () => done('the same'))).toBe(false);
    expect(await store.ifFree(2, () => done('another'))).toBe(true);
  });
  expect(await first).toBe(true);
  const failing = store.ifFree(1, () => Promise.reject(new Error('it failed')));
  await expect(failing).rejects.toThrow('it failed');
  expect(await store.ifFree(1, () => done('the same, later'))).toBe(true);
  expect(log).toEqual(['another', 'the same, later']);
});

describe('work under a lease', () => {
  const worker = (place: string, log: string[]) =>
    leadAlone({
      store: database.store,
      name: 'work',
      place,
      onError: ({ name }) => log.push(`${place} ${name}`),
      lead: async (_lease: Lease) => {
        log.push(`${place} begins`);
        return {
          stop: async () => {
            log.push(`${place} ends`);
          },
        };
      },
    });

  it('is done by one process, continues at another, and ends when it is taken over', async () => {
    const log: string[] = [];
    const [one, two] = [await worker('one', log), await worker('two', log)];
    expect([one.isLeading(), two.isLeading(), log]).toEqual([true, false, ['one begins']]);
    await one.stop();
    await until(() => two.isLeading(), 'the other has taken over');
    expect(log).toEqual(['one begins', 'one ends', 'two begins']);
    await expire('work');
    await taken('work', 'three', 'expired');
    await until(() => !two.isLeading(), 'it has found that it was taken over');
    expect(log.slice(3)).toEqual(['two SupersededError', 'two ends']);
    await two.stop();
  });

  it('that fails goes to another process, and comes back when that ends', async () => {
    let isAway = true;
    const begin = (place: string, isFailing: () => boolean) =>
      leadAlone({
        store: database.store,
        name: 'failing',
        place,
        onError: () => undefined,
        lead: async () => ({ isFailing, stop: async () => undefined }),
        failingRenewals: 1,
      });
    const cutOff = await begin('one', () => isAway);
    const other = await begin('two', () => false);
    expect([cutOff.isLeading(), other.isLeading()]).toEqual([true, false]);
    await until(() => other.isLeading(), 'the other has it');
    expect(cutOff.isLeading()).toBe(false);
    isAway = false;
    await other.stop();
    await until(() => cutOff.isLeading(), 'it has it again');
    await cutOff.stop();
  });

  it('that failed once and continues is kept', async () => {
    let asked = 0;
    const leader = await leadAlone({
      store: database.store,
      name: 'hiccup',
      place: 'one',
      onError: () => undefined,
      lead: async () => ({
        isFailing: () => {
          asked += 1;
          return asked % 2 === 1;
        },
        stop: async () => undefined,
      }),
      failingRenewals: 2,
    });
    await until(() => asked >= 3, 'it was asked three times');
    expect(leader.isLeading()).toBe(true);
    await leader.stop();
  });

  it('that cannot begin is retried', async () => {
    let attempts = 0;
    const errors: string[] = [];
    const leader = await leadAlone({
      store: database.store,
      name: 'late',
      place: 'one',
      onError: ({ message }) => errors.push(message),
      lead: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('not yet');
        return { stop: async () => undefined };
      },
    });
    await until(() => attempts === 2, 'it has begun');
    expect([errors, leader.isLeading()]).toEqual([['not yet'], true]);
    await leader.stop();
  });
});
