import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { readCaseMetrics } from '../../store/agents/case-metrics.ts';
import { readAssociation } from '../../store/outcomes/churn-association.ts';
import { readSpeeds } from '../../store/outcomes/onboarding-speed.ts';
import { readCurves } from '../../store/outcomes/retention-curves.ts';
import {
  at,
  CENSORED,
  END,
  EVENTS,
  fillAccounts,
  openAccounts,
  openTwoWorlds,
} from '../fixtures/account-histories.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* Curves, times and associations of outcomes, and two worlds that differ only in what a caller may not read. */

let without: TestDatabase;
let withHidden: TestDatabase;
beforeAll(async () => {
  ({ without, withHidden } = await openTwoWorlds());
});
afterAll(async () => {
  await Promise.all([without?.close(), withHidden?.close()]);
});

const NO_PERU_CELLS: Parameters<typeof narrowScope>[1] = ({ attributes }) => attributes['region'] !== 'Peru';
const NO_PERU = narrowScope('no peru', ({ attributes }) => attributes['region'] !== 'Peru');

describe('the time from an answer to the first action', () => {
  it('ends when someone acts or a target took the case, and is of cases of one answer only', async () => {
    const database = await openTestDatabase();
    const units = [...EVENTS.map((hours) => [hours, true]), ...CENSORED.map((hours) => [hours, false])] as [
      number,
      boolean,
    ][];
    const now = new Date('2025-06-03T00:00:00Z');
    const answered = ([hours, isActed]: [number, boolean]) =>
      new Date(isActed ? Date.UTC(2025, 5, 1) : now.getTime() - hours * 3_600_000);
    await database.submit(
      units.map((unit, i) => ({ externalId: `${i}`, answeredAt: answered(unit).toISOString(), score: 2 })),
    );
    const [target] = await database.sql<{ id: string }>(
      `INSERT INTO target (name, kind, settings, role, attributes, rate, created_by, created_at)
        VALUES ('crm', 'webhook', '{}', 'admin', '{}', 60, 'someone', now()) RETURNING id`,
    );
    const keys = await database.sql<{ id: string; answered_at: Date }>(
      'SELECT k.id, k.answered_at FROM response_key k JOIN response r ON r.id = k.id ORDER BY r.external_id::integer',
    );
    for (const [i, [hours, isActed]] of units.entries()) {
      const key = keys[i];
      const end = new Date((key?.answered_at.getTime() ?? 0) + hours * 3_600_000);
      // Of every other one nothing is known but that a target took it.
      const isDelivered = isActed && i % 2 === 1;
      const [made] = await database.sql<{ id: string }>(
        `INSERT INTO case_record (state, severity, title, cells, segment, opened_at, acted_at, response_id)
          VALUES ('OPEN', 'WARNING', 't', '{[1,1]}', '{}', $1, $2, $3) RETURNING id`,
        [key?.answered_at, isActed && !isDelivered ? end : null, key?.id],
      );
      await database.sql(
        `INSERT INTO delivery (target_id, event, subject, cells, state, due, created_at, settled_at)
          VALUES ($1, 'case.opened', $2, '{[1,1]}', $3, $4, $4, $4)`,
        [target?.id, `Case:${made?.id}`, isDelivered ? 'DELIVERED' : 'DEAD', end],
      );
    }
    await database.sql(
      `INSERT INTO case_record (state, severity, title, cells, segment, opened_at, acted_at)
        VALUES ('OPEN', 'INFO', 't', '{[1,1]}', '{}', $1, $1)`,
      [now],
    );
    const window = { from: new Date('2025-05-01'), until: new Date('2025-07-01'), now, confidence: 0.95 };
    const [all] = await readCaseMetrics(database.store, null, window);
    expect(all).toMatchObject({ opened: 22, answers: 21, fromAnswer: { median: 23, low: 13, high: null } });
    await database.close();
  });
});

describe('curves of retention', () => {
  const curves = (database: TestDatabase, scope: Scope, groupBy: string[] = []) =>
    readCurves(database, scope, {
      ...{ segment: {}, groupBy, confidence: 0.95, days: Array.from({ length: 41 }, (_, day) => day) },
      ...{ from: new Date(at(0)), to: new Date(at(END)), asOf: new Date(at(END)) },
    });

  it('are the published ones, and end with the longest watch', async () => {
    const rows = await curves(without, EVERYTHING, ['region']);
    const promoters = rows.filter((row) => row.class === 2);
    expect(promoters).toHaveLength(36);
    expect(promoters[6]?.point).toMatchObject({ watched: 17, events: 3 });
    expect(promoters[13]?.point?.share).toBeCloseTo(0.6902, 4);
    expect(promoters[13]?.point?.low).toBeCloseTo(0.4316, 4);
    expect(promoters[13]?.point?.high).toBeCloseTo(0.8491, 4);
    expect(promoters[35]).toMatchObject({ accounts: 21, group: { region: 'Germany' } });
  });

  it('are the same whatever there is in cells that the caller may not read', async () => {
    const nameless = narrowScope('nameless', NO_PERU_CELLS, { withheld: ['readRespondent'] });
    for (const scope of [NO_PERU, nameless])
      for (const groupBy of [[], ['region']])
        expect(await curves(withHidden, scope, groupBy)).toEqual(await curves(without, scope, groupBy));
    const scores = narrowScope('scores', NO_PERU_CELLS, { withheld: ['readResponse', 'readRespondent'] });
    for (const database of [without, withHidden])
      for (const row of await curves(database, scores))
        expect(row).toMatchObject({ day: 0, accounts: null, point: null });
  });

  it('have no two points that differ by a few accounts, for callers who see no respondents', async () => {
    const database = await openAccounts([
      ['Germany', 9, 'a'],
      ['Germany', 2, 'b'],
      ['Peru', 9, 'c'],
      ['Peru', 6, 'd'],
    ]);
    await fillAccounts(database, [['France', 9, 6]]);
    const nameless = narrowScope('curves', () => true, { withheld: ['readRespondent'] });
    for (const groupBy of [[], ['region']]) {
      const rows = await curves(database, nameless, groupBy);
      const lines = new Map<string, number[]>();
      for (const { group, class: npsClass, point } of rows) {
        const key = JSON.stringify([group, npsClass]);
        if (point) lines.set(key, [...(lines.get(key) ?? []), point.watched]);
      }
      expect(Math.max(...[...lines.values()].map((line) => line.length))).toBeGreaterThan(2);
      for (const line of lines.values())
        [...line, 0].slice(1).forEach((left, i) => {
          const ended = (line[i] ?? 0) - left;
          expect(ended === 0 || ended >= 5, `${line}`).toBe(true);
        });
      const full = await curves(database, EVERYTHING, groupBy);
      const shown = rows.filter(({ point }) => point !== null);
      for (const row of shown) expect(full).toContainEqual(row);
    }
    await database.close();
  });
});

describe('the association of answers with cancelling', () => {
  const associate = (database: TestDatabase, scope: Scope, groupBy: string[] = []) =>
    readAssociation(database, scope, {
      ...{ segment: {}, groupBy, confidence: 0.95, class: 0, days: 20 },
      ...{ from: new Date(at(0)), to: new Date(at(END)), asOf: new Date(at(END)) },
    });
  const nameless = narrowScope('associates', NO_PERU_CELLS, { withheld: ['readRespondent'] });

  it('is adjusted for what is stated, and says who was left out', async () => {
    const database = await openTestDatabase();
    // In each region detractors cancel as often as the others; there are more of them where more cancel.
    const units = (
      [
        ['Germany', 2, 20, 10],
        ['Germany', 9, 40, 20],
        ['France', 2, 10, 1],
        ['France', 9, 100, 10],
        ['Peru', 9, 7, 0],
      ] as const
    ).flatMap(([region, score, n, gone]) =>
      Array.from({ length: n }, (_, i) => ({
        region,
        score,
        account: `${region} ${score} ${i}`,
        isGone: i < gone,
      })),
    );
    await database.submit(
      units.map(({ region, score, account }) => ({
        ...{ externalId: account, answeredAt: at(10), score, respondent: `p ${account}`, account, region },
      })),
    );
    await database.submitOutcomes(
      units.flatMap(({ region, account, isGone }) => {
        const base = { account, segmentValues: { region } };
        return [
          { ...base, externalId: `s ${account}`, kind: 'SUBSCRIPTION_STARTED', at: at(1) },
          ...(isGone
            ? [{ ...base, externalId: `e ${account}`, kind: 'SUBSCRIPTION_CANCELLED', at: at(15) }]
            : []),
        ];
      }),
    );
    await database.submit([
      {
        externalId: 'recent',
        answeredAt: at(95),
        score: 2,
        respondent: 'r',
        account: 'recent',
        region: 'France',
      },
    ]);
    await database.submitOutcomes([
      {
        externalId: 'r',
        kind: 'SUBSCRIPTION_STARTED',
        at: at(1),
        account: 'recent',
        segmentValues: { region: 'France' },
      },
    ]);
    const [crude, adjusted] = await associate(database, EVERYTHING, ['region']);
    expect(crude).toMatchObject({ adjustedFor: [], notFollowed: 1, odds: { strata: 1, leftOut: 0 } });
    expect(crude?.odds?.ratio).toBeCloseTo((11 * 117) / (19 * 30), 6);
    expect(adjusted).toMatchObject({ adjustedFor: ['region'], odds: { strata: 2, leftOut: 7 } });
    expect(adjusted?.odds?.ratio).toBeCloseTo(1, 6);
    // One account that is too recent, and the caller sees no respondents.
    const hidden = await associate(
      database,
      narrowScope('one', () => true, { withheld: ['readRespondent'] }),
    );
    expect(hidden).toEqual([{ adjustedFor: [], table: null, odds: null, notFollowed: null }]);
    await database.close();
  });

  it('is the same whatever there is in cells that the caller may not read', async () => {
    for (const scope of [NO_PERU, nameless])
      for (const groupBy of [[], ['region']])
        expect(await associate(withHidden, scope, groupBy)).toEqual(await associate(without, scope, groupBy));
    const scores = narrowScope('scores', NO_PERU_CELLS, { withheld: ['readResponse', 'readRespondent'] });
    for (const database of [without, withHidden])
      expect(await associate(database, scores)).toMatchObject([
        { table: null, odds: null, notFollowed: null },
      ]);
  });
});

describe('onboarding', () => {
  const speeds = (database: TestDatabase, scope: Scope) =>
    readSpeeds(database, scope, {
      ...{ segment: {}, confidence: 0.95, asOf: new Date(at(END)) },
      ...{ from: new Date(at(0)), until: new Date(at(END)) },
    });

  it('is what accounts answered, by how soon they reached a step', async () => {
    const database = await openTestDatabase();
    const units = [
      ...Array.from({ length: 10 }, (_, i) => ({
        name: `fast ${i}`,
        start: 0,
        step: 3,
        score: i < 8 ? 9 : 2,
      })),
      ...Array.from({ length: 9 }, (_, i) => ({
        name: `slow ${i}`,
        start: 0,
        step: 20,
        score: i < 3 ? 9 : 7,
      })),
      ...Array.from({ length: 6 }, (_, i) => ({ name: `never ${i}`, start: 0, step: null, score: 2 })),
      ...Array.from({ length: 6 }, (_, i) => ({ name: `new ${i}`, start: 90, step: 92, score: 9 })),
      ...[{ name: 'silent', start: 0, step: 3, score: null }],
    ];
    await database.submit(
      units.flatMap(({ name, start, score }) =>
        score === null
          ? []
          : [
              { externalId: name, answeredAt: at(start + 5), score, account: name },
              { externalId: `${name} later`, answeredAt: at(start + 9), score: 0, account: name },
            ],
      ),
    );
    await database.submitOutcomes(
      units.flatMap(({ name, start, step }) => [
        { externalId: `s ${name}`, kind: 'SUBSCRIPTION_STARTED', at: at(start), account: name },
        ...(step === null
          ? []
          : [
              {
                externalId: `o ${name}`,
                kind: 'ONBOARDING_STEP',
                name: 'setup',
                at: at(step),
                account: name,
              },
            ]),
      ]),
    );
    const rows = await speeds(database, EVERYTHING);
    expect(rows.map(({ speed, accounts, score, leftOut }) => [speed, accounts, score, leftOut])).toEqual([
      ['WITHIN_WEEK', 10, 60, 1],
      ['WITHIN_MONTH', 9, expect.closeTo(33.3, 1), 0],
      ['NOT_WITHIN_MONTH', 6, -100, 0],
      ['TOO_EARLY', 6, 100, 0],
    ]);
    const nameless = narrowScope('speeds', () => true, { withheld: ['readRespondent'] });
    // The sum of those without an answer is of one, so none of them is shown.
    expect((await speeds(database, nameless)).map(({ accounts, leftOut }) => [accounts, leftOut])).toEqual(
      [10, 9, 6, 6].map((accounts) => [accounts, null]),
    );
    await database.close();
  });

  it('is the same whatever there is in cells that the caller may not read', async () => {
    expect(await speeds(withHidden, NO_PERU)).toEqual(await speeds(without, NO_PERU));
    const scores = narrowScope('scores', NO_PERU_CELLS, { withheld: ['readResponse', 'readRespondent'] });
    for (const row of await speeds(withHidden, scores))
      expect(row).toMatchObject({ accounts: null, suppressed: true });
  });
});
