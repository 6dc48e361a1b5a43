import { describe, expect, it } from 'vitest';
import { fitLogistic, probabilityOf } from './logistic.ts';

const many = (n: number, x: number, y: boolean) => Array.from({ length: n }, () => ({ x: [x], y }));

describe('logistic regression', () => {
  it('gives the shares of a table of two by two', () => {
    const weights = fitLogistic(
      [...many(30, 1, true), ...many(10, 1, false), ...many(5, 0, true), ...many(45, 0, false)],
      0,
    );
    expect(probabilityOf(weights, [1])).toBeCloseTo(0.75, 6);
    expect(probabilityOf(weights, [0])).toBeCloseTo(0.1, 6);
  });

  it('has finite weights where the classes are separated', () => {
    const weights = fitLogistic([...many(20, 1, true), ...many(20, 0, false)]);
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(probabilityOf(weights, [1])).toBeGreaterThan(0.8);
  });
});
