import { describe, expect, it } from 'vitest';
import { randomFrom } from '../statistics/random.ts';
import { intervalsOf, type Judged, judge } from './classification.ts';

const random = randomFrom(11);
/** Predictions that are as sure as they are right. */
const examples = (n: number): Judged[] =>
  Array.from({ length: n }, () => {
    const probabilities = [0.6, 0.3, 0.1];
    const draw = random();
    return { probabilities, label: draw < 0.6 ? 0 : draw < 0.9 ? 1 : 2 };
  });

describe('intervals of a report', () => {
  it('contain the figures, and get narrower with more examples', () => {
    const few = examples(50);
    const many = examples(5_000);
    const widths = [few, many].map((judged) => {
      const { accuracy, brier, rankedProbabilityScore } = intervalsOf(judged, 0.95);
      const report = judge(judged);
      expect(accuracy.low).toBeLessThan(report.accuracy);
      expect(accuracy.high).toBeGreaterThan(report.accuracy);
      expect(((brier?.low ?? 0) + (brier?.high ?? 0)) / 2).toBeCloseTo(report.brier, 6);
      expect(((rankedProbabilityScore?.low ?? 0) + (rankedProbabilityScore?.high ?? 0)) / 2).toBeCloseTo(
        report.rankedProbabilityScore,
        6,
      );
      return accuracy.high - accuracy.low;
    });
    expect(widths[1]).toBeLessThan((widths[0] ?? 0) / 5);
  });

  it('of the accuracy are those of Wilson: 15 of 20 at 95 % is .531 to .888', () => {
    const judged = Array.from({ length: 20 }, (_, i) => ({
      probabilities: [0.9, 0.1],
      label: i < 15 ? 0 : 1,
    }));
    const { accuracy } = intervalsOf(judged, 0.95);
    expect(accuracy.low).toBeCloseTo(0.531, 3);
    expect(accuracy.high).toBeCloseTo(0.888, 3);
  });

  it('cover the true accuracy about 95 times of 100', () => {
    const covered = Array.from({ length: 400 }, () => intervalsOf(examples(60), 0.95).accuracy).filter(
      ({ low, high }) => low <= 0.6 && high >= 0.6,
    ).length;
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.99);
  });

  it('of one example do not reveal its score', () => {
    const [one] = examples(1);
    expect(intervalsOf([one as Judged], 0.95)).toMatchObject({ brier: null, rankedProbabilityScore: null });
  });
});
