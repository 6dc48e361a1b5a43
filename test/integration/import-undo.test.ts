import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { scoreAsKnownAt } from '../../proof/as-of.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { ageOut } from '../../store/data-subjects/retention.ts';
import { readSubjectAccessReport, restrict } from '../../store/data-subjects/subject-access.ts';
import { ImportTakenBack } from '../../store/responses/imports.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { again, begin, bring, type FileValues, undo } from '../fixtures/importing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* An import is taken back as a whole: what it brought goes, and what it replaced stands again. */

let record: TestDatabase;
beforeAll(async () => {
  record = await openTestDatabase();
});
afterAll(() => record?.close());

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
  record.sql<Record<string, unknown>>(
    `SELECT r.id, r.answered_at, r.received_at, r.cell_id, r.mapping_version_id, r.external_id, r.score, r.points, r.class, r.subject_id,
        r.comment IS NOT NULL AS commented, k.content_hash, k.revision::int AS revision
      FROM response r JOIN mapping_version m ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id
        JOIN response_key k ON k.id = r.id WHERE s.name = $1 ORDER BY r.external_id`,
    [source],
  );
const idOf = async (externalId: string) =>
  (await record.sql<{ id: string }>('SELECT id FROM response WHERE external_id = $1', [externalId]))[0]?.id ??
  '';
const NONE = { removed: 0, restored: 0, stayed: 0, held: 0, restricted: 0, last: null };

describe('an import that is taken back', () => {
  it('leaves what stood before it, row by row, and can be imported again', async () => {
    const first = await begin(record, 'first.csv');
    const survey = { name: 'nps', version: 'first' };
    const old = [row('a', 9, { who: 'ann', comment: 'call 030 1234567', revision: '1' }), row('b', 3)];
    await bring(record, first, 'whole', old, { survey });
    const before = await rowsOf('whole');
    const wrong = await begin(record, 'wrong.csv');
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
    await bring(record, wrong, 'whole', rows);
    expect(await rowsOf('whole')).toHaveLength(3);
    expect(await undo(record, wrong, { dryRun: true })).toEqual({
      ...NONE,
      removed: 1,
      restored: 2,
      complete: true,
    });
    expect(await rowsOf('whole')).toHaveLength(3);
    expect(await undo(record, wrong)).toEqual({ ...NONE, removed: 1, restored: 2, complete: true });
    expect(await rowsOf('whole')).toEqual(before);
    const held = await readSubjectAccessReport(record, personOf('ann'));
    expect(held?.responses).toMatchObject([{ score: 9, comment: 'call [phone]' }]);
    await expectRollupsToEqualRecount(record);
    // Again: nothing is left to take back.
    expect(await undo(record, await again(record, wrong))).toEqual({ ...NONE, complete: true });
    expect(await again(record, wrong)).toMatchObject({
      removed: 1,
      restored: 2,
      stayed: 0,
      undoBy: 'officer',
    });
    // It brings nothing more, and another import of the same file counts.
    await expect(bring(record, wrong, 'whole', rows)).rejects.toThrow(ImportTakenBack);
    const repeated = await begin(record, 'wrong.csv');
    const outcomes = await bring(record, repeated, 'whole', rows);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
    expect((await rowsOf('whole')).map(({ score }) => score)).toEqual([0, 3, 1]);
    await undo(record, repeated);
    expect(await rowsOf('whole')).toEqual(before);
    await expectRollupsToEqualRecount(record);
  });

  it('leaves what came since as it is, and goes back over imports that were taken back before', async () => {
    await record.submit([{ externalId: 'x', source: 'chain', answeredAt: AT, score: 10 }]);
    const one = await begin(record);
    await bring(record, one, 'chain', [row('x', 8), row('y', 8), row('z', 8)]);
    const two = await begin(record);
    await bring(record, two, 'chain', [row('x', 6), row('y', 6)]);
    await rectify(record, await idOf('z'), { score: 2 }, BY);
    expect(await undo(record, one)).toEqual({ ...NONE, stayed: 3, complete: true });
    expect((await rowsOf('chain')).map(({ score }) => score)).toEqual([6, 6, 2]);
    expect(await undo(record, two)).toEqual({ ...NONE, removed: 1, restored: 1, complete: true });
    expect((await rowsOf('chain')).map(({ score }) => score)).toEqual([10, 2]);
    await expectRollupsToEqualRecount(record);
  });

  it('takes back what its own rows replaced of each other', async () => {
    const run = await begin(record);
    await bring(record, run, 'own', [row('o', 1), row('o', 2), row('p', 5)]);
    await bring(record, run, 'own', [row('q', 0), row('q1', 0), row('q2', 0), row('p', 6)]);
    expect((await rowsOf('own')).map(({ score }) => score)).toEqual([2, 6, 0, 0, 0]);
    expect(await undo(record, run)).toMatchObject({ restored: 0, stayed: 0, complete: true });
    expect(await rowsOf('own')).toEqual([]);
    await expectRollupsToEqualRecount(record);
  });

  it('stops after a slice, and goes on where it stopped', async () => {
    const run = await begin(record);
    const rows = Array.from({ length: 250 }, (_, i) => row(`s${i}`, i % 11));
    for (let i = 0; i < 250; i += 50) await bring(record, run, 'slices', rows.slice(i, i + 50));
    const first = await undo(record, run, { isOver: () => true });
    expect(first).toEqual({ ...NONE, removed: 100, complete: false, last: expect.any(String) });
    await expectRollupsToEqualRecount(record);
    expect(await again(record, run)).toMatchObject({ undoneAt: null, removed: 100 });
    expect(await undo(record, run)).toEqual({ ...NONE, removed: 150, complete: true });
    expect(await again(record, run)).toMatchObject({ undoneAt: expect.any(Date), removed: 250 });
    expect(await rowsOf('slices')).toEqual([]);
  });

  it('is explained where a number was known before: what is gone is withdrawn, not erased', async () => {
    await record.submit([{ externalId: 'k1', source: 'known', answeredAt: AT, score: 10, region: 'Peru' }]);
    const run = await begin(record);
    await bring(record, run, 'known', [row('k1', 0, { region: 'Peru' }), row('k2', 0, { region: 'Peru' })]);
    await new Promise((done) => setTimeout(done, 5));
    const knownAt = Date.now();
    await new Promise((done) => setTimeout(done, 5));
    await undo(record, run);
    const hour = Math.floor(Date.parse(AT) / HOUR_MS) * HOUR_MS;
    const found = await scoreAsKnownAt(
      { ...record, now: Date.now },
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

describe('rights of persons', () => {
  it('a hold and a dispute keep answers, and the undo goes on once they end', async () => {
    const run = await begin(record);
    await bring(record, run, 'rights', [
      row('h', 9, { who: 'held' }),
      row('d', 9, { who: 'disputes' }),
      row('n', 9),
    ]);
    const [hold] = await placeHold(record, personOf('held'), BY);
    await restrict(record, personOf('disputes'), true);
    expect(await undo(record, run)).toEqual({ ...NONE, removed: 1, held: 1, restricted: 1, complete: true });
    expect((await rowsOf('rights')).map((one) => one['external_id'])).toEqual(['h']);
    await releaseHold(record.store, hold ?? '', BY);
    await restrict(record, personOf('disputes'), false);
    expect(await undo(record, run)).toEqual({ ...NONE, removed: 2, complete: true });
    expect(await rowsOf('rights')).toEqual([]);
    await expectRollupsToEqualRecount(record);
  });

  it('who was erased stays erased, whether before the undo or after it', async () => {
    await record.submit([
      { externalId: 'e1', source: 'gone', answeredAt: AT, score: 9, respondent: 'first' },
    ]);
    const run = await begin(record);
    const rows = [
      row('e1', 0, { who: 'second' }),
      row('e2', 0, { who: 'third' }),
      row('e3', 0, { who: 'fourth' }),
    ];
    await bring(record, run, 'gone', rows);
    await eraseWhole(record, personOf('third'));
    // What they had answered is kept beside the event that brought it, and goes with them.
    await eraseWhole(record, personOf('first'));
    expect(await undo(record, run)).toMatchObject({ removed: 2, restored: 0, complete: true });
    await eraseWhole(record, personOf('fourth'));
    const repeated = await begin(record);
    const outcomes = await bring(record, repeated, 'gone', rows);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.code : one.status))).toEqual([
      'accepted',
      'ERASED',
      'ERASED',
    ]);
    await expectRollupsToEqualRecount(record);
  });

  it('what stands again of a restricted person lies aside', async () => {
    await record.submit([
      { externalId: 'r', source: 'aside', answeredAt: AT, score: 9, respondent: 'before', comment: 'words' },
    ]);
    const run = await begin(record);
    await bring(record, run, 'aside', [row('r', 0, { who: 'after' })]);
    await restrict(record, personOf('before'), true);
    expect(await undo(record, run)).toMatchObject({ restored: 1 });
    expect(await rowsOf('aside')).toEqual([]);
    await restrict(record, personOf('before'), false);
    expect(await rowsOf('aside')).toMatchObject([{ score: 9, commented: true }]);
    await expectRollupsToEqualRecount(record);
  });

  it('answers without an identifier are restored under the key that they have by then', async () => {
    await record.submit([
      { externalId: 'anon', source: 'nobody', answeredAt: AT, score: 9, comment: 'fine words' },
    ]);
    const run = await begin(record);
    await bring(record, run, 'nobody', [row('anon', 0, { comment: 'wrong words' })]);
    const id = await idOf('anon');
    await placeHold(record, { lookups: [], responseIds: [id] }, BY);
    for (const { id: hold } of await record.sql<{ id: string }>(
      'SELECT id FROM legal_hold WHERE released_at IS NULL',
    ))
      await releaseHold(record.store, hold, BY);
    await undo(record, run);
    const held = await readSubjectAccessReport(record, { lookups: [], responseIds: [id] });
    expect(held?.responses).toMatchObject([{ score: 9, comment: 'fine words' }]);
  });

  it('what retention takes from answers it takes from what they replaced, too', async () => {
    const at = '2020-01-01T10:00:00Z';
    const old = { source: 'aged', answeredAt: at, score: 9, comment: 'old words' };
    await record.submit([{ ...old, externalId: 'g1' }]);
    const run = await begin(record);
    await bring(record, run, 'aged', [row('g1', 0, { at, comment: 'wrong words' })]);
    const stood = "SELECT stood->>'comment' AS comment FROM source_event WHERE stood->>'external_id' = 'g1'";
    expect(await record.sql(stood)).toEqual([{ comment: expect.any(String) }]);
    await ageOut(record, { comments: 'P1Y' }, { comments: new Date('2021-01-01') }, Date.now());
    expect(await record.sql(stood)).toEqual([{ comment: null }]);
    await ageOut(record, { sourceEvents: 'P1D' }, { sourceEvents: new Date(Date.now() + 1_000) }, Date.now());
    // Nothing is left to stand again: the answer stays.
    expect(await undo(record, run)).toMatchObject({ removed: 0, restored: 0, stayed: 1, complete: true });
    expect(await rowsOf('aged')).toMatchObject([{ score: 0, commented: false }]);
    await expectRollupsToEqualRecount(record);
  });
});
