/** One example: what is known, and whether it came so. */
export interface Example {
  readonly x: readonly number[];
  readonly y: boolean;
}

/** The first weight is the intercept. */
export type Weights = readonly number[];

const ROUNDS = 50;

/** The probability that the weights give to the features. */
export function probabilityOf(weights: Weights, x: readonly number[]): number {
  return 1 / (1 + Math.exp(-logitOf(weights, x)));
}

/** The log odds that the weights give to the features. */
export function logitOf(weights: Weights, x: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * (weights[i + 1] ?? 0), weights[0] ?? 0);
}

/** Logistic regression by Newton's method; the ridge holds all but the intercept, so that separated classes have finite weights. */
export function fitLogistic(examples: readonly Example[], ridge = 1): Weights {
  const size = (examples[0]?.x.length ?? 0) + 1;
  let weights: number[] = new Array(size).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : -ridge * weight));
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? (i === 0 ? 1e-9 : ridge) : 0)));
    for (const { x, y } of examples) {
      const p = probabilityOf(weights, x);
      const row = [1, ...x];
      row.forEach((a, i) => {
        gradient[i] = (gradient[i] ?? 0) + a * (Number(y) - p);
        row.forEach((b, j) => {
          const line = hessian[i] as number[];
          line[j] = (line[j] ?? 0) + a * b * p * (1 - p);
        });
      });
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight + Math.max(-4, Math.min(4, step[i] ?? 0)));
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  return weights;
}

/** Gauss with pivots, for a positive definite matrix. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row) => (Math.abs(row[i] ?? 0) > Math.abs(best[i] ?? 0) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(i, 0, pivot);
    const head = pivot[i] ?? 1;
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[i] ?? 0) / head;
      for (let j = i; j <= n; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[n] ?? 0) / (row[i] ?? 1));
}
