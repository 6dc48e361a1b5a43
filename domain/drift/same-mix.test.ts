import { describe, expect, it } from 'vitest';
import { randomFrom } from '../statistics/random.ts';
import { sameMix } from './same-mix.ts';

describe('whether two samples have the same mix', () => {
  it('gives the published figure', () => {
    const before = [30, 20, 20, 30, 40, 60, 80, 160, 200, 180, 180];
    const after = [60, 35, 30, 45, 55, 80, 95, 150, 170, 140, 140];
    const test = sameMix(before, after);
    expect(test?.statistic).toBeCloseTo(38.357200364, 8);
    expect(test?.pValue).toBeCloseTo(3.3e-5, 6);
  });

  it('merges rare categories, and gives no result for a single one', () => {
    expect(sameMix([100, 1, 1, 1, 1, 1], [100, 2, 1, 1, 1, 1])?.statistic).toBeCloseTo(
      sameMix([100, 5], [100, 6])?.statistic ?? Number.NaN,
      12,
    );
    expect(sameMix([50, 0], [50, 0])).toBeNull();
    expect(sameMix([3, 1], [1, 3])).toBeNull();
    expect(sameMix([], [3, 4])).toBeNull();
  });

  it('tests what is rare exactly, as published software does', () => {
    // fisher.test of R.
    expect(sameMix([999, 1], [56, 4])?.pValue).toBeCloseTo(4.463616e-5, 10);
    expect(sameMix([50, 1], [50, 0])?.pValue).toBe(1);
    expect(sameMix([56, 4], [999, 1])?.pValue).toBeCloseTo(4.463616e-5, 10);
    // With two more categories the smaller of two p-values counts twice.
    expect(sameMix([60, 40, 1], [50, 50, 0])?.pValue).toBeCloseTo(
      2 * (sameMix([60, 40], [50, 50])?.pValue ?? Number.NaN),
      12,
    );
  });

  it('finds what begins to occur, however much larger the sample before was', () => {
    expect(sameMix([800, 0], [176, 24])?.pValue).toBeLessThan(1e-15);
    expect(sameMix([2_000, 0, 0], [5, 0, 55])?.pValue).toBeLessThan(1e-15);
    expect(sameMix([900_000, 100_000], [50, 0])?.pValue).toBeGreaterThan(0.001);
  });

  it('is quiet without change, also where a category is rare', () => {
    const random = randomFrom(5);
    const draw = (n: number) => {
      const counts = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        const u = random();
        const place = u < 0.3 ? 0 : u < 0.305 ? 1 : 2;
        counts[place] = (counts[place] ?? 0) + 1;
      }
      return counts;
    };
    const found = Array.from({ length: 4_000 }, () => sameMix(draw(1_000), draw(60))?.pValue ?? 1);
    expect(found.filter((p) => p <= 0.05).length).toBeLessThan(200);
    // Chi-squared of all three finds thirteen times as many.
    expect(found.filter((p) => p <= 0.0005).length).toBeLessThanOrEqual(6);
  });
});
