import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeCase, openCase } from '../../store/agents/cases.ts';
import { readDeletions } from '../../store/data-subjects/deletion-records.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { listErasures, pendingErasures } from '../../store/data-subjects/erasures.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { cleanFiles } from '../../store/database/rewrite-files.ts';
import { noteMembers } from '../../store/models/model-provenance.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, eraseWhole, personOf, subjectBehind } from '../fixtures/erasing.ts';
import { findInTables } from '../fixtures/needles.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

const NOW = Date.UTC(2026, 5, 1);
const LATER = { answeredAt: '2026-03-03T00:00:00Z' };
let database: TestDatabase;
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
  (await database.sql<{ n: number }>(`SELECT count(*)::integer AS n FROM ${from}`))[0]?.n;
const promoters = async () =>
  (
    await database.sql<{ n: number }>(
      'SELECT coalesce(sum(promoters), 0)::integer AS n FROM rollup_day WHERE model_version_id = 0',
    )
  )[0]?.n;
const ids = async (...externalIds: string[]) =>
  (
    await database.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = ANY ('{${externalIds.join(',')}}')`,
    )
  ).map(({ id }) => id);

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('an erasure', () => {
  it('removes a person from every table and number, and leaves the others', async () => {
    await database.submit([
      answer('a1', 'Ann@example.org'),
      answer('a2', 'ann@example.org', { score: 2, region: 'Chile' }),
      answer('b1', 'ben@example.org'),
      answer('n1', null),
    ]);
    // A correction of a2: the event before it is hers too.
    await database.submit([
      answer('a2', 'ann@example.org', { score: 1, answeredAt: '2026-03-02T00:00:00Z' }),
    ]);
    const hers = await ids('a1', 'a2');
    await database.sql(
      `INSERT INTO training_set (hash, head, examples, description, until) VALUES ('set', 'nps', 2, 'd', now())`,
    );
    await noteMembers(database.store, 'set', hers);
    const ann = personOf('ann@example.org');
    await database.sql(`CREATE TABLE kept AS SELECT * FROM response WHERE id = '${hers[1]}'`);
    expect(await erase(database, personOf(' ANN@example.org'), BY)).toEqual({ known: true, holds: [] });
    expect(await listErasures(database.store, null, 9)).toMatchObject([
      {
        responses: 2,
        trainingSets: ['set'],
        completedAt: null,
        wrappedBy: ['file 1'],
        unreadableSince: null,
      },
    ]);
    // What is left anywhere keeps it from being complete.
    expect(await checkOnce(database, ann, async () => 2)).toEqual([
      'lineage graph: 2 responses, until it has followed the journal',
    ]);
    expect(await checkOnce(database, ann, () => Promise.reject(new Error('away')))).toEqual([
      'lineage graph: does not answer',
    ]);
    await database.sql(`INSERT INTO training_set_member VALUES ('set', '${hers[0]}')`);
    expect(await checkOnce(database, ann)).toEqual(['record: 1 members of training sets']);
    await database.sql('DELETE FROM training_set_member');
    // A response is looked for where it was, and everywhere for an erasure of an earlier version.
    await database.sql('INSERT INTO response SELECT * FROM kept');
    expect(await checkOnce(database, ann)).toEqual(['record: 1 responses']);
    await database.sql('UPDATE erasure SET response_times = NULL');
    expect(await checkOnce(database, ann)).toEqual(['record: 1 responses']);
    await database.sql(`DELETE FROM response WHERE id = '${hers[1]}'`);
    await database.sql('DROP TABLE kept');
    if (database.store.backend === 'pglite') {
      expect(await checkOnce(database, ann)).toEqual([expect.stringContaining('files of the database')]);
      await cleanFiles(database.store);
    }
    expect(await checkOnce(database, ann)).toEqual([]);
    expect(await pendingErasures(database.store, personOf('ann@example.org'))).toEqual([]);
    expect(await count('response')).toBe(2);
    expect(await count('source_event')).toBe(2);
    expect(await count('subject_key WHERE lookup IS NOT NULL')).toBe(1);
    expect(await promoters()).toBe(2);
    await expectRollupsToEqualRecount(database);
    expect(await readSubjectAccessReport(database, personOf('ann@example.org'))).toBeNull();
    // Nothing leads back to her: not the lookup, not the content's hash, not the times, and no entry of the journal.
    expect(await findInTables(database.sql, ann.lookups)).toEqual([]);
    expect(await findInTables(database.sql, hers)).toEqual(
      hers.map((id) => `${id} in public.response_key`).sort(),
    );
    const [proof] = await listErasures(database.store, null, 9);
    expect(proof).toMatchObject({ responses: 2, reason: BY.reason, completedAt: expect.any(Date) });
    expect(
      await database.sql(
        `SELECT DISTINCT subject_id, content_hash FROM response_key WHERE id = ANY ('{${hers.join(',')}}')`,
      ),
    ).toEqual([{ subject_id: null, content_hash: 'erased' }]);
  });

  it('is not undone by the same file; a new response is a new person', async () => {
    expect(await database.submit([answer('a1', 'Ann@example.org')])).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'ERASED' }],
    });
    expect(await database.submit([answer('a3', 'ann@example.org')])).toMatchObject({ accepted: 1 });
    await eraseWhole(database, personOf('ann@example.org'));
    expect(await erase(database, personOf('nobody@example.org'), BY)).toEqual({ known: false, holds: [] });
    expect(await pendingErasures(database.store, personOf('nobody@example.org'))).toEqual([]);
  });

  it('waits for a legal hold on the person or the segment', async () => {
    const [person = ''] = await placeHold(database, personOf('ben@example.org'), BY);
    const [segment = ''] = await placeHold(database, { segment: { region: ['Peru'] } }, BY);
    expect((await erase(database, personOf('ben@example.org'), BY)).holds).toHaveLength(2);
    expect(await releaseHold(database.store, person, BY)).toBe(true);
    expect(await releaseHold(database.store, person, BY)).toBe(false);
    expect(await erase(database, personOf('ben@example.org'), BY)).toEqual({
      known: true,
      holds: [expect.stringContaining(segment)],
    });
    expect(await count('response')).toBe(2);
    await releaseHold(database.store, segment, BY);
  });
});

describe('a subject access report', () => {
  it('is complete, by the identifier or the pseudonym', async () => {
    await database.submit([answer('c1', 'cat@example.org')]);
    const held = await readSubjectAccessReport(database, personOf('CAT@example.org'));
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
    expect(await readSubjectAccessReport(database, personOf(held?.pseudonym ?? ''))).toEqual(held);
  });

  it('has the cases about the answers, with what people did and what was sent', async () => {
    const [row] = await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = 'c1'`);
    const id = row?.id ?? '';
    const by = { actor: 'k', actorName: 'Ada', at: new Date() };
    const facts = {
      cause: `Response:${id}`,
      responseId: id,
      severity: 'WARNING',
      title: 'Unhappy with c1',
      playbook: null,
      owner: null,
      cells: '{[1,2)}',
      segment: {},
      dueAt: null,
      decisionId: null,
    } as const;
    const { row: opened } = await database.store.transaction((session) =>
      openCase(session, facts, { ...by, reason: 'they asked for help' }),
    );
    const note = async () => undefined;
    const change = { kind: 'CLOSED', outcome: 'refunded' } as const;
    await changeCase(database.store, opened.id, change, { ...by, reason: 'done', note });
    await database.sql(
      `WITH crm AS (INSERT INTO target (name, kind, settings, role, attributes, rate, created_by, created_at)
          VALUES ('crm', 'webhook', '{}', 'admin', '{}', 60, 'test', now()) RETURNING id)
        INSERT INTO delivery (target_id, event, subject, cells, state, due, created_at, settled_at)
        SELECT id, 'case.opened', $1, '{[1,2)}', 'DELIVERED', now(), now(), now() FROM crm`,
      [`Case:${opened.id}`],
    );
    await database.submit([answer('e1', 'eve@example.org')]);
    expect(await readSubjectAccessReport(database, personOf('cat@example.org'))).toMatchObject({
      responses: [
        {
          externalId: 'c1',
          cases: [
            {
              title: 'Unhappy with c1',
              state: 'CLOSED',
              outcome: 'refunded',
              events: [
                { kind: 'OPENED', by: 'Ada', reason: 'they asked for help' },
                { kind: 'CLOSED', by: 'Ada', reason: 'done' },
              ],
              deliveries: [{ event: 'case.opened', to: 'crm', kind: 'webhook', state: 'DELIVERED' }],
            },
          ],
        },
      ],
    });
    expect(await readSubjectAccessReport(database, personOf('eve@example.org'))).toMatchObject({
      responses: [{ externalId: 'e1', cases: [] }],
    });
    await erase(database, personOf('eve@example.org'), BY);
  });

  it('covers restricted responses, including later ones, which come back as they were', async () => {
    const [before, n] = [
      await readSubjectAccessReport(database, personOf('cat@example.org')),
      await promoters(),
    ];
    expect(await restrict(database, personOf('cat@example.org'), true)).toBe(1);
    expect(await ids('c1')).toEqual([]);
    expect(await promoters()).toBe((n ?? 0) - 1);
    expect(await database.submit([answer('c2', 'cat@example.org', LATER)])).toMatchObject({ accepted: 1 });
    expect(await database.submit([answer('c2', 'cat@example.org', LATER)])).toMatchObject({ duplicates: 1 });
    expect(await ids('c2')).toEqual([]);
    const aside = await readSubjectAccessReport(database, personOf('cat@example.org'));
    expect(aside).toMatchObject({
      restricted: true,
      responses: [{ restricted: true, comment: 'words of c1' }, { comment: 'words of c2' }],
    });
    expect(await restrict(database, personOf('cat@example.org'), false)).toBe(2);
    expect(await promoters()).toBe((n ?? 0) + 1);
    await expectRollupsToEqualRecount(database);
    const after = await readSubjectAccessReport(database, personOf('cat@example.org'));
    expect(after?.responses).toContainEqual(before?.responses[0]);
    expect(await restrict(database, personOf('nobody@example.org'), true)).toBeNull();
  });

  it('gives predictions in words and shares of 1', async () => {
    await database.submit([answer('m1', 'cleo@example.org')]);
    await database.sql(`INSERT INTO model_version (id, label, key, stage, artefact) VALUES (7, 'a model', 'k', 'CHAMPION',
      '{"heads": {"themes": [{"name": "crew"}]}}') ON CONFLICT DO NOTHING`);
    await database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed, class,
        detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
      SELECT id, answered_at, cell_id, 7, mapping_version_id, true, 0, 873255, 100000, 26745, 2, 0, 250000, 750000, '{500000}', 400000,
        'h', now() FROM response WHERE external_id = 'm1'`);
    const held = await readSubjectAccessReport(database, personOf('cleo@example.org'));
    const [response] = (held?.responses ?? []) as { predictions: object[] }[];
    const said = {
      class: 'DETRACTOR',
      detractor: 0.873255,
      sentiment: 'POSITIVE',
      positive: 0.75,
      uncertainty: 0.4,
    };
    expect(response?.predictions).toMatchObject([{ modelVersion: 7, ...said, themes: { crew: 0.5 } }]);
  });
});

describe('a correction', () => {
  it('changes the numbers, is in the lineage, and is not undone by the file that it corrects', async () => {
    await database.submit([answer('d1', 'dot@example.org')]);
    const [id = ''] = await ids('d1');
    const n = (await promoters()) ?? 0;
    expect(await rectify(database, id, { score: 2, comment: 'mail dot@example.org' }, BY)).toBe(true);
    expect(await promoters()).toBe(n - 1);
    const held = await readSubjectAccessReport(database, personOf('dot@example.org'));
    expect(held?.responses).toMatchObject([
      {
        score: 2,
        class: 'DETRACTOR',
        comment: 'mail [email]',
        events: [{}, { position: 'corrected by officer' }],
      },
    ]);
    expect(await database.submit([answer('d1', 'dot@example.org')])).toMatchObject({
      rejected: [{ code: 'STALE' }],
    });
    expect(await rectify(database, id, { comment: null }, BY)).toBe(true);
    await expect(rectify(database, id, { score: null }, BY)).rejects.toThrow(/a response needs one of them/);
    await expect(rectify(database, id, { score: 11 }, BY)).rejects.toThrow(/not on the scale/);
    expect(await rectify(database, '00000000-0000-0000-0000-000000000000', { score: 1 }, BY)).toBe(false);
    await expectRollupsToEqualRecount(database);
  });

  it('of a restricted response is made in place', async () => {
    await database.submit([answer('d2', 'dora@example.org')]);
    const [id = ''] = await ids('d2');
    await restrict(database, personOf('dora@example.org'), true);
    const n = await promoters();
    expect(await rectify(database, id, { score: 3, comment: 'better words' }, BY)).toBe(true);
    expect([await ids('d2'), await promoters()]).toEqual([[], n]);
    expect(await readSubjectAccessReport(database, personOf('dora@example.org'))).toMatchObject({
      responses: [
        { restricted: true, score: 3, class: 'DETRACTOR', comment: 'better words', events: [{}, {}] },
      ],
    });
    await restrict(database, personOf('dora@example.org'), false);
    expect(await database.sql(`SELECT score FROM response WHERE external_id = 'd2'`)).toEqual([{ score: 3 }]);
    await expectRollupsToEqualRecount(database);
  });
});

describe('a person without an identifier', () => {
  it('is named by the response', async () => {
    await database.submit([answer('x1', null), answer('x2', null)]);
    const [id = ''] = await ids('x1');
    const person = subjectBehind(id);
    expect(await readSubjectAccessReport(database, person)).toMatchObject({
      pseudonym: null,
      responses: [{ externalId: 'x1', comment: 'words of x1' }],
    });
    const [hold = ''] = await placeHold(database, person, BY);
    expect((await erase(database, person, BY)).holds).toHaveLength(1);
    await releaseHold(database.store, hold, BY);
    expect(await restrict(database, person, true)).toBe(1);
    expect(await readSubjectAccessReport(database, person)).toMatchObject({
      restricted: true,
      responses: [{ restricted: true }],
    });
    await eraseWhole(database, person);
    expect(await readSubjectAccessReport(database, person)).toBeNull();
    expect(await erase(database, person, BY)).toEqual({ known: false, holds: [] });
    expect([await ids('x1'), (await ids('x2')).length]).toEqual([[], 1]);
  });

  it('or with one, who has answered more than that', async () => {
    await database.submit([answer('y1', 'yan@example.org'), answer('y2', 'yan@example.org')]);
    const [id = ''] = await ids('y1');
    expect((await readSubjectAccessReport(database, subjectBehind(id)))?.responses).toHaveLength(2);
    expect(
      await readSubjectAccessReport(database, subjectBehind('00000000-0000-0000-0000-000000000000')),
    ).toBeNull();
  });
});

describe('old data', () => {
  it('is deleted by the policy, except what is held, and leaves a record without content', async () => {
    await database.submit([
      answer('old1', 'dan@example.org', { answeredAt: '2020-01-01T00:00:00Z' }),
      answer('old2', 'eve@example.org', { answeredAt: '2020-01-01T00:00:00Z' }),
      answer('old3', 'dan@example.org', { answeredAt: '2022-01-01T00:00:00Z' }),
      answer('old4', null, { answeredAt: '2020-01-01T00:00:00Z', region: 'Kept' }),
    ]);
    await database.cells.refresh(database.store);
    await placeHold(database, personOf('eve@example.org'), BY);
    await placeHold(database, { segment: { region: ['Kept'] } }, BY);
    const retention = { responses: 'P5Y', comments: 'P2Y', sourceEvents: 'P90D' };
    const cutoffs = {
      responses: new Date('2021-01-01'),
      comments: new Date('2024-01-01'),
      sourceEvents: new Date('2100-01-01'),
    };
    const events = await count('source_event');
    const journal = await count('journal');
    const rows = await ageOut(database, retention, cutoffs, NOW);
    // The item of the answer whose comment went is gone with it.
    expect(rows).toEqual({ responses: 1, comments: 1, outcomes: 0, sourceEvents: (events ?? 0) - 4 });
    // One entry for the response that went; comments and events change no number.
    expect(await count('journal')).toBe((journal ?? 0) + 1);
    expect(await ids('old1', 'old2', 'old3', 'old4')).toHaveLength(3);
    const comment = async (id: string) =>
      (await database.sql(`SELECT comment IS NULL AS gone FROM response WHERE external_id = '${id}'`))[0];
    expect([await comment('old2'), await comment('old3'), await comment('old4')]).toEqual([
      { gone: false },
      { gone: true },
      { gone: false },
    ]);
    expect(await count('source_event WHERE sealed IS NOT NULL')).toBe(2);
    expect(await database.sql('SELECT what, keep, rows FROM deletion_record ORDER BY id')).toMatchObject([
      { what: 'responses', keep: 'P5Y', rows: 1 },
      { what: 'comments', keep: 'P2Y', rows: 1 },
      { what: 'sourceEvents', keep: 'P90D' },
    ]);
    expect(await readDeletions(database.store, null, 2)).toMatchObject([
      { what: 'sourceEvents', keep: 'P90D', before: cutoffs.sourceEvents },
      { what: 'comments', rows: 1 },
    ]);
    expect(
      await database.sql(`SELECT actor_name, subject::jsonb - 'deletion' AS subject FROM audit_log WHERE action = 'retention'
        ORDER BY seq LIMIT 1`),
    ).toEqual([
      {
        actor_name: 'retention policy',
        subject: { what: 'responses', keep: 'P5Y', before: '2021-01-01T00:00:00.000Z', rows: 1 },
      },
    ]);
    expect(await ageOut(database, retention, cutoffs, NOW)).toEqual({
      responses: 0,
      comments: 0,
      outcomes: 0,
      sourceEvents: 0,
    });
    await expectRollupsToEqualRecount(database);
  });

  it('is deleted even if restricted, and not while a hold keeps it', async () => {
    await database.submit([
      answer('old5', 'gus@example.org', { answeredAt: '2020-01-01T00:00:00Z' }),
      answer('old6', 'gus@example.org', { answeredAt: '2022-01-01T00:00:00Z' }),
    ]);
    await restrict(database, personOf('gus@example.org'), true);
    const [hold = ''] = await placeHold(database, personOf('gus@example.org'), BY);
    const retention = { responses: 'P5Y', comments: 'P2Y' };
    const cutoffs = { responses: new Date('2021-01-01'), comments: new Date('2024-01-01') };
    expect(await ageOut(database, retention, cutoffs, NOW)).toMatchObject({ responses: 0, comments: 0 });
    await releaseHold(database.store, hold, BY);
    expect(await ageOut(database, retention, cutoffs, NOW)).toMatchObject({ responses: 1, comments: 1 });
    expect(await readSubjectAccessReport(database, personOf('gus@example.org'))).toMatchObject({
      restricted: true,
      responses: [{ externalId: 'old6', comment: null, score: 9 }],
    });
  });
});
