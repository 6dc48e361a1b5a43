import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { randomFrom } from '../statistics/random.ts';
import { chiSquaredTail } from './chi-squared.ts';
import { adjustedForFalseDiscovery } from './false-discovery.ts';
import { mmdSquared, mmdTest, permutationsFor } from './two-sample.ts';

describe('the tail of chi-squared', () => {
  // Critical values of the published tables (Abramowitz and Stegun, table 26.8).
  it.each([
    [3.84146, 1, 0.05],
    [5.99146, 2, 0.05],
    [7.81473, 3, 0.05],
    [18.307, 10, 0.05],
    [23.2093, 10, 0.01],
    [30.5779, 15, 0.01],
    [43.773, 30, 0.05],
  ])('%d with %d degrees of freedom: %d', (x, degrees, tail) => {
    expect(chiSquaredTail(x, degrees)).toBeCloseTo(tail, 5);
  });

  it('falls from 1, and grows with the degrees of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 80, noNaN: true }), fc.integer({ min: 1, max: 40 }), (x, k) => {
        const [tail, later, wider] = [
          chiSquaredTail(x, k),
          chiSquaredTail(x + 1, k),
          chiSquaredTail(x, k + 1),
        ];
        return tail <= 1 && tail >= later - 1e-12 && wider >= tail - 1e-12;
      }),
    );
    expect(chiSquaredTail(0, 3)).toBe(1);
    expect(() => chiSquaredTail(1, 0)).toThrow(RangeError);
    expect(() => chiSquaredTail(Number.NaN, 1)).toThrow(RangeError);
  });
});

describe('the maximum mean discrepancy', () => {
  it('gives the published figure', () => {
    expect(mmdSquared([[0], [1]], [[0], [2]], 0.5)).toBeCloseTo(-0.43233236, 8);
  });

  const cloud = (n: number, centre: number, random: () => number) =>
    Array.from({ length: n }, () => Array.from({ length: 8 }, () => centre + random() + random() - 1));

  it('finds a shift, and is quiet without one: about one p-value in twenty below .05', () => {
    const random = randomFrom(7);
    expect(mmdTest(cloud(40, 0, random), cloud(50, 0.4, random), 199, random).pValue).toBe(1 / 200);
    const quiet = Array.from({ length: 200 }, () =>
      mmdTest(cloud(15, 0, random), cloud(20, 0, random), 99, random),
    );
    const alarms = quiet.filter(({ pValue }) => pValue <= 0.05).length;
    expect(alarms).toBeGreaterThan(1);
    expect(alarms).toBeLessThan(22);
  });

  it('finds a shift also where many other figures are tested with it', () => {
    for (const tests of [1, 7, 60, 206]) {
      const p = 1 / (permutationsFor(tests, 0.05) + 1);
      const others = new Array<number>(tests - 1).fill(0.9);
      expect(adjustedForFalseDiscovery([p, ...others])[0], `${tests} tests`).toBeLessThanOrEqual(0.025);
    }
    expect(permutationsFor(7, 0.05)).toBe(999);
  });

  it('is the same from either side', () => {
    const random = randomFrom(11);
    const [a, b] = [cloud(9, 0, random), cloud(12, 0.3, random)];
    expect(mmdSquared(a, b, 0.7)).toBeCloseTo(mmdSquared(b, a, 0.7), 12);
  });
});

describe('false discoveries', () => {
  it('are controlled as in the published example: four of fifteen at .05', () => {
    const published = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    const adjusted = adjustedForFalseDiscovery([...published].reverse()).reverse();
    expect(adjusted.filter((q) => q <= 0.05)).toHaveLength(4);
    expect(adjusted[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
    expect(adjusted).toEqual([...adjusted].sort((a, b) => a - b));
    expect(adjustedForFalseDiscovery([])).toEqual([]);
  });
});
