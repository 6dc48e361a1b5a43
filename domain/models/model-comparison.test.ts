import { describe, expect, it } from 'vitest';
import { compareModels, type PairedReading } from './model-comparison.ts';

const SURE = [1, 0, 0];
const LESS = [0.6, 0.3, 0.1];
const WRONG = [0.1, 0.3, 0.6];
/** Readings of detractors, slightly different from each other. */
const readings = (
  n: number,
  by: PairedReading['by'],
  champion: readonly number[],
  challenger: readonly number[],
): PairedReading[] =>
  Array.from({ length: n }, (_, i) => ({
    label: 0,
    by,
    champion,
    challenger: i % 2 ? challenger : challenger.map((p, j) => (j === 0 ? p : p / 2)),
  }));
const english = readings(90, { champion: 1, challenger: 3 }, WRONG, SURE);
const german = (challenger: readonly number[]) =>
  readings(10, { champion: 2, challenger: 4 }, LESS, challenger);

describe('a comparison of model versions with companions', () => {
  it('is of all responses, and of those of each part, most first', () => {
    const compared = compareModels([...german(SURE), ...english], 0.95, true);
    expect(compared).toMatchObject({ n: 100, better: true });
    expect(compared?.parts).toMatchObject([
      { champion: 1, challenger: 3, n: 90, better: true },
      { champion: 2, challenger: 4, n: 10, better: true },
    ]);
    const sum = compared?.parts?.reduce((all, { n, difference }) => all + n * difference, 0) ?? 0;
    expect(sum / 100).toBeCloseTo(compared?.difference ?? Number.NaN, 12);
  });

  it('is not better where one part is clearly worse, however few responses it has', () => {
    const compared = compareModels([...english, ...german(WRONG)], 0.95, true);
    expect(compared).toMatchObject({ better: false });
    expect(compared?.high).toBeLessThan(0);
    expect(compared?.parts?.map(({ low }) => low > 0)).toEqual([false, true]);
  });

  it('says nothing of parts that may not be shown, not even by its verdict', () => {
    const compared = compareModels([...english, ...german(WRONG)], 0.95, false);
    expect(compared).toMatchObject({ better: true, parts: null });
  });

  it('leaves out parts of a single response, and needs two', () => {
    const [one, ...more] = german(WRONG);
    expect(compareModels([...english, one as PairedReading], 0.95, true)?.parts).toHaveLength(1);
    expect(compareModels([one as PairedReading], 0.95, true)).toBeNull();
    expect(more).toHaveLength(9);
  });
});
