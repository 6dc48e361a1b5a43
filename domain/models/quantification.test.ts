import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { total } from '../nps/nps.ts';
import {
  combinedEstimate,
  compareEstimates,
  correctedEstimate,
  type Estimate,
  estimateInterval,
} from './quantification.ts';

const RATES = [
  [0.8, 0.15, 0.05],
  [0.15, 0.7, 0.15],
  [0.05, 0.15, 0.8],
];
/** Large enough that the held-out part and the smoothing hardly matter. */
const CONFUSION = RATES.map((row) => row.map((rate) => rate * 1e9));
const counts = (detractors: number, passives: number, promoters: number) => ({
  detractors,
  passives,
  promoters,
});

const inferred = (...of: Parameters<typeof counts>) => ({ counts: counts(...of), confusion: CONFUSION });

describe('correction for known confusion', () => {
  it('gives back the published example: naive -22.5 becomes -30', () => {
    expect(correctedEstimate(counts(455_000, 315_000, 230_000), CONFUSION)?.theta).toBeCloseTo(-0.3, 4);
  });

  it('changes nothing for a perfect classifier, with the variance of a plain sample', () => {
    const perfect = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 1e12 : 0)));
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(500), (d, p, r) => {
        const n = d + p + r;
        const found = correctedEstimate(counts(d, p, r), perfect);
        if (n === 0) return expect(found).toBeNull();
        const theta = (r - d) / n;
        expect(found?.theta).toBeCloseTo(theta, 6);
        expect(found?.variance).toBeCloseTo(((r + d) / n - theta ** 2) / n, 6);
      }),
    );
  });

  it('recovers the score that was confused', () => {
    const share = fc.double({ min: 0.05, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (a, b, c) => {
        const shares = [a, b, c].map((x) => x / (a + b + c));
        const q = [0, 1, 2].map((j) => shares.reduce((sum, s, i) => sum + s * (RATES[i]?.[j] ?? 0), 0) * 1e7);
        const found = correctedEstimate(counts(q[0] ?? 0, q[1] ?? 0, q[2] ?? 0), CONFUSION);
        expect(found?.theta).toBeCloseTo((shares[2] ?? 0) - (shares[0] ?? 0), 3);
      }),
    );
  });

  it('stays near the held-out shares if two classes are hardly separated, and reports the uncertainty', () => {
    // Passives are almost never predicted, as by a model that has seen few: the plain inverse would give
    // anything.
    const hardly = [
      [90, 2, 8],
      [40, 4, 36],
      [12, 3, 105],
    ];
    const estimate = correctedEstimate(counts(100, 3, 197), hardly);
    expect(estimate?.theta).toBeGreaterThan(0);
    expect(estimate?.theta).toBeLessThan(0.6);
    expect(Math.sqrt(estimate?.variance ?? 0)).toBeGreaterThan(0.05);
  });

  it('is less certain with fewer predictions and fewer held-out examples, and has no result without any', () => {
    const width = (n: number, m: number) => {
      const estimate = correctedEstimate(
        counts(0.4 * n, 0.3 * n, 0.3 * n),
        RATES.map((row) => row.map((rate) => rate * m)),
      );
      if (!estimate) throw new Error('an estimate exists');
      const { low, high } = estimateInterval(estimate, 0.95);
      return high - low;
    };
    expect(width(1_000, 1_000)).toBeLessThan(width(100, 1_000));
    expect(width(1_000, 1_000)).toBeLessThan(width(1_000, 50));
    const blind = correctedEstimate(
      counts(1, 2, 3),
      [0, 1, 2].map(() => [100, 100, 100]),
    );
    expect(blind?.theta).toBeCloseTo(0, 9);
    expect(Math.sqrt(blind?.variance ?? 0)).toBeGreaterThan(0.25);
  });

  it('has about its nominal coverage', () => {
    // 300 samples of 200 from known shares, through a classifier known from 300 held-out examples.
    let seed = 42;
    const random = () => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return seed / 2 ** 32;
    };
    const draw = (p: readonly number[]) => {
      const u = random();
      return u < (p[0] ?? 0) ? 0 : u < (p[0] ?? 0) + (p[1] ?? 0) ? 1 : 2;
    };
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      const confusion = RATES.map((row) => {
        const found = [0, 0, 0];
        for (let i = 0; i < 100; i++) {
          const c = draw(row);
          found[c] = (found[c] ?? 0) + 1;
        }
        return found;
      });
      const predicted = [0, 0, 0];
      for (let i = 0; i < 200; i++) {
        const c = draw(RATES[draw([0.5, 0.2, 0.3])] ?? []);
        predicted[c] = (predicted[c] ?? 0) + 1;
      }
      const estimate = correctedEstimate(counts(...(predicted as [number, number, number])), confusion);
      if (!estimate) continue;
      const { low, high } = estimateInterval(estimate, 0.95);
      if (low <= -20 && -20 <= high) covered += 1;
    }
    expect(covered).toBeGreaterThan(270);
  });

  it('weighs surveyed and inferred responses by their number', () => {
    const both = combinedEstimate(counts(10, 10, 30), [inferred(455_000, 315_000, 230_000)]);
    expect(both?.theta).toBeCloseTo((50 * 0.4 + 1e6 * -0.3) / (1e6 + 50), 4);
    expect(combinedEstimate(counts(10, 10, 30), [inferred(0, 0, 0)])?.theta).toBeCloseTo(0.4, 12);
    expect(combinedEstimate(counts(0, 0, 0), [inferred(0, 0, 0)])).toBeNull();
  });

  it('corrects each part by its own errors, and adds them up', () => {
    const some = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300));
    const errors = fc.array(fc.tuple(fc.nat(90), fc.nat(90), fc.nat(90)), { minLength: 3, maxLength: 3 });
    const part = fc.record({ counts: some.map((of) => counts(...of)), confusion: errors });
    fc.assert(
      fc.property(some, fc.array(part, { maxLength: 4 }), (of, parts) => {
        const surveyed = counts(...of);
        const sizes = [surveyed, ...parts.map((one) => one.counts)].map(total);
        const n = sizes.reduce((a, b) => a + b, 0);
        const found = combinedEstimate(surveyed, parts);
        if (n === 0) return expect(found).toBeNull();
        const each = [
          combinedEstimate(surveyed, []),
          ...parts.map((one) => correctedEstimate(one.counts, one.confusion)),
        ];
        const sum = (value: (estimate: Estimate, size: number) => number) =>
          each.reduce((all, estimate, i) => all + (estimate ? value(estimate, sizes[i] ?? 0) : 0), 0);
        expect(found?.theta).toBeCloseTo(sum(({ theta }, size) => theta * size) / n, 9);
        expect(found?.variance).toBeCloseTo(sum(({ variance }, size) => variance * size ** 2) / n ** 2, 9);
      }),
    );
  });

  it('compares two estimates', () => {
    const change = compareEstimates(
      { theta: 0.1, variance: 0.0009 },
      { theta: 0.22, variance: 0.0016 },
      0.95,
    );
    expect(change.difference).toBeCloseTo(12, 10);
    expect(change.low).toBeCloseTo(12 - 1.959964 * 5, 4);
    expect(change.pValue).toBeCloseTo(0.016395, 5);
  });
});
