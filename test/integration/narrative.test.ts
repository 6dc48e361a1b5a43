import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FactSheet, rounded } from '../../agents/narrator/fact.ts';
import { narrate } from '../../agents/narrator/narrate.ts';
import { readFactSheet, windowWords } from '../../agents/narrator/sheet.ts';
import { verify } from '../../agents/narrator/verify.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { DAY_MS, parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { histories } from '../fixtures/histories.ts';

/* Every number of a narrative is compared with one that this file computes from the answers that it sent. */

const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS - 1;
const LENGTH = parseWindow('P30D');
const AFTER = windowAt(LENGTH, NOW, 'UTC');
const BEFORE = windowAt(LENGTH, AFTER.from, 'UTC');
const REGIONS = ['Germany', 'Japan', 'Line 4', null];
const COUNT = histories(200, 60);
const random = randomFrom(17);

interface Answer {
  readonly externalId: string;
  readonly answeredAt: string;
  readonly productLine: string;
  readonly region?: string;
  readonly score: number;
}

/** A history: each region has its own mean in each window, and its own share. Some windows have no answers. */
function history(i: number): Answer[] {
  return [BEFORE, AFTER].flatMap(({ from, until }, side) =>
    REGIONS.flatMap((region, place) => {
      const count = Math.floor(random() * random() * 60);
      const mean = 4 + random() * 6;
      return Array.from({ length: count }, (_, k) => ({
        externalId: `${i} ${side} ${place} ${k}`,
        answeredAt: new Date(from + Math.floor(random() * (until - from))).toISOString(),
        productLine: `history ${i}`,
        ...(region === null ? {} : { region }),
        score: Math.max(0, Math.min(10, Math.round(mean + (random() - 0.5) * 6))),
      }));
    }),
  );
}

let database: TestDatabase;
const all = Array.from({ length: COUNT }, (_, i) => history(i));
beforeAll(async () => {
  database = await openTestDatabase();
  for (const answers of all) await database.submit(answers);
});
afterAll(() => database?.close());

const points = ({ score }: Answer) => (score >= 9 ? 100 : score <= 6 ? -100 : 0);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const scoreOf = (answers: readonly Answer[]) => (answers.length === 0 ? null : mean(answers.map(points)));
const inside = ({ from, until }: typeof AFTER, answers: readonly Answer[]) =>
  answers.filter(({ answeredAt }) => Date.parse(answeredAt) >= from && Date.parse(answeredAt) < until);

const sheetOf = (segment: Record<string, string[]>, deps: TestDatabase = database): Promise<FactSheet> =>
  readFactSheet({ ...deps, now: () => NOW }, EVERYTHING, {
    segment,
    basis: 'SURVEYED',
    confidence: 0.95,
    window: AFTER,
    before: BEFORE,
    by: ['product_line', 'region', 'lifecycle_stage'],
    themes: true,
    mostRows: 1_000,
  });
const near = (stated: number | undefined, truth: number | null) =>
  expect(Math.abs((stated ?? Number.NaN) - (truth ?? Number.NaN))).toBeLessThan(0.0501);

it('states numbers that follow from the answers, over random histories, and says nothing else', async () => {
  const said = { CHANGE: 0, DRIVER: 0, UP: 0, DOWN: 0 };
  for (const [i, answers] of all.entries()) {
    const [before, after] = [inside(BEFORE, answers), inside(AFTER, answers)];
    const sheet = await sheetOf({ product_line: [`history ${i}`] });
    const of = (kind: string) => sheet.facts.filter((fact) => fact.kind === kind);
    const [score] = of('SCORE');
    expect(score?.numbers['responses']).toBe(after.length);
    if (after.length > 0) near(score?.numbers['score'], scoreOf(after));
    const [change] = of('CHANGE');
    expect(change !== undefined).toBe(before.length > 0 && after.length > 0);
    const [b, a] = [scoreOf(before) ?? 0, scoreOf(after) ?? 0];
    if (change) {
      said.CHANGE += 1;
      near(change.numbers['difference'], a - b);
      if (change.direction) said[change.direction] += 1;
      if (change.direction) expect(Math.sign(a - b)).toBe(change.direction === 'UP' ? 1 : -1);
    }
    for (const { names, numbers } of of('DRIVER')) {
      said.DRIVER += 1;
      // What has all answers is no part of them.
      expect(names).not.toEqual(['unknown lifecycle stage']);
      const ofRegion = (side: readonly Answer[]) =>
        side.filter(({ region }) => (region ?? 'unknown region') === names[0]);
      const [x, y] = [ofRegion(before), ofRegion(after)];
      const [p, q] = [x.length / before.length, y.length / after.length];
      // Without answers on one side, its score is that of the other: all of the difference is mix.
      const [s, t] = [scoreOf(x) ?? scoreOf(y) ?? 0, scoreOf(y) ?? scoreOf(x) ?? 0];
      near(numbers['rate'], ((p + q) / 2) * (t - s));
      near(numbers['mix'], (q - p) * ((s + t) / 2 - (a + b) / 2));
      near(numbers['contribution'], ((p + q) / 2) * (t - s) + (q - p) * ((s + t) / 2 - (a + b) / 2));
    }
    const { sentences } = narrate(sheet);
    expect(verify(sheet, sentences).refused).toEqual([]);
    expect(sentences.length).toBe(sheet.facts.length);
  }
  // What is compared must be there.
  expect(Math.min(...Object.values(said))).toBeGreaterThan(2);
});

it('says only what its scope sees', async () => {
  const japan = narrowScope('japan', ({ attributes }) => attributes['region'] === 'Japan');
  const narrowed = { ...database, store: database.scopedReader.as(japan), now: () => NOW };
  const query = {
    segment: {},
    basis: 'SURVEYED' as const,
    confidence: 0.95,
    window: AFTER,
    before: BEFORE,
    by: ['region'],
    themes: true,
    mostRows: 1_000,
  };
  const sheet = await readFactSheet(narrowed, japan, query);
  const seen = inside(
    AFTER,
    all.flat().filter(({ region }) => region === 'Japan'),
  );
  expect(sheet.facts[0]?.numbers).toMatchObject({
    responses: seen.length,
    score: rounded(scoreOf(seen) ?? Number.NaN),
  });
  expect(JSON.stringify(sheet)).not.toContain('Germany');
  const few = narrowScope('few', () => true, {
    smallestCount: 1_000_000,
    withheld: ['readResponse', 'readPrediction'],
  });
  const hidden = await readFactSheet(
    { ...database, store: database.scopedReader.as(few), now: () => NOW },
    few,
    { ...query, themes: false },
  );
  expect(hidden.facts).toEqual([]);
});

it('writes windows by their edges', () => {
  expect(windowWords(AFTER)).toMatch(/^\d{4}-\d{2}-\d{2} to \d{4}-\d{2}-\d{2}$/);
  expect(windowWords({ from: 0, until: 90 * 60_000 })).toBe('1970-01-01 00:00 to 1970-01-01 01:30 UTC');
});
