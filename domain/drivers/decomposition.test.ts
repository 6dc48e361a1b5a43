import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { correctedEstimate } from '../models/quantification.ts';
import { compareWindows } from '../nps/compare.ts';
import { add, type Counts, total, ZERO } from '../nps/nps.ts';
import { randomFrom } from '../statistics/random.ts';
import { decompose, type GroupTallies } from './decomposition.ts';
import { inferredValuesOf, joined, sumOf, type Tally, type WindowTally, wholeTally } from './tally.ts';
import { contributionOf, contributionToChange, shareInterval } from './theme-shares.ts';

const counts = (promoters: number, passives: number, detractors: number): Counts => ({
  promoters,
  passives,
  detractors,
});
const surveyed = (...of: [number, number, number]): Tally => wholeTally(counts(...of), ZERO);
const CONFUSION = [
  [80, 15, 5],
  [15, 70, 15],
  [5, 15, 80],
];
/** Of the version that reads other languages. */
const OTHER_CONFUSION = [
  [50, 30, 20],
  [25, 40, 35],
  [5, 25, 70],
];
const window = (...tallies: readonly Tally[]): WindowTally => ({
  all: joined(...tallies),
  confusions: [CONFUSION, OTHER_CONFUSION],
});

const someCounts = fc
  .tuple(fc.nat(40), fc.nat(40), fc.nat(40))
  .map(([promoters, passives, detractors]) => counts(promoters, passives, detractors));
const tally = fc
  .array(
    fc.record({
      among: fc.integer({ min: 1, max: 4 }),
      part: fc.nat(1),
      surveyed: someCounts,
      inferred: someCounts,
    }),
    { maxLength: 3 },
  )
  .map((portions): Tally => portions);
const groupsOf = fc.array(fc.record({ before: tally, after: tally }), { minLength: 1, maxLength: 6 });

/** Σ x / n over whole fractions: numerators over the least common multiple of 1..4. */
const exactScore = (groups: readonly Tally[]): { up: bigint; down: bigint } => {
  let [sum, weight] = [0n, 0n];
  for (const { among, surveyed: of } of groups.flat()) {
    const each = 12n / BigInt(among);
    sum += each * BigInt(of.promoters - of.detractors);
    weight += each * BigInt(total(of));
  }
  return { up: sum, down: weight };
};

describe('decompose', () => {
  it('gives the parts of a table by hand', () => {
    // Two groups of 100: A falls from 60 to 40 and shrinks from 80 to 50 of 100, B stays at 0 and grows.
    const groups: GroupTallies[] = [
      { before: surveyed(56, 16, 8), after: surveyed(25, 20, 5) },
      { before: surveyed(5, 10, 5), after: surveyed(10, 30, 10) },
    ];
    const [before, after] = [window(...groups.map((g) => g.before)), window(...groups.map((g) => g.after))];
    const [a, b] = decompose(before, after, groups, 0.95);
    // Scores 48 and 20, their mean 34. A: share .8 -> .5, score 60 -> 40; B: share .2 -> .5, score 0.
    expect(a?.mix).toBeCloseTo(-0.3 * (50 - 34), 10);
    expect(a?.rate).toBeCloseTo(0.65 * -20, 10);
    expect(b?.mix).toBeCloseTo(0.3 * (0 - 34), 10);
    expect(b?.rate).toBeCloseTo(0, 10);
    expect((a?.mix ?? 0) + (a?.rate ?? 0) + (b?.mix ?? 0) + (b?.rate ?? 0)).toBeCloseTo(-28, 10);
    // Kitagawa's two components of the whole, without the normalisation.
    const mixes = [0.5 - 0.8, 0.5 - 0.2].map((d, i) => d * ([50, 0][i] as number));
    expect((a?.mix ?? 0) + (b?.mix ?? 0)).toBeCloseTo((mixes[0] ?? 0) + (mixes[1] ?? 0), 10);
  });

  it('adds up to the difference of the scores, exactly but for rounding, however answers are divided', () => {
    fc.assert(
      fc.property(groupsOf, (found) => {
        const groups = found.map(({ before, after }) => ({
          before: before.map((portion) => ({ ...portion, inferred: ZERO })),
          after: after.map((portion) => ({ ...portion, inferred: ZERO })),
        }));
        const sides = (['before', 'after'] as const).map((side) => groups.map((group) => group[side]));
        const [b, a] = sides.map(exactScore) as [
          ReturnType<typeof exactScore>,
          ReturnType<typeof exactScore>,
        ];
        fc.pre(b.down > 0n && a.down > 0n);
        const difference = (100 * Number(a.up * b.down - b.up * a.down)) / Number(a.down * b.down);
        const parts = decompose(window(...(sides[0] ?? [])), window(...(sides[1] ?? [])), groups, 0.95);
        const sum = parts.reduce((all, { mix, rate }) => all + (mix ?? 0) + (rate ?? 0), 0);
        expect(Math.abs(sum - difference)).toBeLessThan(1e-9);
      }),
    );
  });

  it('adds up with inferred answers to the difference of the corrected scores', () => {
    fc.assert(
      fc.property(groupsOf, (groups) => {
        const sides = (['before', 'after'] as const).map((side) =>
          window(...groups.map((group) => group[side])),
        );
        const [before, after] = sides as [WindowTally, WindowTally];
        const score = (one: WindowTally) => {
          const weight = one.all.reduce((n, p) => n + (total(p.surveyed) + total(p.inferred)) / p.among, 0);
          return (100 * sumOf(one.all, inferredValuesOf(one))) / weight;
        };
        fc.pre(
          [before, after].every((one) => one.all.some((p) => total(p.surveyed) + total(p.inferred) > 0)),
        );
        const sum = decompose(before, after, groups, 0.95).reduce(
          (all, { mix, rate }) => all + (mix ?? 0) + (rate ?? 0),
          0,
        );
        expect(Math.abs(sum - (score(after) - score(before)))).toBeLessThan(1e-9);
      }),
    );
  });

  it('counts whole inferred answers so that their mean is their corrected score, cut to 0..1 or not', () => {
    fc.assert(
      fc.property(someCounts, (inferred) => {
        fc.pre(total(inferred) > 0);
        const all = wholeTally(ZERO, inferred);
        const mean = sumOf(all, inferredValuesOf({ all, confusions: [CONFUSION] })) / total(inferred);
        expect(mean).toBeCloseTo(correctedEstimate(inferred, CONFUSION)?.theta ?? Number.NaN, 10);
      }),
    );
  });

  it('has no part for a group that only grows and scores like the whole, and calls a new group mix', () => {
    const groups: GroupTallies[] = [
      { before: surveyed(10, 20, 10), after: surveyed(10, 20, 10) },
      { before: surveyed(5, 5, 5), after: surveyed(50, 50, 50) },
      { before: [], after: [] },
    ];
    const [before, after] = [window(...groups.map((g) => g.before)), window(...groups.map((g) => g.after))];
    for (const { mix, rate } of decompose(before, after, groups, 0.95)) {
      expect(mix).toBeCloseTo(0, 10);
      expect(rate).toBe(0);
    }
    const arrived: GroupTallies[] = [
      { before: surveyed(10, 20, 10), after: surveyed(10, 20, 10) },
      { before: [], after: surveyed(20, 0, 0) },
    ];
    const parts = decompose(
      window(surveyed(10, 20, 10)),
      window(...arrived.map((g) => g.after)),
      arrived,
      0.95,
    );
    expect(parts[1]).toMatchObject({ rate: 0, low: null, high: null });
    expect((parts[0]?.mix ?? 0) + (parts[1]?.mix ?? 0)).toBeCloseTo(100 / 3, 10);
  });

  it('has nothing to say of an empty window', () => {
    const group = { before: [], after: surveyed(1, 2, 3) };
    const nothing = { mix: null, rate: null, low: null, high: null };
    expect(decompose(window(), window(group.after), [group], 0.95)).toEqual([nothing]);
  });

  it('of one group is the comparison of the two scores', () => {
    const [before, after] = [counts(40, 30, 30), counts(30, 30, 40)];
    const group = { before: wholeTally(before, ZERO), after: wholeTally(after, ZERO) };
    const [part] = decompose(window(group.before), window(group.after), [group], 0.95);
    const compared = compareWindows(before, after, 0.95);
    expect(part?.mix).toBeCloseTo(0, 10);
    expect(part?.rate).toBeCloseTo(compared?.difference ?? Number.NaN, 10);
    expect(part?.low).toBeCloseTo(compared?.low ?? Number.NaN, 10);
    expect(part?.high).toBeCloseTo(compared?.high ?? Number.NaN, 10);
  });
});

describe('intervals, by simulation', () => {
  /** Draws of n answers; each names the theme with that probability, and a second one beside it with one half. */
  const draw = (
    random: () => number,
    n: number,
    named: number,
    [inside, outside]: readonly (readonly number[])[],
  ) => {
    const portions = new Map<number, Counts>();
    let rest = ZERO;
    for (let i = 0; i < n; i++) {
      const names = random() < named;
      const [promoter = 0, passive = 0] = (names ? inside : outside) ?? [];
      const at = random();
      const one =
        at < promoter ? counts(1, 0, 0) : at < promoter + passive ? counts(0, 1, 0) : counts(0, 0, 1);
      const among = random() < 0.5 ? 1 : 2;
      if (names) portions.set(among, add(portions.get(among) ?? ZERO, one));
      else rest = add(rest, one);
    }
    const group: Tally = [...portions].map(([among, of]) => ({ among, surveyed: of, inferred: ZERO }));
    const others: Tally = [{ among: 1, surveyed: rest, inferred: ZERO }];
    // The other halves of the answers that name two themes.
    const halves = group.filter(({ among }) => among === 2);
    return { group, all: joined(others, group, halves) };
  };
  const DRAWS = 2_000;
  const before = [
    0.3,
    [
      [0.3, 0.3],
      [0.6, 0.2],
    ],
  ] as const;
  const after = [
    0.4,
    [
      [0.2, 0.3],
      [0.6, 0.2],
    ],
  ] as const;
  const scoreOf = ([p = 0, n = 0]: readonly number[]) => p - (1 - p - n);

  it.each([60, 400])('cover the truth as often as they say, with %i answers', (n) => {
    const random = randomFrom(20_261_127 + n);
    const hits = { share: 0, contribution: 0, rate: 0, change: 0 };
    const [s0, s1] = [before, after].map(([, [inside]]) => scoreOf(inside));
    const [m0, m1] = [before, after].map(
      ([share, [inside, outside]]) => share * scoreOf(inside) + (1 - share) * scoreOf(outside),
    );
    const middle = ((m0 ?? 0) + (m1 ?? 0)) / 2;
    // Half of the answers count whole, half of them with one half: three quarters of the share on average.
    const parts = [before, after].map(([share]) => 0.75 * share);
    const change = (parts[1] ?? 0) * ((s1 ?? 0) - middle) - (parts[0] ?? 0) * ((s0 ?? 0) - middle);
    for (let i = 0; i < DRAWS; i++) {
      const [b, a] = [draw(random, n, ...before), draw(random, n, ...after)];
      const [first, second] = [window(b.all), window(a.all)];
      const named = a.group.reduce((sum, { surveyed: of }) => sum + total(of), 0);
      const share = shareInterval(named, n, 0.95);
      if (share && share.low <= after[0] && after[0] <= share.high) hits.share += 1;
      const whole: Tally = a.group.map((portion) => ({ ...portion, among: 1 }));
      const all: WindowTally = { all: wholeOf(a), confusions: [CONFUSION] };
      const contribution = contributionOf(all, whole, 0.95);
      // The interval takes the share as it was drawn.
      const truth = (100 * named * (scoreOf(after[1][0]) - scoreOf(after[1][1]))) / n;
      if (contribution && contribution.low <= truth && truth <= contribution.high) hits.contribution += 1;
      const [rate] = decompose(first, second, [{ before: b.group, after: a.group }], 0.95);
      const drawn = [b, a].map(({ group, all: of }) => weightIn(group) / weightIn(of));
      const rated = 50 * ((drawn[0] ?? 0) + (drawn[1] ?? 0)) * ((s1 ?? 0) - (s0 ?? 0));
      if (rate?.low != null && rate.low <= rated && rated <= (rate.high ?? 0)) hits.rate += 1;
      const moved = contributionToChange(first, second, { before: b.group, after: a.group }, 0.95);
      if (moved && moved.low <= 100 * change && 100 * change <= moved.high) hits.change += 1;
    }
    for (const [name, count] of Object.entries(hits)) {
      expect(count / DRAWS, name).toBeGreaterThan(0.93);
      expect(count / DRAWS, name).toBeLessThan(0.985);
    }
  });

  const weightIn = (tallies: Tally) =>
    tallies.reduce((sum, { among, surveyed: of }) => sum + total(of) / among, 0);
  const wholeOf = ({ all }: { all: Tally }): Tally => {
    const [others, ...named] = all;
    const once = named.filter((portion, i) => named.indexOf(portion) === i);
    return [others as Tally[number], ...once].map((portion) => ({ ...portion, among: 1 }));
  };
});

describe('shareInterval', () => {
  it("is Wilson's: published values", () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263 and 0/20.
    const some = shareInterval(81, 263, 0.95);
    expect(some?.low).toBeCloseTo(0.2553, 4);
    expect(some?.high).toBeCloseTo(0.3662, 4);
    const none = shareInterval(0, 20, 0.95);
    expect(none?.low).toBeCloseTo(0, 10);
    expect(none?.high).toBeCloseTo(0.1611, 4);
    expect(shareInterval(0, 0, 0.95)).toBeNull();
  });
});

describe('contributions', () => {
  it('are what leaving the theme out does to the score', () => {
    const [inside, outside] = [surveyed(2, 1, 7), surveyed(50, 30, 10)];
    const found = contributionOf(window(inside, outside), inside, 0.95);
    // Of all: (52 - 17) / 100; of the rest: 40 / 90.
    expect(found?.value).toBeCloseTo(35 - 4_000 / 90, 10);
    expect(contributionOf(window(inside), inside, 0.95)).toBeNull();
  });

  it('to the change are mix and rate together', () => {
    fc.assert(
      fc.property(groupsOf, (groups) => {
        const sides = (['before', 'after'] as const).map((side) =>
          window(...groups.map((group) => group[side])),
        );
        const [before, after] = sides as [WindowTally, WindowTally];
        const parts = decompose(before, after, groups, 0.9);
        for (const [i, group] of groups.entries()) {
          const part = contributionToChange(before, after, group, 0.9);
          const { mix, rate } = parts[i] ?? {};
          if (part === null) expect(mix).toBeNull();
          else expect(part.value).toBeCloseTo((mix ?? 0) + (rate ?? 0), 8);
        }
      }),
    );
  });
});
