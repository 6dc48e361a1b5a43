import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import {
  calibrate,
  chooseCalibration,
  fitIsotonic,
  fitTemperature,
  type LabelledLogits,
  logLoss,
  poolAdjacent,
} from './calibration.ts';
import { comparePaired, judge } from './classification.ts';
import { indexOfLargest, MILLION, softmax, toMillionths, uncertaintyOf } from './probabilities.ts';

const random = (() => {
  let state = 7;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
})();

/** Labels drawn from softmax(logits); the calibration sees logits that are `factor` times too confident. */
function examples(n: number, factor: number): LabelledLogits[] {
  return Array.from({ length: n }, () => {
    const logits = [0, 1, 2].map(() => random() * 4 - 2);
    const p = softmax(logits);
    const u = random();
    const label = u < (p[0] ?? 0) ? 0 : u < (p[0] ?? 0) + (p[1] ?? 0) ? 1 : 2;
    return { logits: logits.map((logit) => logit * factor), label };
  });
}

describe('calibration', () => {
  it('finds the temperature of overconfident logits', () => {
    const fitted = fitTemperature(examples(20_000, 3));
    expect(fitted.kind === 'temperature' && fitted.temperature).toBeCloseTo(3, 0);
  });

  it('pools adjacent violators: the published example 1, 3, 2, 4 becomes 1, 2.5, 2.5, 4', () => {
    const { from, values } = poolAdjacent([
      [1, 1],
      [2, 3],
      [3, 2],
      [4, 4],
    ]);
    expect([from, values]).toEqual([
      [1, 2, 4],
      [1, 2.5, 4],
    ]);
  });

  it('merges points at one place, also after part of them was pooled', () => {
    const points = [
      [0.2, 1],
      [0.5, 0],
      [0.5, 1],
      [0.5, 1],
    ] as const;
    expect(poolAdjacent(points)).toEqual({ from: [0.2], values: [0.75] });
  });

  it('is non-decreasing and keeps the mean, for any points', () => {
    const place = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.25, 0.5, 0.75));
    const point = fc.tuple(place, fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 60 }), (points) => {
        const steps = poolAdjacent(points);
        for (let i = 1; i < steps.values.length; i++) {
          expect(steps.values[i] ?? 0).toBeGreaterThanOrEqual(steps.values[i - 1] ?? 0);
          expect(steps.from[i] ?? 0).toBeGreaterThan(steps.from[i - 1] ?? 0);
        }
        const at = (x: number) => steps.values[steps.from.filter((from) => from <= x).length - 1] ?? 0;
        const mean = points.reduce((sum, [x]) => sum + at(x), 0) / points.length;
        expect(mean).toBeCloseTo(points.reduce((sum, [, y]) => sum + y, 0) / points.length, 9);
      }),
    );
  });

  it('improves overconfident held-out predictions, and chooses by log loss', () => {
    const [fitOn, chooseOn, heldOut] = [examples(4_000, 3), examples(2_000, 3), examples(4_000, 3)];
    const none = { kind: 'temperature', temperature: 1 } as const;
    const chosen = chooseCalibration(fitOn, chooseOn);
    expect(logLoss(chosen, heldOut)).toBeLessThan(logLoss(none, heldOut));
    expect(logLoss(fitIsotonic(fitOn), heldOut)).toBeLessThan(logLoss(none, heldOut));
    const report = (calibration: Parameters<typeof calibrate>[0]) =>
      judge(heldOut.map(({ logits, label }) => ({ probabilities: calibrate(calibration, logits), label })));
    expect(report(chosen).ece).toBeLessThan(0.03);
    expect(report(none).ece).toBeGreaterThan(0.1);
  });
});

describe('judge', () => {
  it('gives the figures of a case worked out by hand', () => {
    const report = judge([
      { probabilities: [0.7, 0.2, 0.1], label: 0 },
      { probabilities: [0.1, 0.6, 0.3], label: 2 },
      { probabilities: [0.2, 0.3, 0.5], label: 2 },
    ]);
    expect(report.confusion).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 1],
    ]);
    expect(report.accuracy).toBeCloseTo(2 / 3, 12);
    expect(report.brier).toBeCloseTo((0.14 + 0.86 + 0.38) / 3, 12);
    expect(report.rankedProbabilityScore).toBeCloseTo((0.09 + 0.01 + 0.01 + 0.49 + 0.04 + 0.25) / 2 / 3, 12);
    expect(report.logLoss).toBeCloseTo(-(Math.log(0.7) + Math.log(0.3) + Math.log(0.5)) / 3, 12);
    expect(report.ece).toBeCloseTo((0.3 + 0.6 + 0.5) / 3, 12);
    expect(report.macroRecall).toBeCloseTo((1 + 0.5) / 2, 12);
    expect(report.macroF1).toBeCloseTo((1 + 0 + 2 / 3) / 3, 12);
    expect(() => judge([])).toThrow('no examples');
  });
});

describe('comparePaired', () => {
  it('calls a challenger better only when the whole interval is below zero', () => {
    const one = (champion: number, challenger: number) => ({
      champion: [1 - champion, 0, champion],
      challenger: [1 - challenger, 0, challenger],
      label: 2,
    });
    // Of the ranked score of (1 - p, 0, p) for label 2 the halves add up to (1 - p)².
    const found = comparePaired([one(0.5, 0.9), one(0.5, 0.7), one(0.5, 0.8)], 0.95);
    expect(found?.difference).toBeCloseTo((0.01 + 0.09 + 0.04) / 3 - 0.25, 12);
    expect(found?.better).toBe(true);
    expect(comparePaired([one(0.5, 0.9), one(0.5, 0.1)], 0.95)?.better).toBe(false);
    expect(comparePaired([one(0.5, 0.9)], 0.95)).toBeNull();
  });
});

describe('probabilities', () => {
  it('are integers that add up to a million, for any input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 9 }),
        (logits) => {
          const shares = softmax(logits);
          const millionths = toMillionths(shares);
          expect(millionths.every((one) => Number.isInteger(one) && one >= 0)).toBe(true);
          expect(millionths.reduce((a, b) => a + b, 0)).toBe(MILLION);
          for (const [i, one] of millionths.entries())
            expect(Math.abs(one - (shares[i] ?? 0) * MILLION)).toBeLessThan(1.001);
        },
      ),
    );
  });

  it('report the first of equals, and the uncertainty', () => {
    expect(indexOfLargest([1, 3, 3])).toBe(1);
    expect(uncertaintyOf([1 / 3, 1 / 3, 1 / 3])).toBe(MILLION);
    expect(uncertaintyOf([1, 0, 0])).toBe(0);
    expect(toMillionths([1 / 3, 1 / 3, 1 / 3])).toEqual([333_334, 333_333, 333_333]);
  });
});
