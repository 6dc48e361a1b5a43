import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import type { CellAttributes } from './cell.ts';
import { asDeclared, cellShares, type FilingView, fileElsewhere } from './cell-filing.ts';
import { defineDimensions } from './dimensions.ts';

const KNOWN = [
  { product: 'A', region: 'Germany', channel: 'web' },
  { product: 'B', region: 'Austria', channel: 'mail' },
  { product: 'C', region: 'Peru', channel: 'web' },
  { product: 'D', region: 'Austria', channel: 'web' },
];

function view(cells: readonly CellAttributes[], more: Partial<FilingView> = {}): FilingView {
  const isCell = (candidate: CellAttributes) =>
    cells.some((cell) => Object.keys(candidate).every((name) => cell[name] === candidate[name]));
  return {
    exists: isCell,
    cellsWith: (name, value) => cells.filter((cell) => cell[name] === value).length,
    valuesOf: (name) => new Set(cells.map((cell) => cell[name])).size,
    permits: () => true,
    mayAdd: true,
    ...more,
  };
}
const file = (
  product: string,
  region: string,
  channel: string,
  more: Partial<FilingView> = {},
  cells = KNOWN,
) => {
  const filed = fileElsewhere({ product, region, channel }, view(cells, more));
  return filed && `${filed.product} / ${filed.region} / ${filed.channel}`;
};

describe('a combination that finds no room', () => {
  it('keeps every value that is known in its dimension', () => {
    expect(file('New', 'Austria', 'web')).toBe('other / Austria / web');
    expect(file('A', 'Chile', 'web')).toBe('A / other / web');
    expect(file('New', 'Chile', 'web')).toBe('other / other / web');
    expect(file('New', 'Chile', 'phone')).toBe('other / other / other');
  });

  it('if only the combination is new, replaces the value of the dimension with the most values', () => {
    expect(file('A', 'Austria', 'web')).toBe('other / Austria / web');
  });

  it('prefers an existing cell with as few "other"', () => {
    const cells = [...KNOWN, { product: 'A', region: 'Austria', channel: 'other' }];
    expect(file('A', 'Austria', 'web', {}, cells)).toBe('A / Austria / other');
  });

  it('goes to the nearest existing cell when none may be added, at worst to the last one', () => {
    const mayAdd = false;
    const cells = [...KNOWN, { product: 'other', region: 'other', channel: 'web' }];
    expect(file('A', 'Austria', 'web', { mayAdd }, cells)).toBe('other / other / web');
    expect(file('A', 'Austria', 'mail', { mayAdd }, cells)).toBe('other / other / other');
  });

  it('replaces another value if the caller may not submit to the first cell, and is rejected if to none', () => {
    const permits = ({ region }: CellAttributes) => region === 'Germany';
    expect(file('B', 'Germany', 'mail', { permits })).toBe('other / Germany / mail');
    expect(file('New', 'Germany', 'mail', { permits, mayAdd: false })).toBe(null);
    expect(file('A', 'Chile', 'web', { permits })).toBe(null);
  });

  it('is always permitted, existing or addable, and made of the sent values and "other"', () => {
    const few = fc.constantFrom('a', 'b', 'other');
    const cell = fc.record({ product: few, region: few, channel: few });
    fc.assert(
      fc.property(fc.array(cell), cell, fc.boolean(), fc.array(cell), (cells, sent, mayAdd, denied) => {
        const permits = (one: CellAttributes) =>
          !denied.some((other) => JSON.stringify(other) === JSON.stringify(one));
        const filed = fileElsewhere(sent, view(cells, { mayAdd, permits }));
        if (filed === null) return;
        expect(permits(filed)).toBe(true);
        for (const name of ['product', 'region', 'channel'] as const)
          expect([sent[name], 'other']).toContain(filed[name]);
      }),
    );
  });
});

it('shares are numbers of cells, at least one each', () => {
  const limits = { perKey: 0.25, perSource: 0.5, perMinute: 7 };
  expect(cellShares({ limit: 10_000, ...limits })).toEqual({
    sent: 10_000,
    overflow: 1_000,
    key: 2_500,
    keyOverflow: 250,
    source: 5_000,
    minute: 7,
  });
  expect(cellShares({ limit: 3, ...limits })).toMatchObject({ sent: 3, overflow: 1, key: 1, source: 1 });
});

describe('declared values', () => {
  const dimensions = (others?: 'reject' | 'file') =>
    defineDimensions([
      { field: 'region', values: ['Germany', ' São  Paulo '], others },
      { field: 'channel' },
    ]);
  const of = (region: string, others?: 'reject' | 'file') =>
    asDeclared(dimensions(others), { region, channel: 'any' });

  it.each(['Germany', 'São Paulo', 'unknown'])('keep %s', (region) => {
    expect(of(region)).toEqual({ attributes: { region, channel: 'any' } });
  });
  it('reject or file others, as configured', () => {
    expect(of('germany')).toEqual({ undeclared: { field: 'region', value: 'germany' } });
    expect(of('Peru', 'file')).toEqual({ attributes: { region: 'other', channel: 'any' } });
  });
  it.each([
    [{ field: 'region', others: 'file' as const }, /"region" defines "others"/],
    [{ field: 'region', values: [] }, /"region" must declare at least one value/],
    [{ field: 'region', values: ['a', ' '] }, /none that is blank/],
  ])('are refused: %j', (dimension, message) => {
    expect(() => defineDimensions([dimension])).toThrow(message);
  });
});
