import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { readCaseMetrics } from '../../store/agents/case-metrics.ts';
import { readChurn } from '../../store/outcomes/churn.ts';
import { readKpis } from '../../store/outcomes/kpis.ts';
import { at, CENSORED, END, EVENTS, fillAccounts, openTwoWorlds } from '../fixtures/account-histories.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* The figures of outcomes, and two worlds that differ only in what a caller may not read. */

let without: TestDatabase;
let withHidden: TestDatabase;
beforeAll(async () => {
  ({ without, withHidden } = await openTwoWorlds());
});
afterAll(async () => {
  await Promise.all([without?.close(), withHidden?.close()]);
});

const churn = (database: TestDatabase, scope: Scope, groupBy: string[] = []) =>
  readChurn(database, scope, {
    ...{ segment: {}, groupBy, confidence: 0.95, days: 23 },
    ...{ from: new Date(at(0)), to: new Date(at(END)), asOf: new Date(at(END)) },
  });
const kpis = (database: TestDatabase, scope: Scope, groupBy: string[] = [], asOf = at(END)) =>
  readKpis(database, scope, {
    ...{ segment: {}, groupBy, confidence: 0.95, asOf: new Date(asOf) },
    ...{ from: new Date(at(0)), until: new Date(at(END)), before: new Date(at(-END)), lifetimeDays: 60 },
  });
const NO_PERU = narrowScope('no peru', ({ attributes }) => attributes['region'] !== 'Peru');

describe('retention', () => {
  it('is the published estimate, by class and segment', async () => {
    const rows = await churn(without, EVERYTHING, ['region']);
    expect(rows[0]).toMatchObject({ group: { region: 'Germany' }, class: null, accounts: 21, cancelled: 9 });
    expect(rows[0]?.retention?.share).toBeCloseTo(0.4482, 4);
    expect(rows[0]?.retention?.low).toBeCloseTo(0.1881, 4);
    expect(rows[0]?.retention?.high).toBeCloseTo(0.6801, 4);
    expect(rows.map((row) => row.accounts)).toEqual([21, 21, 0, 0]);
  });

  it('leaves out accounts that are not known to subscribe, and those that cancelled before they answered', async () => {
    const database = await openTestDatabase();
    await database.submit([
      { externalId: 'x', answeredAt: at(10), score: 9, account: 'unknown', respondent: 'p' },
      { externalId: 'y', answeredAt: at(10), score: 9, account: 'gone', respondent: 'q' },
      { externalId: 'z', answeredAt: at(10), score: 9, respondent: 'person alone' },
    ]);
    await database.submitOutcomes([
      { externalId: '1', kind: 'SUBSCRIPTION_STARTED', at: at(1), account: 'gone' },
      { externalId: '2', kind: 'SUBSCRIPTION_CANCELLED', at: at(5), account: 'gone' },
      { externalId: '3', kind: 'SUBSCRIPTION_STARTED', at: at(1), respondent: 'person alone' },
    ]);
    expect(await churn(database, EVERYTHING)).toMatchObject([{ accounts: 1, cancelled: 0 }, {}, {}, {}]);
    await database.close();
  });

  it('leaves out accounts that answer before they first subscribe, and watches those of which a renewal or the end is known', async () => {
    const database = await openTestDatabase();
    const answer = (account: string) => ({ externalId: account, answeredAt: at(10), score: 9, account });
    await database.submit(['trial', 'short trial', 'renews', 'ends'].map(answer));
    const of = (account: string, kind: string, day: number) => ({
      ...{ externalId: `${account} ${kind}`, kind, account, at: at(day) },
    });
    await database.submitOutcomes([
      of('trial', 'SUBSCRIPTION_STARTED', 15),
      ...[of('short trial', 'SUBSCRIPTION_STARTED', 15), of('short trial', 'SUBSCRIPTION_CANCELLED', 20)],
      of('renews', 'SUBSCRIPTION_RENEWED', 15),
      of('ends', 'SUBSCRIPTION_CANCELLED', 15),
    ]);
    expect(await churn(database, EVERYTHING)).toMatchObject([{ accounts: 2, cancelled: 1 }, {}, {}, {}]);
    await database.close();
  });
});

describe('sums of money', () => {
  it('are exact, per account, and at risk where the last answer is a detractor', async () => {
    const paid = Array.from({ length: 21 }, (_, i) => 10 + i).reduce((a, b) => a + b);
    expect(await kpis(without, EVERYTHING)).toMatchObject([
      { kpi: 'REVENUE', currency: 'EUR', value: paid, n: 21 },
      { kpi: 'REVENUE_PER_ACCOUNT', value: paid / 21 },
      { kpi: 'REVENUE_AT_RISK', value: 0, n: 0, leftOut: 0 },
      { kpi: 'LIFETIME_VALUE', value: paid / 21, n: 21 },
      { kpi: 'ACTIVATION', value: 0, n: 21 },
    ]);
    const rows = await kpis(withHidden, EVERYTHING, ['region']);
    const risk = rows.filter(({ kpi }) => kpi === 'REVENUE_AT_RISK');
    expect(risk.map(({ group, value }) => [group['region'], value])).toEqual([
      ['Germany', 0],
      ['Peru', paid],
    ]);
  });

  it('are minus refunds, and never of two currencies', async () => {
    const database = await openTestDatabase();
    const of = (externalId: string, kind: string, amount: number, currency: string) => ({
      ...{ externalId, kind, amount, currency, at: at(1), account: 'one' },
    });
    await database.submitOutcomes([
      of('1', 'PAYMENT', 20, 'EUR'),
      of('2', 'REFUND', 5.5, 'EUR'),
      of('3', 'PAYMENT', 700, 'JPY'),
      of('4', 'DEAL_WON', 1, 'EUR'),
    ]);
    await database.submitOutcomes([{ externalId: '5', kind: 'DEAL_LOST', at: at(2), account: 'two' }]);
    const rows = await kpis(database, EVERYTHING);
    expect(rows.filter(({ kpi }) => kpi === 'REVENUE')).toMatchObject([
      { currency: 'EUR', value: 14.5 },
      { currency: 'JPY', value: 700 },
    ]);
    expect(rows.find(({ kpi }) => kpi === 'WIN_RATE')).toMatchObject({ value: 0.5, n: 2 });
    await database.close();
  });
});

describe('a caller', () => {
  it('sees the same figures whatever there is in cells that they may not read', async () => {
    for (const groupBy of [[], ['region']]) {
      const scopes = [NO_PERU, narrowScope('nameless', NO_PERU_CELLS, { withheld: ['readRespondent'] })];
      for (const scope of scopes) {
        expect(await churn(withHidden, scope, groupBy)).toEqual(await churn(without, scope, groupBy));
        expect(await kpis(withHidden, scope, groupBy)).toEqual(await kpis(without, scope, groupBy));
      }
    }
    expect((await churn(without, NO_PERU))[0]?.accounts).toBe(21);
  });

  it('without readResponse sees that there are figures, and none of them, in both worlds alike', async () => {
    const scores = narrowScope('scores', NO_PERU_CELLS, { withheld: ['readResponse', 'readRespondent'] });
    for (const database of [without, withHidden]) {
      const rows = [...(await churn(database, scores)), ...(await kpis(database, scores))];
      expect(rows.length).toBeGreaterThan(4);
      for (const row of rows) {
        expect(row.suppressed).toBe(true);
        const numbers = Object.entries(row).filter(([, value]) => typeof value === 'number');
        expect(numbers.filter(([name]) => name !== 'class')).toEqual([]);
      }
    }
    expect(await kpis(withHidden, scores)).toEqual(await kpis(without, scores));
  });

  it('with readResponse and without readRespondent sees no figure of a few accounts', async () => {
    const database = await openTestDatabase();
    await database.submitOutcomes([
      { externalId: '1', kind: 'PAYMENT', at: at(1), account: 'one', amount: 5, currency: 'EUR' },
    ]);
    const nameless = narrowScope('few', () => true, { withheld: ['readRespondent'] });
    expect(await kpis(database, nameless)).toMatchObject([
      { kpi: 'REVENUE', value: null, suppressed: true },
      { suppressed: true },
      { suppressed: true },
    ]);
    expect((await kpis(database, EVERYTHING))[0]).toMatchObject({ value: 5, suppressed: false });
    await database.close();
  });
});

const REGIONS = ['Germany', 'Peru', 'France'] as const;

describe('a caller who sees no respondents', () => {
  const nameless = narrowScope('subtracts', () => true, { withheld: ['readRespondent'] });

  it('cannot subtract the classes shown from the row of all', async () => {
    const database = await openTestDatabase();
    await fillAccounts(database, [
      ['Germany', 9, 9],
      ['Germany', 7, 6],
      ['Germany', 2, 3],
    ]);
    const rows = await churn(database, nameless);
    expect(rows.map((row) => [row.class, row.accounts])).toEqual([
      [null, 18],
      [2, 9],
      [1, null],
      [0, null],
    ]);
    expect((await churn(database, EVERYTHING)).map((row) => row.accounts)).toEqual([18, 9, 6, 3]);
    await database.close();
  });

  it('cannot subtract groups from the figure of all', async () => {
    const database = await openTestDatabase();
    await fillAccounts(database, [
      ['Germany', 9, 9],
      ['Peru', 9, 3],
      ['France', 9, 6],
    ]);
    const shown = (rows: readonly { group: Readonly<Record<string, string>>; suppressed: boolean }[]) =>
      REGIONS.filter((region) => rows.some((row) => row.group['region'] === region && !row.suppressed));
    const figures = await kpis(database, nameless, ['region']);
    for (const kpi of ['REVENUE', 'REVENUE_PER_ACCOUNT', 'WIN_RATE', 'ACTIVATION'])
      expect(shown(figures.filter((row) => row.kpi === kpi))).toEqual(['Germany']);
    expect((await kpis(database, nameless))[0]).toMatchObject({ kpi: 'REVENUE', value: 180, n: 18 });
    expect(shown(await churn(database, nameless, ['region']))).toEqual(['Germany']);
    expect(shown(await kpis(database, EVERYTHING, ['region']))).toEqual(REGIONS);
    // A caller who may see the respondents of the other groups could subtract those: then the sum is not shown.
    const mixed: Scope = {
      ...nameless,
      allows: (right, cell) => right !== 'readRespondent' || cell.attributes['region'] !== 'Peru',
    };
    expect((await kpis(database, mixed))[0]).toMatchObject({ kpi: 'REVENUE', suppressed: true });
    expect((await churn(database, mixed))[0]).toMatchObject({ class: null, suppressed: true });
    expect(shown(await kpis(database, mixed, ['region']))).toEqual(['Germany', 'France']);
    await database.close();
  });

  it('sees no win rate of five deals of one account', async () => {
    const database = await openTestDatabase();
    const deals = (account: string, n: number) =>
      Array.from({ length: n }, (_, i) => ({
        ...{ externalId: `${account} ${i}`, kind: i ? 'DEAL_WON' : 'DEAL_LOST', at: at(1), account },
      }));
    await database.submitOutcomes(deals('one', 5));
    expect(await kpis(database, nameless)).toMatchObject([{ kpi: 'WIN_RATE', suppressed: true, n: null }]);
    await database.submitOutcomes(['two', 'three', 'four', 'five'].flatMap((account) => deals(account, 1)));
    expect(await kpis(database, nameless)).toMatchObject([{ kpi: 'WIN_RATE', suppressed: false, n: 9 }]);
    await database.close();
  });
});

describe('activation', () => {
  it('does not count accounts that may still be activated', async () => {
    const database = await openTestDatabase();
    const of = (account: string, kind: string, day: number) => ({
      ...{ externalId: `${account} ${kind}`, kind, account, at: at(day) },
      ...(kind === 'ONBOARDING_STEP' ? { name: 'first login' } : {}),
    });
    await database.submitOutcomes([
      of('early', 'SUBSCRIPTION_STARTED', 1),
      of('early', 'ONBOARDING_STEP', 20),
      of('never', 'SUBSCRIPTION_STARTED', 1),
      of('late', 'SUBSCRIPTION_STARTED', 80),
      of('quick', 'SUBSCRIPTION_STARTED', 80),
      of('quick', 'ONBOARDING_STEP', 81),
    ]);
    expect(await kpis(database, EVERYTHING)).toMatchObject([{ kpi: 'ACTIVATION', value: 0.5, n: 2 }]);
    // A month later they are known, though the window is the same.
    const rows = await kpis(database, EVERYTHING, [], at(END + 30));
    expect(rows).toMatchObject([{ kpi: 'ACTIVATION', value: 0.5, n: 4 }]);
    await database.close();
  });

  it('is the same of a segment as of its group, wherever the caller may read the step', async () => {
    const database = await openTestDatabase();
    const germany = { segmentValues: { region: 'Germany' } };
    await database.submitOutcomes([
      { externalId: 's', kind: 'SUBSCRIPTION_STARTED', account: 'a', at: at(1), ...germany },
      // A source that knows no region.
      { externalId: 'o', kind: 'ONBOARDING_STEP', account: 'a', at: at(2), name: 'first login' },
    ]);
    const [ofGroup] = await kpis(database, EVERYTHING, ['region']);
    const [ofSegment] = await readKpis(database, EVERYTHING, {
      ...{ segment: { region: ['Germany'] }, groupBy: [], confidence: 0.95, asOf: new Date(at(END)) },
      ...{ from: new Date(at(0)), until: new Date(at(END)), before: new Date(at(-END)), lifetimeDays: 60 },
    });
    expect([ofGroup, ofSegment]).toMatchObject([
      { kpi: 'ACTIVATION', value: 1, n: 1 },
      { kpi: 'ACTIVATION', value: 1, n: 1 },
    ]);
    const onlyGermany = narrowScope('germany', ({ attributes }) => attributes['region'] === 'Germany');
    expect(await kpis(database, onlyGermany)).toMatchObject([{ kpi: 'ACTIVATION', value: 0, n: 1 }]);
    await database.close();
  });
});

describe('what accounts are worth', () => {
  const of = (account: string, kind: string, day: number, amount?: number, currency = 'EUR') => ({
    ...{ externalId: `${account} ${kind} ${day} ${currency}`, kind, account, at: at(day) },
    ...(amount === undefined ? {} : { amount, currency }),
  });

  it('is what they paid within the days after they began, of those that were followed for so long', async () => {
    const database = await openTestDatabase();
    await database.submitOutcomes([
      ...[of('a', 'SUBSCRIPTION_STARTED', 0), of('a', 'PAYMENT', 1, 100), of('a', 'PAYMENT', 59, 50)],
      ...[of('a', 'PAYMENT', 60, 999), of('a', 'REFUND', 10, 30)],
      ...[of('b', 'SUBSCRIPTION_STARTED', 5), of('b', 'PAYMENT', 6, 40), of('b', 'PAYMENT', 7, 700, 'JPY')],
      of('free', 'SUBSCRIPTION_STARTED', 5),
      // Followed for too short a time, and one that began before the window.
      ...[of('late', 'SUBSCRIPTION_STARTED', 50), of('late', 'PAYMENT', 51, 77)],
      ...[of('old', 'SUBSCRIPTION_STARTED', -20), of('old', 'SUBSCRIPTION_STARTED', 5)],
      of('old', 'PAYMENT', 6, 5000),
    ]);
    const rows = (await kpis(database, EVERYTHING)).filter(({ kpi }) => kpi === 'LIFETIME_VALUE');
    const error = Math.sqrt(((120 - 160 / 3) ** 2 + (40 - 160 / 3) ** 2 + (160 / 3) ** 2) / 2 / 3);
    expect(rows).toMatchObject([
      { currency: 'EUR', n: 3, leftOut: 1, value: expect.closeTo(160 / 3, 6) },
      { currency: 'JPY', n: 2, leftOut: 1, value: 350 },
    ]);
    expect(rows[0]?.high).toBeCloseTo(160 / 3 + 1.959964 * error, 4);
    await database.close();
  });

  it('against the period before is what those who paid then pay now, without new ones, once the window is over', async () => {
    const database = await openTestDatabase();
    await database.submitOutcomes([
      ...[of('grows', 'PAYMENT', -50, 100), of('grows', 'PAYMENT', 50, 160)],
      ...[
        of('shrinks', 'PAYMENT', -50, 100),
        of('shrinks', 'PAYMENT', 50, 80),
        of('shrinks', 'REFUND', 51, 10),
      ],
      ...[of('leaves', 'PAYMENT', -50, 200), of('new', 'PAYMENT', 50, 1_000)],
    ]);
    const rows = await kpis(database, EVERYTHING);
    const kept = rows.find(({ kpi }) => kpi === 'NET_REVENUE_RETENTION');
    expect(kept).toMatchObject({ currency: 'EUR', value: 230 / 400, n: 3, leftOut: 1 });
    expect(kept?.low).toBeLessThan(230 / 400);
    expect(rows.find(({ kpi }) => kpi === 'EXPANSION')).toMatchObject({ value: 60 / 400, n: 3, leftOut: 1 });
    const before = await kpis(database, EVERYTHING, [], at(END - 1));
    expect(before.map(({ kpi }) => kpi)).toEqual(['REVENUE', 'REVENUE_PER_ACCOUNT', 'REVENUE_AT_RISK']);
    await database.close();
  });

  it('is not shown of a few accounts, nor that a few were left out', async () => {
    const database = await openTestDatabase();
    const began = (n: number, name: string, day: number) =>
      Array.from({ length: n }, (_, i) => [
        of(`${name} ${i}`, 'SUBSCRIPTION_STARTED', day),
        of(`${name} ${i}`, 'PAYMENT', day + 1, 10),
      ]).flat();
    await database.submitOutcomes([...began(9, 'early', 1), ...began(3, 'late', 80)]);
    const nameless = narrowScope('worth', () => true, { withheld: ['readRespondent'] });
    const ltv = async (scope: Scope) =>
      (await kpis(database, scope)).find(({ kpi }) => kpi === 'LIFETIME_VALUE');
    expect(await ltv(EVERYTHING)).toMatchObject({ value: 10, n: 9, leftOut: 3 });
    expect(await ltv(nameless)).toMatchObject({ value: 10, n: 9, leftOut: null, suppressed: false });
    await database.submitOutcomes(began(4, 'some', 80));
    expect(await ltv(nameless)).toMatchObject({ n: 9, leftOut: 7 });
    await database.submitOutcomes([of('early 0', 'PAYMENT', -3, 5), of('early 1', 'PAYMENT', -3, 500)]);
    const shown = (await kpis(database, nameless)).filter(({ suppressed }) => !suppressed);
    expect(shown.map(({ kpi }) => kpi)).not.toContain('NET_REVENUE_RETENTION');
    expect(shown.map(({ kpi }) => kpi)).not.toContain('EXPANSION');
    await database.close();
  });
});

const NO_PERU_CELLS: Parameters<typeof narrowScope>[1] = ({ attributes }) => attributes['region'] !== 'Peru';

describe('cases', () => {
  it('that are still open count as long as they have been', async () => {
    const cases = [
      ...EVENTS.map((hours) => [hours, true] as const),
      ...CENSORED.map((hours) => [hours, false] as const),
    ];
    const now = new Date('2025-06-02T00:00:00Z');
    for (const [hours, isClosed] of cases) {
      const opened = isClosed
        ? new Date('2025-06-01T00:00:00Z')
        : new Date(now.getTime() - hours * 3_600_000);
      const closed = isClosed ? new Date(opened.getTime() + hours * 3_600_000) : null;
      await without.sql(
        `INSERT INTO case_record (state, severity, title, cells, segment, opened_at, acted_at, closed_at)
          VALUES ($1, 'WARNING', 't', '{[1,1]}', '{}', $2, $3, $3)`,
        [isClosed ? 'CLOSED' : 'OPEN', opened, closed],
      );
    }
    const window = { from: new Date('2025-05-01'), until: new Date('2025-07-01'), now, confidence: 0.95 };
    const [all, ...bySeverity] = await readCaseMetrics(without.store, null, window);
    expect(all).toMatchObject({
      ...{ severity: null, opened: 21, closed: 9, late: 0 },
      toClose: { median: 23, low: 13, high: null },
    });
    expect(bySeverity).toMatchObject([{ severity: 'WARNING', opened: 21 }]);
    expect(await readCaseMetrics(without.store, '{}', window)).toEqual([]);
  });
});
