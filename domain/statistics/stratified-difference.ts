import { normalQuantile, twoSidedP } from './normal.ts';

/** Answers by class: detractors, passives, promoters. */
export type ClassCounts = readonly [detractors: number, passives: number, promoters: number];

/** Two groups that answered under the same conditions. */
export interface TwoGroups {
  readonly own: ClassCounts;
  readonly rest: ClassCounts;
}

/** own - rest in score points, with the conditional test of "no difference in any stratum". */
export interface StratifiedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
  /** Answers of `own` in strata where there are both groups. */
  readonly compared: number;
}

const sizeOf = ([d, p, r]: ClassCounts) => d + p + r;
const sumOf = ([d, , r]: ClassCounts) => r - d;

/**
 * The difference of two scores within strata: strata of n and m answers weigh n·m/(n + m). Given how often each class was answered
 * in a stratum, the sum of `own` has the mean n·t/N and the variance n·m·S²/N (sampling without replacement); the test is that of
 * Cochran, Mantel and Haenszel for ordered classes, also right where strata are thin. Null when no stratum has both groups, or all
 * answers of each are alike. Source: Mantel, J. Am. Stat. Assoc. 58 (1963).
 */
export function stratifiedDifference(
  strata: readonly TwoGroups[],
  confidence: number,
): StratifiedDifference | null {
  let [excess, variance, weight, compared] = [0, 0, 0, 0];
  for (const { own, rest } of strata) {
    const [n, m] = [sizeOf(own), sizeOf(rest)];
    if (n === 0 || m === 0) continue;
    const all = n + m;
    const mean = (sumOf(own) + sumOf(rest)) / all;
    const squares = own[0] + rest[0] + own[2] + rest[2];
    excess += sumOf(own) - n * mean;
    variance += ((n * m) / all) * ((squares - all * mean ** 2) / (all - 1));
    weight += (n * m) / all;
    compared += n;
  }
  if (weight === 0 || variance <= 1e-12) return null;
  const error = (100 * Math.sqrt(variance)) / weight;
  const difference = (100 * excess) / weight;
  const z = normalQuantile((1 + confidence) / 2);
  return {
    difference,
    low: Math.max(-200, difference - z * error),
    high: Math.min(200, difference + z * error),
    pValue: twoSidedP(difference / error),
    compared,
  };
}
