import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { DIMENSIONS, openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { again, begin, bring, type FileValues, undo } from '../fixtures/importing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* Imports with the same responses, undone in any order and at once. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const AT = '2026-11-01T10:30:00Z';
const row = (id: string, score: number, more: FileValues = {}): FileValues => ({
  ...{ id, at: AT, score: String(score) },
  ...more,
});
const scoresOf = async (source: string) =>
  Object.fromEntries(
    (
      await database.sql<{ id: string; score: number }>(
        `SELECT r.external_id AS id, r.score FROM response r JOIN mapping_version m ON m.id = r.mapping_version_id
          JOIN source s ON s.id = m.source_id WHERE s.name = $1 ORDER BY 1`,
        [source],
      )
    ).map(({ id, score }) => [id, score]),
  );

it('content restored by a later undo goes with the import that brought it', async () => {
  await database.submit([{ externalId: 'old', source: 'layers', answeredAt: AT, score: 9 }]);
  const runs = [];
  for (const score of [1, 2, 3]) {
    const run = await begin(database);
    await bring(database, run, 'layers', [row('old', score), row('new', score)]);
    runs.push(run);
  }
  const [one, two, three] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0]];
  expect(await undo(database, three)).toMatchObject({ removed: 0, restored: 2 });
  expect(await scoresOf('layers')).toEqual({ new: 2, old: 2 });
  expect(await undo(database, one)).toMatchObject({ removed: 0, restored: 0, stayed: 2 });
  expect(await undo(database, two, { dryRun: true })).toMatchObject({ removed: 1, restored: 1, stayed: 0 });
  expect(await undo(database, two)).toMatchObject({ removed: 1, restored: 1, stayed: 0 });
  expect(await scoresOf('layers')).toEqual({ old: 9 });
  await expectRollupsToEqualRecount(database);
});

it('content of another endpoint or import in the same transaction is restored', async () => {
  let free = () => undefined as unknown;
  const held = new Promise((resolve) => {
    free = () => resolve(undefined);
  });
  const store = Object.assign(Object.create(database.store), {
    transaction: async (work: never, options: never) => {
      await held;
      return database.store.transaction(work, options);
    },
  });
  const deps = { ...database, dimensions: DIMENSIONS, pepper: PEPPER, cellLimits: DEFAULT_CELL_LIMITS };
  const ingestor = createIngestor({ ...deps, store, now: Date.now, warn: () => undefined });
  const read = createItemReader(DIMENSIONS, 'responses');
  const [one, two] = [await begin(database), await begin(database)];
  const item = { source: 'joint', answeredAt: AT, comment: 'own words', revision: 1 };
  // Mappings and cells are there, so that nothing but the rows waits.
  await database.submit([{ ...item, externalId: 'first', score: 5 }]);
  await bring(database, one, 'joint', [row('first', 5)]);
  const waiting = async (rows: number) => {
    while (ingestor.waiting() < rows) await new Promise((done) => setTimeout(done, 5));
  };
  const submit = (externalId: string, score: number) =>
    submitItems(ingestor, OWNER, read, [{ ...item, externalId, score }], 'request');
  const other = { ...database, ingestor };
  const blocker = submit('blocker', 5);
  await waiting(1);
  const parts: Promise<unknown>[] = [submit('door', 9)];
  await waiting(2);
  parts.push(bring(other, one, 'joint', [row('door', 1, { revision: '2' }), row('both', 1)]));
  await waiting(4);
  parts.push(bring(other, two, 'joint', [row('both', 2)]));
  await waiting(5);
  free();
  await Promise.all([blocker, ...parts]);
  const [joint] = await database.sql<{ times: number }>(
    `SELECT count(DISTINCT e.received_at)::int AS times FROM source_event e WHERE e.import_id IS NOT NULL AND e.import_line > 1
      AND e.response_id IN (SELECT id FROM response WHERE external_id IN ('door', 'both'))`,
  );
  expect(joint?.times).toBe(1);
  expect(await scoresOf('joint')).toMatchObject({ door: 1, both: 2 });
  expect(await undo(database, two)).toMatchObject({ removed: 0, restored: 1 });
  expect(await scoresOf('joint')).toMatchObject({ door: 1, both: 1 });
  expect(await undo(database, one)).toMatchObject({ removed: 1, restored: 1 });
  expect(await scoresOf('joint')).toEqual({ first: 5, blocker: 5, door: 9 });
  const [key] = await database.sql<{ revision: number }>(
    "SELECT k.revision::int AS revision FROM response_key k JOIN response r ON r.id = k.id WHERE r.external_id = 'door'",
  );
  expect(key?.revision).toBe(1);
  await expectRollupsToEqualRecount(database);
});

it('a dry run that stops continues where it stopped', async () => {
  const run = await begin(database);
  await bring(
    database,
    run,
    'pages',
    Array.from({ length: 250 }, (_, i) => row(`p${i}`, i % 11)),
  );
  let [removed, calls, after] = [0, 0, undefined as string | undefined];
  for (let isDone = false; !isDone; calls++) {
    const done = await undo(database, run, { dryRun: true, after, isOver: () => true });
    removed += done.removed;
    after = done.last ?? undefined;
    isDone = done.complete;
  }
  expect({ removed, calls }).toEqual({ removed: 250, calls: 4 });
  expect(await again(database, run)).toMatchObject({ undoAt: null, removed: 0 });
});

it('two concurrent undos count each response once', async () => {
  await database.submit([{ externalId: 'w0', source: 'twice', answeredAt: AT, score: 9 }]);
  const run = await begin(database);
  const rows = Array.from({ length: 150 }, (_, i) => row(`w${i}`, 1));
  await bring(database, run, 'twice', rows);
  await Promise.all([undo(database, run), undo(database, run)]);
  expect(await again(database, run)).toMatchObject({ removed: 149, restored: 1, stayed: 0 });
  expect(await scoresOf('twice')).toEqual({ w0: 9 });
});

it('keeps responses of a person under a legal hold', async () => {
  const run = await begin(database);
  await bring(database, run, 'evidence', [row('v', 1, { who: 'kept' }), row('other', 1, { who: 'kept' })]);
  await bring(database, run, 'evidence', [row('x', 1), row('y', 1), row('v', 2, { who: 'later' })]);
  const [hold] = await placeHold(database, personOf('kept'), BY);
  await undo(database, run);
  const items = await database.sql<{ line: number; kept: boolean }>(
    `SELECT import_line AS line, sealed IS NOT NULL AS kept FROM source_event e JOIN import_run i ON i.id = e.import_id
      WHERE i.key = $1 ORDER BY e.received_at, import_line`,
    [run.key],
  );
  expect(items.map(({ kept }) => kept)).toEqual([true, true, false, false, false]);
  await releaseHold(database.store, hold ?? '', BY);
});
