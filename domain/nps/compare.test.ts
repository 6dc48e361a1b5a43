import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { compareWindows, postStratified } from './compare.ts';
import { add, type Counts, npsScore, total } from './nps.ts';

const of = (promoters: number, passives: number, detractors: number): Counts => ({
  promoters,
  passives,
  detractors,
});

describe('compareWindows', () => {
  it('finds the published p-value', () => {
    const change = compareWindows(of(400, 300, 300), of(360, 300, 340), 0.95);
    expect(change?.difference).toBeCloseTo(-8, 10);
    expect(change?.pValue).toBeCloseTo(0.032054, 6);
    // z 2.14374: the estimate over the standard error that the bounds imply.
    const { low = 0, high = 0 } = change ?? {};
    const standardError = (high - low) / (2 * 1.959963984540054);
    expect((low + high) / 2 / standardError).toBeCloseTo(-2.14374, 5);
    expect(high).toBeLessThan(0);
  });

  it('is null when one window is empty', () => {
    expect(compareWindows(of(0, 0, 0), of(1, 0, 0), 0.95)).toBeNull();
    expect(compareWindows(of(1, 0, 0), of(0, 0, 0), 0.95)).toBeNull();
  });

  it('mirrors when the windows are swapped, and stays within 200 points', () => {
    const count = fc.integer({ min: 0, max: 2_000 });
    const counts = fc.tuple(count, count, count).filter(([p, n, d]) => p + n + d > 0);
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const there = compareWindows(of(...a), of(...b), 0.95);
        const back = compareWindows(of(...b), of(...a), 0.95);
        if (!there || !back) throw new Error('both have answers');
        expect(there.difference).toBeCloseTo(-back.difference, 10);
        expect(there.low).toBeCloseTo(-back.high, 10);
        expect(there.pValue).toBeCloseTo(back.pValue, 12);
        expect(there.low).toBeGreaterThanOrEqual(-200);
        expect(there.high).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('refuses a confidence outside of 0..1, also for empty windows', () => {
    expect(() => compareWindows(of(0, 0, 0), of(1, 0, 0), 1)).toThrow(RangeError);
  });
});

describe('postStratified', () => {
  it('weights the strata', () => {
    const strata = [
      { counts: of(120, 60, 20), weight: 0.4 },
      { counts: of(30, 30, 40), weight: 0.6 },
    ];
    const estimate = postStratified(strata);
    expect(estimate?.score).toBeCloseTo(14, 10);
    expect(estimate?.standardError).toBeCloseTo(5.3329, 4);
    expect(estimate?.effectiveN).toBeCloseTo(1 / (0.16 / 200 + 0.36 / 100), 8);
  });
  it('is the plain score when the weights are the shares of the responses', () => {
    const counts = [of(120, 60, 20), of(30, 30, 40)];
    const estimate = postStratified(counts.map((each) => ({ counts: each, weight: total(each) })));
    expect(npsScore(counts.reduce(add))).toBeCloseTo(30, 12);
    expect(estimate?.score).toBeCloseTo(30, 12);
    expect(estimate?.effectiveN).toBeCloseTo(300, 9);
  });

  it('is null when a stratum that counts is empty, and refuses impossible weights', () => {
    const present = { counts: of(1, 1, 1), weight: 1 };
    expect(postStratified([present, { counts: of(0, 0, 0), weight: 1 }])).toBeNull();
    expect(postStratified([present, { counts: of(0, 0, 0), weight: 0 }])?.score).toBe(0);
    expect(postStratified([])).toBeNull();
    for (const weight of [-0.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => postStratified([present, { ...present, weight }])).toThrow(RangeError);
  });
});
