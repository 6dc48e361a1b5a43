import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { kaplanMeier, medianTime, survivalAt, survivalCurve, type Watched } from './kaplan-meier.ts';

const event = (time: number): Watched => ({ time, event: true });
const censored = (time: number): Watched => ({ time, event: false });

/**
 * Remission of leukaemia in weeks under 6-MP (Freireich et al., Blood 21, 1963; Gehan, Biometrika 52, 1965), with the estimate that
 * textbooks and statistical programs print for it.
 */
const SIX_MP = [
  ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map(event),
  ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(censored),
];
const PUBLISHED = [
  [6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516],
  [7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228],
  [10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894],
  [13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491],
  [16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049],
  [22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468],
  [23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801],
] as const;

describe('the estimate of Kaplan and Meier', () => {
  it('is the published one for 6-MP, with error and interval', () => {
    const steps = kaplanMeier(SIX_MP, 0.95);
    expect(steps).toHaveLength(PUBLISHED.length);
    for (const [i, [time, atRisk, events, survival, error, low, high]] of PUBLISHED.entries()) {
      const step = steps[i];
      expect(step).toMatchObject({ time, atRisk, events });
      expect(step?.survival).toBeCloseTo(survival, 4);
      expect(step?.standardError).toBeCloseTo(error, 4);
      expect(step?.low).toBeCloseTo(low, 4);
      expect(step?.high).toBeCloseTo(high, 4);
    }
    expect(medianTime(SIX_MP, 0.95)).toEqual({ median: 23, low: 13, high: null });
  });

  it('is the published one for the placebo of the same trial, where no one is censored', () => {
    const placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23].map(event);
    const steps = kaplanMeier(placebo, 0.95);
    const at = (time: number) => steps.find((step) => step.time === time)?.survival;
    expect(at(1)).toBeCloseTo(0.9048, 4);
    expect(at(8)).toBeCloseTo(0.381, 4);
    expect(at(22)).toBeCloseTo(0.0476, 4);
    expect(at(23)).toBe(0);
    expect(medianTime(placebo, 0.95).median).toBe(8);
  });

  it('without anyone censored is the share that is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (times, at) => {
          const left = times.filter((time) => time > at).length / times.length;
          const found = survivalAt(times.map(event), at, 0.95);
          if (found) expect(found.share).toBeCloseTo(left, 10);
        },
      ),
    );
  });

  it('has bounds around it within 0..1, and never rises', () => {
    const unit = fc.record({ time: fc.integer({ min: 0, max: 40 }), event: fc.boolean() });
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
        let before = 1;
        for (const { survival, low, high } of kaplanMeier(units, 0.9)) {
          expect(survival).toBeLessThanOrEqual(before);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(low).toBeLessThanOrEqual(survival + 1e-12);
          expect(high).toBeGreaterThanOrEqual(survival - 1e-12);
          expect(high).toBeLessThanOrEqual(1);
          before = survival;
        }
      }),
    );
  });

  it('is a curve that holds between events, and ends with the longest watch', () => {
    const curve = survivalCurve(SIX_MP, [0, 6, 8, 23, 35, 36], 0.95);
    expect(curve.map(({ time, watched, events }) => [time, watched, events])).toEqual([
      [0, 21, 0],
      [6, 17, 3],
      [8, 16, 4],
      [23, 5, 9],
      [35, 0, 9],
    ]);
    for (const [i, [, , , share, , low, high]] of [
      [1, PUBLISHED[0]],
      [2, PUBLISHED[1]],
      [3, PUBLISHED[6]],
      [4, PUBLISHED[6]],
    ] as const) {
      expect(curve[i]?.share).toBeCloseTo(share, 4);
      expect(curve[i]?.low).toBeCloseTo(low, 4);
      expect(curve[i]?.high).toBeCloseTo(high, 4);
    }
    expect(curve[0]).toMatchObject({ share: 1, low: null, high: null });
    expect(survivalCurve([event(3)], [2, 9], 0.95).map(({ share }) => share)).toEqual([1, 0]);
  });

  it('says nothing of a time for which no one was watched', () => {
    expect(survivalAt([censored(5), event(3)], 10, 0.95)).toBeNull();
    expect(survivalAt([], 1, 0.95)).toBeNull();
    expect(survivalAt([censored(10)], 10, 0.95)).toEqual({ share: 1, low: null, high: null });
  });
});
