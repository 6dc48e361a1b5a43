import { describe, expect, it } from 'vitest';
import { redact } from '../../domain/privacy/redact.ts';
import { TEXT_RULES } from '../../domain/text/text.ts';
import fc from '../../test/fixtures/properties.ts';
import { keptComment } from './comment.ts';

const { longest } = TEXT_RULES.comment;
const ADDRESS = 'jane.doe@example.com';

describe('a comment', () => {
  it('that fits is kept as it is, redacted', () => {
    expect(keptComment('Fine')).toEqual({ text: 'Fine', isCut: false });
    const full = 'so so '.repeat(longest).slice(0, longest);
    expect(keptComment(full)).toEqual({ text: full, isCut: false });
    expect(keptComment(`ask ${ADDRESS}`)).toEqual({ text: 'ask [email]', isCut: false });
  });

  it('that fits once it is redacted loses nothing', () => {
    const text = `${ADDRESS} ${'x'.repeat(longest - 10)}`;
    expect(keptComment(text)).toEqual({ text: redact(text), isCut: false });
  });

  it('that is longer loses its end', () => {
    const { text, isCut } = keptComment('again and '.repeat(100_000));
    expect(isCut).toBe(true);
    expect(text.length).toBeGreaterThan(longest - 10);
    expect(text.length).toBeLessThanOrEqual(longest);
    expect('again and '.repeat(100_000).startsWith(text)).toBe(true);
  });

  it.each([
    ['👩‍👩‍👧‍👦', 11],
    ['e\u0301', 2],
    ['🇩🇪', 4],
    ['\u1100\u1161\u11a8', 3],
    ['\r\n', 2],
  ])('is cut between grapheme clusters: %j', (character, size) => {
    expect(character.length).toBe(size);
    for (let before = 1; before <= size; before++) {
      const { text } = keptComment(`${'x'.repeat(longest - before)}${character}${'y'.repeat(50)}`);
      expect(text.length).toBe(before === size ? longest : longest - before);
    }
  });

  it('is cut even if one character never ends', () => {
    const { text } = keptComment(`e${'\u0301'.repeat(50_000)}`);
    expect(text.length).toBe(longest);
  });

  it('shows no part of a match across the cut, nor of its placeholder', () => {
    for (let before = 0; before <= ADDRESS.length + 2; before++) {
      const { text } = keptComment(
        `${'x '.repeat(longest).slice(0, longest - before)} ${ADDRESS} ${'y '.repeat(18_000)}`,
      );
      expect(text).not.toMatch(/jane|doe|exam|\[(?!email\])/);
      expect(text.length).toBeGreaterThan(longest - before - ADDRESS.length);
    }
  });

  it('never has a part of an address, wherever it is', () => {
    const word = fc.constantFrom('fine', ADDRESS, 'ünïcode', '👍🏽', '+49 (0)30 1234567', '\n');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), fc.nat(60_000), (words, more) => {
        const long = words.join(' ').concat(' ').repeat(2_000).slice(more).toWellFormed();
        const { text, isCut } = keptComment(long);
        expect(text.length).toBeLessThanOrEqual(longest);
        expect(text.isWellFormed()).toBe(true);
        // An address that begins in the middle of a word was not an address.
        expect(text.slice(40)).not.toMatch(/doe@|@exam|1234567|\[(?!email\]|phone\])/);
        expect(isCut || text === redact(long)).toBe(true);
        if (isCut) expect(text.length).toBeGreaterThan(longest - 50);
      }),
      // So many addresses that a window of twice the length has too little left.
      { numRuns: 60, examples: [[[ADDRESS, '👍🏽', ADDRESS], 9]] },
    );
  });
});
