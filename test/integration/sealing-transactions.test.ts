import { afterAll, beforeAll, expect, it } from 'vitest';
import { Memory } from '../../domain/memory/memory.ts';
import { sealBatch } from '../../proof/seal-batch.ts';
import { ownerSession, type Session, type Store } from '../../store/database/client.ts';
import type { Statement } from '../../store/database/statement.ts';
import { followerPosition, readJournal } from '../../store/journal/journal.ts';
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

/** The database, with the names of the statements outside and within transactions. */
function watched(store: Store): { store: Store; outside: string[]; within: string[] } {
  const [outside, within]: [string[], string[]] = [[], []];
  const watch = (session: Session, names: string[]) =>
    ownerSession({
      rows: <Row>(statement: Statement, parameters: readonly unknown[]) => {
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
  const answeredAt = new Date(Date.now() - 6 * HOUR_MS).toISOString();
  await database.submit([{ externalId: 'a', answeredAt, score: 9 }]);
  await database.seal();
  const { store, outside, within } = watched(database.store);
  let now = Date.now();
  const deps = {
    store,
    signingKey: database.signingKey,
    now: () => now,
    randomBytes: (size: number) => Buffer.alloc(size, 1),
    sinks: [],
  };
  for (const later of [0, 59, 61]) {
    [outside.length, within.length] = [0, 0];
    now = Date.now() + later * 60_000;
    await database.submit([{ externalId: `b${later}`, answeredAt, score: 3 }]);
    await database.settled();
    const entries = await readJournal(database.store, await followerPosition(database.store, SEALER), 50);
    await takeIn(database.store, entries);
    const closing = {
      bucketUntil: now,
      lastTouchedUntil: now + HOUR_MS,
      firstTouchedUntil: now,
      responses: 100,
    };
    expect((await sealBatch(deps, closing)).sealed).toBe(1);
    expect(within).toContain('sealing_insert_seals');
    expect(within).not.toContain('log_page');
    if (later !== 61) expect(outside).toContain('log_page');
  }
});
