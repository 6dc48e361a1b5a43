import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { applyScale, fitsScale, SCALES } from '../nps/scale.ts';
import { leafContent, type SealedFact } from './seal.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const millionths = fc.integer({ min: 0, max: 1_000_000 });
const surveyed = {
  id: fc.uuid(),
  answeredAt: fc.integer({ min: 0, max: 4e12 }),
  cell: hex(24),
  class: fc.constantFrom(0, 1, 2),
  mapping: hex(16),
};

describe('the content of a leaf', () => {
  it('of a surveyed response is canonical JSON (RFC 8785), although written by hand', () => {
    const fact = fc.record({
      ...surveyed,
      origin: fc.uuid(),
      points: fc.option(fc.integer({ min: -1_000, max: 1_000 })),
      inferred: fc.constant(null),
    });
    fc.assert(
      fc.property(fact, hex(32), (one: SealedFact, salt) => {
        const { inferred: _inferred, origin: event, ...rest } = one;
        expect(leafContent(one, salt)).toBe(canonicalize({ ...rest, event, salt }));
      }),
    );
  });

  it('of an inferred one too', () => {
    const fact = fc.record({
      ...surveyed,
      origin: fc.integer({ min: 0, max: 4e15 }).map(String),
      points: fc.constant(null),
      inferred: fc.record({
        model: hex(64),
        detractor: millionths,
        passive: millionths,
        promoter: millionths,
        surveyed: fc.boolean(),
      }),
    });
    fc.assert(
      fc.property(fact, hex(32), (one: SealedFact, salt) => {
        const { inferred, origin: predictedAt, points: _points, ...rest } = one;
        expect(leafContent(one, salt)).toBe(canonicalize({ ...rest, ...inferred, predictedAt, salt }));
      }),
    );
  });
});

describe('a stored score', () => {
  it('fits its class and points on its scale, and no others', () => {
    for (const rule of Object.values(SCALES)) {
      const answers = ['yes', 'no', ...Array.from({ length: 11 }, (_, i) => i)].flatMap(
        (answer) => applyScale(rule, answer) ?? [],
      );
      for (const answer of answers) {
        expect(fitsScale(rule, answer)).toBe(true);
        expect(fitsScale(rule, { ...answer, points: answer.points + 1 })).toBe(false);
        expect(
          fitsScale(rule, { ...answer, class: answer.class === 'passive' ? 'promoter' : 'passive' }),
        ).toBe(false);
        expect(fitsScale(rule, { ...answer, score: answer.score + 20 })).toBe(false);
      }
    }
  });
});
