import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { cellKey, cellLabel, matchesSegment, normaliseSegment, type Segment } from './cell.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from './dimensions.ts';

const NAMES = ['region', 'channel', 'stage'] as const;
const value = fc.oneof(fc.constantFrom('a', 'b', 'c', ''), fc.string({ unit: 'grapheme' }));
/** Some of the names, in any order. */
const attributes = fc
  .shuffledSubarray([...NAMES])
  .chain((names) =>
    fc
      .tuple(...names.map(() => value))
      .map(
        (values): Record<string, string> =>
          Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])),
      ),
  );
const few = fc.constantFrom('a', 'b', 'c', 'd');
const cells = fc.record({ region: few, channel: few, stage: few });
const segments: fc.Arbitrary<Segment> = fc.record(
  {
    region: fc.array(few, { minLength: 1 }),
    channel: fc.array(few, { minLength: 1 }),
    stage: fc.array(few, { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const sorted = (of: Record<string, string>) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));

describe('cellKey', () => {
  it('is equal for equal attributes, and only for those', () => {
    fc.assert(
      fc.property(attributes, attributes, (a, b) => {
        const equal = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(cellKey(a) === cellKey(b)).toBe(equal);
        expect(cellKey(Object.fromEntries(Object.entries(a).reverse()))).toBe(cellKey(a));
      }),
    );
  });

  it('distinguishes attributes that look alike', () => {
    const alike = [
      { region: 'a', channel: 'b' },
      { region: 'b', channel: 'a' },
      { region: 'a,channel=b' },
      { region: 'a","channel":"b' },
      { region: 'a ', channel: 'b' },
      { region: 'A', channel: 'b' },
      { region: 'a' },
      {},
    ];
    expect(new Set(alike.map(cellKey)).size).toBe(alike.length);
  });

  it('never changes: it is stored with every cell', () => {
    // printf '{"channel":"web","region":"Zürich"}' | sha256sum
    expect(cellKey({ region: 'Zürich', channel: 'web' })).toBe('3f319ba41631eb70825e91a7');
  });
});

describe('matchesSegment', () => {
  it('OR-s values, AND-s dimensions, and leaves an absent dimension free', () => {
    fc.assert(
      fc.property(segments, cells, (segment, cell) => {
        const expected = NAMES.every((name) => segment[name]?.includes(cell[name]) ?? true);
        expect(matchesSegment(segment, cell)).toBe(expected);
      }),
    );
  });

  it('treats a missing or empty attribute as the value "unknown"', () => {
    for (const attributes of [{}, { region: '' }, { region: 'unknown' }]) {
      expect(matchesSegment({ region: ['unknown'] }, attributes)).toBe(true);
      expect(matchesSegment({ region: ['Peru', 'other'] }, attributes)).toBe(false);
    }
  });

  it('holds for no cell that lacks the attribute, even if objects have a member of that name', () => {
    expect(matchesSegment({}, {})).toBe(true);
    expect(matchesSegment({ region: ['a'] }, {})).toBe(false);
    expect(matchesSegment({ region: [] }, { region: 'a' })).toBe(false);
    expect(matchesSegment({ constructor: ['a'] } as unknown as Segment, { region: 'a' })).toBe(false);
  });
});

describe('normaliseSegment', () => {
  it('changes the text and not the filter; segments that differ only in order or repetition become equal text', () => {
    fc.assert(
      fc.property(segments, cells, (segment, cell) => {
        const normal = normaliseSegment(segment);
        expect(matchesSegment(normal, cell)).toBe(matchesSegment(segment, cell));
        expect(JSON.stringify(normaliseSegment(normal))).toBe(JSON.stringify(normal));
        const turned = Object.entries(segment)
          .reverse()
          .map(([name, values]) => [name, [...values, ...values].reverse()]);
        expect(JSON.stringify(normaliseSegment(Object.fromEntries(turned)))).toBe(JSON.stringify(normal));
      }),
    );
  });
});

describe('cellLabel', () => {
  it('lists the values in the order of the dimensions, whatever the order of the attributes', () => {
    const dimensions = defineDimensions(DEFAULT_DIMENSIONS);
    const label = cellLabel({ channel: 'e-mail', product_line: 'Rail', region: 'Peru' }, dimensions);
    expect(label).toBe('Rail · Peru · unknown · e-mail');
  });
});
