import { describe, expect, it } from 'vitest';
import { adjustedForFalseDiscovery } from '../../../domain/drift/false-discovery.ts';
import { compareWindows } from '../../../domain/nps/compare.ts';
import { twoSidedP as serverP } from '../../../domain/statistics/normal.ts';
import {
  adjustForFalseDiscovery,
  detectableDifference,
  differencesFromRest,
  twoSidedP,
} from './statistics.ts';

describe('p-values', () => {
  it('are those of the server', () => {
    for (const z of [0, 0.1, 0.7, 1.2, 1.96, 2.5, 3.3, -4, 6])
      expect(twoSidedP(z)).toBeCloseTo(serverP(z), 6);
  });

  it('are adjusted as on the server', () => {
    const pValues = [0.04, 0.001, 0.9, 0.03, 0.012];
    expect(adjustForFalseDiscovery(pValues)).toEqual(adjustedForFalseDiscovery(pValues));
  });
});

describe('differences from the rest', () => {
  const segments = [
    { promoters: 80, passives: 15, detractors: 5 },
    { promoters: 50, passives: 30, detractors: 20 },
    { promoters: 48, passives: 32, detractors: 22 },
  ];
  const all = { promoters: 178, passives: 77, detractors: 47 };

  it('are those of the comparison of two windows', () => {
    const [first] = differencesFromRest(all, segments);
    const rest = { promoters: 98, passives: 62, detractors: 42 };
    const expected = compareWindows(rest, segments[0] as (typeof segments)[0], 0.95);
    expect(first?.difference).toBeCloseTo(expected?.difference ?? 0, 9);
    expect(first?.pValue).toBeCloseTo(expected?.pValue ?? 0, 6);
    expect(first?.adjustedP).toBeLessThan(0.001);
  });

  it('are null for what is hidden, empty, or everything', () => {
    expect(differencesFromRest(all, [null, { promoters: 0, passives: 0, detractors: 0 }, all])).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('the smallest difference that shows', () => {
  it('is found in four of five simulated comparisons', () => {
    // Two windows of 200 answers: promoters 50 %, passives 30 %, detractors 20 % before.
    const before = { promoters: 100, passives: 60, detractors: 40 };
    const same = compareWindows(before, before, 0.95);
    const points = detectableDifference(same?.low ?? 0, same?.high ?? 0);
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const draw = (promoter: number) => {
      const counts = { promoters: 0, passives: 0, detractors: 0 };
      for (let i = 0; i < 200; i++) {
        const at = random();
        counts[at < promoter ? 'promoters' : at < promoter + 0.3 ? 'passives' : 'detractors'] += 1;
      }
      return counts;
    };
    let found = 0;
    for (let i = 0; i < 1_000; i++) {
      const compared = compareWindows(draw(0.5), draw(0.5 - points / 200), 0.95);
      if (compared && compared.high < 0) found += 1;
    }
    expect(found / 1_000).toBeGreaterThan(0.74);
    expect(found / 1_000).toBeLessThan(0.86);
  });
});
