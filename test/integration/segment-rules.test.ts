import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreEffect } from '../../domain/scores/segment-moves.ts';
import { compileRules } from '../../domain/segments/apply-rules.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { parseSegmentRules } from '../../domain/segments/segment-rules.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { deleteBatch } from '../../store/data-subjects/retention.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { namedStatements, type Statement, unnamed } from '../../store/database/statement.ts';
import { type PreviewWindow, previewRules } from '../../store/segments/preview.ts';
import { refile, refileBatch } from '../../store/segments/refile.ts';
import { addRules, readRuleVersions } from '../../store/segments/rule-versions.ts';
import { DIMENSIONS } from '../fixtures/database.ts';
import { BY, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { begin, bring, undo } from '../fixtures/importing.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

/* Rules that turn attributes into dimensions: versions, and the job that files stored answers again. */

const BASE = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 30 * 86_400_000;
const iso = (hour: number) => new Date(BASE + hour * 3_600_000).toISOString();
const WHOLE = { from: BASE - 86_400_000, until: BASE + 29 * 86_400_000 };

let database: SealedDatabase;
beforeAll(async () => {
  database = await openSealedDatabase();
});
afterAll(() => database?.close());

const deps = () => ({ ...database, dimensions: DIMENSIONS, cellLimits: DEFAULT_CELL_LIMITS, now: Date.now });
/** Puts rules in force, as the mutation does. */
async function put(dimensions: object): Promise<number> {
  const rules = parseSegmentRules({ dimensions }, DIMENSIONS);
  const by = { actor: 'a', actorName: 'admin', reason: 'test' };
  const { id } = await addRules(database.store, {
    config: JSON.stringify({ dimensions }),
    rules,
    undoes: null,
    ...by,
  });
  await database.segmentRules.read(database.store);
  return id;
}
const submit = async (items: readonly object[]) => {
  const { accepted, duplicates, rejected } = await database.submit(items);
  return { accepted, duplicates, rejected };
};
const answer = (externalId: string, more: object = {}) => ({
  ...{ externalId, answeredAt: iso(externalId.length), score: 9, respondent: `who ${externalId}` },
  ...more,
});
/** The region and product line of each answer, wherever it is kept. */
async function places(prefix: string): Promise<Record<string, string>> {
  const rows = await database.sql<{ name: string; region: string; line: string; same: boolean }>(
    `SELECT r.external_id AS name, c.attributes->>'region' AS region, c.attributes->>'product_line' AS line, k.cell_id = r.cell_id AS same
      FROM (SELECT id, external_id, cell_id FROM response
        UNION ALL SELECT id, row->>'external_id', (row->>'cell_id')::integer FROM restricted_response) r
      JOIN response_key k ON k.id = r.id JOIN cell c ON c.id = r.cell_id WHERE r.external_id LIKE $1 ORDER BY 1`,
    [`${prefix}%`],
  );
  expect(rows.every(({ same }) => same)).toBe(true);
  return Object.fromEntries(rows.map(({ name, region, line }) => [name, `${region}/${line}`]));
}
/** Tries rules for a caller without access to cells with that value. */
async function preview(
  dimensions: object,
  { hidden = {}, ...window }: Partial<PreviewWindow> & { hidden?: Readonly<Record<string, string>> } = {},
) {
  await database.cells.refresh(database.store);
  const permits = (attributes: CellAttributes) =>
    !Object.entries(hidden).some(([name, value]) => attributes[name] === value);
  const rules = compileRules(parseSegmentRules({ dimensions }, DIMENSIONS), DIMENSIONS);
  const visible = database.cells.all().filter(({ attributes }) => permits(attributes));
  const given = { ...database, record: database.store, dimensions: DIMENSIONS };
  return previewRules(given, rules, visible, permits, { from: new Date(0), until: new Date(), ...window });
}
async function scoreOf(attribute: string, value: string) {
  const [row] = await database.sql(
    `SELECT count(*) FILTER (WHERE r.class = 2)::integer AS promoters, count(*) FILTER (WHERE r.class = 1)::integer AS passives,
      count(*) FILTER (WHERE r.class = 0)::integer AS detractors FROM response r JOIN cell c ON c.id = r.cell_id
      WHERE coalesce(c.attributes->>$1::text, 'unknown') = $2`,
    [attribute, value],
  );
  return row;
}
const GERMANY = { region: [{ attribute: 'region', equals: 'Deutschland', value: 'Germany' }] };

describe('segment rules', () => {
  it('file arriving answers at once, by attributes that are stored encrypted, and only those that rules name', async () => {
    await put({ region: [{ attribute: 'country', lookup: { DE: 'Germany' } }] });
    const item = answer('arrives', { attributes: { country: 'DE', secretPlan: 'merger', seats: 5 } });
    expect(await submit([item])).toMatchObject({ accepted: 1 });
    expect(await places('arrives')).toEqual({ arrives: 'Germany/unknown' });
    const stored = JSON.stringify(
      await database.sql("SELECT encode(sent, 'escape') AS sent, encode(sealed, 'escape') FROM source_event"),
    );
    expect(stored).not.toContain('country');
    const report = JSON.stringify(await readSubjectAccessReport(database, personOf('who arrives')));
    expect(report).toContain('"country":"DE"');
    expect(report).not.toContain('merger');
    expect(await submit([item])).toMatchObject({ duplicates: 1 });
    await expectRollupsToEqualRecount(database);
  });

  it('change history, also what is kept apart; undoing them restores its cells, and seals explain each change', async () => {
    await put({});
    await refile(deps());
    const names = ['h1', 'h2', 'h3', 'h4'];
    await submit(
      names.map((name, i) =>
        answer(name, { region: i < 3 ? 'Deutschland' : 'Peru', comment: `said ${name}` }),
      ),
    );
    await restrict(database, personOf('who h3'), true);
    await database.seal();
    const before = await places('h');
    const cells = await database.sql(`SELECT id, cell_id FROM response_key ORDER BY id`);
    await put(GERMANY);
    await refile(deps());
    expect(await places('h')).toEqual({
      h1: 'Germany/unknown',
      h2: 'Germany/unknown',
      h3: 'Germany/unknown',
      h4: 'Peru/unknown',
    });
    await expectRollupsToEqualRecount(database);
    const [version] = (await readRuleVersions(database.store)).slice(-1);
    expect(version).toMatchObject({ moved: 3, held: 0, undeclared: 0, appliedAt: expect.any(Date) });
    // Its rules are those of the version before: none.
    await put({});
    await refile(deps());
    expect(await places('h')).toEqual(before);
    expect(await database.sql(`SELECT id, cell_id FROM response_key ORDER BY id`)).toEqual(cells);
    await expectRollupsToEqualRecount(database);
    expect((await database.seal()).refused).toEqual([]);
    expect((await database.verify(WHOLE)).verdict).not.toBe('MISMATCH');
    const report = JSON.stringify(await readSubjectAccessReport(database, personOf('who h1')));
    expect(report).toContain('said h1');
    expect(report).toContain('filed again by segment rules');
  });

  it('hold for what is restored, corrected or sent again later', async () => {
    await put({});
    await refile(deps());
    const run = await begin(database);
    const row = { id: 'r1', who: 'r1', at: iso(3), score: '9', comment: 'fine', region: 'Deutschland' };
    await bring(database, run, 'file', [row]);
    const later = await begin(database);
    await bring(database, later, 'file', [{ ...row, score: '2', region: 'Peru', revision: '2' }]);
    await put(GERMANY);
    await refile(deps());
    expect(await places('r1')).toEqual({ r1: 'Peru/unknown' });
    await undo(database, later);
    await refile(deps());
    expect(await places('r1')).toEqual({ r1: 'Germany/unknown' });
    const [{ id } = { id: '' }] = await database.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = 'r1'`,
    );
    await rectify(database, id, { score: 3 }, BY);
    await put({});
    await refile(deps());
    expect(await places('r1')).toEqual({ r1: 'Deutschland/unknown' });
    expect(await database.sql(`SELECT score FROM response WHERE external_id = 'r1'`)).toEqual([{ score: 3 }]);
    await put(GERMANY);
    await refile(deps());
    // The whole import goes, though its answers were filed again since.
    await undo(database, run);
    await eraseWhole(database, personOf('who h2'));
    await expectRollupsToEqualRecount(database);
    expect(
      await database.sql(
        'SELECT id FROM response_key WHERE segment_rules < (SELECT max(id) FROM segment_rules) AND subject_id IS NOT NULL',
      ),
    ).toEqual([]);
  });

  it('leave what a legal hold covers, and say so', async () => {
    await put({});
    await refile(deps());
    await submit([answer('held', { region: 'Held land' })]);
    const holds = await placeHold(database, { segment: { region: ['Held land'] } }, BY);
    await put({ region: [{ attribute: 'region', equals: 'Held land', value: 'Elsewhere' }] });
    await refile(deps());
    expect(await places('held')).toEqual({ held: 'Held land/unknown' });
    expect((await readRuleVersions(database.store)).at(-1)).toMatchObject({ held: 1 });
    for (const id of holds) await releaseHold(database.store, id, BY);
  });

  it('give back no value that retention took, and are not read from items that it deleted', async () => {
    await put({
      region: [{ attribute: 'country', lookup: { DE: 'Germany', JP: 'Japan' } }, { default: 'elsewhere' }],
    });
    await submit([
      answer('aged1', { attributes: { country: 'DE' }, productLine: 'Rail' }),
      answer('aged22', { region: 'Chile' }),
      answer('agedest', { attributes: { country: 'JP' } }),
    ]);
    const sent = () =>
      database.sql<{ name: string; sent: boolean }>(
        `SELECT r.external_id AS name, e.sent IS NOT NULL AS sent FROM response r JOIN source_event e ON e.id = r.source_event_id
          WHERE r.external_id LIKE 'aged%' ORDER BY 1`,
      );
    const age = (what: 'dimensions' | 'sourceEvents', before: number) =>
      database.store.transaction((session) =>
        deleteBatch(
          session,
          { cells: database.cells, sign: database.sign },
          {
            what,
            source: null,
            dimension: what === 'dimensions' ? 'region' : null,
            keep: 'P9D',
            before: new Date(before),
          },
          Date.now(),
        ),
      );
    await refile(deps());
    await age('dimensions', Date.parse(iso(6)) + 1);
    expect(await places('aged')).toEqual({
      aged1: 'unknown/Rail',
      aged22: 'unknown/unknown',
      agedest: 'Japan/unknown',
    });
    expect((await sent()).filter((one) => one.sent).map(({ name }) => name)).toEqual(['agedest']);
    await put({
      region: [{ default: 'nowhere' }],
      productLine: [{ attribute: 'productLine', equals: 'Rail', value: 'Trains' }],
    });
    await refile(deps());
    expect(await places('aged')).toEqual({
      aged1: 'unknown/Trains',
      aged22: 'unknown/unknown',
      agedest: 'nowhere/unknown',
    });
    // Items as they arrived, with the attributes.
    await age('sourceEvents', Date.now() + 60_000);
    expect((await sent()).filter((one) => one.sent)).toEqual([]);
    await expectRollupsToEqualRecount(database);
    expect((await database.verify(WHOLE)).verdict).not.toBe('MISMATCH');
  });

  it('are tried without a change: of what a caller may read, in pages, with what a hold and declared values keep', async () => {
    await put({ region: [{ attribute: 'country', equals: 'XA', value: 'from' }] });
    await refile(deps());
    const at = (n: number) => ({ answeredAt: new Date(BASE + 25 * 86_400_000 + n).toISOString() });
    await submit([
      answer('try1', { ...at(1), region: 'from', score: 10 }),
      answer('try2', { ...at(2), attributes: { country: 'XA' }, score: 0 }),
      answer('try3', { ...at(3), region: 'to', score: 10 }),
      answer('try4', { ...at(4), region: 'from', score: 10, channel: 'hidden' }),
      answer('try5', { ...at(5), region: 'kept', score: 10 }),
    ]);
    const stored = await database.sql('SELECT * FROM response_key ORDER BY id');
    const window = { from: new Date(BASE + 25 * 86_400_000), until: new Date(BASE + 26 * 86_400_000) };
    const rules = { region: [{ attribute: 'region', equals: ['from', 'kept'], value: 'to' }] };
    const holds = await placeHold(database, { segment: { region: ['kept'] } }, BY);
    const all = await preview(rules, window);
    expect(all).toMatchObject({ answers: 5, moved: 3, held: 1, reachedTo: null });
    const region = (value: string, given: { scores: readonly ScoreEffect[] }) =>
      given.scores.filter((one) => one.attribute === 'region' && one.value === value);
    expect(region('from', all)).toMatchObject([
      { before: { promoters: 2, detractors: 1 }, after: { promoters: 0, detractors: 0 } },
    ]);
    expect(region('to', all)).toMatchObject([{ after: { promoters: 3, detractors: 0 } }]);
    // As sent, try2 has no region, so it stays when nothing reads its country any more.
    const undone = await preview({}, window);
    expect(undone.moves).toMatchObject([{ from: { region: 'from' }, to: { region: 'unknown' }, answers: 1 }]);
    const narrow = await preview(rules, { ...window, hidden: { channel: 'hidden' } });
    expect(narrow).toMatchObject({ answers: 4, moved: 2 });
    const noTarget = await preview(rules, { ...window, hidden: { region: 'to' } });
    expect(noTarget).toMatchObject({
      answers: 4,
      moved: 3,
      moves: expect.arrayContaining([expect.objectContaining({ to: null })]),
    });
    expect(region('to', noTarget)).toEqual([]);
    const page = await preview(rules, { ...window, most: 2 });
    expect(page).toMatchObject({ answers: 2, reachedTo: new Date(at(4).answeredAt) });
    const rest = await preview(rules, { from: window.from, until: page.reachedTo as Date });
    expect(rest).toMatchObject({ answers: 3, moved: 2 });
    expect(await database.sql('SELECT * FROM response_key ORDER BY id')).toEqual(stored);
    for (const id of holds) await releaseHold(database.store, id, BY);
  });

  it('find what is behind along an index, without sorting all of it', async () => {
    const behind = namedStatements().find(({ name }) => name === 'refile_behind') as Statement;
    const plan = await database.store.transaction(async (session) => {
      // A small table is read whole otherwise.
      await session.rows(unnamed('SET LOCAL enable_seqscan = off'), []);
      await session.rows(unnamed('SET LOCAL enable_bitmapscan = off'), []);
      return session.rows<Record<string, string>>(unnamed(`EXPLAIN ${behind.text}`), [3, 100]);
    });
    const lines = plan.map((row) => Object.values(row).join()).join('\n');
    expect(lines).toContain('response_key_behind');
    expect(lines).not.toContain('Sort');
  });

  it('stay exact after every batch, whatever changes and arrives meanwhile, and wherever the job is stopped', async () => {
    const value = fc.constantFrom('one', 'two', 'three');
    const dimension = fc.constantFrom('region', 'productLine');
    const rule = fc.oneof(
      fc.record({ attribute: fc.constantFrom('a', 'b', 'region'), equals: value, value }),
      fc.record({ attribute: fc.constantFrom('a', 'b'), pattern: fc.constantFrom('t*', '?n?', '*'), value }),
      fc.record({ attribute: fc.constantFrom('a', 'n'), range: fc.constant({ from: 2 }), value }),
      fc.record({ attribute: fc.constantFrom('a', 'b'), lookup: fc.dictionary(value, value) }),
    );
    const ruled = fc.dictionary(dimension, fc.array(rule, { minLength: 1, maxLength: 3 }));
    const step = fc.oneof(
      fc.record({ rules: ruled }),
      fc.record({
        sent: fc.array(fc.record({ n: fc.nat(60), region: value, a: value, b: value, score: fc.nat(10) }), {
          maxLength: 30,
        }),
      }),
      fc.record({ batches: fc.nat(2) }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), ruled, async (steps, last) => {
        run += 1;
        await put({});
        for (const [i, one] of steps.entries()) {
          if ('rules' in one) await put(one.rules);
          if ('sent' in one) {
            const items = one.sent.map(({ n, region, a, b, score }) => ({
              ...answer(`p${run} ${n}`, { score, region, attributes: { a, b, n: String(n) } }),
              revision: i,
            }));
            await submit(items);
          }
          if ('batches' in one) for (let n = 0; n < one.batches; n++) await refileBatch(deps());
          await expectRollupsToEqualRecount(database);
        }
        await refile(deps());
        await expectRollupsToEqualRecount(database);
        // A dry run says what the job then does.
        const { moved: expected, scores } = await preview(last);
        await put(last);
        await refile(deps());
        expect((await readRuleVersions(database.store)).at(-1)).toMatchObject({ moved: expected });
        for (const { attribute, value: of, after } of scores)
          expect([attribute, of, await scoreOf(attribute, of)]).toEqual([attribute, of, after]);
        await expectRollupsToEqualRecount(database);
        // Nothing is left behind, and a second run finds nothing to move.
        const moved = async () =>
          (await readRuleVersions(database.store)).reduce((sum, one) => sum + one.moved, 0);
        const all = await moved();
        await database.sql('UPDATE response_key SET segment_rules = 0');
        await refile(deps());
        expect(await moved()).toBe(all);
      }),
      { numRuns: 6 },
    );
  });
});
