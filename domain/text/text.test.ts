import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { cut, nameOf, problemOf, quoted, readName, TEXT_RULES } from './text.ts';

describe('a name', () => {
  it('is the same however it was typed', () => {
    expect(readName(TEXT_RULES.source, ' \u00a0Cafe\u0301\n')).toBe('Caf\u00e9');
  });

  it.each([
    ['a\u0000b', /control characters/],
    ['a\u0085b', /control characters/],
    ['a\u2028b', /control characters/],
    ['a\ud800', /surrogate/],
    ['\udc00a', /surrogate/],
    ['a\u202eb', /direction/],
    ['x'.repeat(129), /^129 characters; at most 128/],
    ['x'.repeat(1_000_000), /^1000000 characters; at most 128/],
  ])('is refused: %#', (given, says) => {
    const read = readName(TEXT_RULES.source, given);
    expect(typeof read === 'string' ? read : read.message).toMatch(says);
  });

  it('is unchanged when it is read a second time, within its bound and storable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (given) => {
        const name = readName(TEXT_RULES.source, given);
        if (typeof name !== 'string') return;
        expect(nameOf(name)).toBe(name);
        expect(problemOf(TEXT_RULES.source, name)).toBeNull();
        expect(Buffer.from(name).toString()).toBe(name);
        expect(name).not.toContain('\u0000');
      }),
    );
  });
});

describe('quotations in a message', () => {
  it.each([
    ['x'.repeat(1_000_000)],
    [1e308],
    [Number.POSITIVE_INFINITY],
    [null],
    [[1, 2]],
    [{ a: 'x'.repeat(1_000) }],
    ['\ud83d\ude00'.repeat(100)],
    ['\u0000'.repeat(100)],
  ])('are short: %#', (value) => {
    const shown = quoted(value);
    expect(shown.length).toBeLessThanOrEqual(250);
    expect(shown.isWellFormed()).toBe(true);
  });

  it('are not cut through a character', () => {
    expect(cut('ab\ud83d\ude00cd', 4)).toBe('ab…');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  it('do not depend on nesting', () => {
    expect(quoted(JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)))).toBe('a list');
  });
});
