import { describe, expect, it } from 'vitest';
import { softmax } from '../domain/models/probabilities.ts';
import { randomFrom } from '../domain/statistics/random.ts';
import { fitOrdinal } from './ordinal-regression.ts';
import { type Example, fitSoftmax, logitsOf } from './softmax-regression.ts';

const random = randomFrom(9);
/** Three ordered classes along one of two inputs. */
const STEPS: Example[] = Array.from({ length: 400 }, () => {
  const inputs = Float64Array.of(2 * random() - 1, 2 * random() - 1);
  const place = (inputs[0] as number) + (random() - 0.5);
  return { inputs, label: place < -0.3 ? 0 : place < 0.3 ? 1 : 2, weight: 1 };
});
const meanLoss = (head: ReturnType<typeof fitOrdinal>) =>
  STEPS.reduce((sum, { inputs, label }) => sum - Math.log(softmax(logitsOf(head, inputs))[label] ?? 0), 0) /
  STEPS.length;

describe('ordinal regression', () => {
  it('is at the point where the gradient vanishes: predicted and true counts and moments agree', () => {
    const head = fitOrdinal(STEPS, 3, { l2: 1e-9 });
    const predicted = STEPS.map(({ inputs }) => softmax(logitsOf(head, inputs)));
    for (const one of [0, 1, 2]) {
      const expected = predicted.reduce((sum, p) => sum + (p[one] ?? 0), 0);
      expect(expected).toBeCloseTo(STEPS.filter(({ label }) => label === one).length, 2);
    }
    const moment = (place: (i: number) => number) =>
      STEPS.reduce((sum, { inputs }, i) => sum + place(i) * (inputs[0] as number), 0);
    const mean = (i: number) => (predicted[i]?.[1] ?? 0) + 2 * (predicted[i]?.[2] ?? 0);
    expect(moment(mean)).toBeCloseTo(
      moment((i) => STEPS[i]?.label ?? 0),
      2,
    );
  });

  it('is a softmax head whose rows are multiples of one, so it cannot fit better than the free one', () => {
    const head = fitOrdinal(STEPS, 3, { l2: 1e-6 });
    const [zero, one, two] = head.weights;
    expect([...(zero ?? [])].map(Math.abs)).toEqual([0, 0]);
    expect([...(two ?? [])]).toEqual([...(one ?? [])].map((weight) => 2 * weight));
    const free = fitSoftmax(STEPS, 3, { l2: 1e-6 });
    expect(meanLoss(head)).toBeGreaterThanOrEqual(meanLoss(free) - 1e-6);
    expect(meanLoss(head)).toBeLessThan(meanLoss(free) + 0.02);
  });

  it('gives the same bits for the same examples, and refuses none', () => {
    expect(fitOrdinal(STEPS, 3, { l2: 1e-3 })).toEqual(fitOrdinal(STEPS, 3, { l2: 1e-3 }));
    expect(() => fitOrdinal([], 3, { l2: 1 })).toThrow('without examples');
  });
});
