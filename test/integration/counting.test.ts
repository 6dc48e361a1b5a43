import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { DAY_MS, type PolicyKind } from '../../domain/responses/counting.ts';
import { DEFAULT_FLAG_RULES } from '../../domain/responses/flags.ts';
import type { AnswerSigns } from '../../domain/responses/signs.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { scoreAsKnownAt } from '../../proof/as-of.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { applyPolicies, decideCounting, setPolicy } from '../../store/responses/apply-policies.ts';
import { reconsider } from '../../store/responses/counting.ts';
import { readCountingStates } from '../../store/responses/counting-states.ts';
import { readPolicies } from '../../store/responses/respondent-policies.ts';
import { readResponses } from '../../store/responses/responses.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { DIMENSIONS, narrowScope, PEPPER } from '../fixtures/database.ts';
import { BY, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { histories } from '../fixtures/histories.ts';
import { begin, bring, undo } from '../fixtures/importing.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { nameOf, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

/* Which answers are counted: by policies, by what people decide. Every number agrees with it at every moment. */

const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 60 * DAY_MS;
const iso = (day: number) => new Date(BASE + day * DAY_MS).toISOString();
const WHOLE = { from: BASE, until: BASE + 61 * DAY_MS };

let database: SealedDatabase;
beforeAll(async () => {
  database = await openSealedDatabase();
});
afterAll(() => database?.close());

const policy = (survey: string, kind: PolicyKind, days: number | null = null, from = new Date(0)) =>
  setPolicy(database, {
    ...{ survey, kind, days, effectiveFrom: from },
    ...{ actor: 'admin', actorName: 'admin', reason: 'test' },
  });
const decide = (responseId: string, counted: boolean | null) =>
  decideCounting(database, { responseId, counted, actor: 'a', actorName: 'a', reason: 'seen' });
const idOf = async (externalId: string) => {
  const [row] = await database.sql<{ id: string }>(
    `SELECT id FROM (SELECT id, external_id FROM response UNION ALL SELECT id, external_id FROM uncounted_response) r
      WHERE external_id = $1`,
    [externalId],
  );
  return row?.id ?? '00000000-0000-0000-0000-000000000000';
};

interface Stored {
  readonly id: string;
  readonly person: string | null;
  readonly survey: string;
  readonly at: Date;
  readonly scored: boolean;
  readonly counted: boolean;
  readonly verdict: boolean | null;
  readonly flagged: boolean;
}

/** Written apart from the function that decides: each answer by itself, from all others. */
async function expectCountedSet(): Promise<void> {
  const rows =
    await database.sql<Stored>(`SELECT r.id, CASE WHEN s.lookup IS NOT NULL THEN s.id END AS person, v.name AS survey,
      r.answered_at AS at, r.class IS NOT NULL AS scored, r.counted, c.counted AS verdict,
      EXISTS (SELECT FROM response_flag f WHERE f.response_id = r.id AND f.leaves_out) AS flagged
    FROM (SELECT id, answered_at, class, mapping_version_id, true AS counted FROM response
      UNION ALL SELECT id, answered_at, class, mapping_version_id, false FROM uncounted_response) r
      JOIN response_key k ON k.id = r.id JOIN subject_key s ON s.id = k.subject_id
      JOIN mapping_version m ON m.id = r.mapping_version_id JOIN survey_version v ON v.id = m.survey_version_id
      LEFT JOIN counting_verdict c ON c.response_id = r.id`);
  const versions = await readPolicies(database.store);
  const policyOf = ({ survey, at }: Stored) =>
    versions.filter((one) => one.survey === survey && one.effectiveFrom <= at).at(-1);
  const before = (a: Stored, b: Stored) => a.at < b.at || (a.at.getTime() === b.at.getTime() && a.id < b.id);
  const isAlike = (a: Stored, b: Stored) =>
    a.person !== null && a.person === b.person && a.survey === b.survey && a.scored === b.scored;
  const isOut = ({ verdict, flagged }: Stored) => verdict === false || (flagged && verdict === null);
  const memo = new Map<string, boolean>();
  const own = (one: Stored): boolean => {
    const known = memo.get(one.id);
    if (known !== undefined) return known;
    const others = rows.filter((other) => isAlike(one, other) && !isOut(other));
    const { kind, days } = policyOf(one) ?? { kind: 'ALL' };
    const counts =
      kind === 'LATEST'
        ? !others.some((other) => before(one, other))
        : kind === 'ONE_PER'
          ? !others.some(
              (other) =>
                before(other, one) &&
                one.at.getTime() - other.at.getTime() < (days ?? 0) * DAY_MS &&
                own(other),
            )
          : true;
    memo.set(one.id, counts);
    return counts;
  };
  for (const one of rows)
    expect({ ...one, counted: one.verdict ?? (!isOut(one) && own(one)) }, `answer ${one.id}`).toEqual(one);
}

const person = fc.integer({ min: 1, max: 4 }).map((n) => `person ${n}`);
const external = fc.integer({ min: 1, max: 25 });
const answer = fc.record({
  externalId: external.map(String),
  answeredAt: fc.integer({ min: 0, max: 40 }).map(iso),
  respondent: fc.option(person, { nil: undefined, freq: 5 }),
  score: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null, freq: 6 }),
  comment: fc.constant('words'),
  region: fc.constantFrom('Japan', 'Peru'),
  survey: fc.constantFrom('nps', 'other'),
  surveyVersion: fc.constantFrom('1', '2'),
});
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(answer, { minLength: 1, maxLength: 10 }).map((items) => ({ submit: items })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      policy: fc.constantFrom('ALL' as const, 'LATEST' as const, 'ONE_PER' as const),
      days: fc.integer({ min: 1, max: 15 }),
      from: fc.integer({ min: -1, max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verdict: external, counted: fc.constantFrom(true, false, null) }) },
  { weight: 1, arbitrary: fc.record({ flag: external }) },
  { weight: 1, arbitrary: fc.record({ restrict: person, on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      correct: external,
      score: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ import: fc.array(answer, { minLength: 1, maxLength: 5 }), undone: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ erase: person }) },
  { weight: 1, arbitrary: fc.record({ age: fc.integer({ min: 0, max: 12 }) }) },
  { weight: 2, arbitrary: fc.constant('seal' as const) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(one: Step): Promise<void> {
  if (one === 'seal') expect((await database.seal()).refused).toEqual([]);
  else if ('submit' in one) {
    const codes = (await database.submit(one.submit)).rejected.map(({ code }) => code);
    expect(codes.filter((code) => code !== 'STALE' && code !== 'ERASED')).toEqual([]);
  } else if ('policy' in one) {
    await policy('nps', one.policy, one.policy === 'ONE_PER' ? one.days : null, new Date(iso(one.from)));
    await applyPolicies(database);
  } else if ('verdict' in one) await decide(await idOf(String(one.verdict)), one.counted);
  else if ('flag' in one) {
    const id = await idOf(String(one.flag));
    await database.sql(
      `INSERT INTO response_flag (response_id, rule, leaves_out, found) SELECT id, 'burst', true, '{}' FROM response_key
        WHERE id = $1 AND subject_id IS NOT NULL ON CONFLICT DO NOTHING`,
      [id],
    );
    await database.store.transaction((session) => reconsider(session, database.sign, { responseIds: [id] }));
  } else if ('restrict' in one) await restrict(database, personOf(one.restrict), one.on);
  else if ('correct' in one)
    await rectify(database, await idOf(String(one.correct)), { score: one.score }, BY);
  else if ('import' in one) {
    const run = await begin(database);
    const rows = one.import.map(({ externalId, answeredAt, respondent, score, region }) => ({
      ...{ id: externalId, at: answeredAt, who: respondent ?? '', region, comment: 'other words' },
      score: score === null ? '' : String(score),
    }));
    await bring(database, run, 'test', rows);
    if (one.undone) await undo(database, run);
  } else if ('erase' in one) await eraseWhole(database, personOf(one.erase));
  else await ageOut(database, { responses: 'P1D' }, { responses: new Date(iso(one.age)) }, 0);
}

describe('what is counted', () => {
  it('is said with the reason, in the list, the lineage and the access report, as far as a caller sees', async () => {
    const at = (day: number) => ({
      answeredAt: iso(day),
      respondent: 'traveller',
      survey: 'trips',
    });
    const given = [
      { externalId: 'early', ...at(1), score: 2, comment: 'slow', region: 'Japan' },
      { externalId: 'late', ...at(3), score: 9, region: 'Peru' },
    ];
    expect(await database.submit(given)).toMatchObject({ accepted: 2, rejected: [] });
    const knownAt = Date.now();
    await policy('trips', 'LATEST');
    await applyPolicies(database);
    const [early, late] = [await idOf('early'), await idOf('late')];
    const list = (scope: Scope, uncounted: boolean) =>
      readResponses({ ...database, store: database.scopedReader.as(scope) }, scope, {
        ...{ segment: {}, from: null, to: null, first: 500, after: null, uncounted },
      });
    const of = async (scope: Scope, uncounted: boolean) =>
      (await list(scope, uncounted)).map(({ id }) => id).filter((id) => [early, late].includes(id));
    const japan = narrowScope('japan', ({ attributes }) => attributes.region === 'Japan');
    const peru = narrowScope('peru', ({ attributes }) => attributes.region === 'Peru');
    expect([await of(EVERYTHING, false), await of(EVERYTHING, true)]).toEqual([[late], [early]]);
    expect([await of(japan, false), await of(japan, true)]).toEqual([[], [early]]);
    expect([await of(peru, false), await of(peru, true)]).toEqual([[late], []]);
    expect((await list(EVERYTHING, true)).find(({ id }) => id === early)?.comment).toBe('slow');
    const state = async (scope: Scope) =>
      (await readCountingStates(database.scopedReader.as(scope), scope, [early])).get(early);
    const superseded = { counted: false, reason: 'SUPERSEDED', rule: 'LATEST', instead: late };
    expect(await state(EVERYTHING)).toMatchObject(superseded);
    // That there is a later one, and not which: it is of another segment.
    expect(await state(japan)).toMatchObject({ ...superseded, instead: null });
    expect(await state(peru)).toMatchObject({ counted: true, reason: null });
    const lineage = createRecordLineage(database.scopedReader.as(japan));
    expect(await lineage.response(early)).toMatchObject({ uncounted: 'SUPERSEDED', rollup: null });
    const name = { ...nameOf({ ...WHOLE, segment: { region: ['Japan'] } }) };
    const then = await scoreAsKnownAt(database.verifyDeps, EVERYTHING, { ...name }, { knownAt });
    expect(then?.differences.map(({ reason }) => reason)).toContain('UNCOUNTED');
    const report = await readSubjectAccessReport(database, personOf('traveller'));
    expect(report?.responses).toMatchObject([
      { id: early, restricted: false, uncounted: 'SUPERSEDED' },
      { id: late, restricted: false, uncounted: null },
    ]);
    // Counted after all, then by the policy again; left out, and the earlier one stands for it.
    expect(await decide(early, true)).toBe(true);
    expect(await of(EVERYTHING, false)).toEqual([late, early]);
    expect(await state(japan)).toMatchObject({ counted: true, reason: 'PUT_BACK' });
    await decide(early, null);
    expect(await of(EVERYTHING, true)).toEqual([early]);
    // Several at once take turns; the last one counts.
    await Promise.all([true, null, true, null, true, null].map((counted) => decide(late, counted)));
    await decide(late, false);
    expect([await of(EVERYTHING, false), await of(EVERYTHING, true)]).toEqual([[early], [late]]);
    expect(await decide('00000000-0000-0000-0000-000000000000', true)).toBe(false);
    await eraseWhole(database, personOf('traveller'));
    await expectCountedSet();
  });

  it('leaves out what rules flag, if they are configured to, until a person puts it back', async () => {
    const flood = (name: string, n: number, respondents: boolean) =>
      Array.from({ length: n }, (_, i) => ({
        ...{ externalId: `${name} ${i}`, source: name, survey: name, score: 10, region: 'Japan' },
        answeredAt: new Date(BASE + i * 1000).toISOString(),
        comment: `The best service of all the services that I know, ${name}!`,
        ...(respondents ? { respondent: `${name} ${i % 4}` } : {}),
      }));
    const flagsOf = async (name: string) => {
      const ids = await Promise.all(flood(name, 20, false).map(({ externalId }) => idOf(externalId)));
      return [...(await readCountingStates(database.store, EVERYTHING, ids)).values()];
    };
    // As shipped, what is flagged is counted; four persons are too few for a repeated text.
    await database.submit(flood('counted', 19, true));
    expect((await flagsOf('counted')).flatMap(({ flags }) => flags)).toEqual([]);
    await database.submit(flood('counted', 20, true));
    for (const state of await flagsOf('counted'))
      expect(state).toMatchObject({ counted: true, flags: ['burst'] });
    // Others like it may be of any segment.
    const japan = narrowScope('japan', ({ attributes }) => attributes.region === 'Japan');
    const flagged = await idOf('counted 0');
    const reader = database.scopedReader.as(japan);
    expect((await readCountingStates(reader, japan, [flagged])).get(flagged)?.flags).toBeNull();
    const all = { ...japan, allowsAll: () => true };
    expect((await readCountingStates(reader, all, [flagged])).get(flagged)?.flags).toEqual([]);
    const rule = (answers: number, seconds: number) => ({ action: 'leave-out' as const, answers, seconds });
    const leaving = { action: 'leave-out' as const };
    const flagRules = {
      ...DEFAULT_FLAG_RULES,
      ...{ burst: rule(15, 30), 'repeated-text': rule(10, 3600), 'hidden-field': leaving },
    };
    const strict = createIngestor({
      ...database,
      ...{ dimensions: DIMENSIONS, pepper: PEPPER, cellLimits: DEFAULT_CELL_LIMITS, flagRules },
      ...{ now: Date.now, warn: () => undefined },
    });
    const read = createItemReader(DIMENSIONS, 'responses');
    await submitItems(strict, OWNER, read, flood('strict', 20, false), 'test');
    const left = await flagsOf('strict');
    for (const state of left)
      expect(state).toMatchObject({
        ...{ counted: false, reason: 'FLAGGED', rule: 'burst', flags: ['burst', 'repeated-text'] },
      });
    const id = await idOf('strict 3');
    await decide(id, true);
    expect((await readCountingStates(database.store, EVERYTHING, [id])).get(id)).toMatchObject({
      counted: true,
      reason: 'PUT_BACK',
    });
    await decide(id, null);
    expect((await readCountingStates(database.store, EVERYTHING, [id])).get(id)).toMatchObject({
      reason: 'FLAGGED',
    });
    // Another answer under the same id is no part of it any more.
    const corrected = { ...flood('strict', 1, false)[0], comment: 'Fine.', answeredAt: iso(1) };
    await submitItems(strict, OWNER, read, [corrected], 'test');
    const first = await idOf('strict 0');
    expect((await readCountingStates(database.store, EVERYTHING, [first])).get(first)).toMatchObject({
      counted: true,
      flags: [],
    });
    // Signs of one answer: each delivery brings its own.
    const send = async (signs: AnswerSigns, comment: string) => {
      const item = { ...flood('alone', 1, true)[0], comment, answeredAt: iso(2), updatedAt: iso(signed++) };
      const withSigns = (...given: Parameters<typeof read.read>) => {
        const draft = read.read(...given);
        return draft === null || 'status' in draft ? draft : { ...draft, signs };
      };
      await submitItems(strict, OWNER, { ...read, read: withSigns }, [item], 'test');
      const alone = await idOf('alone 0');
      return (await readCountingStates(database.store, EVERYTHING, [alone])).get(alone);
    };
    let signed = 3;
    expect(await send({ seconds: 0.4, isProgram: true }, 'One.')).toMatchObject({
      ...{ counted: true, flags: ['bot-client', 'too-fast'] },
    });
    expect(await send({ filledHidden: true, seconds: 9 }, 'Two.')).toMatchObject({
      ...{ counted: false, reason: 'FLAGGED', rule: 'hidden-field', flags: ['hidden-field'] },
    });
    await decide(await idOf('alone 0'), true);
    expect(await send({ filledHidden: true }, 'Two.')).toMatchObject({ counted: true, reason: 'PUT_BACK' });
    await decide(await idOf('alone 0'), null);
    const found = await database.sql<{ found: object }>(
      `SELECT found FROM response_flag WHERE rule = 'hidden-field'`,
    );
    expect(found).toEqual([{ found: { version: 1 } }]);
    expect(await send({ seconds: 9 }, 'Three.')).toMatchObject({ counted: true, flags: [] });
    await expectCountedSet();
    await expectRollupsToEqualRecount(database);
  });

  it('follows policies, decisions and rights in any order, with every rollup, entry and proof', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (history) => {
        for (const one of history) {
          await take(one);
          await expectCountedSet();
          const found = await database.verify(WHOLE);
          expect(found.verdict, `${JSON.stringify(one)}: ${found.reason}`).not.toBe('MISMATCH');
          expect(found.recomputed).toBe(found.stated);
        }
        await expectRollupsToEqualRecount(database);
      }),
      { numRuns: histories(40, 7) },
    );
  });
});
