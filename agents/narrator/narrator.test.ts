import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { type Fact, type FactSheet, rounded } from './fact.ts';
import { tell } from './template.ts';
import { type Refusal, verify } from './verify.ts';

const base: Omit<Fact, 'id' | 'kind' | 'cites' | 'numbers'> = {
  names: [],
  times: [],
  direction: null,
  quote: null,
};
const SHEET: FactSheet = {
  facts: [
    {
      ...base,
      id: 'f1',
      kind: 'SCORE',
      cites: ['NpsRow:a'],
      numbers: { score: 12.3, low: 8, high: 16.5, level: 95, responses: 1_204 },
      times: ['2026-10-28 to 2026-11-26'],
    },
    {
      ...base,
      id: 'f2',
      kind: 'CHANGE',
      cites: ['NpsRow:b', 'NpsRow:a'],
      numbers: { difference: -8, low: -13, high: -3 },
      times: ['2026-09-28 to 2026-10-27'],
      direction: 'DOWN',
    },
    {
      ...base,
      id: 'f3',
      kind: 'DRIVER',
      cites: ['NpsRow:c', 'NpsRow:d'],
      names: ['Germany'],
      numbers: { contribution: -5.1, mix: -0.4, rate: -4.7, before: 20, score: -4 },
      direction: 'DOWN',
    },
    {
      ...base,
      id: 'f4',
      kind: 'DRIVER',
      cites: ['NpsRow:e', 'NpsRow:f'],
      names: ['Line 4'],
      numbers: { contribution: -2.2, mix: -2, rate: -0.2, before: 31, score: 30.1 },
    },
    {
      ...base,
      id: 'f5',
      kind: 'THEME',
      cites: ['NpsRow:a'],
      names: ['price'],
      numbers: { share: 12, score: -40.2, contribution: -3.1, responses: 144 },
    },
    { ...base, id: 'f6', kind: 'QUOTE', cites: ['Response:x'], numbers: {}, quote: 'It costs 40 too much.' },
  ],
};

describe('the templates', () => {
  it('say each fact in a sentence', () => {
    expect(tell(SHEET).map(({ text }) => text)).toEqual([
      'The score of 2026-10-28 to 2026-11-26 is +12.3 (95 % interval +8.0 to +16.5), from 1,204 answers.',
      'It fell by 8.0 points (3.0 to 13.0) against 2026-09-28 to 2026-10-27.',
      'Germany fell from +20.0 to −4.0 and contributes −5.1 points to the change, most of it (−4.7) in how it answers.',
      'Line 4 contributes −2.2 points to the change, most of it (−2.0) in how many of the answers it has.',
      'Answers about price (12.0 % of all) score −40.2, which puts the whole score 3.1 points below what it is without them.',
      'One of them wrote: “It costs 40 too much.”.',
    ]);
  });

  it('pass the check for any numbers', () => {
    expect(verify(SHEET, tell(SHEET)).refused).toEqual([]);
    const number = fc.double({ min: -100, max: 100, noNaN: true }).map(rounded);
    const name = fc.constantFrom(
      'Germany',
      'Line 4',
      'Line 40',
      'North 2',
      'North',
      '7',
      'Because',
      'Übersee 3%',
    );
    const driver = fc.record({
      name,
      mix: number,
      rate: number,
      before: number,
      score: number,
      direction: fc.constantFrom('UP' as const, 'DOWN' as const, null),
    });
    fc.assert(
      fc.property(fc.array(driver, { maxLength: 4 }), (drivers) => {
        const facts = drivers.map(
          ({ name, direction, ...numbers }, i): Fact => ({
            ...base,
            id: `f${i}`,
            kind: 'DRIVER',
            cites: ['NpsRow:a'],
            names: [name],
            direction,
            numbers: { ...numbers, contribution: rounded(numbers.mix + numbers.rate) },
          }),
        );
        expect(verify({ facts }, tell({ facts })).refused).toEqual([]);
      }),
    );
  });
});

describe('the check of a text', () => {
  it('lets the templates say any score, change and theme', () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true }).map(rounded);
    const interval = fc.tuple(number, number, number).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(interval, interval, number, fc.nat(5_000), (score, change, contribution, responses) => {
        const [low = 0, middle = 0, high = 0] = change;
        const direction = low > 0 ? 'UP' : high < 0 ? 'DOWN' : null;
        const [least = 0, most = 0, greatest = 0] = score;
        const numbers = { score: most, low: least, high: greatest, level: 95, responses };
        const facts: Fact[] = [
          { ...base, id: 'f1', kind: 'SCORE', cites: ['NpsRow:a'], numbers, times: ['2026-10-28'] },
          {
            ...base,
            ...{ id: 'f2', kind: 'CHANGE', cites: ['NpsRow:a'], times: ['2026-10-27'], direction },
            numbers: { difference: middle, low, high },
          },
          {
            ...base,
            ...{ id: 'f3', kind: 'THEME', cites: ['NpsRow:a'], names: ['price'] },
            numbers: { share: Math.abs(middle), score: least, contribution, responses },
          },
          {
            ...base,
            id: 'f4',
            kind: 'SCORE',
            cites: ['NpsRow:b'],
            numbers: { responses: 0 },
            times: ['2026'],
          },
        ];
        expect(verify({ facts }, tell({ facts })).refused).toEqual([]);
      }),
    );
  });

  const refusal = (text: string, ...facts: string[]): Refusal | undefined =>
    verify(SHEET, [{ text, facts }], ['delivery', 'web']).refused[0]?.why;

  it.each([
    ['The score is +12.3.', ['f1']],
    ['From 1,204 answers the score is 12.3, between 8 and 16.5.', ['f1']],
    ['The score dropped by 8 points; Germany went from 20 to −4.', ['f2', 'f3']],
    ['Germany contributes −5.1, Line 4 −2.2.', ['f3', 'f4']],
    ['Someone wrote “It costs 40 too much.”', ['f6']],
    ['Someone wrote "costs 40".', ['f6']],
    ['There is no clear rise in Line 4.', ['f4']],
    ['It fell by 8 points (3–13).', ['f2']],
    ['The score is 12.3 (95 %: 8 to 16.5), of 1,204 valid answers.', ['f1']],
    ['Germany is at −4, 20 before.', ['f3']],
    ['Answers about price, 12% of all, put the score 3.1 points lower.', ['f5']],
  ])('lets through: %s', (text, facts) => {
    expect(refusal(text, ...facts)).toBeUndefined();
  });

  it.each<[string, string[], Refusal]>([
    ['The score is +12.4.', ['f1'], 'NUMBER'],
    ['The score is −12.3.', ['f1'], 'NUMBER'],
    ['The score is 12.30001.', ['f1'], 'NUMBER'],
    ['The score is twelve.', ['f1'], 'NUMBER'],
    ['The score halved.', ['f1'], 'NUMBER'],
    ['In Japan it is 12.3 on 2026-11-26.', ['f1'], 'NUMBER'],
    ['Germany contributes −2.2, Line 4 −5.1.', ['f3', 'f4'], 'NUMBER'],
    ['Line 4 fell to −4.', ['f3'], 'NAME'],
    ['Germany is at −4.', ['f1'], 'NAME'],
    ['The score rose by 8 points.', ['f2'], 'DIRECTION'],
    ['Line 4 fell.', ['f4'], 'DIRECTION'],
    ['Someone wrote “It is a scam.”', ['f6'], 'QUOTE'],
    ['Someone wrote “It costs 40 too much.', ['f6'], 'QUOTE'],
    ['Someone wrote “”', ['f6'], 'QUOTE'],
    ['The score fell by 8 because of price.', ['f2', 'f5'], 'CAUSE'],
    ['Answers from Japan are at 12.3.', ['f1'], 'NAME'],
    ['GERMANY is at 12.3.', ['f1'], 'NAME'],
    ['Answers about delivery are at 12.3.', ['f1'], 'NAME'],
    ['The score is fine.', [], 'NO_FACT'],
    ['The score is 12.3.', ['f1', 'f99'], 'UNKNOWN_FACT'],
    ['x'.repeat(401), ['f1'], 'TOO_LONG'],
    ['The score is 16.5 (12.3 to 8).', ['f1'], 'NUMBER'],
    ['The score is 16.5.', ['f1'], 'NUMBER'],
    ['The score is 12.3 (16.5 to 8).', ['f1'], 'NUMBER'],
    ['The score is 95.', ['f1'], 'NUMBER'],
    ['The score is 12.3, from 95 answers.', ['f1'], 'NUMBER'],
    ['12.3 % of all answered.', ['f1'], 'NUMBER'],
    ['Germany is at 4.', ['f3'], 'NUMBER'],
    ['Germany went from −4 to 20.', ['f3'], 'NUMBER'],
    ['It fell by 8 points (13 to 3).', ['f2'], 'NUMBER'],
    ['Answers about price score −40.2, 3.1 points above the others.', ['f5'], 'DIRECTION'],
    ['Answers about price score higher.', ['f5'], 'DIRECTION'],
    ['The score did not fall by 8 points.', ['f2'], 'DIRECTION'],
    ["The score didn't fall by 8 points.", ['f2'], 'DIRECTION'],
    ['Answers about price do not score −40.2.', ['f5'], 'DIRECTION'],
    ['The score is 12.3, better than before.', ['f1'], 'DIRECTION'],
    ['The [score](http://evil.example) is 12.3.', ['f1'], 'NAME'],
    ['The score is 12.3, see evil.example/x.', ['f1'], 'NAME'],
    ['\u202eThe score is 12.3.', ['f1'], 'NAME'],
    ['our competitor acme wins over the customers.', ['f1'], 'NO_FACT'],
  ])('refuses: %s %s', (text, facts, why) => {
    expect(refusal(text, ...facts)).toBe(why);
  });

  it('refuses a hostile text in time that grows with its length', () => {
    const text = `${'“'.repeat(200)}${'1,'.repeat(90)}`;
    expect(refusal(text, 'f6')).toBeDefined();
  });
});
