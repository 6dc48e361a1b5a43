import type { TwoSampleTest } from './same-mix.ts';

/**
 * The unbiased estimate of the squared maximum mean discrepancy of two samples under the kernel
 * exp(-gamma |x - y|²); Gretton et al., JMLR 13 (2012), lemma 6. It may be below 0.
 * @param a, b at least two vectors each, all of one length.
 */
export function mmdSquared(a: readonly Vector[], b: readonly Vector[], gamma: number): number {
  const kernel = kernelMatrix([...a, ...b], () => gamma);
  const order = Uint32Array.from({ length: a.length + b.length }, (_, i) => i);
  return discrepancy(kernel, order, a.length);
}

type Vector = ArrayLike<number>;

/**
 * MMD² with gamma = 1 / (2 · the median squared distance), and the share of permutations of the pooled sample whose MMD² is
 * at least as large, the sample itself included (Phipson and Smyth 2010): never 0.
 */
export function mmdTest(
  a: readonly Vector[],
  b: readonly Vector[],
  permutations: number,
  random: () => number,
): TwoSampleTest {
  const kernel = kernelMatrix([...a, ...b], (distances) => 1 / (2 * (median(distances) || 1)));
  const order = Uint32Array.from({ length: a.length + b.length }, (_, i) => i);
  const statistic = discrepancy(kernel, order, a.length);
  let asLarge = 1;
  for (let round = 0; round < permutations; round++) {
    shuffle(order, random);
    if (discrepancy(kernel, order, a.length) >= statistic - 1e-12) asLarge += 1;
  }
  return { statistic, pValue: asLarge / (permutations + 1) };
}

/** Fewer give p-values that are too coarse to read. */
const FEWEST_PERMUTATIONS = 999;

/**
 * How many permutations a test needs beside `tests` - 1 others that are adjusted with it (false-discovery.ts): its smallest p-value is then
 * half of what alone is a discovery at `level`. With fewer it could not be one, however far both samples are apart.
 */
export function permutationsFor(tests: number, level: number): number {
  return Math.max(FEWEST_PERMUTATIONS, Math.ceil((2 * tests) / level) - 1);
}

/** Row i, column j of the pooled sample at i · size + j. */
function kernelMatrix(pooled: readonly Vector[], gammaOf: (distances: Float64Array) => number): Float64Array {
  const size = pooled.length;
  const matrix = new Float64Array(size * size);
  const distances = new Float64Array((size * (size - 1)) / 2);
  let next = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(pooled[i] as Vector, pooled[j] as Vector);
      distances[next++] = distance;
      matrix[i * size + j] = distance;
    }
  }
  const gamma = gammaOf(distances);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const value = Math.exp(-gamma * (matrix[i * size + j] as number));
      matrix[i * size + j] = value;
      matrix[j * size + i] = value;
    }
  }
  return matrix;
}

/** MMD² where the first n of the order are one sample and the others the other. */
function discrepancy(kernel: Float64Array, order: Uint32Array, n: number): number {
  const size = order.length;
  const m = size - n;
  let [within, across, other] = [0, 0, 0];
  for (let i = 0; i < size; i++) {
    const row = (order[i] as number) * size;
    for (let j = 0; j < i; j++) {
      const value = kernel[row + (order[j] as number)] as number;
      if (i < n) within += value;
      else if (j >= n) other += value;
      else across += value;
    }
  }
  return (2 * within) / (n * (n - 1)) + (2 * other) / (m * (m - 1)) - (2 * across) / (n * m);
}

function squaredDistance(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

/** Fisher and Yates. */
function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
}

function median(values: Float64Array): number {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? 0;
}
