import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { parseRollupKey, parseSealKey, rollupId, sealId } from './lineage.ts';

describe('node ids', () => {
  it('format a rollup and parse back', () => {
    const cell = fc.stringMatching(/^[0-9a-f]{24}$/);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000 }), cell, fc.nat(999), (hour, key, model) => {
        const rollup = { hour, cell: key, model };
        expect(rollupId(rollup)).toMatch(/^Rollup:/);
        expect(parseRollupKey(rollupId(rollup).slice('Rollup:'.length))).toEqual(rollup);
      }),
    );
  });

  it.each([
    '2024023010:0123456789abcdef01234567:0',
    '2024010125:0123456789abcdef01234567:0',
    '2024010110:xyz:0',
    '0000010110:0123456789abcdef01234567:0',
    '9999123123:0123456789abcdef01234567:0',
  ])('%s is not a rollup', (key) => {
    expect(parseRollupKey(key)).toBeNull();
  });

  it('format a revision of a seal, the first being 0, and parse back', () => {
    const rollup = { hour: 490_000, cell: '0123456789abcdef01234567', model: 7 };
    for (const revision of [0, 1, 12]) {
      const key = sealId(rollup, revision).slice('Seal:'.length);
      expect(parseSealKey(key)).toEqual({ rollup, revision });
      expect(parseSealKey(`${key.slice(0, -String(revision).length)}0${revision}`)).toBeNull();
    }
  });
});
