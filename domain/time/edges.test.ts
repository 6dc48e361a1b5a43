import { expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { edgesOf, placesAmong } from './edges.ts';

const range = fc
  .tuple(fc.integer({ min: -20, max: 20 }), fc.nat(10))
  .map(([from, length]) => ({ from, until: from + length }));

it('has each edge of the ranges once, ascending, in whatever order they are, and finds them', () => {
  fc.assert(
    fc.property(fc.array(range), fc.boolean(), (ranges, inOrder) => {
      const given = inOrder ? ranges.toSorted((a, b) => a.from - b.from) : ranges;
      const expected = new Set(given.flatMap(({ from, until }) => [from, until]));
      const edges = edgesOf(given);
      expect(edges).toEqual([...expected].sort((a, b) => a - b));
      const found = placesAmong(edges, given).map(([from, until]) => ({
        from: edges[from],
        until: edges[until],
      }));
      expect(found).toEqual(given);
    }),
  );
});

it('has neighbours with a common edge in one pass', () => {
  expect(
    edgesOf([
      { from: 0, until: 1 },
      { from: 1, until: 2 },
      { from: 2, until: 2 },
    ]),
  ).toEqual([0, 1, 2]);
});
