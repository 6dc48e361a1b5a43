import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { type ClassCounts, stratifiedDifference } from './stratified-difference.ts';

const counts = (most: number) =>
  fc.tuple(fc.nat(most), fc.nat(most), fc.nat(most)) as fc.Arbitrary<ClassCounts>;

describe('the difference within strata', () => {
  it('of one stratum is that of the scores, with the statistic of Cochran, Mantel and Haenszel', () => {
    // 10 answers of -1, 5 of 0 and 5 of 1 against 10, 10 and 20: M² = (N - 1) r², r the correlation of group and class.
    const found = stratifiedDifference([{ own: [10, 5, 5], rest: [10, 10, 20] }], 0.95);
    expect(found?.difference).toBeCloseTo(-50, 9);
    const r = (-5 - (20 * 5) / 60) / Math.sqrt(20 * (40 / 60) * (45 - 25 / 60));
    const z = ((found?.difference ?? 0) / ((found?.high ?? 0) - (found?.low ?? 0))) * 2 * 1.959963985;
    expect(z ** 2).toBeCloseTo(59 * r ** 2, 6);
    expect(found).toMatchObject({ compared: 20 });
  });

  it('does not mistake where someone works for how: alike in each segment, and far apart in all', () => {
    const hard = { own: [40, 10, 10], rest: [8, 2, 2] } as const;
    const easy = { own: [2, 2, 8], rest: [20, 20, 80] } as const;
    const found = stratifiedDifference([hard, easy], 0.95);
    expect(found?.difference).toBeCloseTo(0, 9);
    expect(found?.pValue).toBeCloseTo(1, 9);
    const crude = stratifiedDifference([{ own: [42, 12, 18], rest: [28, 22, 82] }], 0.95);
    expect(crude?.difference).toBeLessThan(-60);
  });

  it('is the opposite for the other group, and knows nothing of strata with one group alone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(counts(30), counts(30)), { maxLength: 5 }), counts(9), (pairs, more) => {
        const strata = pairs.map(([own, rest]) => ({ own, rest }));
        const turned = strata.map(({ own, rest }) => ({ own: rest, rest: own }));
        const [one, other] = [stratifiedDifference(strata, 0.9), stratifiedDifference(turned, 0.9)];
        expect(other === null).toBe(one === null);
        if (one && other) {
          expect(other.difference).toBeCloseTo(-one.difference, 6);
          expect(other.pValue).toBeCloseTo(one.pValue, 9);
        }
        expect(stratifiedDifference([...strata, { own: more, rest: [0, 0, 0] }], 0.9)).toEqual(one);
      }),
    );
  });

  it('has none where all answers are alike', () => {
    expect(stratifiedDifference([{ own: [9, 0, 0], rest: [5, 0, 0] }], 0.95)).toBeNull();
  });
});
