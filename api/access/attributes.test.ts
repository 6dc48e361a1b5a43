import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { parseAttributes } from './attributes.ts';

const parse = (given: unknown) =>
  parseAttributes(given, defineDimensions(DEFAULT_DIMENSIONS), (message) => new Error(message));

describe('restricting attributes', () => {
  it.each([
    [{ region: ['Germany'] }, { region: ['Germany'] }],
    [{ product_line: 'Rail' }, { product_line: ['Rail'] }],
    [{ productLine: [' Rail  plus '] }, { product_line: ['Rail plus'] }],
    [{ region: ['Sa\u0303o Paulo'] }, { region: ['São Paulo'] }],
    [{ region: ['', 'Peru'] }, { region: ['unknown', 'Peru'] }],
    [{ region: [null] }, { region: ['unknown'] }],
    [{ region: null }, { region: ['unknown'] }],
    [{ region: '  ' }, { region: ['unknown'] }],
    [null, {}],
    [undefined, {}],
  ])('%j are %j', (given, expected) => {
    expect(parse(given)).toEqual(expected);
  });

  it.each([{ region: [] }, { region: [7] }, { region: {} }, { planet: 'Mars' }, ['Germany'], 'Germany'])(
    'are not %j',
    (given) => {
      expect(() => parse(given)).toThrow(/^attributes/);
    },
  );
});
