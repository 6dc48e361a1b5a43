import { twoSidedP } from '../statistics/normal.ts';

/**
 * P(X >= x) for chi-squared with a whole number of degrees of freedom, by the finite sums of Abramowitz and Stegun
 * 26.4.4 (odd) and 26.4.5 (even). Meant for a few dozen degrees of freedom.
 * @throws RangeError unless x >= 0 and degrees is a whole number from 1 on.
 */
export function chiSquaredTail(x: number, degrees: number): number {
  if (!(x >= 0) || !Number.isInteger(degrees) || degrees < 1)
    throw new RangeError(`chi-squared: ${x} with ${degrees} degrees of freedom`);
  const even = degrees % 2 === 0;
  const root = Math.sqrt(x);
  // Each term is the previous one times x over its degree: x^k / (2 · 4 · … · 2k), or x^(k - 1/2) / (1 · 3 · …
  // · (2k - 1)).
  let term = even ? 1 : root;
  let sum = even || degrees > 1 ? term : 0;
  for (let degree = even ? 2 : 3; degree < degrees; degree += 2) {
    term *= x / degree;
    sum += term;
  }
  const density = Math.exp(-x / 2);
  const tail = even ? density * sum : twoSidedP(root) + Math.sqrt(2 / Math.PI) * density * sum;
  return Math.min(1, tail);
}
