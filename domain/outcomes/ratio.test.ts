import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { meanOf, ratioOf } from './ratio.ts';

const sumsOf = (units: readonly (readonly [x: number, y: number])[]) => {
  const sum = (of: (x: number, y: number) => number) => units.reduce((all, [x, y]) => all + of(x, y), 0);
  return {
    ...{ n: units.length, x: sum((x) => x), y: sum((_, y) => y) },
    ...{ xx: sum((x) => x * x), xy: sum((x, y) => x * y), yy: sum((_, y) => y * y) },
  };
};

describe('the mean', () => {
  it('has the error s / √n', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    const error = Math.sqrt(32 / 7 / 8);
    const { n, y, yy } = sumsOf(values.map((value) => [1, value]));
    const mean = meanOf(n, y, yy, 0.95);
    expect(mean?.value).toBe(5);
    expect(mean?.low).toBeCloseTo(5 - 1.959964 * error, 5);
    expect(mean?.high).toBeCloseTo(5 + 1.959964 * error, 5);
  });

  it('of one has no interval, and of none is none', () => {
    expect(meanOf(1, 7, 49, 0.95)).toEqual({ value: 7, low: null, high: null });
    expect(meanOf(0, 0, 0, 0.95)).toBeNull();
  });
});

describe('the ratio of two sums', () => {
  it('has no error where each unit has the same ratio', () => {
    const { value, low, high } = ratioOf(
      sumsOf([
        [1, 2],
        [5, 10],
        [3, 6],
      ]),
      0.95,
    ) as { value: number; low: number; high: number };
    expect([value, low, high].map((one) => Math.round(one * 1e6) / 1e6)).toEqual([2, 2, 2]);
  });

  it('has nearly the error of the jackknife', () => {
    const unit = fc.tuple(fc.integer({ min: 50, max: 150 }), fc.integer({ min: 0, max: 200 }));
    fc.assert(
      fc.property(fc.array(unit, { minLength: 40, maxLength: 80 }), (units) => {
        const all = sumsOf(units);
        const found = ratioOf(all, 0.95);
        const without = units.map(([x, y]) => (all.y - y) / (all.x - x));
        const mean = without.reduce((a, b) => a + b, 0) / without.length;
        const spread = without.reduce((sum, one) => sum + (one - mean) ** 2, 0);
        const jackknife = Math.sqrt(((units.length - 1) / units.length) * spread);
        const error = ((found?.high ?? 0) - (found?.low ?? 0)) / 2 / 1.959964;
        expect(error).toBeGreaterThan(0.9 * jackknife);
        expect(error).toBeLessThan(1.1 * jackknife + 1e-9);
      }),
    );
  });
});
