import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookupsOfGiven } from '../../ingestion/pseudonym.ts';
import { correct } from '../../store/correct.ts';
import { checkErasure, erase, pendingErasures } from '../../store/erase.ts';
import { placeHold, releaseHold } from '../../store/legal-hold.ts';
import { noteMembers } from '../../store/model-provenance.ts';
import { ageOut } from '../../store/retention.ts';
import { readHoldings, restrict } from '../../store/subject.ts';
import { findInTables } from '../fixtures/needles.ts';
import { openTestRecord, PEPPER, type TestRecord } from '../fixtures/record.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

const LATER = { answeredAt: '2026-03-03T00:00:00Z' };
const BY = { actor: 'officer', reason: 'asked for it' };
const identify = (given: string) => lookupsOfGiven(PEPPER, given);
let record: TestRecord;
const answer = (externalId: string, respondent: string | null, more: object = {}) => ({
  externalId,
  respondent,
  answeredAt: '2026-03-01T00:00:00Z',
  score: 9,
  comment: `words of ${externalId}`,
  region: 'Peru',
  ...more,
});
const count = async (from: string) =>
  (await record.sql<{ n: number }>(`SELECT count(*)::integer AS n FROM ${from}`))[0]?.n;
const promoters = async () =>
  (
    await record.sql<{ n: number }>(
      'SELECT coalesce(sum(promoters), 0)::integer AS n FROM rollup_day WHERE model_version_id = 0',
    )
  )[0]?.n;
const ids = async (...externalIds: string[]) =>
  (
    await record.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = ANY ('{${externalIds.join(',')}}')`,
    )
  ).map(({ id }) => id);

beforeAll(async () => {
  record = await openTestRecord();
});
afterAll(() => record.close());

describe('an erasure', () => {
  it('takes a person out of every table and number, and leaves the others', async () => {
    await record.submit([
      answer('a1', 'Ann@example.org'),
      answer('a2', 'ann@example.org', { score: 2, region: 'Chile' }),
      answer('b1', 'ben@example.org'),
      answer('n1', null),
    ]);
    // A correction of a2: the event before it is hers too.
    await record.submit([answer('a2', 'ann@example.org', { score: 1, answeredAt: '2026-03-02T00:00:00Z' })]);
    const hers = await ids('a1', 'a2');
    await record.sql(
      `INSERT INTO training_set (hash, head, examples, description, until) VALUES ('set', 'nps', 2, 'd', now())`,
    );
    await noteMembers(record.store, 'set', hers);
    expect(await erase(record, identify(' ANN@example.org'), BY)).toEqual([]);
    const [pending] = await pendingErasures(record.store, identify('ann@example.org'));
    expect(pending).toMatchObject({ responses: 2, trainingSets: ['set'] });
    if (!pending) throw new Error('no erasure is pending');
    // What is left anywhere keeps it from being complete.
    expect(await checkErasure(record.store, pending, async () => 2)).toEqual([
      'lineage graph: 2 responses, until it has followed the journal',
    ]);
    expect(await checkErasure(record.store, pending, () => Promise.reject(new Error('away')))).toEqual([
      'lineage graph: does not answer',
    ]);
    await record.sql(`INSERT INTO training_set_member VALUES ('set', '${hers[0]}')`);
    expect(await checkErasure(record.store, pending, async () => 0)).toEqual([
      'record: 1 members of training sets',
    ]);
    await record.sql('DELETE FROM training_set_member');
    expect(await checkErasure(record.store, pending, async () => 0)).toEqual([]);
    expect(await pendingErasures(record.store, identify('ann@example.org'))).toEqual([]);
    expect(await count('response')).toBe(2);
    expect(await count('source_event')).toBe(2);
    expect(await count('subject_key WHERE lookup IS NOT NULL')).toBe(1);
    expect(await promoters()).toBe(2);
    await expectRollupsToEqualRecount(record);
    expect(await readHoldings(record, identify('ann@example.org'))).toBeNull();
    // Nothing leads back to her: not the lookup, not the content's hash, not the times.
    expect(await findInTables(record.sql, identify('ann@example.org'))).toEqual([]);
    expect(
      await record.sql(
        `SELECT DISTINCT subject_id, content_hash FROM response_key WHERE id = ANY ('{${hers.join(',')}}')`,
      ),
    ).toEqual([{ subject_id: null, content_hash: 'erased' }]);
  });

  it('is not undone by the same file; who answers again is a new person', async () => {
    expect(await record.submit([answer('a1', 'Ann@example.org')])).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'ERASED' }],
    });
    expect(await record.submit([answer('a3', 'ann@example.org')])).toMatchObject({ accepted: 1 });
    expect(await erase(record, identify('ann@example.org'), BY)).toEqual([]);
    expect(await erase(record, identify('nobody@example.org'), BY)).toEqual([]);
    expect(await pendingErasures(record.store, identify('nobody@example.org'))).toEqual([]);
  });

  it('waits for a legal hold on the person or the segment', async () => {
    const [person = ''] = await placeHold(record.store, { lookups: identify('ben@example.org') }, BY);
    const [segment = ''] = await placeHold(record.store, { segment: { region: ['Peru'] } }, BY);
    expect(await erase(record, identify('ben@example.org'), BY)).toHaveLength(2);
    expect(await releaseHold(record.store, person, BY)).toBe(true);
    expect(await releaseHold(record.store, person, BY)).toBe(false);
    expect(await erase(record, identify('ben@example.org'), BY)).toEqual([expect.stringContaining(segment)]);
    expect(await count('response')).toBe(2);
    await releaseHold(record.store, segment, BY);
  });
});

describe('what is held of a person', () => {
  it('is told whole, by the identifier or the pseudonym', async () => {
    await record.submit([answer('c1', 'cat@example.org')]);
    const held = await readHoldings(record, identify('CAT@example.org'));
    expect(held).toMatchObject({
      pseudonym: expect.stringMatching(/^p1_/),
      restricted: false,
      legalHold: false,
      responses: [
        {
          externalId: 'c1',
          source: 'api',
          score: 9,
          class: 'PROMOTER',
          comment: 'words of c1',
          attributes: { region: 'Peru' },
          events: [{ position: expect.stringContaining('item 0') }],
          predictions: [],
        },
      ],
    });
    const [response] = (held?.responses ?? []) as { events: { content: string }[] }[];
    expect(JSON.parse(response?.events[0]?.content ?? '')).toMatchObject({ respondent: 'cat@example.org' });
    expect(await readHoldings(record, identify(held?.pseudonym ?? ''))).toEqual(held);
  });

  it('is put aside when restricted, what comes later too, and comes back as it was', async () => {
    const [before, n] = [await readHoldings(record, identify('cat@example.org')), await promoters()];
    expect(await restrict(record, identify('cat@example.org'), true)).toBe(1);
    expect(await ids('c1')).toEqual([]);
    expect(await promoters()).toBe((n ?? 0) - 1);
    expect(await record.submit([answer('c2', 'cat@example.org', LATER)])).toMatchObject({ accepted: 1 });
    expect(await record.submit([answer('c2', 'cat@example.org', LATER)])).toMatchObject({ duplicates: 1 });
    expect(await ids('c2')).toEqual([]);
    const aside = await readHoldings(record, identify('cat@example.org'));
    expect(aside).toMatchObject({
      restricted: true,
      responses: [{ restricted: true, comment: 'words of c1' }, { comment: 'words of c2' }],
    });
    expect(await restrict(record, identify('cat@example.org'), false)).toBe(2);
    expect(await promoters()).toBe((n ?? 0) + 1);
    await expectRollupsToEqualRecount(record);
    const after = await readHoldings(record, identify('cat@example.org'));
    expect(after?.responses).toContainEqual(before?.responses[0]);
    expect(await restrict(record, identify('nobody@example.org'), true)).toBeNull();
  });
});

describe('a correction', () => {
  it('changes the numbers, is told by lineage, and is not undone by the file that it corrects', async () => {
    await record.submit([answer('d1', 'dot@example.org')]);
    const [id = ''] = await ids('d1');
    const n = (await promoters()) ?? 0;
    expect(await correct(record, id, { score: 2, comment: 'mail dot@example.org' }, BY)).toBe(true);
    expect(await promoters()).toBe(n - 1);
    const held = await readHoldings(record, identify('dot@example.org'));
    expect(held?.responses).toMatchObject([
      {
        score: 2,
        class: 'DETRACTOR',
        comment: 'mail [email]',
        events: [{}, { position: 'corrected by officer' }],
      },
    ]);
    expect(await record.submit([answer('d1', 'dot@example.org')])).toMatchObject({
      rejected: [{ code: 'STALE' }],
    });
    expect(await correct(record, id, { comment: null }, BY)).toBe(true);
    await expect(correct(record, id, { score: null }, BY)).rejects.toThrow(/a response needs one of them/);
    await expect(correct(record, id, { score: 11 }, BY)).rejects.toThrow(/not on the scale/);
    expect(await correct(record, '00000000-0000-0000-0000-000000000000', { score: 1 }, BY)).toBe(false);
    await expectRollupsToEqualRecount(record);
  });
});

describe('what is old', () => {
  it('goes by the policy, but not what is held, and leaves a record without content', async () => {
    await record.submit([
      answer('old1', 'dan@example.org', { answeredAt: '2020-01-01T00:00:00Z' }),
      answer('old2', 'eve@example.org', { answeredAt: '2020-01-01T00:00:00Z' }),
      answer('old3', 'dan@example.org', { answeredAt: '2022-01-01T00:00:00Z' }),
      answer('old4', null, { answeredAt: '2020-01-01T00:00:00Z', region: 'Kept' }),
    ]);
    await record.cells.refresh(record.store);
    await placeHold(record.store, { lookups: identify('eve@example.org') }, BY);
    await placeHold(record.store, { segment: { region: ['Kept'] } }, BY);
    const retention = { responses: 'P5Y', comments: 'P2Y', sourceEvents: 'P90D' };
    const cutoffs = {
      responses: new Date('2021-01-01'),
      comments: new Date('2024-01-01'),
      sourceEvents: new Date('2100-01-01'),
    };
    const events = await count('source_event');
    const journal = await count('journal');
    const rows = await ageOut(record, retention, cutoffs);
    expect(rows).toEqual({ responses: 1, comments: 1, sourceEvents: (events ?? 0) - 3 });
    // One entry for the response that went; comments and events change no number.
    expect(await count('journal')).toBe((journal ?? 0) + 1);
    expect(await ids('old1', 'old2', 'old3', 'old4')).toHaveLength(3);
    const comment = async (id: string) =>
      (await record.sql(`SELECT comment IS NULL AS gone FROM response WHERE external_id = '${id}'`))[0];
    expect([await comment('old2'), await comment('old3'), await comment('old4')]).toEqual([
      { gone: false },
      { gone: true },
      { gone: false },
    ]);
    expect(await count('source_event WHERE content IS NOT NULL')).toBe(2);
    expect(await record.sql('SELECT what, keep, rows FROM deletion_record ORDER BY id')).toMatchObject([
      { what: 'responses', keep: 'P5Y', rows: 1 },
      { what: 'comments', keep: 'P2Y', rows: 1 },
      { what: 'sourceEvents', keep: 'P90D' },
    ]);
    expect(await ageOut(record, retention, cutoffs)).toEqual({ responses: 0, comments: 0, sourceEvents: 0 });
    await expectRollupsToEqualRecount(record);
  });
});
