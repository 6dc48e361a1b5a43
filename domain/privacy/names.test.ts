import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { nameSpans, type Reading, withoutSpans, wordsOf } from './names.ts';

const SURENESS = { written: 0.9, lowerCase: 0.97, initial: 0.98 };
const NOTHING = { person: 0, street: 0, number: 0 };

/** The text without what is read as said: a word as p, s or n (person, street, number) and its weight. */
function without(
  text: string,
  said: Readonly<Record<string, [keyof typeof NOTHING, number]>>,
  kept: string[] = [],
) {
  const words = wordsOf(text);
  const readings = words.map(({ start, end }): Reading => {
    const [part, weight] = said[text.slice(start, end)] ?? ['person', 0];
    return { ...NOTHING, [part]: weight };
  });
  return withoutSpans(text, nameSpans(text, words, readings, SURENESS, new Set(kept)));
}

describe('names that a model reads', () => {
  it('are removed whole, from their surest word on', () => {
    const said = { Maria: ['person', 0.95], de: ['person', 0.4], Souza: ['person', 0.5] } as const;
    expect(without('ask Maria de Souza, please', said as never)).toBe('ask [name], please');
    expect(without('ask de Souza, please', said as never)).toBe('ask de Souza, please');
  });

  it('are persons apart where a comma is between them, and one address with it', () => {
    const said = {
      Ana: ['person', 1],
      Tom: ['person', 1],
      Elm: ['street', 1],
      '4': ['number', 1],
      B: ['number', 1],
    };
    expect(without('Ana, Tom. Elm 4, B!', said as never)).toBe('[name], [name]. [address]!');
  });

  it('take no number for an address without a street', () => {
    expect(without('room 4', { '4': ['number', 1] })).toBe('room 4');
  });

  it('need to be surer where they begin without a capital, unless the text has none', () => {
    expect(without('Thanks to tom', { tom: ['person', 0.95] })).toBe('Thanks to tom');
    expect(without('Thanks to tom', { tom: ['person', 0.98] })).toBe('Thanks to [name]');
    expect(without('thanks to tom', { tom: ['person', 0.95] })).toBe('thanks to [name]');
  });

  it('of one word need to be surer where a sentence begins: there every word has a capital', () => {
    const said = { King: ['person', 0.95], Tom: ['person', 0.99], Lee: ['person', 0.95] } as const;
    expect(without('King helped, ask King.', said as never)).toBe('King helped, ask [name].');
    expect(without('Level 5! "King" helped.\nKing did.', said as never)).toBe(
      'Level 5! "King" helped.\nKing did.',
    );
    expect(without('Tom helped. King Lee too.', said as never)).toBe('[name] helped. [name] too.');
  });

  it('stay where the deployment keeps them', () => {
    const said = { Lufthansa: ['person', 1], Grace: ['person', 1] };
    expect(without('Lufthansa and Grace', said as never, ['lufthansa'])).toBe('Lufthansa and [name]');
  });

  it('are joined over hyphens and apostrophes', () => {
    const said = { Anne: ['person', 1], Marie: ['person', 1], O: ['person', 1], Neil: ['person', 1] };
    expect(without("Anne-Marie O'Neil's team", said as never)).toBe("[name]'s team");
  });

  it('leave placeholders alone', () => {
    expect(wordsOf('a [phone] [x y]').map(({ start, end }) => 'a [phone] [x y]'.slice(start, end))).toEqual([
      'a',
      '[',
      'x',
      'y',
      ']',
    ]);
    const text = 'mail [email]';
    const all = wordsOf(text).map(() => ({ person: 1, street: 0, number: 0 }));
    expect(withoutSpans(text, nameSpans(text, wordsOf(text), all, SURENESS))).toBe('[name] [email]');
  });

  it('are parts of the text in order, whatever is read', () => {
    const reading = fc.record({
      person: fc.double({ min: 0, max: 1, noNaN: true }),
      street: fc.double({ min: 0, max: 1, noNaN: true }),
      number: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.array(reading, { maxLength: 60 }),
        (text, read) => {
          const spans = nameSpans(text, wordsOf(text), read, SURENESS);
          for (const [i, { start, end }] of spans.entries()) {
            expect(start).toBeLessThan(end);
            expect(start).toBeGreaterThanOrEqual(spans[i - 1]?.end ?? 0);
          }
          expect(withoutSpans(text, []).length).toBe(text.length);
        },
      ),
    );
  });
});
