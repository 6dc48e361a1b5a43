import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { cellOf, dictionaryOf } from '../../test/fixtures/cells.ts';
import fc from '../../test/fixtures/properties.ts';
import { type Cell, cellKey, matchesSegment } from '../segments/cell.ts';
import { EVERYTHING, type FieldGroup, type Scope, visibleCells } from './scope.ts';

const GROUPS = [
  'readScore',
  'readResponse',
  'readComment',
  'traceLineage',
] as const satisfies readonly FieldGroup[];
const few = fc.constantFrom('a', 'b', 'c');

/** Cells of two dimensions, each once, in any order. */
const dictionaries = fc
  .uniqueArray(fc.record({ region: few, channel: few }), { selector: cellKey })
  .map((all) => dictionaryOf(all.map(cellOf)));
/** The keys of each group's cells: any relation between groups and cells. */
const scopes = fc
  .array(fc.tuple(fc.constantFrom(...GROUPS), fc.record({ region: few, channel: few }).map(cellKey)))
  .map((grants): Scope => {
    const granted = new Set(grants.map(([group, key]) => `${group} ${key}`));
    return {
      fingerprint: [...granted].sort().join(),
      smallestCount: 5,
      allows: (group, { key }) => granted.has(`${group} ${key}`),
      allowsAll: () => false,
      grant: () => 'some',
    };
  });
const segments = fc.record({ region: fc.array(few), channel: fc.array(few) }, { requiredKeys: [] });
const groupLists = fc.uniqueArray(fc.constantFrom(...GROUPS), { minLength: 1 });

describe('visibleCells', () => {
  it('returns the cells of the segment that every group is granted for, in dictionary order', () => {
    fc.assert(
      fc.property(scopes, groupLists, dictionaries, segments, (scope, groups, dictionary, segment) => {
        const seen = visibleCells(scope, groups, dictionary, segment);
        const expected: Cell[] = [];
        for (const cell of dictionary.all()) {
          const hidden = groups.some((group) => !scope.allows(group, cell));
          if (!hidden && matchesSegment(segment, cell.attributes)) expected.push(cell);
        }
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('keeps few of many long segments in memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const dictionary = dictionaryOf([cellOf({ region: 'a', channel: 'b' }, 1)]);
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const [count, length] = [300, 200_000];
    const before = heap();
    for (let i = 0; i < count; i++)
      visibleCells(EVERYTHING, ['readScore'], dictionary, { region: [`${i}`.padEnd(length, 'x')] });
    expect(heap() - before).toBeLessThan((count * length) / 2);
  });

  it('returns the same while cells are added, for each of several callers', () => {
    const questions = fc.array(fc.tuple(groupLists, segments), { minLength: 1, maxLength: 3 });
    const added = fc.array(fc.record({ region: few, channel: few }), { maxLength: 4 });
    fc.assert(
      fc.property(
        fc.tuple(scopes, scopes),
        dictionaries,
        questions,
        added,
        (both, dictionary, asked, cells) => {
          const compare = () => {
            for (const scope of [...both, EVERYTHING])
              for (const [groups, segment] of asked) {
                const expected = dictionary
                  .all()
                  .filter((cell) => matchesSegment(segment, cell.attributes))
                  .filter((cell) => groups.every((group) => scope.allows(group, cell)));
                expect(visibleCells(scope, groups, dictionary, segment)).toEqual(expected);
              }
          };
          compare();
          cells.forEach((attributes, i) => {
            compare();
            dictionary.add(cellOf(attributes, 1_000 + i));
            compare();
          });
        },
      ),
    );
  });

  it('grows with the grants and the segment, and shrinks with more groups', () => {
    fc.assert(
      fc.property(scopes, groupLists, dictionaries, segments, (scope, groups, dictionary, segment) => {
        const seen = visibleCells(scope, groups, dictionary, segment);
        const among = (others: readonly Cell[]) => seen.every((cell) => others.includes(cell));
        expect(among(visibleCells(EVERYTHING, groups, dictionary, segment))).toBe(true);
        expect(among(visibleCells(scope, groups.slice(1), dictionary, segment))).toBe(true);
        expect(among(visibleCells(scope, groups, dictionary, {}))).toBe(true);
        // Splitting a segment loses and duplicates nothing: scores of parts add up to the whole.
        const parts = ['a', 'b', 'c'].flatMap((region) =>
          visibleCells(scope, groups, dictionary, { region: [region] }),
        );
        const whole = visibleCells(scope, groups, dictionary, {});
        expect(parts.map(({ id }) => id).sort()).toEqual(whole.map(({ id }) => id).sort());
      }),
    );
  });

  it('is not a product of cells and groups: one cell may be scored and another read', () => {
    const [a, b] = ['a', 'b'].map((region, id) => cellOf({ region }, id)) as [Cell, Cell];
    const dictionary = dictionaryOf([a, b]);
    const scope: Scope = {
      ...EVERYTHING,
      allows: (group, cell) => (group === 'readScore' ? cell === a : cell === b),
    };
    expect(visibleCells(scope, ['readScore'], dictionary, {})).toEqual([a]);
    expect(visibleCells(scope, ['readComment'], dictionary, {})).toEqual([b]);
    expect(visibleCells(scope, ['readScore', 'readComment'], dictionary, {})).toEqual([]);
  });
});
