import { criticalValue } from '../nps/interval.ts';

/** Sums over units of which each has an x and a y. */
export interface RatioSums {
  readonly n: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** A ratio of sums with its interval; no bounds where one unit says nothing of the others. */
export interface Ratio {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The ratio of two sums over the same units, R = Σy / Σx, with the normal interval of its linearised variance
 * n / (n - 1) · Σ(y - R x)² / (Σx)²; with x = 1 that of a mean. Null without units. Source: Cochran, Sampling Techniques (1977), 2.11 and 6.4.
 */
export function ratioOf({ n, x, y, xx, xy, yy }: RatioSums, confidence: number): Ratio | null {
  const z = criticalValue(confidence);
  if (n === 0 || !(x > 0)) return null;
  const value = y / x;
  if (n === 1) return { value, low: null, high: null };
  const squares = Math.max(0, yy - 2 * value * xy + value * value * xx);
  const reach = (z * Math.sqrt((n / (n - 1)) * squares)) / x;
  return { value, low: value - reach, high: value + reach };
}

/** The mean of n values by their sum and the sum of their squares. */
export const meanOf = (n: number, sum: number, squares: number, confidence: number): Ratio | null =>
  ratioOf({ n, x: n, y: sum, xx: n, xy: sum, yy: squares }, confidence);
