import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { mixChange, populationStability } from './drift.ts';
import { chiSquaredOfTwo } from './same-mix.ts';

// Responses on 0-10 before and after: the score falls from 8 to -12, and the stability index stays below its
// rule of thumb.
const BEFORE = [30, 20, 20, 30, 40, 60, 80, 160, 200, 180, 180];
const AFTER = [60, 35, 30, 45, 55, 80, 95, 150, 170, 140, 140];
const counts = (detractors: number, passives: number, promoters: number) => ({
  detractors,
  passives,
  promoters,
});

describe('drift of a mix', () => {
  it('gives the published figures', () => {
    expect(populationStability(BEFORE, AFTER)).toBeCloseTo(0.0780595868, 8);
    expect(chiSquaredOfTwo(BEFORE, AFTER)).toBeCloseTo(38.357200364, 8);
  });

  it('finds what the index misses', () => {
    const change = mixChange(counts(280, 360, 360), counts(400, 320, 280), 0.95);
    expect(change?.psi).toBeLessThan(0.1);
    expect(change?.pValue).toBeLessThan(1e-6);
    expect(change?.shift).toBeCloseTo(-20, 0);
    expect(change?.high).toBeLessThan(0);
    expect(mixChange(counts(0, 0, 0), counts(1, 1, 1), 0.95)).toBeNull();
  });

  it('is quiet without change: one p-value in twenty below .05, one index in twenty above its null level', () => {
    let state = 5;
    const random = () => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return state / 2 ** 32;
    };
    const draw = (n: number) => {
      const found = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        const u = random();
        const c = u < 0.3 ? 0 : u < 0.6 ? 1 : 2;
        found[c] = (found[c] ?? 0) + 1;
      }
      return counts(found[0] ?? 0, found[1] ?? 0, found[2] ?? 0);
    };
    const changes = Array.from({ length: 1_000 }, () => mixChange(draw(200), draw(300), 0.95));
    const share = (holds: (change: NonNullable<(typeof changes)[number]>) => boolean) =>
      changes.filter((change) => change && holds(change)).length / 1_000;
    expect(share(({ pValue }) => pValue < 0.05)).toBeCloseTo(0.05, 1);
    expect(Math.abs(share(({ psi, psiNull95 }) => psi > psiNull95) - 0.05)).toBeLessThan(0.025);
    expect(Math.abs(share(({ low, high }) => low > 0 || high < 0) - 0.05)).toBeLessThan(0.025);
  });

  it('takes no single rare answer for a change, and sees a class that appears', () => {
    // One passive of 60 where there was one of 1,000: chi-squared with two degrees of freedom gives 0.02.
    expect(mixChange(counts(300, 1, 699), counts(18, 1, 41), 0.95)?.pValue).toBeGreaterThan(0.05);
    expect(mixChange(counts(0, 0, 2_000), counts(55, 0, 5), 0.95)?.pValue).toBeLessThan(1e-15);
    expect(mixChange(counts(0, 0, 60), counts(0, 0, 60), 0.95)?.pValue).toBe(1);
  });

  it('is symmetric, except for the sign of the shift', () => {
    const mix = fc
      .tuple(fc.nat(99), fc.nat(99), fc.integer({ min: 1, max: 99 }))
      .map(([d, p, r]) => counts(d, p, r));
    fc.assert(
      fc.property(mix, mix, (a, b) => {
        const [there, back] = [mixChange(a, b, 0.95), mixChange(b, a, 0.95)];
        expect(there?.chiSquared).toBeCloseTo(back?.chiSquared ?? Number.NaN, 9);
        expect(there?.psi).toBeCloseTo(back?.psi ?? Number.NaN, 9);
        expect(there?.shift).toBeCloseTo(-(back?.shift ?? Number.NaN), 9);
      }),
    );
  });
});
