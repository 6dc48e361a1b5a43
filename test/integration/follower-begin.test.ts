import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealKind } from '../../graph/kinds/seal.ts';
import { Written } from '../../graph/kinds/shared/written.ts';
import { leadAlone } from '../../store/database/lease.ts';
import { runFollower } from '../../store/journal/follower.ts';
import { formatPosition, saveFollowerPosition } from '../../store/journal/journal.ts';
import { restartFollower } from '../../store/journal/journal-trim.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

it('a follower that moved its position before a beginning that failed goes on from there', async () => {
  const { store } = database;
  const answeredAt = new Date().toISOString();
  for (const externalId of ['a', 'b', 'c']) await database.submit([{ externalId, answeredAt, score: 9 }]);
  const head = await wholeHead(store);
  // All of it was taken in before, into a graph that is then found to be of another format.
  await saveFollowerPosition(store, 'beginner', head);
  const seen = new Set<string>();
  const errors: string[] = [];
  let tries = 0;
  const leader = await leadAlone({
    ...{ store, name: 'beginner', place: 'here', onError: () => undefined },
    lead: (lease) =>
      runFollower({
        ...{ name: 'beginner', store, batch: 10, lease, loops: null },
        onError: ({ message }) => errors.push(message),
        begin: async () => {
          tries += 1;
          if (tries > 1) return false;
          await restartFollower(store, 'beginner', lease);
          throw new Error('the connection was lost');
        },
        handle: async (entries) => {
          for (const entry of entries) seen.add(formatPosition(entry));
        },
      }),
  });
  try {
    await until(() => seen.has(formatPosition(head)), 'it has come to the head');
  } finally {
    await leader.stop();
  }
  expect(errors).toEqual(['the connection was lost']);
  const rows = await database.sql<{ entries: number }>('SELECT count(*)::integer AS entries FROM journal');
  expect(seen.size).toBe(rows[0]?.entries);
});

it('an empty graph is filled with seals in pages, between which it can be stopped', async () => {
  const { projection } = sealKind;
  if (!projection || !('all' in projection) || !projection.all) throw new Error('seals have pages');
  const writer = { ...database, written: new Written(), write: async () => undefined };
  const pages = async () => {
    const found: unknown[] = [];
    for await (const entries of projection.all?.(writer) ?? [])
      found.push(...entries.map(({ payload }) => payload.seals));
    return found;
  };
  expect(await pages()).toEqual([]);
  await database.sql(`INSERT INTO seal (id, bucket, cell_id, model_version_id, revision, why, manifest, hash, recorded_at)
    SELECT 45000, now(), min(id), 0, 0, 'SEALED', '{}', 'ab', now() FROM cell`);
  expect(await pages()).toEqual([
    [0, 19_999],
    [20_000, 39_999],
    [40_000, 45_000],
  ]);
});
