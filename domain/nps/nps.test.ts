import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { add, type Counts, classOfScore, npsScore, subtract, total, ZERO } from './nps.ts';

const count = fc.integer({ min: 0, max: 1_000_000 });
const counts: fc.Arbitrary<Counts> = fc.record({ promoters: count, passives: count, detractors: count });

const unit = (score: number): Counts => {
  const npsClass = classOfScore(score);
  return {
    promoters: npsClass === 'promoter' ? 1 : 0,
    passives: npsClass === 'passive' ? 1 : 0,
    detractors: npsClass === 'detractor' ? 1 : 0,
  };
};

describe('the fold', () => {
  it('is commutative and associative, with an identity and an inverse', () => {
    fc.assert(
      fc.property(counts, counts, counts, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
        expect(add(a, ZERO)).toEqual(a);
        expect(subtract(add(a, b), b)).toEqual(a);
      }),
    );
  });

  it('counts every response once, in any order and any grouping', () => {
    const responses = fc.array(
      fc.record({ score: fc.integer({ min: 0, max: 10 }), group: fc.nat(5), rank: fc.nat() }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(responses, (list) => {
        const scores = list.map(({ score }) => score);
        const expected = {
          promoters: scores.filter((score) => score > 8).length,
          passives: scores.filter((score) => score === 7 || score === 8).length,
          detractors: scores.filter((score) => score < 7).length,
        };
        const shuffled = [...list].sort((a, b) => a.rank - b.rank);
        expect(shuffled.map(({ score }) => unit(score)).reduce(add, ZERO)).toEqual(expected);
        const groups = [0, 1, 2, 3, 4, 5].map((group) =>
          list
            .filter((response) => response.group === group)
            .reduce((sum, { score }) => add(sum, unit(score)), ZERO),
        );
        expect(groups.reduce(add, ZERO)).toEqual(expected);
        expect(total(expected)).toBe(list.length);
      }),
    );
  });
});

describe('classOfScore', () => {
  it('has its edges at 7 and 9', () => {
    const classes = [0, 6, 7, 8, 9, 10].map(classOfScore);
    expect(classes).toEqual(['detractor', 'detractor', 'passive', 'passive', 'promoter', 'promoter']);
  });

  it.each([-1, 11, 7.5, Number.NaN])('refuses %d', (score) => {
    expect(() => classOfScore(score)).toThrow(RangeError);
  });
});

describe('npsScore', () => {
  it.each([
    [{ promoters: 6, passives: 4, detractors: 7 }, -100 / 17],
    [{ promoters: 20, passives: 100, detractors: 40 }, -12.5],
    [{ promoters: 3, passives: 0, detractors: 0 }, 100],
    [{ promoters: 0, passives: 5, detractors: 0 }, 0],
  ])('%o is %d', (given, score) => {
    expect(npsScore(given)).toBeCloseTo(score, 12);
  });

  it('is null without answers, and never outside of -100 to 100', () => {
    expect(npsScore(ZERO)).toBeNull();
    fc.assert(
      fc.property(counts, (given) => {
        fc.pre(total(given) > 0);
        expect(Math.abs(npsScore(given) ?? Number.NaN)).toBeLessThanOrEqual(100);
      }),
    );
  });
});
