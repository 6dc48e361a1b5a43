import { describe, expect, it } from 'vitest';
import { addDay, fitBaseline, levelled, noSums, type Sums } from './baseline.ts';
import { scoreOf, varianceOf } from './shares.ts';

/** Weeks of answers of two strata, every day the same: promoters, passives and detractors of each. */
function sumsOf(
  from: number,
  days: number,
  strata: readonly (readonly [number, number, number])[],
  isChanged = false,
): Sums {
  const sums = noSums();
  for (let day = from; day < from + days; day++)
    addDay(sums, { day, strata: strata.map((counts, i) => [i, ...counts] as const) }, isChanged);
  return sums;
}

describe('the level after a change', () => {
  const before = sumsOf(19_000, 700, [
    [5, 3, 2],
    [2, 3, 5],
  ]);
  const since = sumsOf(
    19_700,
    70,
    [
      [4, 3, 3],
      [1, 3, 6],
    ],
    true,
  );
  const adopted = fitBaseline(levelled(before, since, 'since'), null, null);

  it('is that of its own answers, and as uncertain as so few are', () => {
    expect(adopted?.answers).toBeCloseTo(1_400);
    expect(100 * scoreOf(adopted?.shares ?? { promoters: 0, passives: 0, detractors: 0 })).toBeCloseTo(
      -20,
      0,
    );
    const own = Math.sqrt(
      varianceOf(adopted?.shares ?? { promoters: 0, passives: 0, detractors: 0 }) / 1_400,
    );
    expect((adopted?.errorAt(19_770) ?? 0) / own).toBeCloseTo(1, 1);
  });

  it('keeps how strata differ from the answers before', () => {
    const [one, other] = [adopted?.at(19_770, 0), adopted?.at(19_770, 1)];
    const difference = 100 * (one && other ? scoreOf(one) - scoreOf(other) : 0);
    expect(difference).toBeCloseTo(60, 0);
  });

  it('is that before it where the change is over', () => {
    const over = fitBaseline(levelled(before, since, 'before'), null, null);
    expect(over?.answers).toBeCloseTo(14_000);
    expect(100 * scoreOf(over?.shares ?? { promoters: 0, passives: 0, detractors: 0 })).toBeCloseTo(0, 0);
  });
});
