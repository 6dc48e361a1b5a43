import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { GroupCounts, type WindowPlaces } from './group-counts.ts';

const INTERVALS = 30;
const entries = fc.array(
  fc.record({
    group: fc.integer({ min: 0, max: 3 }),
    interval: fc.integer({ min: 0, max: INTERVALS - 1 }),
    counts: fc.record({ promoters: fc.nat(3), passives: fc.nat(3), detractors: fc.nat(3) }),
  }),
  { maxLength: 40 },
);
/** Windows whose edges never move backwards: buckets, rolling ones, some with gaps between them. */
const windows = fc
  .array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 8 })), { minLength: 1, maxLength: 12 })
  .map((steps) => {
    const made: WindowPlaces[] = [];
    for (const [step, length] of steps) {
      const [from, until] = made.at(-1) ?? [0, 0];
      const start = Math.min(from + step, INTERVALS - 1);
      made.push([start, Math.min(Math.max(until, start + length), INTERVALS)]);
    }
    return made;
  });

describe('GroupCounts', () => {
  it('counts each window and lists those with responses, like a sum over all entries', () => {
    fc.assert(
      fc.property(entries, windows, (added, places) => {
        const counts = new GroupCounts();
        for (const { group, interval, counts: of } of added) counts.add(group, interval, of);
        counts.total();
        for (let group = 0; group < 4; group++) {
          const sumIn = ([from, until]: WindowPlaces) => {
            const sum = { promoters: 0, passives: 0, detractors: 0 };
            for (const one of added) {
              if (one.group !== group || one.interval < from || one.interval >= until) continue;
              for (const name of ['promoters', 'passives', 'detractors'] as const)
                sum[name] += one.counts[name];
            }
            return sum;
          };
          const withAnswers: number[] = [];
          for (const [i, window] of places.entries()) {
            const sum = sumIn(window);
            expect(counts.between(group, ...window)).toEqual(sum);
            if (sum.promoters + sum.passives + sum.detractors > 0) withAnswers.push(i);
          }
          expect(counts.windowsOf(group, places)).toEqual(withAnswers);
          expect(counts.has(group, places)).toBe(withAnswers.length > 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('stores existing counts only, not every group in every interval', () => {
    const counts = new GroupCounts();
    for (let group = 0; group < 5_000; group++)
      counts.add(group, group * 1_000, { promoters: 1, passives: 0, detractors: 0 });
    expect(counts.total().entries).toBe(5_000);
    expect(counts.between(4_999, 4_999_000, 4_999_001)).toEqual({
      promoters: 1,
      passives: 0,
      detractors: 0,
    });
  });
});
