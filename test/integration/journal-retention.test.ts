import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { journalEnds } from '../../api/subscriptions/journal-ends.ts';
import { LiveQuery } from '../../api/subscriptions/live-query.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import type { Counts } from '../../domain/nps/nps.ts';
import type { ScoreName } from '../../domain/scores/score.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { UnknownMomentError } from '../../proof/as-of.ts';
import { startSealer } from '../../proof/sealer.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import type { Session } from '../../store/database/client.ts';
import { leadAlone } from '../../store/database/lease.ts';
import { runFollower } from '../../store/journal/follower.ts';
import {
  BEGINNING,
  formatPosition,
  isAfter,
  type JournalPosition,
  readJournal,
  saveFollowerPosition,
} from '../../store/journal/journal.ts';
import {
  FOLLOWER_PATIENCE_MS,
  journalMark,
  resumeFollower,
  trimJournal,
} from '../../store/journal/journal-trim.ts';
import { readScores } from '../../store/scores/scores.ts';
import { BEFORE_ALL, noteSomeTouched, type RollupPlace } from '../../store/seals/sealing.ts';
import { AsOfDatabase, BASES } from '../fixtures/as-of-database.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { eraseWhole, personOf } from '../fixtures/erasing.ts';
import { openSealedDatabase } from '../fixtures/sealed-database.ts';
import { until } from '../fixtures/server.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

let database: TestDatabase;
let known: AsOfDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  known = new AsOfDatabase(database);
});
afterAll(() => database.close());

const entries = async () =>
  (await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM journal'))[0]?.n ?? 0;
const trim = async (before: number, now = Date.now()) => {
  await database.settled();
  return trimJournal(database.store, { before: new Date(before), now, batch: 3 });
};

describe('a trimmed journal', () => {
  interface Received {
    readonly at: number;
    readonly place: JournalPosition;
    readonly name: ScoreName;
    readonly counts: Counts | null;
    readonly score: number | null;
  }

  it('answers what it guarantees as before, and reports the earliest moment otherwise', async () => {
    const random = randomFrom(29);
    const upTo = (n: number) => Math.floor(random() * n);
    const received: Received[] = [];
    let next = 0;
    const steps: (() => Promise<unknown>)[] = [
      () => database.submit(Array.from({ length: 1 + upTo(8) }, () => known.answer(next++))),
      () =>
        database.submit([
          known.answer(upTo(next), { score: upTo(11), answeredAt: new Date(Date.now() - 1e3).toISOString() }),
        ]),
      () => eraseWhole(database, personOf(`person ${upTo(20)}`)),
      () => restrict(database, personOf(`person ${upTo(20)}`), random() < 0.5),
      () => known.promote(random() < 0.5 ? 7 : 8),
      () => known.infer(),
    ];
    let deleted = 0;
    for (let step = 0; step < 24; step++) {
      await (steps[step < 3 ? 0 : upTo(steps.length)] as () => Promise<unknown>)();
      const at = await known.moment();
      const place = await wholeHead(database.store);
      for (const basis of BASES) {
        const name = known.name(basis);
        const query = { segment: {}, basis, confidence: 0.95, groupBy: [], windows: [name] };
        const [row] = await readScores(known.deps, EVERYTHING, query);
        received.push({ at, place, name, counts: row?.counts ?? null, score: row?.score ?? null });
      }
      if (step % 6 === 5) deleted += await trim(received[upTo(received.length)]?.at ?? 0);
    }
    expect(deleted).toBeGreaterThan(5);
    const mark = await journalMark(database.store);
    if (!mark) throw new Error('nothing was trimmed');
    let [kept, refused] = [0, 0];
    for (const { at, place, name, counts, score } of received) {
      const ask = (moment: number | JournalPosition) => known.asKnown({ ...name, model: null }, moment);
      for (const [moment, isKept] of [
        [at, at >= mark.reachesBack.getTime()],
        [place, !isAfter(mark, place)],
      ] as const) {
        if (isKept) {
          const found = await ask(moment);
          expect({ counts: found?.known.counts, score: found?.known.score }).toEqual({ counts, score });
          kept += 1;
        } else {
          const error = await ask(moment).catch((thrown: Error) => thrown);
          expect(error).toBeInstanceOf(UnknownMomentError);
          expect((error as Error).message).toContain(mark.reachesBack.toISOString());
          expect((error as Error).message).toContain(formatPosition(mark));
          refused += 1;
        }
      }
    }
    expect(Math.min(kept, refused)).toBeGreaterThan(5);
    // The earliest moment that the message names is answered.
    expect(await known.asKnown(known.name('SURVEYED'), mark.reachesBack.getTime())).not.toBeNull();
    expect(
      await known.asKnown(known.name('SURVEYED'), { xact: mark.xact, position: mark.position }),
    ).not.toBeNull();
  });

  it('keeps its end, entries about models, and young ones', async () => {
    const before = await entries();
    expect(await trim(0)).toBe(0);
    expect(await entries()).toBe(before);
    const head = await wholeHead(database.store);
    await trim(Date.now() + 1e6);
    expect(await wholeHead(database.store)).toEqual(head);
    const left = await database.sql<{ kind: string }>('SELECT DISTINCT kind FROM journal WHERE xact < $1', [
      head.xact,
    ]);
    expect(left).toEqual([{ kind: 'model' }]);
    expect(await trim(Date.now() + 1e6)).toBe(0);
  });
});

describe('a follower of a trimmed journal', () => {
  // Without persons: the history above may have restricted them.
  let added = 0;
  const add = async (n: number) => {
    for (let i = 0; i < n; i++)
      await database.submit([known.answer(10_000 + added++, { score: 9, respondent: null })]);
    await database.settled();
  };

  it('finds what it has yet to read', async () => {
    await add(4);
    const place = await wholeHead(database.store);
    await saveFollowerPosition(database.store, 'slow', place);
    await add(4);
    const unread = await readJournal(database.store, place, 100);
    expect(await trim(Date.now() + 1e6)).toBeGreaterThan(2);
    expect(await readJournal(database.store, place, 100)).toEqual(unread);
    expect(await resumeFollower(database.store, 'slow')).toEqual({ from: place, trimmed: null });
  });

  it('does not keep a process from stopping: it ends after the current batch', async () => {
    await add(6);
    const head = await wholeHead(database.store);
    await saveFollowerPosition(database.store, 'slow', head);
    let looks = 0;
    const options = { before: new Date(Date.now() + 1e6), now: Date.now(), batch: 1 };
    expect(await trimJournal(database.store, { ...options, stopped: () => ++looks > 2 })).toBeLessThanOrEqual(
      2,
    );
    expect(await trimJournal(database.store, { ...options, stopped: () => true })).toBe(0);
    expect(await trimJournal(database.store, options)).toBeGreaterThan(0);
  });

  it('that has just begun does too, from its first read on', async () => {
    await add(2);
    const { from, trimmed } = await resumeFollower(database.store, 'new');
    expect(from).toEqual(BEGINNING);
    // There is no beginning any more.
    expect(trimmed).toEqual(await journalMark(database.store));
    expect(await trim(Date.now() + 1e6)).toBe(0);
    await saveFollowerPosition(database.store, 'new', await wholeHead(database.store));
    await saveFollowerPosition(database.store, 'slow', await wholeHead(database.store));
    expect(await trim(Date.now() + 1e6)).toBeGreaterThan(0);
  });

  it('that has not moved for a month holds nothing back, and learns so when it comes back', async () => {
    await add(3);
    await trim(Date.now() + 1e6);
    expect(await trim(Date.now() + 1e6)).toBe(0);
    // One that has read everything is not forgotten, however quiet it is.
    await saveFollowerPosition(database.store, 'new', await wholeHead(database.store));
    expect(await trim(Date.now() + 1e6, Date.now() + FOLLOWER_PATIENCE_MS + 1e6)).toBeGreaterThan(0);
    expect(await database.sql('SELECT name FROM follower ORDER BY name')).toEqual([{ name: 'new' }]);
    expect((await resumeFollower(database.store, 'slow')).trimmed).not.toBeNull();
    expect((await resumeFollower(database.store, 'new')).trimmed).toBeNull();
  });
});

describe('a running follower that does not move until its position expires', () => {
  it('skips nothing: it starts over from the database', async () => {
    const seen = new Set<number>();
    let [starts, blocked]: [number, Promise<void> | null] = [0, null];
    let unblock: () => void = () => undefined;
    const leader = await leadAlone({
      store: database.store,
      name: 'stuck',
      place: 'here',
      onError: () => undefined,
      lead: (lease) =>
        runFollower({
          name: 'stuck',
          store: database.store,
          batch: 1,
          lease,
          loops: null,
          onError: () => undefined,
          // What there is in the database is taken in as a whole.
          startOver: async () => {
            starts += 1;
          },
          handle: async (entries) => {
            await blocked;
            for (const { position } of entries) seen.add(position);
          },
        }),
    });
    try {
      await vi.waitFor(() => expect(starts).toBe(1), 20_000);
      blocked = new Promise((resolve) => {
        unblock = resolve;
      });
      for (let i = 0; i < 6; i++)
        await database.submit([known.answer(30_000 + i, { score: 9, respondent: null })]);
      await database.settled();
      await trim(Date.now() + 1e6, Date.now() + 2 * FOLLOWER_PATIENCE_MS);
      expect(await database.sql(`SELECT FROM follower WHERE name = 'stuck'`)).toEqual([]);
      blocked = null;
      unblock();
      await vi.waitFor(() => expect(starts).toBe(2), 30_000);
      expect((await resumeFollower(database.store, 'stuck')).trimmed).toBeNull();
    } finally {
      unblock();
      await leader.stop();
    }
  });
});

describe('a subscription that resumes', () => {
  it('gets the current rows if entries are gone', async () => {
    const early = await wholeHead(database.store);
    await database.submit([known.answer(20_001, { region: 'Chile', score: 9, respondent: null })]);
    await database.submit([known.answer(20_002, { region: 'Peru', score: 9, respondent: null })]);
    await database.cells.refresh(database.store);
    await trim(Date.now() + 1e6, Date.now() + 2 * FOLLOWER_PATIENCE_MS);
    const head = await wholeHead(database.store);
    const deps = { ...database, now: Date.now, onError: () => undefined };
    const hooks = {
      position: () => head,
      ends: journalEnds(database.store, database.cells),
      onDirty: () => undefined,
      onUsed: () => undefined,
      onUnused: () => undefined,
    };
    const query = {
      segment: { region: ['Chile'] },
      window: { unit: 'days', count: 7 },
      basis: 'SURVEYED',
      groupBy: [],
    } as const;
    const liveQuery = new LiveQuery(deps, EVERYTHING, query, hooks);
    expect(await readJournal(database.store, early, 10)).toHaveLength(1);
    expect(await liveQuery.resume(early)).not.toBeNull();
    expect(await liveQuery.resume(head)).toBeNull();
  });
});

describe('the sealer', () => {
  it('that starts over seals what exists, and nothing twice', async () => {
    const sealed = await openSealedDatabase();
    const seals = async () =>
      (await sealed.sql<{ n: number }>('SELECT count(*)::integer AS n FROM seal'))[0]?.n ?? 0;
    const { store, signingKey } = sealed;
    const deps = {
      store,
      signingKey,
      now: Date.now,
      randomBytes,
      sealAfter: 0,
      sinks: [],
      onError: () => undefined,
      place: 'test',
      loops: null,
    };
    const trimAll = async () => {
      await sealed.settled();
      const later = Date.now() + 2 * FOLLOWER_PATIENCE_MS;
      return trimJournal(store, { before: new Date(Date.now() + 1e6), now: later });
    };
    for (let i = 0; i < 6; i++) await sealed.submit([known.answer(i)]);
    expect(await trimAll()).toBeGreaterThan(1);
    let sealer = await startSealer(deps);
    await until(async () => (await seals()) > 0, 'rollups are sealed');
    await sealer.stop();
    const [rollups] = await sealed.sql<{ n: number }>(
      'SELECT count(*)::integer AS n FROM rollup_hour WHERE n > 0',
    );
    expect(await seals()).toBe(rollups?.n);
    const first = await seals();
    for (let i = 6; i < 9; i++) await sealed.submit([known.answer(i, { respondent: null })]);
    await sealed.sql('UPDATE follower SET xact = $1, position = 0', [BEGINNING.xact]);
    await trimAll();
    sealer = await startSealer(deps);
    await until(async () => (await seals()) > first, 'new revisions are sealed');
    await sealer.stop();
    const again = await sealed.sql<{ cell: number; bucket: Date; n: number }>(
      'SELECT cell_id, bucket, revision, count(*)::integer AS n FROM seal GROUP BY 1, 2, 3 HAVING count(*) > 1',
    );
    expect(again).toEqual([]);

    // Every rollup is noted, and every seal whose rollup is gone, by a few in a transaction.
    await sealed.sql('DELETE FROM seal_pending');
    await sealed.sql('DELETE FROM rollup_hour WHERE bucket = (SELECT min(bucket) FROM rollup_hour)');
    const sizes: number[] = [];
    const counted: Session = {
      ...store,
      rows: async <Row>(...given: Parameters<Session['rows']>) => {
        const rows = await store.rows<Row>(...given);
        sizes.push(rows.length);
        return rows;
      },
    };
    const entries = ['1.1', '2.2'] as const;
    for (let at: RollupPlace | null = BEFORE_ALL; at; ) at = await noteSomeTouched(counted, entries, at, 2);
    const key = 'cell_id, model_version_id, bucket';
    const noted = await sealed.sql(`SELECT ${key} FROM seal_pending ORDER BY 1, 2, 3`);
    expect(noted).toEqual(
      await sealed.sql(`SELECT ${key} FROM rollup_hour UNION SELECT ${key} FROM seal ORDER BY 1, 2, 3`),
    );
    expect(noted.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBe(2);
    await sealed.close();
  });
});
