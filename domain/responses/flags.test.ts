import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { type AlikeAnswer, DEFAULT_FLAG_RULES, findFlagged, likenessOf } from './flags.ts';

const RULE = { answers: 3, seconds: 60 };
const alike = (...seconds: number[]): AlikeAnswer[] =>
  seconds.map((second, i) => ({ id: String(i), person: `p${i}`, answeredAt: second * 1000 }));

describe('flags', () => {
  it('find as many alike answers by different persons as the rule names, within its time', () => {
    expect([...findFlagged(RULE, alike(0, 60))]).toEqual([]);
    expect([...findFlagged(RULE, alike(0, 30, 61))]).toEqual([]);
    expect([...findFlagged(RULE, alike(0, 30, 60)).keys()]).toEqual(['0', '1', '2']);
    expect([...findFlagged(RULE, alike(0, 100, 130, 160, 500)).keys()]).toEqual(['1', '2', '3']);
    const one = alike(0, 1, 2, 3).map((row) => ({ ...row, person: 'one' }));
    expect([...findFlagged(RULE, one)]).toEqual([]);
  });

  it('are those of any window, whatever the order', () => {
    const answers = fc.uniqueArray(
      fc.record({
        id: fc.nat(40).map(String),
        person: fc.nat(6).map(String),
        answeredAt: fc.nat(300).map((second) => second * 1000),
      }),
      { selector: ({ id }) => id, maxLength: 20 },
    );
    fc.assert(
      fc.property(answers, (list) => {
        const expected = new Set<string>();
        for (const { answeredAt: end } of list) {
          const inside = list.filter((row) => row.answeredAt <= end && end - row.answeredAt <= 60_000);
          if (new Set(inside.map(({ person }) => person)).size >= RULE.answers)
            for (const { id } of inside) expected.add(id);
        }
        expect(new Set(findFlagged(RULE, list).keys())).toEqual(expected);
        expect(new Set(findFlagged(RULE, list.toReversed()).keys())).toEqual(expected);
      }),
    );
  });

  it('compare score and text of one source, and long texts of all', () => {
    const of = (source: string, score: number | null, comment: string | null) =>
      likenessOf(DEFAULT_FLAG_RULES, { source, score, comment });
    const long = 'Great app, it works as it should on all of my three phones!';
    expect(of('a', 9, long)).toEqual(
      of('a', 9, ' great APP: it works, as it should, on all of my three phones'),
    );
    expect(of('a', 9, 'Fine.').map(({ rule }) => rule)).toEqual(['burst']);
    expect(of('a', 9, long)[1]).toEqual(of('b', 1, long)[1]);
    expect(of('a', 9, null)).not.toEqual(of('a', 8, null));
  });
});
