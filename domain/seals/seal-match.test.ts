import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { leafHash } from './merkle.ts';
import { type SealedFact, sumsOf } from './seal.ts';
import { factHash, type KeptLeaf, matchLeaves } from './seal-match.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const facts: fc.Arbitrary<SealedFact> = fc.record({
  id: fc.uuid(),
  answeredAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  cell: hex(24),
  class: fc.nat(2),
  mapping: hex(64),
  origin: fc.uuid(),
  points: fc.option(fc.integer({ min: 0, max: 1_000 })),
  inferred: fc.constant(null),
});

describe('matching facts and leaves', () => {
  const few = fc.uniqueArray(facts, { selector: ({ id }) => id, maxLength: 8 });
  const leafOf = (fact: SealedFact, salt = 'ab'.repeat(16)): KeptLeaf => ({
    hash: factHash(fact, salt),
    responseId: fact.id,
    salt,
    origin: fact.origin,
  });

  it('keeps all that equal their sealed leaf, in any order', () => {
    fc.assert(
      fc.property(few, fc.boolean(), (list, turned) => {
        const leaves = list.map((fact) => leafOf(fact));
        if (turned) leaves.reverse();
        const match = matchLeaves(list, leaves);
        expect(match).toEqual({
          kept: list,
          keptLeaves: list.map((fact) => leafOf(fact)),
          added: [],
          changed: [],
          changedLeaves: [],
          removed: [],
          erased: [],
          tampered: [],
        });
      }),
    );
  });

  it('reports for each of the others what happened to it', () => {
    fc.assert(
      fc.property(few, fc.infiniteStream(fc.nat(5)), (list, fates) => {
        const fate = new Map(list.map((fact) => [fact, fates.next().value as number]));
        const of = (...wanted: number[]) => list.filter((fact) => wanted.includes(fate.get(fact) ?? -1));
        const other = (fact: SealedFact) => ({ ...fact, class: (fact.class + 1) % 3 });
        const present = list
          .filter((fact) => fate.get(fact) !== 3 && fate.get(fact) !== 4)
          .map((fact) => (fate.get(fact) === 2 || fate.get(fact) === 5 ? other(fact) : fact));
        const leaves = list
          .filter((fact) => fate.get(fact) !== 1)
          .map((fact): KeptLeaf => {
            if (fate.get(fact) === 3)
              return { hash: leafHash(fact.id), responseId: null, salt: null, origin: null };
            return { ...leafOf(fact), origin: fate.get(fact) === 5 ? 'an earlier event' : fact.origin };
          });
        const match = matchLeaves(present, leaves);
        expect(match.kept).toEqual(of(0));
        expect(match.added).toEqual(of(1));
        expect(match.tampered).toEqual(of(2).map(other));
        expect(match.erased.map(({ hash }) => hash)).toEqual(of(3).map(({ id }) => leafHash(id)));
        expect(match.removed.map(({ responseId }) => responseId)).toEqual(of(4).map(({ id }) => id));
        expect(match.changed).toEqual(of(5).map(other));
      }),
    );
  });

  it('does not match a leaf by its index alone', () => {
    fc.assert(
      fc.property(few, (list) => {
        const unsalted = list.map((fact) => ({ ...leafOf(fact), salt: null }));
        expect(matchLeaves(list, unsalted)).toMatchObject({ kept: [], added: list, erased: unsalted });
      }),
    );
  });
});

it('a recount adds up surveyed and inferred classes', () => {
  const fact = { id: '', answeredAt: 0, cell: '', mapping: '', origin: '' };
  const inferred = { model: '', detractor: 700_000, passive: 200_000, promoter: 100_000 };
  const given = [
    { ...fact, class: 2, points: 900, inferred: null },
    { ...fact, class: 0, points: null, inferred: { ...inferred, surveyed: false } },
    { ...fact, class: 0, points: null, inferred: { ...inferred, surveyed: true } },
  ];
  expect(sumsOf(given)).toEqual({
    promoters: 1,
    passives: 0,
    detractors: 2,
    n: 3,
    sum: 900,
    sumSquares: 810_000,
    alonePromoters: 0,
    alonePassives: 0,
    aloneDetractors: 1,
    promoterMillionths: 200_000,
    passiveMillionths: 400_000,
    detractorMillionths: 1_400_000,
  });
});
