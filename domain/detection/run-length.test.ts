import { describe, expect, it } from 'vitest';
import { twoSidedP } from '../statistics/normal.ts';
import { randomFrom } from '../statistics/random.ts';
import { approximateRunLength, cusumLimit, ewmaLimit, limitForEstimate } from './limits.ts';
import { cusumRunLength, ewmaRunLength, meanRunLengths } from './run-length.ts';
import { logRatios, movedBy, type Shares, stepsOf } from './shares.ts';

const BEFORE: Shares = { promoters: 0.5, passives: 0.3, detractors: 0.2 };
const AFTER: Shares = { promoters: 0.4, passives: 0.3, detractors: 0.3 };
/** Half of both tails: P(Z <= z). */
const normalCdf = (z: number) => (z > 0 ? 1 - twoSidedP(z) / 2 : twoSidedP(z) / 2);

/** A chart of normal values on a grid around its centres; the lowest state takes all below where the chart is reflected. */
function normalRunLengths(
  centres: readonly number[],
  toward: (centre: number) => { mean: number; deviation: number },
  isReflected: boolean,
): Float64Array {
  const half = ((centres[1] as number) - (centres[0] as number)) / 2;
  return meanRunLengths(centres.length, (state, take) => {
    const { mean, deviation } = toward(centres[state] as number);
    const below = (edge: number) => normalCdf((edge - mean) / deviation);
    centres.forEach((centre, target) => {
      const from = target === 0 && isReflected ? 0 : below(centre - half);
      take(target, below(centre + half) - from);
    });
  });
}

/** One side of a CUSUM of normal values with the reference value k, from 0; the states of Brook and Evans' paper. */
function normalCusum(k: number, h: number, shift: number): number {
  const states = 80;
  const centres = Array.from({ length: states }, (_, i) => (2 * h * i) / (2 * states - 1));
  return normalRunLengths(centres, (s) => ({ mean: s + shift - k, deviation: 1 }), true)[0] as number;
}

describe('mean run lengths', () => {
  it('are those of the published two-sided CUSUM (k = .5, h = 4)', () => {
    for (const [shift, published] of [
      [0, 168],
      [0.5, 26.6],
      [1, 8.38],
    ] as const) {
      const both = 1 / (1 / normalCusum(0.5, 4, shift) + 1 / normalCusum(0.5, 4, -shift));
      expect(Math.abs(both / published - 1)).toBeLessThan(0.01);
    }
  });

  it('are those of the published EWMA (lambda = .1, L = 2.814)', () => {
    const limit = 2.814 * Math.sqrt(0.1 / 1.9);
    for (const [shift, published] of [
      [0, 499.5],
      [1, 10.33],
    ] as const) {
      const toward = (z: number) => ({ mean: 0.9 * z + 0.1 * shift, deviation: 0.1 });
      const centres = Array.from({ length: 101 }, (_, i) => (limit * (i - 50)) / 50.5);
      const found = normalRunLengths(centres, toward, false)[50] as number;
      expect(Math.abs(found / published - 1)).toBeLessThan(0.01);
    }
  });

  it('are those of the multinomial CUSUM that two programs agreed on', () => {
    const values = logRatios(BEFORE, AFTER);
    // Simulated there, with a standard error: the chain is within two of them.
    for (const [h, quiet, quietError, moved, movedError] of [
      [4, 2_180, 33, 103.2, 1],
      [5, 6_072, 94, 132.3, 1.2],
    ] as const) {
      expect(Math.abs(cusumRunLength(stepsOf(BEFORE, values), h) - quiet)).toBeLessThan(2 * quietError);
      expect(Math.abs(cusumRunLength(stepsOf(AFTER, values), h) - moved)).toBeLessThan(2 * movedError);
    }
  });

  it('are those of simulated charts', () => {
    const random = randomFrom(3);
    const steps = stepsOf(BEFORE, logRatios(BEFORE, movedBy(BEFORE, -20)));
    const ewma = stepsOf(BEFORE, { promoters: 0.7, passives: -0.3, detractors: -1.3 });
    const draw = (of: typeof steps) => {
      let u = random();
      for (const { probability, value } of of) {
        u -= probability;
        if (u < 0) return value;
      }
      return of[2]?.value ?? 0;
    };
    let [sum, sumEwma] = [0, 0];
    const RUNS = 1_500;
    for (let i = 0; i < RUNS; i++) {
      for (let s = 0; s < 2; sum++) s = Math.max(0, s + draw(steps));
      for (let z = 0; Math.abs(z) < 0.3; sumEwma++) z += 0.05 * (draw(ewma) - z);
    }
    // Run lengths are nearly exponential: the standard error of the mean is its 1/sqrt(runs).
    const within = 4 / Math.sqrt(RUNS);
    expect(Math.abs(sum / RUNS / cusumRunLength(steps, 2) - 1)).toBeLessThan(within);
    expect(Math.abs(sumEwma / RUNS / ewmaRunLength(ewma, 0.05, 0.3) - 1)).toBeLessThan(within);
  });
});

describe('limits', () => {
  const falls = logRatios(BEFORE, movedBy(BEFORE, -10));
  const steps = stepsOf(BEFORE, falls);

  it('give the stated rate, and the delays that it allows (one false alarm in 5 years)', () => {
    // Answers a day, limit, and answers until a fall of 5, 10, 20 and 30 points is found; the table's own aim is met within 20 %.
    for (const [perDay, stated, ...delays] of [
      [5, 4.28, 1_202, 419, 166, 103],
      [20, 5.68, 2_090, 588, 222, 137],
      [100, 7.27, 3_830, 815, 291, 177],
    ] as const) {
      const aim = perDay * 365.25 * 5;
      const limit = cusumLimit(steps, aim);
      expect(Math.abs(limit - stated)).toBeLessThan(0.2);
      expect(Math.abs(cusumRunLength(steps, limit) / aim - 1)).toBeLessThan(0.01);
      expect(Math.abs(cusumRunLength(steps, stated) / aim - 1)).toBeLessThan(0.2);
      [5, 10, 20, 30].forEach((points, i) => {
        const found = cusumRunLength(stepsOf(movedBy(BEFORE, -points), falls), stated);
        expect(Math.abs(found / (delays[i] ?? 0) - 1)).toBeLessThan(0.2);
      });
    }
  });

  it('are near those of the closed form', () => {
    for (const limit of [4, 6, 9])
      expect(Math.abs(approximateRunLength(steps, limit) / cusumRunLength(steps, limit) - 1)).toBeLessThan(
        0.2,
      );
  });

  it('of an EWMA give the stated run length', () => {
    const values = stepsOf(BEFORE, { promoters: 0.7, passives: -0.3, detractors: -1.3 });
    const limit = ewmaLimit(values, 0.02, 20_000);
    const deviation = Math.sqrt((0.61 * 0.02) / 1.98);
    expect(Math.abs(ewmaRunLength(values, 0.02, limit * deviation) / 20_000 - 1)).toBeLessThan(0.02);
  });

  it('grow with the error of the baseline, until no limit keeps the rate', () => {
    const stepsAt = (error: number) => stepsOf(movedBy(BEFORE, 100 * error), falls);
    const limit = cusumLimit(steps, 36_525);
    const at = (points: number) => limitForEstimate(stepsAt, points / 100, 36_525, limit);
    expect(at(0.01)).toBeCloseTo(limit, 1);
    const [small = 0, larger = 0] = [at(1), at(1.6)];
    expect(small).toBeGreaterThan(limit + 0.05);
    expect(larger).toBeGreaterThan(small ?? 0);
    expect(at(4)).toBeNull();
  });
});
