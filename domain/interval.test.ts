import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWindows, postStratified } from './compare.ts';
import { type Adjustment, adjustedWald, npsInterval, tango, wald } from './interval.ts';
import { normalQuantile, twoSidedP } from './normal.ts';
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
  ])('%s', (_name, counts, interval, low, high) => {
    const found = interval(counts, 0.95);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });
});

describe('coverage at .95 for n = 10, p = .9, d = .02', () => {
  const [n, p, d] = [10, 0.9, 0.02];
  const logFactorial = (k: number): number => (k < 2 ? 0 : Math.log(k) + logFactorial(k - 1));
  const coverage = (interval: (counts: Counts, confidence: number) => { low: number; high: number }) => {
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
    ['Wald', wald, 0.649],
    ['adjusted Wald', adjustedWald, 0.93],
    ['Tango', tango, 0.959],
  ])('%s covers what was computed', (_name, interval, expected) => {
    expect(coverage(interval)).toBeCloseTo(expected as number, 3);
  });
});

describe('npsInterval', () => {
  it('takes Tango below 30 answers, adjusted Wald from 30 on, and nothing without answers', () => {
    expect(npsInterval(of(10, 10, 9), 0.95)?.method).toBe('SCORE');
    expect(npsInterval(of(10, 10, 10), 0.95)?.method).toBe('ADJUSTED_WALD');
    expect(npsInterval(of(0, 0, 0), 0.95)).toBeNull();
  });

  it('holds its bounds, the score between them (for Tango), and mirrors when the classes do', () => {
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

  it.each([0, 1, -1, Number.NaN])('refuses the confidence %d', (confidence) => {
    expect(() => tango(of(1, 1, 1), confidence)).toThrow(/is not between 0 and 1/);
  });
});

describe('compareWindows', () => {
  it('finds the published p-value', () => {
    const change = compareWindows(of(400, 300, 300), of(360, 300, 340), 0.95);
    expect(change?.difference).toBeCloseTo(-8, 10);
    expect(change?.pValue).toBeCloseTo(0.032054, 6);
    expect(change?.low).toBeLessThan(-8);
    expect(change?.high).toBeLessThan(0);
  });

  it('is null when one window is empty', () => {
    expect(compareWindows(of(0, 0, 0), of(1, 0, 0), 0.95)).toBeNull();
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
});
