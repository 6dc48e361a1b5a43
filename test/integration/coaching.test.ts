import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { FEWEST_ANSWERS } from '../../agents/outreach/coaching.ts';
import { outreach } from '../../agents/outreach/index.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { changeCase, countCases, readCases } from '../../store/agents/cases.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { readCoachedStaff } from '../../store/agents/coached-staff.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { readOutcomes } from '../../store/outcomes/outcomes.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, personOf } from '../fixtures/erasing.ts';

/*
 * Members of staff with known truth: after the tickets of "bad" customers are unhappy; "hard" works where all are unhappy and "good" where
 * all are content; "few" is as bad as "bad" and has few tickets; "owner" owns an account.
 */

const DAY_MS = 86_400_000;
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + 6 * 3_600_000;
let now = NOW;
const before = (days: number) => new Date(NOW - days * DAY_MS).toISOString();
const TRUTH = [
  { agent: 'bad@desk.example', region: 'Germany', customers: 40, content: 0.3 },
  { agent: 'good@desk.example', region: 'Germany', customers: 60, content: 0.8 },
  { agent: 'hard@desk.example', region: 'Peru', customers: 40, content: 0.3 },
  { agent: 'harder@desk.example', region: 'Peru', customers: 60, content: 0.3 },
  { agent: 'few@desk.example', region: 'Germany', customers: FEWEST_ANSWERS - 1, content: 0 },
];

function made() {
  const random = randomFrom(144);
  return TRUTH.flatMap(({ agent, region, customers, content }) =>
    Array.from({ length: customers }, (_, i) => {
      const name = `${agent[0]}${region} ${customers} ${i}`;
      const day = 30 + (i % 90);
      const base = { segmentValues: { region }, kind: 'TICKET_SOLVED', name: 'billing' };
      const answer = { source: 'web', region, score: random() < content ? 10 : 1, comment: `asked ${agent}` };
      return {
        answers: [
          { ...answer, externalId: name, answeredAt: before(day), respondent: `${name} asks` },
          // Before the ticket, of another person, and long after: of no one's work.
          { ...answer, externalId: `${name} early`, answeredAt: before(day + 9), respondent: `${name} asks` },
          { ...answer, externalId: `${name} else`, answeredAt: before(day), respondent: `${name} else` },
          { ...answer, externalId: `${name} late`, answeredAt: before(day - 25), respondent: `${name} asks` },
        ],
        outcomes: [
          { ...base, externalId: `${name} 1`, at: before(day + 3), agent, respondent: `${name} asks` },
          { ...base, externalId: `${name} 0`, at: before(day + 5), agent: 'x', respondent: `${name} asks` },
        ],
      };
    }),
  );
}

const act = (database: TestDatabase, agent: AnyAgent, stopped = () => false) =>
  runAgent({ store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now }, agent, {
    stopped,
    onError: (error) => {
      throw error;
    },
  });
const agent = outreach as AnyAgent;
const bold = { ...agent, defaultAutonomy: 'ACT' as const };

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  const all = made();
  expect(await database.submit(all.flatMap(({ answers }) => answers))).toMatchObject({ rejectedTotal: 0 });
  const outcomes = [
    ...all.flatMap((one) => one.outcomes),
    { externalId: 'own', kind: 'OWNER_CHANGED', at: before(9), account: 'acme', owner: 'bad@desk.example' },
  ];
  for (let i = 0; i < outcomes.length; i += 500)
    expect(await database.submitOutcomes(outcomes.slice(i, i + 500))).toMatchObject({ rejectedTotal: 0 });
}, 120_000);
afterAll(() => database?.close());

const decisionsFor = (scope: Scope) =>
  readAgentDecisions(database.scopedReader.as(scope), seenBy(scope, database.cells), {
    ...{ agent: 'outreach', states: null, after: null, limit: 99 },
  });
const casesFor = (scope: Scope) =>
  readCases(database.scopedReader.as(scope), seenBy(scope, database.cells), {
    ...{ states: null, after: null, limit: 10 },
  });
const staffFor = (
  scope: Scope,
  decisions: readonly { readonly id: string }[],
  cases: typeof decisions = [],
) =>
  readCoachedStaff({ ...database, store: database.scopedReader.as(scope) }, scope, {
    decisions: decisions.map(({ id }) => id),
    cases: cases.map(({ id }) => id),
  });
const outcomesFor = (scope: Scope) =>
  readOutcomes({ ...database, store: database.scopedReader.as(scope) }, scope, {
    ...{ segment: {}, from: null, to: null, kinds: null, first: 900, after: null },
  });
/** The pseudonym of the person who handled the ticket of that id. */
const pseudonymOf = async (externalId: string) =>
  (await outcomesFor(EVERYTHING)).find((one) => one.externalId === externalId)?.agent;

describe('coaching', () => {
  it('is proposed where answers after the tickets are low, among those with enough answers', async () => {
    expect((await act(database, agent)).map(({ state }) => state).sort()).toEqual([
      ...['NONE', 'NONE', 'NONE', 'PROPOSED'],
    ]);
    const decided = await decisionsFor(EVERYTHING);
    expect(decided).toHaveLength(4);
    const [proposed] = decided.filter(({ state }) => state === 'PROPOSED');
    const [one] = await staffFor(EVERYTHING, [proposed ?? { id: '' }]);
    expect(one?.agent).toMatch(/^s1_/);
    expect(one?.agent).toBe(await pseudonymOf('bGermany 40 0 1'));
    expect(proposed?.reason).toMatch(/^The last answers of 40 customers within 14 days after/);
    for (const each of decided) expect(replay([agent], each)).toEqual({ same: true, reason: null });
    // Neither names nor texts.
    expect(JSON.stringify(decided)).not.toMatch(/desk|s1_|asked/);
    expect(await act(database, agent), 'once a day').toEqual([]);
  });

  it('opens a case of its own once it is approved, and looks at later answers after that', async () => {
    now += DAY_MS;
    await act(database, bold);
    const [opened, ...more] = await casesFor(EVERYTHING);
    expect([opened?.playbook, opened?.title, more.length]).toEqual([
      'coaching',
      'Coach a member of staff',
      0,
    ]);
    const [one] = await staffFor(EVERYTHING, [], [opened ?? { id: '' }]);
    expect(one?.agent).toBe(await pseudonymOf('bGermany 40 0 1'));
    now += DAY_MS;
    expect((await act(database, bold)).map(({ reason }) => reason)).toContain('The case about them is open.');
    const by = { actor: 'p', actorName: 'p', reason: 'talked', at: new Date(now), note: async () => {} };
    await changeCase(database.store, opened?.id ?? '', { kind: 'CLOSED', outcome: 'talked' }, by);
    now += DAY_MS;
    expect((await act(database, bold)).filter(({ state }) => state === 'DONE')).toEqual([]);
    expect(await casesFor(EVERYTHING)).toHaveLength(1);
  });

  it('looks at everyone on a day whose first run ended after the first member of staff', async () => {
    now += DAY_MS;
    let looks = 0;
    expect(await act(database, agent, () => looks++ > 0)).toHaveLength(1);
    expect(await act(database, agent)).toHaveLength(3);
    expect(await act(database, agent)).toEqual([]);
  });

  it.each([
    ['that may not see staff', narrowScope('no staff', () => true, { withheld: ['readStaff'] }), false],
    [
      'that may see staff in one segment alone',
      narrowScope('no peru', ({ attributes }) => attributes['region'] !== 'Peru'),
      true,
    ],
  ])('is in no list, count or outcome for callers %s', async (_who, scope, seesSome) => {
    const [all, cases] = [await decisionsFor(EVERYTHING), await casesFor(EVERYTHING)];
    expect([all.length > 3, cases.length]).toEqual([true, 1]);
    expect([await decisionsFor(scope), await casesFor(scope)]).toEqual([[], []]);
    expect(await staffFor(scope, all, cases)).toEqual([]);
    const seen = seenBy(scope, database.cells);
    expect(await countCases(database.scopedReader.as(scope), seen)).toEqual([]);
    // Each of the two layers alone.
    expect(await countCases(database.store, seen)).toEqual([]);
    expect(await countCases(database.scopedReader.as(scope), null)).toEqual([]);
    const shown = (await outcomesFor(scope)).filter((one) => one.agent !== null);
    expect(shown.length > 0).toBe(seesSome);
  });

  it('leaves out a restricted member of staff, and forgets one that is erased', async () => {
    expect(await readSubjectAccessReport(database, personOf('bad@desk.example'))).toMatchObject({
      pseudonym: expect.stringMatching(/^s1_/),
      outcomes: expect.arrayContaining([
        expect.objectContaining({ kind: 'TICKET_SOLVED', item: null }),
        expect.objectContaining({ kind: 'OWNER_CHANGED', owner: null }),
      ]),
    });
    await restrict(database, personOf('bad@desk.example'), true);
    expect(await casesFor(EVERYTHING)).toEqual([]);
    now += DAY_MS;
    const compared = await act(database, agent);
    expect(compared.length).toBe(3);
    await restrict(database, personOf('bad@desk.example'), false);
    const handled = (await outcomesFor(EVERYTHING)).length;
    expect(await erase(database, personOf('bad@desk.example'), BY)).toMatchObject({ known: true });
    // Files of the embedded database are rewritten later.
    const found = await checkOnce(database, personOf('bad@desk.example'));
    expect(found.filter((place) => !place.startsWith('files of the database'))).toEqual([]);
    const left = await outcomesFor(EVERYTHING);
    expect([left.length, left.find(({ externalId }) => externalId === 'own')?.owner]).toEqual([
      handled,
      null,
    ]);
    expect(left.find(({ externalId }) => externalId === 'bGermany 40 0 1')?.agent).toBeNull();
    // With their last ticket go the others.
    const staff = () => database.sql<{ n: number }>('SELECT count(DISTINCT staff_id)::int AS n FROM outcome');
    const keys = () => database.sql<{ n: number }>('SELECT count(*)::int AS n FROM subject_key');
    const [before_, keysBefore] = [await staff(), await keys()];
    for (let i = 0; i < FEWEST_ANSWERS - 1; i++)
      await erase(database, personOf(`fGermany ${FEWEST_ANSWERS - 1} ${i} asks`), BY);
    expect((await staff())[0]?.n).toBe((before_[0]?.n ?? 0) - 1);
    expect((await keys())[0]?.n).toBe((keysBefore[0]?.n ?? 0) - FEWEST_ANSWERS);
  });
});
