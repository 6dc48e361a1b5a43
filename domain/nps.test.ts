import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, type Counts, npsScore, subtract, total, ZERO } from './nps.ts';

const count = fc.integer({ min: 0, max: 1_000_000 });
const counts: fc.Arbitrary<Counts> = fc.record({ promoters: count, passives: count, detractors: count });

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

  it('gives the same sum for any order and any split', () => {
    fc.assert(
      fc.property(fc.array(counts, { maxLength: 30 }), fc.nat(), (list, cut) => {
        const sum = (some: Counts[]) => some.reduce(add, ZERO);
        const at = list.length === 0 ? 0 : cut % list.length;
        expect(add(sum(list.slice(0, at)), sum(list.slice(at)))).toEqual(sum([...list].reverse()));
      }),
    );
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
