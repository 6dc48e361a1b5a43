import { chiSquaredTail } from './chi-squared.ts';

/** Whether two samples come from the same distribution. */
export interface TwoSampleTest {
  readonly statistic: number;
  readonly pValue: number;
}

/** Counts of two samples by category. */
type Pair = readonly [first: readonly number[], second: readonly number[]];

const FEWEST_EXPECTED = 5;
/** Tables whose probabilities differ by rounding alone are equally likely. */
const ROUNDING = 1 + 1e-7;

/**
 * Tests that two samples have the same distribution over the same categories. Categories in which fewer than five are expected on either
 * side are taken together (Cochran 1954). Where these are enough, all is one test of Pearson's. Where they are not, chi-squared would find
 * differences that are none, and leaving them out would miss what begins to occur: how many they are is tested exactly, the mix of
 * the others by Pearson's test, and the smaller of the two p-values counts twice (Bonferroni). Null when there is only one category, or
 * too little of each.
 */
export function sameMix(a: readonly number[], b: readonly number[]): TwoSampleTest | null {
  const [n, m] = [sumOf(a), sumOf(b)];
  if (n === 0 || m === 0) return null;
  const enough = (both: number) => (both * Math.min(n, m)) / (n + m) >= FEWEST_EXPECTED;
  const kept: [number[], number[]] = [[], []];
  const rare: [number, number] = [0, 0];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    if (enough(x + y)) {
      kept[0].push(x);
      kept[1].push(y);
    } else {
      rare[0] += x;
      rare[1] += y;
    }
  }
  if (kept[0].length === 0) return null;
  const all: Pair = [
    [...kept[0], rare[0]],
    [...kept[1], rare[1]],
  ];
  if (enough(rare[0] + rare[1])) return pearson(all);
  const others = pearson(kept);
  if (rare[0] + rare[1] === 0) return others;
  const pValue = exactP(rare, n, m);
  return {
    statistic: chiSquaredOfTwo(...all),
    pValue: others ? Math.min(1, 2 * Math.min(pValue, others.pValue)) : pValue,
  };
}

/** Pearson's statistic for two samples over the same categories; categories that are empty in both do not count. */
export function chiSquaredOfTwo(a: readonly number[], b: readonly number[]): number {
  const [n, m] = [sumOf(a), sumOf(b)];
  return a.reduce((sum, count, i) => {
    const [both, other] = [count + (b[i] ?? 0), b[i] ?? 0];
    if (both === 0) return sum;
    const [expectedA, expectedB] = [(both * n) / (n + m), (both * m) / (n + m)];
    return sum + (count - expectedA) ** 2 / expectedA + (other - expectedB) ** 2 / expectedB;
  }, 0);
}

/** Null with fewer than two categories. */
function pearson([a, b]: Pair): TwoSampleTest | null {
  if (a.length < 2) return null;
  const statistic = chiSquaredOfTwo(a, b);
  return { statistic, pValue: chiSquaredTail(statistic, a.length - 1) };
}

/**
 * The two-sided p-value of Fisher's exact test: the probability of all tables with these sums that are no likelier than this one.
 * `rare`: of the n and m of both sides.
 */
function exactP(rare: readonly [number, number], n: number, m: number): number {
  // By the smaller side, on which fewer than five are expected: no weight overflows.
  const [found, size, other] = n < m ? [rare[0], n, m] : [rare[1], m, n];
  const all = rare[0] + rare[1];
  const least = Math.max(0, all - other);
  let weight = 1;
  const weights = [weight];
  for (let k = least; k < Math.min(all, size); k++) {
    weight *= ((all - k) * (size - k)) / ((k + 1) * (other - all + k + 1));
    weights.push(weight);
  }
  const limit = (weights[found - least] ?? 0) * ROUNDING;
  return sumOf(weights.filter((one) => one <= limit)) / sumOf(weights);
}

const sumOf = (counts: readonly number[]) => counts.reduce((x, y) => x + y, 0);
