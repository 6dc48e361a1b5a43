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

it('names moments that exist, and numbers of model versions', () => {
  const given = {
    segment: {},
    from: 0,
    until: 60_000,
    basis: 'INFERRED' as const,
    confidence: 0.95,
    model: 1,
  };
  expect(parseScoreId(scoreId(given))).toEqual(given);
  const wrong: Partial<ScoreName>[] = [
    { from: Date.parse('0001-01-01T00:00:00Z') - 60_000 },
    { until: Date.parse('9999-12-31T23:59:00Z') + 60_000 },
    { until: Math.floor(Number.MAX_SAFE_INTEGER / 60_000) * 60_000 },
    { model: 2 ** 31 },
  ];
  for (const one of wrong)
    expect(parseScoreId(scoreId({ ...given, ...one })), JSON.stringify(one)).toBeNull();
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
