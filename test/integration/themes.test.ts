import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import type { Basis } from '../../domain/scores/score.ts';
import { DAY_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import { setThemePrecision } from '../../store/models/theme-precision.ts';
import { readDrivers } from '../../store/scores/drivers.ts';
import { readChange } from '../../store/scores/scores.ts';
import { readThemes } from '../../store/scores/themes.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { histories } from '../fixtures/histories.ts';
import { addMadeUpModel, MADE_UP_THEMES, makeUpPredictions } from '../fixtures/made-up-models.ts';
import fc from '../fixtures/properties.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await addMadeUpModel(database, 7);
  await addMadeUpModel(database, 8, 'SHADOW');
});
afterAll(() => database?.close());

const answer = fc.record({
  externalId: fc.integer({ min: 1, max: 60 }).map(String),
  answeredAt: fc
    .integer({ min: -60 * 24 * 20, max: 0 })
    .map((minutes) => new Date(Date.now() + minutes * 60_000).toISOString()),
  score: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null, freq: 4 }),
  comment: fc.constantFrom('good', 'bad'),
  region: fc.constantFrom('Germany', 'Japan', null),
});
const submit = fc.array(answer, { minLength: 1, maxLength: 25 }).map((items) => () => database.submit(items));
const predict = fc.constantFrom(7, 8).map((model) => () => makeUpPredictions(database, model));
/** As erasures, restrictions and undone imports do. */
const remove = fc.constant(() =>
  database.sql('DELETE FROM response WHERE id IN (SELECT id FROM response ORDER BY id LIMIT 3)'),
);
const correct = fc.constant(() =>
  database.sql(`UPDATE response SET class = 2 - class, points = 1000 - points
    WHERE id IN (SELECT id FROM response ORDER BY id DESC LIMIT 4)`),
);
const forget = fc.constant(() => database.sql('DELETE FROM prediction WHERE model_version_id = 8'));
const configure = fc
  .constantFrom({}, { support: 0.8 }, { support: 0.8, price: 0.8 })
  .map((precision) => () => setThemePrecision(database.store, precision));
const step = fc.oneof(
  { weight: 5, arbitrary: submit },
  { weight: 5, arbitrary: predict },
  remove,
  correct,
  forget,
  configure,
);

describe('theme rollups', () => {
  it('equal a recount after any history of answers, corrections, removals, predictions and precisions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (history) => {
        for (const act of history) await act();
        await makeUpPredictions(database, 7);
        await expectInferredRollupsToEqualRecount(database);
      }),
      { numRuns: histories(20, 8) },
    );
    // What is recounted must be there, whichever precision the last history left.
    await setThemePrecision(database.store, {});
    await database.submit(
      Array.from({ length: 60 }, (_, i) => ({
        externalId: `seen ${i}`,
        answeredAt: new Date(Date.now() - i * 60 * 60_000).toISOString(),
        score: 10,
        comment: 'x',
      })),
    );
    await makeUpPredictions(database, 7);
    await expectInferredRollupsToEqualRecount(database);
    const [seen] = await database.sql<{ n: number; several: number; surveyed: number }>(
      `SELECT count(*)::integer AS n, (count(*) FILTER (WHERE named > 1))::integer AS several,
        sum(surveyed_promoters)::integer AS surveyed FROM theme_hour WHERE promoters > 0`,
    );
    expect(seen?.n).toBeGreaterThan(5);
    expect(seen?.several).toBeGreaterThan(0);
    expect(seen?.surveyed).toBeGreaterThan(0);
  });

  it('follow the configured precision, and name no theme that does not reach it', async () => {
    await database.submit([
      { externalId: 'p', answeredAt: new Date().toISOString(), score: 3, comment: 'x' },
    ]);
    await makeUpPredictions(database, 7);
    await setThemePrecision(database.store, { price: 0.8, speed: 0.8 });
    expect(
      await database.sql(
        'SELECT theme, threshold FROM model_theme WHERE model_version_id = 7 ORDER BY place',
      ),
    ).toEqual([
      { theme: 'support', threshold: 500_000 },
      { theme: 'price', threshold: null },
      { theme: 'speed', threshold: 750_000 },
    ]);
    await expectInferredRollupsToEqualRecount(database);
    expect(await database.sql('SELECT FROM theme_day WHERE theme = 2')).toEqual([]);
  });
});

const BASES: readonly Basis[] = ['SURVEYED', 'INFERRED', 'COMBINED'];
const NOW = Math.floor(Date.now() / 60_000) * 60_000;
/** Not on whole hours, so that days, hours and single predictions are read. */
const before: TimeRange = { from: NOW - 12 * DAY_MS, until: NOW - 5 * DAY_MS };
const after: TimeRange = { from: NOW - 5 * DAY_MS, until: NOW };
const common = (basis: Basis) => ({ segment: {}, basis, confidence: 0.95, before, mostRows: 20_000 });

interface Fact {
  readonly at: Date;
  readonly region: string;
  readonly given: number | null;
  readonly inferred: number | null;
  readonly probabilities: readonly number[] | null;
}

/** Every answer with what the champion says of it, as the tables have it. */
const readFacts = () =>
  database.sql<Fact>(`SELECT r.answered_at AS at, coalesce(c.attributes ->> 'region', 'unknown') AS region, r.class AS given,
      p.class AS inferred, p.themes AS probabilities
    FROM response r JOIN cell c ON c.id = r.cell_id
      LEFT JOIN prediction p ON p.response_id = r.id AND p.answered_at = r.answered_at AND p.model_version_id = 7`);
const classOn = (basis: Basis, { given, inferred }: Fact) =>
  basis === 'SURVEYED' ? given : basis === 'INFERRED' ? inferred : (given ?? inferred);
/** All thresholds are one half. */
const namedIn = ({ inferred, probabilities }: Fact) =>
  inferred === null ? [] : MADE_UP_THEMES.filter((_, i) => (probabilities?.[i] ?? 0) >= 500_000);
const inside = ({ from, until }: TimeRange, { at }: Fact) => at.getTime() >= from && at.getTime() < until;

const deps = () => ({ ...database, now: () => NOW });

describe('themes and drivers', () => {
  beforeAll(async () => {
    await setThemePrecision(database.store, {});
    await database.submit(
      Array.from({ length: 400 }, (_, i) => ({
        externalId: `many ${i}`,
        answeredAt: new Date(NOW - ((i * 7919) % (12 * 24 * 60)) * 60_000).toISOString(),
        ...(i % 5 === 0 ? {} : { score: (i * 31) % 11 }),
        ...(i % 7 === 0 ? (i % 5 === 0 ? { comment: 'only' } : {}) : { comment: `text ${i}` }),
        region: ['Germany', 'Japan', 'Peru'][i % 3],
        productLine: i % 2 === 0 ? 'Air' : 'Rail',
      })),
    );
    await makeUpPredictions(database, 7);
  });

  it.each(BASES)('count what the answers say, and leave nothing out: %s', async (basis) => {
    const facts = await readFacts();
    const rows = await readThemes(deps(), EVERYTHING, {
      ...common(basis),
      window: after,
      withoutTheme: true,
    });
    const present = facts.filter((fact) => inside(after, fact) && classOn(basis, fact) !== null);
    expect(present.length).toBeGreaterThan(60);
    for (const row of rows) {
      const named = present.filter((fact) =>
        row.theme === '(none)' ? namedIn(fact).length === 0 : namedIn(fact).includes(row.theme as 'price'),
      );
      expect(row.responses, row.theme).toBe(named.length);
      expect(row.share).toBeCloseTo(named.length / present.length, 12);
      expect(row.suppressed).toBe(false);
      if (basis !== 'SURVEYED') continue;
      const points = named.reduce((sum, fact) => sum + (classOn(basis, fact) as number) - 1, 0);
      expect(row.score).toBeCloseTo((100 * points) / named.length, 10);
      expect(row.low).toBeLessThan(row.score ?? Number.NaN);
    }
    expect(rows.map(({ theme }) => theme).sort()).toEqual(['(none)', ...MADE_UP_THEMES].sort());
    const change = await readChange(deps(), EVERYTHING, { ...common(basis), after });
    const parts = rows.reduce((sum, { toChange }) => sum + (toChange?.value ?? Number.NaN), 0);
    expect(parts).toBeCloseTo(change.difference ?? Number.NaN, 8);
  });

  const divisions = [
    { by: [], themes: false },
    { by: ['region'], themes: false },
    { by: ['product_line', 'region'], themes: false },
    { by: [], themes: true },
    { by: ['region'], themes: true },
  ];
  it.each(BASES.flatMap((basis) => divisions.map((division) => ({ basis, ...division }))))(
    'explain the whole change: $basis by $by, themes $themes',
    async ({ basis, by, themes }) => {
      const change = await readChange(deps(), EVERYTHING, { ...common(basis), after });
      const rows = await readDrivers(deps(), EVERYTHING, { ...common(basis), after, by, themes });
      expect(Math.abs(change.difference ?? 0)).toBeGreaterThan(0.1);
      const sum = rows.reduce((all, { mix, rate }) => all + (mix ?? Number.NaN) + (rate ?? Number.NaN), 0);
      expect(Math.abs(sum - (change.difference ?? Number.NaN))).toBeLessThan(1e-8);
      for (const side of ['shareBefore', 'shareAfter'] as const)
        expect(rows.reduce((all, row) => all + (row[side] ?? 0), 0)).toBeCloseTo(1, 10);
      for (const { rate, low, high } of rows)
        if (low !== null)
          expect([low <= (rate ?? 0), (rate ?? 0) <= (high ?? 0), low < (high ?? 0)]).toEqual([
            true,
            true,
            true,
          ]);
      if (by.length === 0) expect(rows.every((row) => row.before === change.before.id)).toBe(true);
    },
  );

  it('divide an answer equally among the themes that it names', async () => {
    const facts = await readFacts();
    const rows = await readDrivers(deps(), EVERYTHING, {
      ...common('SURVEYED'),
      after,
      by: [],
      themes: true,
    });
    const present = facts.filter((fact) => inside(after, fact) && fact.given !== null);
    for (const { theme, shareAfter, responsesAfter, scoreAfter } of rows) {
      const named = present
        .map((fact) => ({ fact, themes: namedIn(fact) as readonly string[] }))
        .filter(({ themes }) => (theme === '(none)' ? themes.length === 0 : themes.includes(theme ?? '')));
      const weights = named.map(({ themes }) => 1 / Math.max(1, themes.length));
      const weight = weights.reduce((a, b) => a + b, 0);
      const points = named.reduce((sum, { fact }, i) => sum + (weights[i] ?? 0) * ((fact.given ?? 1) - 1), 0);
      expect(responsesAfter).toBe(named.length);
      expect(shareAfter).toBeCloseTo(weight / present.length, 10);
      expect(scoreAfter).toBeCloseTo((100 * points) / weight, 9);
    }
  });

  it('show no number of themes to callers who may not read the answers, and only their cells to narrow ones', async () => {
    const query = { ...common('SURVEYED'), after, by: [], themes: true };
    const steward = narrowScope('steward', () => true, { smallestCount: 5, withheld: ['readResponse'] });
    const rows = await readThemes(deps(), steward, { ...query, window: after, withoutTheme: false });
    expect(
      rows.map(({ theme, suppressed, ...numbers }) => [theme, suppressed, Object.values(numbers)]),
    ).toEqual(MADE_UP_THEMES.map((theme) => [theme, true, Array(12).fill(null)]));
    for (const row of await readDrivers(deps(), steward, query))
      expect([row.suppressed, row.mix, row.rate, row.responsesAfter]).toEqual([true, null, null, null]);
    expect(await readDrivers(deps(), steward, { ...query, by: ['region'] })).toEqual([]);
    const german = narrowScope('german', ({ attributes }) => attributes['region'] === 'Germany');
    const narrowed = { ...deps(), store: database.scopedReader.as(german) };
    const facts = await readFacts();
    const named = facts.filter(
      (fact) =>
        inside(after, fact) &&
        fact.region === 'Germany' &&
        fact.given !== null &&
        namedIn(fact).includes('price'),
    );
    const ofGermany = await readThemes(narrowed, german, { ...query, window: after, withoutTheme: false });
    expect(ofGermany.find(({ theme }) => theme === 'price')?.responses).toBe(named.length);
    const behind = await readThemes(narrowed, EVERYTHING, {
      ...query,
      window: after,
      withoutTheme: false,
    });
    // The scoped views hold alone: the program asks for everything, and reads one region.
    expect(behind.find(({ theme }) => theme === 'price')?.responses).toBe(named.length);
  });
});
