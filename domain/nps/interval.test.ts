import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { normalQuantile, twoSidedP } from '../statistics/normal.ts';
import { type Adjustment, adjustedWald, npsInterval, tango, wald } from './interval.ts';
import { type Counts, npsScore } from './nps.ts';

const of = (promoters: number, passives: number, detractors: number): Counts => ({
  promoters,
  passives,
  detractors,
});
const AGRESTI_MIN: Adjustment = [0.5, 1, 0.5];
const BONETT_PRICE: Adjustment = [1, 0, 1];

describe('the normal distribution', () => {
  it.each([
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.5, 0],
    [1e-10, -6.361340902404056],
  ])('the quantile of %d is %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 12);
  });

  it('gives two-sided p-values on both of its branches', () => {
    expect(twoSidedP(1.959963984540054)).toBeCloseTo(0.05, 13);
    expect(twoSidedP(-4)).toBeCloseTo(6.334248366623996e-5, 15);
    expect(twoSidedP(0)).toBe(1);
  });
});

// (P - D) / n is McNemar's paired difference, so published paired-proportion examples are oracles.
describe('intervals against published examples', () => {
  const published: [
    string,
    Counts,
    (counts: Counts) => { low: number; high: number },
    number,
    number,
    number,
  ][] = [
    // PropCIs diffpropci.mp(40, 20, 160) adds 1/2 to each of b and c and 2 to n.
    [
      'Agresti-Min, PropCIs',
      of(20, 100, 40),
      (c) => adjustedWald(c, 0.95, AGRESTI_MIN),
      -21.601726,
      -3.089632,
      6,
    ],
    ['Wald, contingencytables', of(6, 139, 16), (c) => wald(c, 0.95), -11.84, -0.58, 2],
    ['Tango, contingencytables', of(6, 139, 16), (c) => tango(c, 0.95), -12.4, -0.54, 2],
    [
      'Agresti-Min, contingencytables',
      of(6, 139, 16),
      (c) => adjustedWald(c, 0.95, AGRESTI_MIN),
      -11.82,
      -0.45,
      2,
    ],
    [
      'Bonett-Price, contingencytables',
      of(6, 139, 16),
      (c) => adjustedWald(c, 0.95, BONETT_PRICE),
      -11.95,
      -0.32,
      2,
    ],
    ['Tango, all promoters', of(3, 0, 0), (c) => tango(c, 0.95), -12.3, 100, 1],
  ];
  it.each(published)('%s', (_name, counts, interval, low, high, digits) => {
    expect(interval(counts).low).toBeCloseTo(low, digits - 0.1);
    expect(interval(counts).high).toBeCloseTo(high, digits - 0.1);
  });

  it.each([
    ['adjusted Wald', of(15, 13, 8), adjustedWald, -6.2803, 42.1777],
    ['Tango', of(15, 13, 8), tango, -6.7697, 42.867],
    ['Tango, where Wald has no width', of(5, 0, 0), tango, 13.1035, 100],
    ['Wald, without width', of(5, 0, 0), wald, 100, 100],
  ])('%s', (_name, counts, interval, low, high) => {
    const found = interval(counts, 0.95);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });
});

// Solved with 50 digits (mpmath): evaluated as printed, the equation loses all digits of a double.
describe('Tango at the ends and for huge n', () => {
  it.each([
    [of(0, 0, 7), -100, -29.13391298666251],
    [of(1, 0, 0), -58.6901371245525, 100],
    [of(0, 9, 0), -29.91450484195441, 29.91450484195441],
    [of(29, 0, 1), 66.6592180171817, 98.8182819236775],
    [of(17, 3, 9), -6.836613055282346, 55.90585978118808],
    [of(1e9, 0, 1), 99.99999886701315, 99.99999996469509],
    [of(1e9, 0, 0), 99.99999923170824, 100],
    [of(5e8, 1, 5e8), -0.006197950304943, 0.006197950304943],
    [of(1, 1e9, 0), -2.841458807e-7, 5.664934238e-7],
  ])('%o', (counts, low, high) => {
    const found = tango(counts, 0.95);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });
});

describe('exact coverage at .95 for p = .9, d = .02', () => {
  const [p, d] = [0.9, 0.02];
  const logFactorial = (k: number): number => (k < 2 ? 0 : Math.log(k) + logFactorial(k - 1));
  const coverage = (
    n: number,
    interval: (counts: Counts, confidence: number) => { low: number; high: number },
  ) => {
    let covered = 0;
    for (let promoters = 0; promoters <= n; promoters++) {
      for (let detractors = 0; promoters + detractors <= n; detractors++) {
        const passives = n - promoters - detractors;
        const { low, high } = interval(of(promoters, passives, detractors), 0.95);
        const theta = 100 * (p - d);
        if (theta < low - 1e-9 || theta > high + 1e-9) continue;
        const ways =
          logFactorial(n) - logFactorial(promoters) - logFactorial(passives) - logFactorial(detractors);
        covered += Math.exp(ways) * p ** promoters * d ** detractors * (1 - p - d) ** passives;
      }
    }
    return covered;
  };
  it.each([
    ['Wald', 10, wald, 0.649],
    ['adjusted Wald', 10, adjustedWald, 0.93],
    ['Tango', 10, tango, 0.959],
    ['Wald', 30, wald, 0.841],
    ['adjusted Wald', 30, adjustedWald, 0.958],
    ['Tango', 30, tango, 0.961],
  ] as const)('%s, n = %d', (_name, n, interval, expected) => {
    expect(coverage(n, interval)).toBeCloseTo(expected, 3);
  });
});

describe('npsInterval', () => {
  it('uses Tango below 30 responses, adjusted Wald from 30 on, and returns nothing without responses', () => {
    expect(npsInterval(of(10, 10, 9), 0.95)?.method).toBe('SCORE');
    expect(npsInterval(of(10, 10, 10), 0.95)?.method).toBe('ADJUSTED_WALD');
    expect(npsInterval(of(0, 0, 0), 0.95)).toBeNull();
  });

  it('is ordered around the score (for Tango), and mirrors when the classes do', () => {
    const count = fc.integer({ min: 0, max: 5_000 });
    fc.assert(
      fc.property(count, count, count, fc.constantFrom(0.5, 0.9, 0.95, 0.999), (p, n, d, confidence) => {
        fc.pre(p + n + d > 0);
        const interval = npsInterval(of(p, n, d), confidence);
        const mirrored = npsInterval(of(d, n, p), confidence);
        if (!interval || !mirrored) throw new Error('there are answers');
        expect(interval.low).toBeGreaterThanOrEqual(-100);
        expect(interval.high).toBeLessThanOrEqual(100);
        expect(interval.low).toBeLessThanOrEqual(interval.high);
        expect(mirrored.low).toBeCloseTo(-interval.high, 6);
        if (interval.method === 'SCORE') {
          const score = npsScore(of(p, n, d)) ?? Number.NaN;
          expect(score).toBeGreaterThanOrEqual(interval.low - 1e-6);
          expect(score).toBeLessThanOrEqual(interval.high + 1e-6);
        }
      }),
    );
  });

  it('widens with the level, up to the last one below 1', () => {
    const levels = [1e-9, 0.5, 0.95, 0.999999, 1 - 2 ** -53];
    const widths = levels.map((level) => {
      const { low, high } = tango(of(3, 2, 1), level);
      return high - low;
    });
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths.at(-1)).toBeGreaterThan(180);
  });

  it.each([0, 1, -1, Number.NaN])('refuses the confidence %d', (confidence) => {
    expect(() => tango(of(1, 1, 1), confidence)).toThrow(/is not between 0 and 1/);
  });
});
