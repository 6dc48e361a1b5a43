import { describe, expect, it } from 'vitest';
import { compileRules } from './apply-rules.ts';
import { defineDimensions } from './dimensions.ts';
import { patternOf } from './pattern.ts';
import { parseSegmentRules, SegmentRulesError } from './segment-rules.ts';

const DIMENSIONS = defineDimensions([
  { field: 'region' },
  { field: 'planTier' },
  { field: 'size', values: ['small', 'large'], others: 'reject' },
]);
const SENT = { region: 'unknown', plan_tier: 'unknown', size: 'unknown' };
const apply = (dimensions: object, attributes: Record<string, string>, sent: object = {}) =>
  compileRules(parseSegmentRules({ dimensions }, DIMENSIONS), DIMENSIONS).apply({
    dimensions: { ...SENT, ...sent },
    attributes,
  });
const mistakesOf = (given: unknown): string => {
  try {
    parseSegmentRules(given, DIMENSIONS);
  } catch (error) {
    if (error instanceof SegmentRulesError) return error.message;
  }
  return 'none';
};

describe('segment rules', () => {
  it.each([
    ['equals', [{ attribute: 'country', equals: ['DE', 'AT'], value: 'DACH' }], { country: 'AT' }, 'DACH'],
    ['equals another', [{ attribute: 'country', equals: 'DE', value: 'DACH' }], { country: 'de' }, 'unknown'],
    [
      'a pattern',
      [{ attribute: 'host', pattern: '*.example.??', value: 'Example' }],
      { host: 'a.EXAMPLE.de' },
      'Example',
    ],
    [
      'a table',
      [{ attribute: 'country', lookup: { FR: 'France', IT: 'Italy' } }],
      { country: 'IT' },
      'Italy',
    ],
    ['an absent attribute', [{ attribute: 'country', lookup: { '': 'nowhere' } }], {}, 'unknown'],
    [
      'the first that matches',
      [
        { attribute: 'a', equals: '1', value: 'one' },
        { attribute: 'a', pattern: '*', value: 'any' },
      ],
      { a: '1' },
      'one',
    ],
    ['a default', [{ attribute: 'a', equals: '1', value: 'one' }, { default: 'rest' }], {}, 'rest'],
  ])('%s', (_name, region, attributes, expected) => {
    expect(apply({ region }, attributes as Record<string, string>).region).toBe(expected);
  });

  it.each([
    ['49', 'small'],
    ['49.99', 'small'],
    ['50', 'large'],
    ['-1', 'unknown'],
    ['5e3', 'unknown'],
    ['0x10', 'unknown'],
    ['', 'unknown'],
  ])('a range reads plain numbers: %s', (seats, expected) => {
    const size = [
      { attribute: 'seats', range: { from: 0, below: 50 }, value: 'small' },
      { attribute: 'seats', range: { from: 50 }, value: 'large' },
    ];
    expect(apply({ size }, { seats }).size).toBe(expected);
  });

  it('read dimensions as sent, and leave what no rule matches', () => {
    const rules = {
      region: [{ attribute: 'region', equals: 'Deutschland', value: 'Germany' }],
      planTier: [{ attribute: 'region', equals: 'Deutschland', value: 'home' }],
    };
    expect(apply(rules, {}, { region: 'Deutschland' })).toEqual({
      ...SENT,
      region: 'Germany',
      plan_tier: 'home',
    });
    expect(apply(rules, {}, { region: 'Peru' })).toEqual({ ...SENT, region: 'Peru' });
  });

  it.each([
    [
      'an unknown dimension',
      { dimensions: { regoin: [{ default: 'x' }] } },
      'dimensions.regoin: no such dimension',
    ],
    [
      'a rule after a default',
      { dimensions: { region: [{ default: 'x' }, { default: 'y' }] } },
      'a default is the last rule',
    ],
    ['an undeclared value', { dimensions: { size: [{ default: 'huge' }] } }, '"huge" is none of the values'],
    [
      'an empty range',
      { dimensions: { region: [{ attribute: 'a', range: {}, value: 'x' }] } },
      'dimensions.region.0',
    ],
    [
      'a strange rule',
      { dimensions: { region: [{ attribute: 'a', regex: '(a+)+', value: 'x' }] } },
      '"pattern"',
    ],
    [
      'too many stars',
      { dimensions: { region: [{ attribute: 'a', pattern: '*a'.repeat(21), value: 'x' }] } },
      'dimensions.region.0',
    ],
    [
      'too large a table',
      {
        dimensions: {
          region: [
            {
              attribute: 'a',
              lookup: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, 'x'])),
            },
          ],
        },
      },
      'dimensions.region.0',
    ],
    [
      'too many attributes',
      {
        dimensions: {
          region: Array.from({ length: 21 }, (_, i) => ({ attribute: `a${i}`, equals: '1', value: 'x' })),
        },
      },
      'rules read 21 attributes',
    ],
    ['no object', 'region', 'expected object'],
  ])('refuse %s', (_name, given, message) => {
    expect(mistakesOf(given)).toContain(message);
  });

  it('a table may have the names of every object as keys', () => {
    const region = [{ attribute: 'a', lookup: { constructor: 'x' } }];
    expect(apply({ region }, { a: 'constructor' }).region).toBe('x');
    expect(apply({ region }, { a: 'toString' }).region).toBe('unknown');
    expect(apply({ region }, { a: '__proto__' }).region).toBe('unknown');
  });
});

/** By definition: each star tries every length. */
function slowly(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*')
    return slowly(pattern.slice(1), text) || (text !== '' && slowly(pattern, text.slice(1)));
  return (
    text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && slowly(pattern.slice(1), text.slice(1))
  );
}

describe('patterns', () => {
  it('match what the definition matches, for all short patterns and texts', () => {
    const words = (letters: string, longest: number): string[] =>
      longest === 0
        ? ['']
        : ['', ...[...letters].flatMap((one) => words(letters, longest - 1).map((rest) => one + rest))];
    const texts = [...new Set(words('ab', 5))];
    const wrong: string[] = [];
    for (const pattern of new Set(words('a*?b', 4)))
      for (const text of texts)
        if (patternOf(pattern)(text) !== slowly(pattern, text)) wrong.push(`${pattern} ${text}`);
    expect(wrong).toEqual([]);
  });

  it('answer a hostile pattern over a long value at once', () => {
    const matches = patternOf(`${'*a?'.repeat(20)}*b`);
    for (let i = 0; i < 100; i++) expect(matches('a'.repeat(10_000))).toBe(false);
  });
});
