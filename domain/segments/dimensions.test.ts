import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { DEFAULT_DIMENSIONS, defineDimensions, storedValue, valueIn } from './dimensions.ts';

const define = (...fields: string[]) => defineDimensions(fields.map((field) => ({ field })));
const letters = 'abcABC019';
const fields = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 }).map((rest) => `x${rest}`),
  { minLength: 1, maxLength: 20 },
);

describe('defineDimensions', () => {
  it('derives every name from the field', () => {
    expect(define('productLine', 'b2bTier')).toEqual([
      {
        field: 'productLine',
        attribute: 'product_line',
        enumValue: 'PRODUCT_LINE',
        description: 'The productLine.',
      },
      { field: 'b2bTier', attribute: 'b2b_tier', enumValue: 'B2B_TIER', description: 'The b2bTier.' },
    ]);
  });

  it('gives different fields different names everywhere, in the configured order', () => {
    fc.assert(
      fc.property(fields, (names) => {
        const dimensions = define(...names);
        expect(dimensions.map(({ field }) => field)).toEqual(names);
        for (const key of ['attribute', 'enumValue'] as const)
          expect(new Set(dimensions.map((dimension) => dimension[key])).size).toBe(names.length);
        for (const { attribute, enumValue } of dimensions) {
          expect(attribute).toMatch(/^[a-z][a-z0-9_]*$/);
          expect(enumValue).toMatch(/^[A-Z][A-Z0-9_]*$/);
        }
      }),
    );
  });

  it.each([
    [[], /at least one dimension is needed/],
    [[''], /"" is not a camelCase name such as "productLine"/],
    [['product_line'], /"product_line" is not a camelCase name/],
    [['Region'], /"Region" is not a camelCase name/],
    [['1st'], /"1st" is not a camelCase name/],
    [['région'], /"région" is not a camelCase name/],
    [['__proto__'], /"__proto__" is not a camelCase name/],
    [['x'.repeat(64)], /is not a camelCase name/],
    [['region', 'score'], /"score" is already a field of a response or a score/],
    [['region', 'channel', 'region'], /"region" is named twice/],
  ])('refuses %j and says why', (names, expected) => {
    expect(() => define(...names)).toThrow(expected);
  });

  it.each([null, undefined, '', '  ', ' \t\n', 'unknown', ' unknown '])('stores %j as "unknown"', (text) => {
    expect(storedValue(text)).toBe('unknown');
  });

  it('finds a value however it is typed', () => {
    for (const text of ['São Paulo', 'Sa\u0303o Paulo', '  São \n Paulo '])
      expect(storedValue(text)).toBe('São Paulo');
    expect(valueIn({ region: 'Peru' }, 'region')).toBe('Peru');
    expect([valueIn({}, 'region'), valueIn({ region: '' }, 'region')]).toEqual(['unknown', 'unknown']);
  });

  it('accepts the default ones, each with a description', () => {
    const dimensions = defineDimensions(DEFAULT_DIMENSIONS);
    expect(dimensions.map(({ enumValue }) => enumValue)).toEqual([
      'PRODUCT_LINE',
      'REGION',
      'LIFECYCLE_STAGE',
      'CHANNEL',
    ]);
    for (const { description } of dimensions) expect(description).toMatch(/^[A-Z].*\.$/);
  });
});
