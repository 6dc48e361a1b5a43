/* Symmetric matrices, row by row: `size` rows of as many numbers. */

/** x'Ax for the matrix A and the vector x. */
export const quadraticForm = (matrix: Float64Array, x: readonly number[]): number =>
  x.reduce((sum, value, i) => (value === 0 ? sum : sum + value * rowTimes(matrix, i, x)), 0);

/** The product of one row and the vector. */
export const rowTimes = (matrix: Float64Array, row: number, vector: readonly number[]): number => {
  const size = vector.length;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (matrix[row * size + i] as number) * (vector[i] as number);
  return sum;
};

/** The inverse of a positive definite matrix, by Gauss-Jordan elimination without pivoting. */
export function invert(matrix: readonly number[], size: number): Float64Array {
  const a = Float64Array.from(matrix);
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) inverse[i * size + i] = 1;
  for (let i = 0; i < size; i++) {
    const pivot = a[i * size + i] as number;
    for (let j = 0; j < size; j++) {
      a[i * size + j] = (a[i * size + j] as number) / pivot;
      inverse[i * size + j] = (inverse[i * size + j] as number) / pivot;
    }
    for (let row = 0; row < size; row++) {
      const factor = a[row * size + i] as number;
      if (row === i || factor === 0) continue;
      for (let j = 0; j < size; j++) {
        a[row * size + j] = (a[row * size + j] as number) - factor * (a[i * size + j] as number);
        inverse[row * size + j] =
          (inverse[row * size + j] as number) - factor * (inverse[i * size + j] as number);
      }
    }
  }
  return inverse;
}
