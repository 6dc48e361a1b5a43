import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { acceptChanges } from '../../ingestion/changes/accept-changes.ts';
import { OWNER, type Submitter } from '../../ingestion/pipeline/submitter.ts';
import { readChanges, readChangesBetween, readChangesById } from '../../store/changes/changes.ts';
import { MOST_SEGMENTS } from '../../store/changes/store-changes.ts';
import { undoFacts } from '../../store/imports/undo-facts.ts';
import { readJournal } from '../../store/journal/journal.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

/* Change events: stored once by source and id, corrected by what is newer, and absent for who does not see their segment. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const at = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();
const change = (externalId: string, more: object = {}) => ({
  externalId,
  kind: 'deploy',
  title: `Release ${externalId}`,
  at: at(5),
  ...more,
});
const germany = narrowScope('changes germany', ({ attributes }) => attributes.region === 'Germany');
const noScores = narrowScope('changes none', () => true, { withheld: ['readScore'] });
const ALL_TIME = { from: NOW - 100 * HOUR_MS, until: NOW + HOUR_MS };

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    ['Germany', 'Japan'].map((region) => ({ externalId: region, answeredAt: at(1), score: 9, region })),
  );
});
afterAll(() => database?.close());

const accept = (items: readonly object[], submitter: Submitter = OWNER) =>
  acceptChanges({ store: database.store, dimensions: DIMENSIONS, now: () => NOW }, submitter, items);
const reader = (scope: Scope) => ({ store: database.scopedReader.as(scope), cells: database.cells });
const seen = async (scope: Scope, more: object = {}) => {
  const page = { range: ALL_TIME, segment: {}, after: null, limit: 500, ...more };
  return (await readChanges(reader(scope), scope, page)).map(({ title }) => title);
};

describe('change events', () => {
  it('of an import that is undone are named in the journal, so that the graph forgets them', async () => {
    await accept([change('imported'), change('kept')]);
    const [gone] = await database.sql<{ id: string }>(
      "UPDATE change_event SET import_id = 7 WHERE external_id = 'imported' RETURNING id",
    );
    const { store, cells } = database;
    const before = await wholeHead(store);
    expect(await store.transaction((session) => undoFacts(session, cells, 7))).toBe(1);
    await database.settled();
    const entries = await readJournal(store, before, 10);
    expect(entries.map(({ kind, payload }) => [kind, payload.changes])).toEqual([['change', [gone?.id]]]);
    await database.sql('DELETE FROM change_event');
  });

  it('are accounted for one by one, and stored once', async () => {
    const items = [change('a'), change('b', { at: at(3) }), change('a'), { externalId: 'c' }];
    expect(await accept(items)).toMatchObject({
      accepted: 2,
      duplicates: 1,
      rejected: [{ index: 3, code: 'MISSING', message: 'kind: is missing' }],
      rejectedTotal: 1,
    });
    expect(await accept(items.slice(0, 2))).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await seen(EVERYTHING)).toEqual(['Release b', 'Release a']);
  });

  it('are corrected by what is newer, and an earlier content does not come back', async () => {
    const titled = (title: string, more: object = {}) => change('r', { title, ...more });
    const codes = async (...items: object[]) => {
      const { accepted, duplicates, rejected } = await accept(items);
      return [accepted, duplicates, ...rejected.map(({ code }) => code)];
    };
    expect(await codes(titled('one'))).toEqual([1, 0]);
    expect(await codes(titled('two'))).toEqual([1, 0]);
    expect(await codes(titled('one'))).toEqual([0, 0, 'STALE']);
    expect(await codes(titled('three', { revision: 5 }), titled('four', { revision: 4 }))).toEqual([
      1,
      0,
      'STALE',
    ]);
    expect(await codes(titled('three', { revision: 9 }))).toEqual([0, 1]);
    expect(await codes(titled('five', { revision: 8 }), titled('six'))).toEqual([0, 0, 'STALE', 'STALE']);
    expect(await codes(titled('six', { updatedAt: at(0) }))).toEqual([0, 0, 'INCOMPARABLE']);
    expect(await codes(titled('one', { revision: 10 }))).toEqual([1, 0]);
    expect((await seen(EVERYTHING)).filter((title) => !title.startsWith('Release'))).toEqual(['one']);
  });

  it('hold nothing of a person: their titles are redacted, links that name one are refused', async () => {
    await accept([change('p', { title: 'Flag for jane.doe@example.org and +49 30 901820' })]);
    const titles = (await seen(EVERYTHING)).join();
    expect(titles).toContain('Flag for');
    expect(titles).not.toContain('jane');
    expect(titles).not.toContain('901820');
    const { rejected } = await accept([
      change('q', { link: 'https://example.org/?mail=jane.doe@example.org' }),
    ]);
    expect(rejected[0]?.message).toContain('link: contains what looks like an identifier');
  });

  it('are named in the journal, also when they are corrected', async () => {
    const named = () =>
      database.sql<{ ids: string[] }>(
        `SELECT payload->'changes' AS ids FROM journal WHERE kind = 'change' ORDER BY position DESC LIMIT 1`,
      );
    await accept([change('j')]);
    const [first] = await named();
    expect(await readChangesById(reader(EVERYTHING), EVERYTHING, first?.ids ?? [])).toMatchObject([
      { title: 'Release j' },
    ]);
    await accept([change('j', { title: 'Release j, again' })]);
    expect((await named())[0]?.ids).toEqual(first?.ids);
  });
});

describe('who sees a change event', () => {
  beforeAll(async () => {
    const about = (name: string, ...region: string[]) =>
      change(name, { title: name, kind: 'incident', segment: { region } });
    await accept([
      about('in Germany', 'Germany'),
      about('in Japan', 'Japan'),
      about('in both', 'Germany', 'Japan'),
      about('in Peru, where no one answered', 'Peru'),
      change('in German rail', {
        title: 'in German rail',
        segment: { region: ['Germany'], productLine: ['Rail'] },
      }),
    ]);
  });
  const about = async (scope: Scope, more: object = {}) =>
    (await seen(scope, more)).filter((title) => title.startsWith('in ')).sort();

  it('reads the scores of each value that it names', async () => {
    expect(await about(EVERYTHING)).toHaveLength(5);
    expect(await about(germany)).toEqual(['in Germany']);
    expect(await seen(germany)).toContain('Release a');
    expect(await seen(noScores)).toEqual([]);
  });

  it('is decided by the program without scoped views', async () => {
    const page = { range: ALL_TIME, segment: {}, after: null, limit: 500 };
    const rows = await readChanges(database, germany, page);
    expect(rows.map(({ title }) => title).filter((title) => title.startsWith('in '))).toEqual(['in Germany']);
    expect(await readChanges(database, noScores, page)).toEqual([]);
  });

  it('is decided by the scoped views too, alone', async () => {
    const titles = async (scope: Scope) =>
      (
        await database.scopedReader
          .as(scope)
          .rows<{ title: string }>({ name: '', text: 'SELECT title FROM change_event ORDER BY title' }, [])
      ).map(({ title }) => title);
    const shown = await titles(germany);
    expect(shown.filter((title) => title.startsWith('in '))).toEqual(['in Germany']);
    expect(shown).toContain('Release a');
    expect(await titles(noScores)).toEqual([]);
    const none = { name: '', text: 'SELECT title FROM change_event' };
    expect(await database.store.rowsAs('never noted', none, [])).toEqual([]);
    const hidden = database.scopedReader
      .as(germany)
      .rows({ name: '', text: 'SELECT external_id FROM change_event' }, []);
    await expect(hidden).rejects.toThrow(/external_id/);
  });

  it('finds it by the segment that it concerns, page by page, also while it lasts', async () => {
    expect(await about(EVERYTHING, { segment: { region: ['Japan'] } })).toEqual(['in Japan', 'in both']);
    expect(await about(EVERYTHING, { segment: { product_line: ['Air'] } })).not.toContain('in German rail');
    await accept([change('lasting', { title: 'lasting', at: at(90), until: at(50) })]);
    const within = (from: number, until: number) =>
      seen(EVERYTHING, { range: { from: NOW - from * HOUR_MS, until: NOW - until * HOUR_MS } });
    expect(await within(60, 55)).toEqual(['lasting']);
    expect(await within(49, 45)).toEqual([]);
    const whole = await readChanges(reader(EVERYTHING), EVERYTHING, {
      ...{ range: ALL_TIME, segment: {}, after: null, limit: 500 },
    });
    const after = whole[3];
    if (!after) throw new Error('there are fewer changes than a page');
    expect(await seen(EVERYTHING, { after, limit: 2 })).toEqual(whole.slice(4, 6).map(({ title }) => title));
    const between = await readChangesBetween(database.store, new Date(NOW - 60 * HOUR_MS), new Date(NOW));
    expect(between[0]?.title).toBe('lasting');
  });
});

describe('a sender of change events', () => {
  const german: Submitter = { id: 'german', scope: germany, sources: null };

  it('submits for all of its segment', async () => {
    const { accepted, rejected } = await accept(
      [
        change('s1', { source: 's', segment: { region: ['Germany'] } }),
        change('s2', { source: 's', segment: { region: ['Germany', 'Japan'] } }),
        change('s3', { source: 's' }),
      ],
      german,
    );
    expect([accepted, rejected.map(({ index, code }) => [index, code])]).toEqual([
      1,
      [
        [1, 'FORBIDDEN'],
        [2, 'FORBIDDEN'],
      ],
    ]);
  });

  it('corrects what its source sent, and no other', async () => {
    const other = { ...german, id: 'other' };
    const corrected = change('s1', { source: 's', title: 'changed', segment: { region: ['Germany'] } });
    expect((await accept([corrected], other)).rejected[0]?.code).toBe('FORBIDDEN');
    expect((await accept([corrected], { ...other, sources: ['t'] })).rejected[0]?.code).toBe('FORBIDDEN');
    expect((await accept([corrected], { ...other, sources: ['s'] })).accepted).toBe(1);
    // What concerns everything is not narrowed by a sender for one segment.
    await accept([change('s4', { source: 's' })]);
    const narrowed = change('s4', { source: 's', segment: { region: ['Germany'] } });
    expect((await accept([narrowed], german)).rejected[0]?.code).toBe('FORBIDDEN');
  });

  it('names as many segments as there may be', async () => {
    const items = Array.from({ length: MOST_SEGMENTS + 3 }, (_, i) =>
      change(`many ${i}`, { source: 'many', segment: { region: [`r${i}`] } }),
    );
    const { accepted, rejectedByCode } = await accept(items);
    expect(accepted).toBeGreaterThan(MOST_SEGMENTS - 20);
    expect(rejectedByCode).toEqual([{ code: 'TOO_MANY_SEGMENTS', count: items.length - accepted }]);
    expect((await accept([change('still', { source: 'many' })])).accepted).toBe(1);
  });
});
