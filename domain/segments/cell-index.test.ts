import { describe, expect, it } from 'vitest';
import { cellOf, dictionaryOf } from '../../test/fixtures/cells.ts';
import fc from '../../test/fixtures/properties.ts';
import { type Cell, matchesSegment, type Segment } from './cell.ts';
import { CellIndex, cellsIn } from './cell-index.ts';
import { valueIn } from './dimensions.ts';

const few = fc.constantFrom('a', 'b', 'c', 'unknown', '');
/** Some cells are from before a dimension. */
const attributes = fc.record({ region: few, channel: few }, { requiredKeys: ['region'] });
const steps = fc.array(fc.oneof(attributes, fc.constant('read' as const)), { maxLength: 30 });
const asked = fc.constantFrom('a', 'b', 'c', 'd', 'unknown');
const segments: fc.Arbitrary<Segment> = fc.record(
  { region: fc.array(asked), channel: fc.array(asked) },
  { requiredKeys: [] },
);

/** What is expected of the cells, by looking at each. */
const inOrder = (cells: Iterable<Cell>) => [...cells].sort((a, b) => (a.key < b.key ? -1 : 1));

describe('the index of cells', () => {
  it('lists all cells and those of each value by key, whenever they are added or added again', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const index = new CellIndex();
        const known = new Map<string, Cell>();
        const compare = () => {
          const expected = inOrder(known.values());
          const lists = [[index.all(), expected] as const];
          for (const attribute of ['region', 'channel', 'other'])
            for (const value of ['a', 'b', 'c', 'd', 'unknown'])
              lists.push([
                index.ofValue(attribute, value),
                expected.filter((cell) => valueIn(cell.attributes, attribute) === value),
              ]);
          for (const [found, wanted] of lists) expect(found).toEqual(wanted);
          expect(index.countValues('region')).toBe(
            new Set(expected.map((cell) => valueIn(cell.attributes, 'region'))).size,
          );
          return lists;
        };
        const before: ReturnType<typeof compare> = [];
        for (const [id, step] of history.entries()) {
          if (step === 'read') {
            before.push(...compare());
            continue;
          }
          const cell = cellOf(step, id);
          known.set(cell.key, cell);
          index.add(cell);
        }
        compare();
        // What was returned earlier is as it was.
        for (const [found, wanted] of before) expect(found).toEqual(wanted);
      }),
    );
  });

  it('finds the cells of a segment', () => {
    fc.assert(
      fc.property(fc.array(attributes), segments, (all, segment) => {
        const dictionary = dictionaryOf(all.map(cellOf));
        const expected = dictionary.all().filter((cell) => matchesSegment(segment, cell.attributes));
        expect(cellsIn(dictionary, segment)).toEqual(expected);
      }),
    );
  });
});
