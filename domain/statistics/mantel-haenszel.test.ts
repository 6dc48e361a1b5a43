import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { commonOddsRatio, type TwoByTwo } from './mantel-haenszel.ts';

const table = ([
  exposedEvents,
  exposedOthers,
  unexposedEvents,
  unexposedOthers,
]: readonly number[]): TwoByTwo =>
  ({ exposedEvents, exposedOthers, unexposedEvents, unexposedOthers }) as TwoByTwo;

/**
 * Admissions to Berkeley by department, men and women, admitted and rejected (Bickel, Hammel and O'Connell, Science 187, 1975): UCBAdmissions
 * of R, whose mantelhaen.test prints the common odds ratio 0.9046968 with the interval 0.7719074 to 1.0603298.
 */
const BERKELEY = [
  [512, 313, 89, 19],
  [353, 207, 17, 8],
  [120, 205, 202, 391],
  [138, 279, 131, 244],
  [53, 138, 94, 299],
  [22, 351, 24, 317],
].map(table);

describe('the common odds ratio', () => {
  it('is the published one, with the interval of Robins, Breslow and Greenland', () => {
    const found = commonOddsRatio(BERKELEY, 0.95);
    expect(found.ratio).toBeCloseTo(0.9046968, 6);
    expect(found.low).toBeCloseTo(0.7719074, 6);
    expect(found.high).toBeCloseTo(1.0603298, 6);
    expect(found).toMatchObject({ strata: 6, leftOut: 0 });
  });

  it('of the sums is another: without the departments men seem to be admitted more easily', () => {
    const crude = BERKELEY.reduce((sum, one) =>
      table(
        (['exposedEvents', 'exposedOthers', 'unexposedEvents', 'unexposedOthers'] as const).map(
          (name) => sum[name] + one[name],
        ),
      ),
    );
    expect(commonOddsRatio([crude], 0.95).ratio).toBeCloseTo(1.84108, 5);
  });

  it('of one stratum has the variance of Woolf', () => {
    const count = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(fc.tuple(count, count, count, count), (counts) => {
        const [a, b, c, d] = counts;
        const { ratio, low, high } = commonOddsRatio([table(counts)], 0.95);
        const error = Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d);
        expect(ratio).toBeCloseTo((a * d) / (b * c), 6);
        expect(Math.log((high ?? 0) / (low ?? 1)) / 2 / 1.959964).toBeCloseTo(error, 5);
      }),
    );
  });

  it('leaves out strata that compare nothing, and says how many units they have', () => {
    const more = [table([5, 0, 0, 0]), table([0, 7, 0, 3])];
    const found = commonOddsRatio([...BERKELEY, ...more], 0.95);
    expect(found).toEqual({ ...commonOddsRatio(BERKELEY, 0.95), leftOut: 15 });
    expect(commonOddsRatio(more, 0.95)).toMatchObject({ ratio: null, strata: 0, leftOut: 15 });
    expect(commonOddsRatio([table([0, 5, 5, 5])], 0.95)).toMatchObject({ ratio: 0, low: null });
  });
});
