import { expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { normaliseSegment } from '../segments/cell.ts';
import { type Basis, parseScoreId, type ScoreName, scoreId } from './score.ts';
import { scoreIds } from './score-ids.ts';

const minute = fc.integer({ min: 0, max: 40_000_000 }).map((count) => count * 60_000);
const names: fc.Arbitrary<ScoreName> = fc.record({
  segment: fc.dictionary(fc.string({ minLength: 1 }), fc.array(fc.string(), { maxLength: 4 }), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  from: minute,
  until: minute.map((at) => at + 2_400_000_000_000),
  basis: fc.constantFrom<Basis>('SURVEYED', 'INFERRED', 'COMBINED'),
  confidence: fc.double({ min: 1e-9, max: 0.999_999, noNaN: true }),
  model: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
});

it('is the base64url of the JSON of its parts, the segment with sorted, distinct values', () => {
  fc.assert(
    fc.property(names, (name) => {
      const { segment, from, until, basis, confidence, model } = name;
      const parts = [
        1,
        normaliseSegment(segment),
        from,
        until,
        basis,
        confidence,
        ...(model === null ? [] : [model]),
      ];
      const json = Buffer.from(scoreId(name).slice('nps_'.length), 'base64url').toString();
      expect(json).toBe(JSON.stringify(parts));
      // The rows of a series share the segment.
      expect(scoreId({ ...name, until: until + 60_000 })).toBe(
        scoreId({ ...name, segment: { ...segment }, until: until + 60_000 }),
      );
      expect(parseScoreId(scoreId(name))).toEqual({ ...name, segment: normaliseSegment(segment) });
    }),
  );
});

it('is the same among the ids of many scores', () => {
  fc.assert(
    fc.property(fc.array(names), fc.nat(), (some, place) => {
      const { segment = {} } = some[place % Math.max(1, some.length)] ?? {};
      const shared = some.map((name, i) => (i % 2 === 0 ? name : { ...name, segment }));
      expect(scoreIds(shared)).toEqual(shared.map(scoreId));
    }),
  );
});
