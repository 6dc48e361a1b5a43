import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { clockSkewOf, delayClass } from './delays.ts';
import { type CountedDay, qualityOf } from './source-quality.ts';
import { judgeDay, usualRange } from './volume.ts';

const DAY_MS = 86_400_000;
/** A Friday. */
const TODAY = Date.parse('2026-11-27T00:00:00Z') / DAY_MS;
const NOON = (TODAY + 0.5) * DAY_MS;
const day = (ago: number, accepted: number, more: Partial<CountedDay> = {}): CountedDay => ({
  day: new Date((TODAY - ago) * DAY_MS).toISOString().slice(0, 10),
  accepted,
  duplicates: 0,
  rejected: {},
  examined: accepted,
  missing: {},
  delays: {},
  lastAcceptedAt: new Date((TODAY - ago + 0.4) * DAY_MS),
  ...more,
});
/** Fridays bring 400, other days 100, give or take. */
const history = (from: number, until: number) =>
  Array.from({ length: from - until + 1 }, (_, i) => from - i).map((ago) =>
    day(ago, (ago % 7 === 0 ? 400 : 100) + ((ago * 5) % 11) - 5),
  );

describe('the usual range of a weekday', () => {
  it('has exactly the counts that are judged as usual', () => {
    const profiles = fc.record({
      means: fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 7, maxLength: 7 }),
      variation: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1.5, noNaN: true })),
    });
    fc.assert(
      fc.property(profiles, fc.nat(6), (profile, weekday) => {
        const { low, high } = usualRange(profile, weekday);
        const verdict = (count: number) => judgeDay(profile, weekday, count).verdict;
        expect([verdict(low), verdict(high), verdict(high + 1)]).toEqual([null, null, 'surge']);
        if (low > 0) expect(verdict(low - 1)).toBe('fall');
      }),
    );
  });
  it('is that of the same weekday, and is not known before four weeks', () => {
    const { today, yesterday } = qualityOf([...history(57, 1), day(0, 12)], NOON);
    expect(today).toMatchObject({ accepted: 12, verdict: null });
    expect(today.usual?.low).toBeGreaterThan(250);
    expect(today.usual?.high).toBeLessThan(600);
    expect(yesterday.usual?.high).toBeLessThan(today.usual?.low ?? 0);
    expect(qualityOf([...history(20, 1), day(0, 12)], NOON).today).toMatchObject({
      usual: null,
      verdict: null,
    });
  });
  it('is left by a day that is over, or that has too many already', () => {
    const days = [...history(57, 2), day(1, 12), day(0, 900)];
    const { today, yesterday } = qualityOf(days, NOON);
    expect([yesterday.verdict, today.verdict]).toEqual(['fall', 'surge']);
  });
});

describe('the silence of a source', () => {
  it('is compared with the usual gap', () => {
    const quality = qualityOf(history(57, 3), NOON);
    expect(quality.silence).toMatchObject({ isTooLong: true });
    expect(quality.silence?.expected).toBeGreaterThan(150);
    expect(quality.typicalGapMs).toBeCloseTo(DAY_MS / (1_000 / 7), -5);
    expect(qualityOf(history(57, 0), NOON).silence).toMatchObject({ isTooLong: false });
  });
  it('is not judged of a source without a rhythm, or without days', () => {
    expect(qualityOf([], NOON)).toMatchObject({
      ...{ silence: null, typicalGapMs: null, lastAcceptedAt: null, items: 0, invalidShare: null },
      ...{ duplicateShare: null, missing: [], clockSkew: null, today: { accepted: 0, usual: null } },
    });
    expect(qualityOf([day(5, 3)], NOON)).toMatchObject({ silence: null, yesterday: { accepted: 0 } });
  });
});

it('shares are of the last 30 days, and of what was looked at', () => {
  const days = [
    day(40, 1_000, { rejected: { INVALID: 1_000 }, missing: { comment: 1_000 } }),
    day(29, 60, { duplicates: 20, rejected: { INVALID: 10 }, examined: 0 }),
    day(0, 40, { duplicates: 5, rejected: { INVALID: 60, STALE: 5 }, missing: { region: 10, account: 40 } }),
  ];
  expect(qualityOf(days, NOON)).toMatchObject({
    items: 200,
    invalidShare: 75 / 200,
    duplicateShare: 25 / 200,
    missing: [
      { field: 'account', share: 1 },
      { field: 'region', share: 0.25 },
    ],
  });
});

describe('the clock of a source', () => {
  it('has a class for each doubling of the delay', () => {
    const seconds = [0, 0.9, 1, 1.9, 2, 4, 64, 127, 128, -0.5, -1, -64, -86_400, -1e9, 4e9];
    expect(seconds.map((s) => delayClass(s * 1_000))).toEqual([
      0, 0, 1, 1, 2, 3, 7, 7, 8, 0, -1, -7, -17, -17, 32,
    ]);
  });
  it('is ahead by what arrives before it was answered, rejected items included', () => {
    expect(clockSkewOf({}, 0)).toBe(null);
    expect(clockSkewOf({ '3': 90, '-1': 5, '-12': 5 })).toEqual({
      measured: 100,
      ahead: 0.05,
      late: 0,
      median: 6,
      medianAhead: 2_896,
    });
    expect(clockSkewOf({ '25': 1 }, 3)).toMatchObject({ measured: 4, ahead: 0.75, late: 0.25 });
  });
  it('has a median that is right to a factor of 1.5, of any delays', () => {
    const delays = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(delays, (list) => {
        const classes: Record<string, number> = {};
        for (const s of list) classes[delayClass(s * 1_000)] = (classes[delayClass(s * 1_000)] ?? 0) + 1;
        const exact = [...list].sort((a, b) => a - b)[Math.ceil(list.length / 2) - 1] ?? 0;
        const { median } = clockSkewOf(classes) ?? { median: 0 };
        expect(Math.max(median / exact, exact / median)).toBeLessThan(1.5);
      }),
    );
  });
});
