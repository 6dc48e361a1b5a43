import { describe, expect, it } from 'vitest';
import { softmax } from '../domain/models/probabilities.ts';
import { minimise } from './lbfgs.ts';
import { type Example, fitSoftmax, logitsOf } from './softmax-regression.ts';

describe('minimise', () => {
  it('finds the minimum of the Rosenbrock function', () => {
    const found = minimise(
      (x, gradient) => {
        const [a = 0, b = 0] = x;
        gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
        gradient[1] = 200 * (b - a * a);
        return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { maxIterations: 500, tolerance: 1e-9 },
    );
    expect(found[0]).toBeCloseTo(1, 6);
    expect(found[1]).toBeCloseTo(1, 6);
  });
});

/** A few points of two classes with a known answer are enough. */
const LINE: Example[] = [-2, -1, -0.5, 0.5, 1, 2, -0.2, 0.3].map((x, i) => ({
  inputs: Float64Array.of(x),
  label: Number(x > 0) ^ Number(i === 7 || i === 6),
  weight: 1,
}));

describe('softmax regression', () => {
  it('is at the point where the gradient vanishes: predicted and true counts of each class agree', () => {
    const head = fitSoftmax(LINE, 2, { l2: 1e-9 });
    const sums = LINE.map(({ inputs }) => softmax(logitsOf(head, inputs))[1] ?? 0);
    const labels = LINE.map(({ label }) => label);
    expect(sums.reduce((a, b) => a + b, 0)).toBeCloseTo(
      labels.reduce((a, b) => a + b, 0),
      4,
    );
    const moment = (values: readonly number[]) =>
      values.reduce((sum, v, i) => sum + v * (LINE[i]?.inputs[0] ?? 0), 0);
    expect(moment(sums)).toBeCloseTo(moment(labels), 4);
  });

  it('shrinks weights, not biases, with the penalty', () => {
    const size = (l2: number) => Math.abs(fitSoftmax(LINE, 2, { l2 }).weights[1]?.[0] ?? 0);
    expect(size(1)).toBeLessThan(size(0.01));
    const skewed = LINE.map((example) => ({ ...example, inputs: Float64Array.of(0), label: 1 }));
    const [no = 0, yes = 0] = softmax(
      logitsOf(
        fitSoftmax([...skewed, { ...(skewed[0] as Example), label: 0 }], 2, { l2: 10 }),
        Float64Array.of(0),
      ),
    );
    expect(yes / no).toBeCloseTo(8, 3);
  });

  it('counts an example of weight two as two', () => {
    const twice = fitSoftmax([...LINE, LINE[0] as Example], 2, { l2: 1e-3 });
    const heavy = fitSoftmax([{ ...(LINE[0] as Example), weight: 2 }, ...LINE.slice(1)], 2, { l2: 1e-3 });
    expect(heavy.weights[0]?.[0]).toBeCloseTo(twice.weights[0]?.[0] ?? 0, 5);
  });

  it('gives the same bits for the same examples, and refuses none', () => {
    expect(fitSoftmax(LINE, 2, { l2: 1e-3 })).toEqual(fitSoftmax(LINE, 2, { l2: 1e-3 }));
    expect(() => fitSoftmax([], 2, { l2: 1 })).toThrow('without examples');
  });
});
