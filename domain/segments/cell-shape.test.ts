import { describe, expect, it } from 'vitest';
import { checkDimensions, lackedBy, seenAs, storedAs } from './cell-shape.ts';
import { defineDimensions } from './dimensions.ts';

const dimensions = defineDimensions([{ field: 'planTier' }, { field: 'region' }]);

describe('a stored cell, seen through the configured dimensions', () => {
  it('is itself if nothing changed', () => {
    const stored = { region: 'Peru', plan_tier: 'free' };
    expect(seenAs(stored, dimensions)).toBe(stored);
    expect(lackedBy(stored, dimensions)).toEqual([]);
    expect(storedAs(stored, new Set())).toBe(stored);
  });

  it('is "unknown" in added dimensions, and lacks removed ones', () => {
    const stored = { region: 'Peru', store_id: '7' };
    expect(seenAs(stored, dimensions)).toEqual({ plan_tier: 'unknown', region: 'Peru' });
    expect(lackedBy(stored, dimensions)).toEqual(['plan_tier']);
  });

  it('is stored as before if it names no value in added ones', () => {
    const later = new Set(['plan_tier']);
    expect(storedAs({ plan_tier: 'unknown', region: 'unknown' }, later)).toEqual({ region: 'unknown' });
    expect(storedAs({ plan_tier: 'free', region: 'Peru' }, later)).toEqual({
      plan_tier: 'free',
      region: 'Peru',
    });
  });
});

describe('removed dimensions', () => {
  it('are named, each once, as configured', () => {
    const cells = [
      { region: 'a', store_id: '1', b2b_kind: 'x' },
      { region: 'b', store_id: '2' },
    ];
    expect(() => checkDimensions(cells, dimensions, [])).toThrow(
      /"b2bKind", "storeId", which is not configured.*formerDimensions: \["b2bKind","storeId"\]/,
    );
    expect(() => checkDimensions(cells, dimensions, ['store_id', 'b2b_kind'])).not.toThrow();
    expect(() => checkDimensions([], dimensions, [])).not.toThrow();
  });
});
