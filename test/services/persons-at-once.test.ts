import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_FLAG_RULES } from '../../domain/responses/flags.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor, type Ingestor } from '../../ingestion/pipeline/ingestor.ts';
import { namedBy } from '../../ingestion/pipeline/pseudonym.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { mergeIdentities, undoMerge } from '../../store/data-subjects/merges.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { decideCounting } from '../../store/responses/apply-policies.ts';
import { DIMENSIONS, openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, personOf } from '../fixtures/erasing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* What processes do at the same time to the same persons: a session of our own holds one of them up, where it matters. */

let database: TestDatabase;
let other: pg.Client;
let processes: Ingestor[];

beforeAll(async () => {
  database = await openTestDatabase();
  other = new pg.Client(database.databaseUrl);
  await other.connect();
  const flagRules = {
    ...DEFAULT_FLAG_RULES,
    'repeated-text': { action: 'flag', answers: 2, seconds: 86_400 },
  } as const;
  processes = [1, 2].map(() =>
    createIngestor({
      ...{ ...database, pepper: PEPPER, dimensions: DIMENSIONS, now: Date.now, flagRules },
      ...{ cellLimits: DEFAULT_CELL_LIMITS, warn: () => undefined },
    }),
  );
});
afterAll(async () => {
  for (const process of processes) await process.idle();
  await other.end();
  await database.close();
});

const answeredAt = new Date().toISOString();
/** One answer by the process of that number; the text is long enough to be compared. */
const answer = (which: number, externalId: string, respondent: string, text: string) =>
  submitItems(
    processes[which] as Ingestor,
    OWNER,
    createItemReader(DIMENSIONS, 'responses'),
    [
      {
        externalId,
        respondent,
        answeredAt,
        score: 5,
        comment: `${text} is what many persons say of it here, each in words that are exactly those of all of the others`,
      },
    ],
    externalId,
  );

/** So many sessions wait for a lock. Asked outside of our session's transaction, which would see the same each time. */
const waiting = (count: number) =>
  expect
    .poll(() =>
      database.sql(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    )
    .toHaveLength(count);

it('two processes store the first answers of a person at once, which count as one person', async () => {
  await other.query('BEGIN; LOCK TABLE answer_print IN SHARE MODE');
  // Each draws a key for the person: the first stores its own, and the second finds out that it came second.
  const both = [0, 1].map((which) => answer(which, `first ${which}`, 'new', 'the same'));
  await waiting(2);
  await other.query('COMMIT');
  await Promise.all(both);
  const persons = await database.sql<{ person: string }>(
    `SELECT DISTINCT p.person FROM answer_print p JOIN subject_key s ON s.id = p.person`,
  );
  expect(persons).toHaveLength(1);
  expect(await database.sql('SELECT FROM answer_print p WHERE p.person <> $1', [persons[0]?.person])).toEqual(
    [],
  );
  expect(await database.sql(`SELECT FROM response_flag WHERE rule = 'repeated-text'`)).toEqual([]);
});

it('an erasure is completed where an answer that arrived meanwhile flagged one that it deleted', async () => {
  await answer(0, 'alike 1', 'erased', 'an alike text');
  // The arriving answer has flagged the stored one, and not committed.
  await other.query('BEGIN; LOCK TABLE source_day IN SHARE MODE');
  const arriving = answer(1, 'alike 2', 'another', 'an alike text');
  await waiting(1);
  await erase(database, personOf('erased'), BY);
  await other.query('COMMIT');
  await arriving;
  const late = await database.sql(
    `SELECT FROM response_flag f JOIN response_key k ON k.id = f.response_id WHERE k.subject_id IS NULL AND f.rule = 'repeated-text'`,
  );
  expect(late).toHaveLength(1);
  expect(await checkOnce(database, personOf('erased'))).toEqual([]);
  expect(
    await database.sql(
      'SELECT FROM response_flag f JOIN response_key k ON k.id = f.response_id WHERE k.subject_id IS NULL',
    ),
  ).toEqual([]);
});

it('what is done to persons is done again after a deadlock', async () => {
  const names = ['one of two', 'other of two'];
  for (const [i, name] of names.entries()) await answer(0, `pair ${i}`, name, `pair ${i}`);
  // That the server ends our session instead would prove nothing.
  await other.query(`SET deadlock_timeout = '1min'`);
  const [name] = await database.sql<{ name: string }>('SELECT current_database() AS name');
  await other.query(`ALTER DATABASE ${name?.name} SET deadlock_timeout = '2s'`);
  const store = openPostgres(database.databaseUrl as string, () => undefined);
  const deps = { ...database, store };
  const [from, into] = names.map((each) => namedBy(PEPPER, each, 'RESPONDENT'));
  const merge = { kind: 'RESPONDENT', from, into } as Parameters<typeof mergeIdentities>[1][number];
  const again = { ...BY, mayRepeat: true };
  const person = personOf(names[0] as string);
  const merged = async () => {
    const [result] = await mergeIdentities(deps, [merge], again, new Date());
    return result && 'id' in result ? result.id : '';
  };
  try {
    const pair = await database.sql<{ id: string; subject: string }>(
      `SELECT id, subject_id AS subject FROM response_key WHERE subject_id IN (SELECT subject_id FROM response WHERE external_id LIKE 'pair %')
        ORDER BY subject_id`,
    );
    const [low, high] = pair;
    /** Does it while a session has the second person, and then wants the first, too. */
    const inDeadlock = async <T>(work: () => Promise<T>): Promise<T> => {
      const lock = 'SELECT FROM subject_key WHERE id = $1 FOR UPDATE';
      await other.query('BEGIN');
      await other.query(lock, [high?.subject]);
      const done = work();
      done.catch(() => undefined);
      await waiting(1);
      await other.query(lock, [low?.subject]);
      await other.query('COMMIT');
      return done;
    };
    const id = await inDeadlock(merged);
    expect(await inDeadlock(() => undoMerge(deps, id, BY))).toBe(true);
    await merged();
    // One of each identifier.
    const [hold, second] = await inDeadlock(() => placeHold(deps, person, BY));
    expect(await inDeadlock(() => releaseHold(store, hold ?? '', BY))).toBe(true);
    expect(await releaseHold(store, second ?? '', BY)).toBe(true);
    const responseId = low?.id ?? '';
    expect(await inDeadlock(() => rectify(deps, responseId, { score: 9 }, BY))).toBe(true);
    const verdict = { responseId, counted: null, actor: 'a', actorName: 'a', reason: 'r' };
    expect(await decideCounting(deps, verdict)).toBe(true);
    expect(await inDeadlock(() => restrict(deps, person, true))).toBe(2);
    expect(await inDeadlock(() => erase(deps, person, BY))).toMatchObject({ known: true, holds: [] });
    expect(await checkOnce(database, person)).toEqual([]);
    await expectRollupsToEqualRecount(database);
  } finally {
    await store.close();
  }
});
