import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { digitsOf, isCurrency, majorUnits, minorUnits } from './money.ts';

describe('an amount', () => {
  it.each([
    [49.9, 'EUR', 4990],
    ['49.90', 'EUR', 4990],
    ['1200', 'JPY', 1200],
    ['1.500', 'KWD', 1500],
    [0.29, 'USD', 29],
    [1.1, 'USD', 110],
    ['0', 'EUR', 0],
    ['7.000', 'EUR', 700],
  ])('%s %s is %i of the smallest unit', (given, currency, units) => {
    expect(minorUnits(given, currency)).toBe(units);
  });

  it.each([
    ['-1', 'EUR'],
    ['1,5', 'EUR'],
    ['1e3', 'EUR'],
    [1e21, 'EUR'],
    [0.001, 'EUR'],
    ['.5', 'EUR'],
    ['', 'EUR'],
    ['٣', 'EUR'],
    ['99999999999999.99', 'CLF'],
  ])('%s %s is none', (given, currency) => {
    expect(typeof minorUnits(given, currency)).toBe('string');
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'),
        fc.integer({ min: 0, max: 1e12 }),
        (currency, units) => {
          expect(minorUnits(majorUnits(units, currency), currency)).toBe(units);
        },
      ),
    );
  });
});

it('knows the currencies of ISO 4217 and their digits', () => {
  expect(['EUR', 'USD', 'KWD'].every(isCurrency)).toBe(true);
  expect(['', 'eur', 'EURO', 'ZZZ', '\ud800'].some(isCurrency)).toBe(false);
  expect(['EUR', 'JPY', 'KWD', 'UYW'].map(digitsOf)).toEqual([2, 0, 3, 4]);
});
