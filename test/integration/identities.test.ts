import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { rootsOf } from '../../domain/privacy/merged-identities.ts';
import { acceptIdentities } from '../../ingestion/identities/accept-identities.ts';
import { namedBy, pseudonym } from '../../ingestion/pipeline/pseudonym.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { readMerges, subjectsOf } from '../../store/data-subjects/merge-list.ts';
import { MergeOverError, mergeIdentities, undoMerge } from '../../store/data-subjects/merges.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { readAccountFacts } from '../../store/outcomes/account-facts.ts';
import { readKpis } from '../../store/outcomes/kpis.ts';
import { readOutcomes } from '../../store/outcomes/outcomes.ts';
import { readResponses } from '../../store/responses/responses.ts';
import type { IdentityKind } from '../../store/tables/identities.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { findInTables } from '../fixtures/needles.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

const NOW = Date.UTC(2026, 5, 1);
const START = Date.UTC(2026, 4, 1);
const LETTER = { RESPONDENT: 'respondent', ACCOUNT: 'account' } as const;
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(() => NOW);
});
afterAll(() => database?.close());

const shown = (given: string | null, kind: IdentityKind) =>
  given === null ? null : pseudonym(PEPPER, given, LETTER[kind]);
const merge = async (kind: IdentityKind, from: string, into: string) => {
  const named = (given: string) => namedBy(PEPPER, given, kind);
  const order = { actor: 'officer', reason: 'the same', mayRepeat: true };
  const [result] = await mergeIdentities(
    database,
    [{ kind, from: named(from), into: named(into) }],
    order,
    new Date(NOW),
  );
  if (result?.status !== 'merged') throw new Error(`not merged: ${result?.status}`);
  return result.id;
};
let minutes = 0;
const time = () => new Date(START + ++minutes * 60_000).toISOString();
const answer = (externalId: string, respondent: string, more: object = {}) => ({
  ...{ externalId, respondent, answeredAt: time(), score: 9, comment: `words of ${externalId}` },
  ...more,
});
const payment = (externalId: string, more: object) => ({
  ...{ externalId, kind: 'PAYMENT', at: time(), amount: 10, currency: 'EUR' },
  ...more,
});
const everyone = async () => {
  const query = { segment: {}, from: null, to: null, first: 500, after: null };
  return readResponses(database, EVERYTHING, query);
};
const bought = async () => {
  const query = { segment: {}, from: null, to: null, kinds: null, first: 500, after: null };
  return readOutcomes(database, EVERYTHING, query);
};
const revenue = async () => {
  const window = {
    from: new Date(START),
    until: new Date(NOW),
    before: new Date(START),
    asOf: new Date(NOW),
  };
  const query = { ...window, segment: {}, groupBy: [], lifetimeDays: 90, confidence: 0.95 };
  const rows = await readKpis(database, EVERYTHING, query);
  const of = (kpi: string) => {
    const row = rows.find((one) => one.kpi === kpi);
    return { n: row?.n ?? 0, value: row?.value ?? 0 };
  };
  return { all: of('REVENUE'), atRisk: of('REVENUE_AT_RISK') };
};

interface Row {
  readonly id: string;
  readonly respondent: string | null;
  readonly account: string | null;
  /** Of an answer its class, of a payment its amount. */
  readonly value: number;
}
interface Edge {
  readonly id: string;
  readonly kind: IdentityKind;
  readonly fromId: string;
  readonly intoId: string;
  undone: boolean;
  gone: boolean;
}

/** What there should be, written down as it is meant: rows by their own identifiers, and statements about these. */
class Expected {
  answers: Row[] = [];
  payments: Row[] = [];
  readonly edges: Edge[] = [];
  /** Identifiers that a restriction was ordered for. */
  readonly restricted = new Set<string>();

  #roots() {
    return rootsOf(this.edges.filter(({ undone, gone }) => !undone && !gone));
  }
  rootOf(id: string | null) {
    return id === null ? null : (this.#roots().get(id) ?? id);
  }
  group(id: string) {
    const roots = this.#roots();
    const root = roots.get(id) ?? id;
    return new Set([id, ...[...roots].flatMap(([one, of]) => (of === root ? [one] : []))]);
  }
  isRestricted(id: string | null) {
    return id !== null && [...this.group(id)].some((one) => this.restricted.has(one));
  }
  erase(id: string) {
    const group = this.group(id);
    const has = (one: string | null) => one !== null && group.has(one);
    const rows = [...this.answers, ...this.payments].filter(({ respondent }) => has(respondent));
    const touched = new Set(rows.flatMap(({ account }) => account ?? []));
    const left = (list: Row[]) =>
      list
        .filter((row) => !has(row.respondent) && !(row.respondent === null && has(row.account)))
        .map((row) => (has(row.account) ? { ...row, account: null } : row));
    this.answers = left(this.answers);
    this.payments = left(this.payments);
    this.#forget(group);
    for (const account of touched) {
      const others = this.group(account);
      const used = [...this.answers, ...this.payments].some((row) => others.has(row.account ?? ''));
      if (!used) this.#forget(others);
    }
  }
  #forget(ids: ReadonlySet<string>) {
    for (const edge of this.edges) if (ids.has(edge.fromId) || ids.has(edge.intoId)) edge.gone = true;
    for (const id of ids) this.restricted.delete(id);
  }
  get seenAnswers() {
    return this.answers.filter(({ respondent }) => !this.isRestricted(respondent));
  }
  get seenPayments() {
    return this.payments.filter(
      (row) => !this.isRestricted(row.respondent) && !this.isRestricted(row.account),
    );
  }
  /** Units with what they paid and whether their last answer is a detractor's. */
  get units() {
    const paid = new Map<string, number>();
    const unitOf = (row: Row) => this.rootOf(row.account ?? row.respondent) as string;
    for (const row of this.seenPayments) paid.set(unitOf(row), (paid.get(unitOf(row)) ?? 0) + row.value);
    return [...paid].map(([unit, units]) => {
      const own = this.seenAnswers.filter((row) =>
        [row.account, row.respondent].some((id) => this.rootOf(id) === unit),
      );
      return { units, isDetractor: own.at(-1)?.value === 0 };
    });
  }
}

async function compare(expected: Expected): Promise<void> {
  const named = (row: Row) => ({
    externalId: row.id,
    respondent: shown(expected.rootOf(row.respondent), 'RESPONDENT'),
    account: shown(expected.rootOf(row.account), 'ACCOUNT'),
  });
  const listed = (
    rows: readonly { externalId: string; respondent: string | null; account: string | null }[],
  ) =>
    rows
      .map(({ externalId, respondent, account }) => ({ externalId, respondent, account }))
      .sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
  expect(listed(await everyone())).toEqual(listed(expected.seenAnswers.map(named)));
  expect(listed(await bought())).toEqual(listed(expected.seenPayments.map(named)));
  const units = expected.units;
  const atRisk = units.filter(({ isDetractor }) => isDetractor);
  const sum = (list: typeof units) => list.reduce((all, one) => all + one.units, 0);
  expect(await revenue()).toEqual({
    all: { n: units.length, value: sum(units) },
    atRisk: { n: atRisk.length, value: sum(atRisk) },
  });
  const accounts = new Set(
    [...expected.seenAnswers, ...expected.seenPayments].flatMap(({ account }) =>
      account === null || expected.isRestricted(account) ? [] : (expected.rootOf(account) as string),
    ),
  );
  expect((await readAccountFacts(database.store, new Date(NOW))).length).toBe(accounts.size);
}

const person = fc.integer({ min: 0, max: 4 }).map((n) => `p${n}`);
const company = fc.integer({ min: 0, max: 3 }).map((n) => `a${n}`);
const two = fc.oneof(
  fc.tuple(fc.constant('RESPONDENT' as const), person, person),
  fc.tuple(fc.constant('ACCOUNT' as const), company, company),
);
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('rows' as const),
      answers: fc.array(fc.tuple(person, fc.option(company), fc.constantFrom(0, 8, 10)), { maxLength: 3 }),
      payments: fc.array(fc.tuple(fc.option(person), company, fc.integer({ min: 1, max: 9 })), {
        maxLength: 3,
      }),
      alone: fc.option(person),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('merge' as const), two }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), id: fc.oneof(person, company) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restrict' as const),
      id: fc.oneof(person, company),
      restricted: fc.boolean(),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer Of> ? Of : never;

async function act(expected: Expected, step: Action): Promise<void> {
  if (step.kind === 'rows') {
    const answers = step.answers.map(([respondent, account, value]) => ({
      ...{ id: randomUUID(), respondent, account, value: value === 0 ? 0 : 1 },
      score: value,
    }));
    const payments: Row[] = step.payments.map(([respondent, account, value]) => {
      return { id: randomUUID(), respondent, account, value };
    });
    if (step.alone) payments.push({ id: randomUUID(), respondent: step.alone, account: null, value: 3 });
    await database.submit(
      answers.map(({ id, respondent, account, score }) => answer(id, respondent, { account, score })),
    );
    await database.submitOutcomes(
      payments.map(({ id, respondent, account, value }) =>
        payment(id, { respondent, account, amount: value }),
      ),
    );
    expected.answers.push(...answers);
    expected.payments.push(...payments);
  } else if (step.kind === 'merge') {
    const [kind, fromId, intoId] = step.two;
    const isNew =
      fromId !== intoId &&
      !expected.edges.some(
        (one) => one.fromId === fromId && one.intoId === intoId && !one.undone && !one.gone,
      );
    if (isNew)
      expected.edges.push({
        ...{ id: await merge(kind, fromId, intoId), kind, fromId, intoId },
        ...{ undone: false, gone: false },
      });
    else await expect(merge(kind, fromId, intoId)).rejects.toThrow('not merged');
  } else if (step.kind === 'undo') {
    const edge = expected.edges[step.which % Math.max(1, expected.edges.length)];
    if (!edge) return;
    if (edge.undone || edge.gone)
      await expect(undoMerge(database, edge.id, BY)).rejects.toThrow(MergeOverError);
    else expect(await undoMerge(database, edge.id, BY)).toBe(true);
    edge.undone = true;
  } else if (step.kind === 'erase') {
    await erase(database, personOf(step.id), BY);
    expected.erase(step.id);
  } else {
    const moved = await restrict(database, personOf(step.id), step.restricted);
    if (moved === null) return;
    for (const id of expected.group(step.id))
      if (step.restricted) expected.restricted.add(id);
      else expected.restricted.delete(id);
  }
}

describe('merged identities', () => {
  it('equal a recount after any history of merges, undos, answers, payments, restrictions and erasures', async () => {
    const expected = new Expected();
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 10 }), async (history) => {
        for (const step of history) {
          await act(expected, step);
          await compare(expected);
        }
        await expectRollupsToEqualRecount(database);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('move what came and what comes, and an undo restores each', async () => {
    await database.submit([answer('v1', 'visitor'), answer('k1', 'kim@example.org', { account: 'acme' })]);
    const account = await acceptIdentities(database.identities, OWNER, [
      { type: 'identify', anonymousId: 'Visitor ', userId: 'kim@example.org', messageId: 'm' },
      { previousId: 'early', userId: 'kim@example.org' },
      { event: '$create_alias', properties: { distinct_id: 'kim@example.org', alias: 'visitor' } },
      { kind: 'ACCOUNT', from: 'acme', into: 'acme inc' },
      { type: 'identify', userId: 'kim@example.org' },
      { from: 'kim@example.org', into: ' KIM@example.org' },
      { from: 'kim@example.org' },
    ]);
    expect(account).toMatchObject({ accepted: 3, duplicates: 1, rejectedTotal: 2 });
    const kim = shown('kim@example.org', 'RESPONDENT');
    await database.submit([answer('v2', 'visitor'), answer('e1', 'early')]);
    const of = async () =>
      Object.fromEntries(
        (await everyone())
          .filter(({ externalId }) => /^[vke]\d$/.test(externalId))
          .map(({ externalId, respondent, comment }) => [externalId, [respondent, comment]]),
      );
    const words = (id: string, whose: string) => [shown(whose, 'RESPONDENT'), `words of ${id}`];
    const together = {
      v1: 'kim@example.org',
      k1: 'kim@example.org',
      v2: 'kim@example.org',
      e1: 'kim@example.org',
    };
    const as = (whose: object) =>
      Object.fromEntries(Object.entries(whose).map(([id, who]) => [id, words(id, who)]));
    expect(await of()).toEqual(as(together));
    const report = await readSubjectAccessReport(database, personOf('early'));
    expect(report).toMatchObject({ pseudonym: kim, merges: [{ into: kim }, { into: kim }] });
    expect(report?.responses).toHaveLength(4);
    // Only a hash of the pseudonym finds them: neither identifiers nor pseudonyms are stored.
    expect(await findInTables(database.sql, ['early', 'visitor', kim as string])).toEqual([]);
    const stores = { store: database.store, encryption: database.encryption };
    const subjectIds = await subjectsOf(database.store, personOf('visitor'));
    const merges = await readMerges(stores, { subjectIds, after: null, limit: 9 });
    const visitor = merges.find(({ from }) => from === shown('visitor', 'RESPONDENT'));
    expect(await undoMerge(database, visitor?.id ?? '', BY)).toBe(true);
    expect(await of()).toEqual(as({ ...together, v1: 'visitor', v2: 'visitor' }));
    // A delivery that comes again does not state again what a person has undone.
    const again = [{ previousId: 'visitor', userId: 'kim@example.org' }];
    expect(await acceptIdentities(database.identities, OWNER, again)).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect(await of()).toEqual(as({ ...together, v1: 'visitor', v2: 'visitor' }));
    const bound = { ...OWNER, sources: ['web'] };
    expect(await acceptIdentities(database.identities, bound, again)).toMatchObject({
      rejected: [{ code: 'FORBIDDEN' }],
    });
  });

  it('share legal holds, and an erasure takes all of them and every way back', async () => {
    await database.submit([answer('x1', 'xan@example.org'), answer('x2', 'x-device')]);
    const id = await merge('RESPONDENT', 'x-device', 'xan@example.org');
    const [hold = ''] = await placeHold(database, personOf('xan@example.org'), BY);
    expect((await erase(database, personOf('x-device'), BY)).holds).toHaveLength(2);
    await undoMerge(database, id, BY);
    // The hold was placed on both.
    expect((await erase(database, personOf('x-device'), BY)).holds).toHaveLength(1);
    const next = await merge('RESPONDENT', 'x-device', 'xan@example.org');
    await database.sql(
      `UPDATE legal_hold SET released_at = now() WHERE id <> '${hold}' AND released_at IS NULL`,
    );
    expect((await erase(database, personOf('x-device'), BY)).holds).toHaveLength(1);
    await releaseHold(database.store, hold, BY);
    await eraseWhole(database, personOf('x-device'));
    expect((await everyone()).filter(({ externalId }) => /^x\d$/.test(externalId))).toEqual([]);
    expect(await checkOnce(database, personOf('xan@example.org'))).toEqual([]);
    for (const over of [id, next])
      await expect(undoMerge(database, over, BY)).rejects.toThrow('an undo could restore nothing');
  });

  it('are kept while something of one is left, and age out together', async () => {
    await database.submit([answer('o1', 'old', { answeredAt: '2020-01-01T00:00:00Z' }), answer('o2', 'new')]);
    const id = await merge('RESPONDENT', 'old', 'new');
    await ageOut(database, { responses: 'P1Y' }, { responses: new Date(START) }, NOW);
    await database.submit([answer('o3', 'old')]);
    const aged = (await everyone()).filter(({ externalId }) => /^o\d$/.test(externalId));
    expect(aged.map(({ respondent }) => respondent)).toEqual([
      shown('new', 'RESPONDENT'),
      shown('new', 'RESPONDENT'),
    ]);
    await ageOut(database, { responses: 'P1D' }, { responses: new Date(NOW) }, NOW);
    expect(await subjectsOf(database.store, personOf('old'))).toEqual([]);
    await expect(undoMerge(database, id, BY)).rejects.toThrow(MergeOverError);
  });
});
