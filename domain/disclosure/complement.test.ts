import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { complement } from './complement.ts';

const LEAST = 5;
const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
const figure = (size: number, ...place: string[]) => ({ place, sizes: [size], isHidden: size < LEAST });

describe('complementary suppression', () => {
  it('hides the smallest figure beside one that is hidden, and no more than needed', () => {
    const rules = { least: LEAST, together: sum };
    const sizes = (all: number[]) =>
      complement(
        all.map((n, i) => figure(n, `${i}`)),
        rules,
      );
    expect(sizes([9, 3, 6])).toEqual([false, true, true]);
    expect(sizes([9, 3, 2])).toEqual([false, true, true]);
    expect(sizes([9, 0, 6])).toEqual([false, true, false]);
    expect(sizes([9, 8])).toEqual([false, false]);
    expect(sizes([3])).toEqual([true]);
  });

  it('adds no sizes of figures that may be of the same accounts', () => {
    const figures = [figure(4, 'a'), figure(4, 'b'), figure(7, 'c')];
    expect(complement(figures, { least: LEAST, together: (sizes) => Math.max(0, ...sizes) })).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('leaves no sum of a table less the figures shown that is of a few, unless that sum is itself of a few', () => {
    const value = fc.constantFrom('x', 'y', 'z');
    const table = fc.uniqueArray(fc.tuple(value, value, fc.nat(12)), { selector: ([a, b]) => a + b });
    fc.assert(
      fc.property(table, (rows) => {
        const hidden = complement(
          rows.map(([a, b, n]) => figure(n, a, b)),
          { least: LEAST, together: sum },
        );
        const keys = [() => '', ...[0, 1].map((i) => (row: readonly unknown[]) => row[i])];
        for (const keyOf of keys)
          for (const key of new Set(rows.map(keyOf))) {
            const line = rows.flatMap((row, i) =>
              keyOf(row) === key ? [{ n: row[2], hidden: hidden[i] }] : [],
            );
            const left = sum(line.map((one) => (one.hidden ? one.n : 0)));
            const isWhole = line.every((one) => one.hidden);
            expect(left === 0 || left >= LEAST || isWhole).toBe(true);
          }
        expect(rows.every(([, , n], i) => n >= LEAST || hidden[i])).toBe(true);
      }),
    );
  });
});
