import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { scoreAsKnownAt } from '../../proof/as-of.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { undoImport } from '../../store/imports/import-undo.ts';
import { ImportUndoneError } from '../../store/responses/imports.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { again, begin, bring, type FileValues, undo } from '../fixtures/importing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* An import is undone as a whole: what it added is removed, and what it replaced is restored. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const AT = '2026-11-01T10:30:00Z';
const row = (id: string, score: number, more: FileValues = {}): FileValues => ({
  id,
  at: AT,
  score: String(score),
  region: 'Norway',
  ...more,
});
/** Everything of the responses of a source but what says by which event they stand. */
const rowsOf = (source: string) =>
  database.sql<Record<string, unknown>>(
    `SELECT r.id, r.answered_at, r.received_at, r.cell_id, r.mapping_version_id, r.external_id, r.score, r.points, r.class, r.subject_id,
        r.comment IS NOT NULL AS commented, k.content_hash, k.revision::int AS revision
      FROM response r JOIN mapping_version m ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id
        JOIN response_key k ON k.id = r.id WHERE s.name = $1 ORDER BY r.external_id`,
    [source],
  );
const idOf = async (externalId: string) =>
  (await database.sql<{ id: string }>('SELECT id FROM response WHERE external_id = $1', [externalId]))[0]
    ?.id ?? '';
const NONE = { removed: 0, restored: 0, stayed: 0, held: 0, restricted: 0, facts: 0, last: null };

describe('an undone import', () => {
  it('leaves what was there before it, row by row, and can be imported again', async () => {
    const first = await begin(database, 'first.csv');
    const survey = { name: 'nps', version: 'first' };
    const old = [row('a', 9, { who: 'ann', comment: 'call 030 1234567', revision: '1' }), row('b', 3)];
    await bring(database, first, 'whole', old, { survey });
    const before = await rowsOf('whole');
    const wrong = await begin(database, 'wrong.csv');
    const rows = [
      row('a', 0, {
        who: 'bob',
        comment: 'other words',
        revision: '2',
        at: '2026-11-02T10:30:00Z',
        region: 'Chile',
      }),
      row('b', 3),
      row('c', 1),
    ];
    await bring(database, wrong, 'whole', rows);
    expect(await rowsOf('whole')).toHaveLength(3);
    expect(await undo(database, wrong, { dryRun: true })).toEqual({
      ...NONE,
      removed: 1,
      restored: 2,
      complete: true,
    });
    expect(await rowsOf('whole')).toHaveLength(3);
    expect(await undo(database, wrong)).toEqual({ ...NONE, removed: 1, restored: 2, complete: true });
    expect(await rowsOf('whole')).toEqual(before);
    const held = await readSubjectAccessReport(database, personOf('ann'));
    expect(held?.responses).toMatchObject([{ score: 9, comment: 'call [phone]' }]);
    await expectRollupsToEqualRecount(database);
    // Again: nothing is left to undo.
    expect(await undo(database, await again(database, wrong))).toEqual({ ...NONE, complete: true });
    expect(await again(database, wrong)).toMatchObject({
      removed: 1,
      restored: 2,
      stayed: 0,
      undoBy: 'officer',
    });
    // It brings nothing more, and another import of the same file counts.
    await expect(bring(database, wrong, 'whole', rows)).rejects.toThrow(ImportUndoneError);
    const repeated = await begin(database, 'wrong.csv');
    const outcomes = await bring(database, repeated, 'whole', rows);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
    expect((await rowsOf('whole')).map(({ score }) => score)).toEqual([0, 3, 1]);
    await undo(database, repeated);
    expect(await rowsOf('whole')).toEqual(before);
    await expectRollupsToEqualRecount(database);
  });

  it('leaves later content as it is, and skips imports that were undone before', async () => {
    await database.submit([{ externalId: 'x', source: 'chain', answeredAt: AT, score: 10 }]);
    const one = await begin(database);
    await bring(database, one, 'chain', [row('x', 8), row('y', 8), row('z', 8)]);
    const two = await begin(database);
    await bring(database, two, 'chain', [row('x', 6), row('y', 6)]);
    await rectify(database, await idOf('z'), { score: 2 }, BY);
    expect(await undo(database, one)).toEqual({ ...NONE, stayed: 3, complete: true });
    expect((await rowsOf('chain')).map(({ score }) => score)).toEqual([6, 6, 2]);
    expect(await undo(database, two)).toEqual({ ...NONE, removed: 1, restored: 1, complete: true });
    expect((await rowsOf('chain')).map(({ score }) => score)).toEqual([10, 2]);
    await expectRollupsToEqualRecount(database);
  });

  it('undoes what its own rows replaced of each other', async () => {
    const run = await begin(database);
    await bring(database, run, 'own', [row('o', 1), row('o', 2), row('p', 5)]);
    await bring(database, run, 'own', [row('q', 0), row('q1', 0), row('q2', 0), row('p', 6)]);
    expect((await rowsOf('own')).map(({ score }) => score)).toEqual([2, 6, 0, 0, 0]);
    expect(await undo(database, run)).toMatchObject({ restored: 0, stayed: 0, complete: true });
    expect(await rowsOf('own')).toEqual([]);
    await expectRollupsToEqualRecount(database);
  });

  it('stops after a slice, and continues where it stopped', async () => {
    const run = await begin(database);
    const rows = Array.from({ length: 250 }, (_, i) => row(`s${i}`, i % 11));
    for (let i = 0; i < 250; i += 50) await bring(database, run, 'slices', rows.slice(i, i + 50));
    const first = await undo(database, run, { isOver: () => true });
    expect(first).toEqual({ ...NONE, removed: 100, complete: false, last: expect.any(String) });
    await expectRollupsToEqualRecount(database);
    expect(await again(database, run)).toMatchObject({ undoneAt: null, removed: 100 });
    expect(await undo(database, run)).toEqual({ ...NONE, removed: 150, complete: true });
    expect(await again(database, run)).toMatchObject({ undoneAt: expect.any(Date), removed: 250 });
    expect(await rowsOf('slices')).toEqual([]);
  });

  it('is in the audit log when it is only tried, because that shows what is held', async () => {
    const run = await begin(database);
    await bring(database, run, 'tried', [row('t1', 1), row('t2', 1)]);
    const noted: object[] = [];
    const note = async (_session: unknown, facts: object) => {
      noted.push(facts);
    };
    const by = { actor: 'officer', reason: 'to see', note };
    await undoImport(database, run, by, { dryRun: true, now: Date.now });
    expect(noted).toEqual([
      {
        ...{ import: run.key, reason: 'to see', dryRun: true },
        ...{ removed: 2, restored: 0, stayed: 0, held: 0, restricted: 0, facts: 0 },
      },
    ]);
  });

  it('is explained in as-of numbers: removed responses are withdrawn, not erased', async () => {
    await database.submit([{ externalId: 'k1', source: 'known', answeredAt: AT, score: 10, region: 'Peru' }]);
    const run = await begin(database);
    await bring(database, run, 'known', [row('k1', 0, { region: 'Peru' }), row('k2', 0, { region: 'Peru' })]);
    await new Promise((done) => setTimeout(done, 5));
    const knownAt = Date.now();
    await new Promise((done) => setTimeout(done, 5));
    await undo(database, run);
    const hour = Math.floor(Date.parse(AT) / HOUR_MS) * HOUR_MS;
    const found = await scoreAsKnownAt(
      { ...database, now: Date.now },
      EVERYTHING,
      {
        segment: { region: ['Peru'] },
        from: hour,
        until: hour + HOUR_MS,
        basis: 'SURVEYED',
        confidence: 0.95,
        model: null,
      },
      { knownAt },
    );
    expect(found?.known.counts).toEqual({ promoters: 0, passives: 0, detractors: 2 });
    expect(found?.now.counts).toEqual({ promoters: 1, passives: 0, detractors: 0 });
    expect(found?.differences.map(({ reason, responses }) => [reason, responses]).sort()).toEqual([
      ['CORRECTED', 1],
      ['WITHDRAWN', 1],
    ]);
  });
});

describe('rights of data subjects', () => {
  it('a hold and a dispute keep responses, and the undo continues once they end', async () => {
    const run = await begin(database);
    await bring(database, run, 'rights', [
      row('h', 9, { who: 'held' }),
      row('d', 9, { who: 'disputes' }),
      row('n', 9),
    ]);
    const [hold] = await placeHold(database, personOf('held'), BY);
    await restrict(database, personOf('disputes'), true);
    expect(await undo(database, run)).toEqual({
      ...NONE,
      removed: 1,
      held: 1,
      restricted: 1,
      complete: true,
    });
    expect((await rowsOf('rights')).map((one) => one['external_id'])).toEqual(['h']);
    await releaseHold(database.store, hold ?? '', BY);
    await restrict(database, personOf('disputes'), false);
    expect(await undo(database, run)).toEqual({ ...NONE, removed: 2, complete: true });
    expect(await rowsOf('rights')).toEqual([]);
    await expectRollupsToEqualRecount(database);
  });

  it('an erased person stays erased, before the undo or after it', async () => {
    await database.submit([
      { externalId: 'e1', source: 'gone', answeredAt: AT, score: 9, respondent: 'first' },
    ]);
    const run = await begin(database);
    const rows = [
      row('e1', 0, { who: 'second' }),
      row('e2', 0, { who: 'third' }),
      row('e3', 0, { who: 'fourth' }),
    ];
    await bring(database, run, 'gone', rows);
    await eraseWhole(database, personOf('third'));
    // What they had answered is kept beside the event that brought it, and goes with them.
    await eraseWhole(database, personOf('first'));
    expect(await undo(database, run)).toMatchObject({ removed: 2, restored: 0, complete: true });
    await eraseWhole(database, personOf('fourth'));
    const repeated = await begin(database);
    const outcomes = await bring(database, repeated, 'gone', rows);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.code : one.status))).toEqual([
      'accepted',
      'ERASED',
      'ERASED',
    ]);
    await expectRollupsToEqualRecount(database);
  });

  it('restored responses of a restricted person are restricted', async () => {
    await database.submit([
      { externalId: 'r', source: 'aside', answeredAt: AT, score: 9, respondent: 'before', comment: 'words' },
    ]);
    const run = await begin(database);
    await bring(database, run, 'aside', [row('r', 0, { who: 'after' })]);
    await restrict(database, personOf('before'), true);
    expect(await undo(database, run)).toMatchObject({ restored: 1 });
    expect(await rowsOf('aside')).toEqual([]);
    await restrict(database, personOf('before'), false);
    expect(await rowsOf('aside')).toMatchObject([{ score: 9, commented: true }]);
    await expectRollupsToEqualRecount(database);
  });

  it('responses without an identifier are restored under their current key', async () => {
    await database.submit([
      { externalId: 'anon', source: 'nobody', answeredAt: AT, score: 9, comment: 'fine words' },
    ]);
    const run = await begin(database);
    await bring(database, run, 'nobody', [row('anon', 0, { comment: 'wrong words' })]);
    const id = await idOf('anon');
    await placeHold(database, { lookups: [], responseIds: [id] }, BY);
    for (const { id: hold } of await database.sql<{ id: string }>(
      'SELECT id FROM legal_hold WHERE released_at IS NULL',
    ))
      await releaseHold(database.store, hold, BY);
    await undo(database, run);
    const held = await readSubjectAccessReport(database, { lookups: [], responseIds: [id] });
    expect(held?.responses).toMatchObject([{ score: 9, comment: 'fine words' }]);
  });

  it('retention removes from replaced content what it removes from responses', async () => {
    const at = '2020-01-01T10:00:00Z';
    const old = { source: 'aged', answeredAt: at, score: 9, comment: 'old words' };
    await database.submit([{ ...old, externalId: 'g1' }]);
    const run = await begin(database);
    await bring(database, run, 'aged', [row('g1', 0, { at, comment: 'wrong words' })]);
    const stood = "SELECT stood->>'comment' AS comment FROM source_event WHERE stood->>'external_id' = 'g1'";
    expect(await database.sql(stood)).toEqual([{ comment: expect.any(String) }]);
    await ageOut(database, { comments: 'P1Y' }, { comments: new Date('2021-01-01') }, Date.now());
    expect(await database.sql(stood)).toEqual([{ comment: null }]);
    await ageOut(
      database,
      { sourceEvents: 'P1D' },
      { sourceEvents: new Date(Date.now() + 1_000) },
      Date.now(),
    );
    // Nothing is left to stand again: the answer stays.
    expect(await undo(database, run)).toMatchObject({ removed: 0, restored: 0, stayed: 1, complete: true });
    expect(await rowsOf('aged')).toMatchObject([{ score: 0, commented: false }]);
    await expectRollupsToEqualRecount(database);
  });
});
