import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { type Counts, ZERO } from '../nps/nps.ts';
import {
  answersIn,
  type Change,
  incrementalReleases,
  initialReleases,
  mayRelease,
  type ReleaseRules,
} from './disclosure.ts';

const K = 5;
const DAY = 24;
const ATTRIBUTES = [
  { product: 'Air', region: 'Germany' },
  { product: 'Rail', region: 'Germany' },
  { product: 'Air', region: 'Japan' },
  { product: 'Rail', region: 'Peru' },
];
const rules = (more: Partial<ReleaseRules> = {}): ReleaseRules => ({
  smallestCount: K,
  attributesOf: (cellId) => ATTRIBUTES[cellId % ATTRIBUTES.length] ?? {},
  today: 10 * DAY,
  hadOwnRelease: () => false,
  ...more,
});
const counts = (promoters: number, passives = 0, detractors = 0): Counts => ({
  promoters,
  passives,
  detractors,
});
const change = (cellId: number, hour: number, ...of: [number, number?, number?]): Change => ({
  cellId,
  hour,
  counts: counts(...of),
});

const someChanges = (least: number) =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 11 * DAY - 1 })), {
      selector: ([cell, hour]) => cell * 1_000 + hour,
      maxLength: 40,
    })
    .chain((places) =>
      fc.tuple(
        ...places.map(([cell, hour]) => {
          const one = fc.integer({ min: least, max: 6 });
          return fc.tuple(one, one, one).map((of): Change => change(cell, hour, ...of));
        }),
      ),
    )
    .map((changes) => changes as Change[]);
const isSome = ({ counts: { promoters, passives, detractors } }: Change) =>
  promoters !== 0 || passives !== 0 || detractors !== 0;

describe('releases', () => {
  it('have at least k responses, share no cell and hour, and release nothing that does not exist', async () => {
    for (const [make, least] of [
      [initialReleases, 0],
      [incrementalReleases, -3],
    ] as const)
      await fc.assert(
        fc.asyncProperty(
          someChanges(least),
          fc.integer({ min: 1, max: 9 }),
          fc.boolean(),
          async (changes, k, own) => {
            const given = changes.filter(isSome);
            const releases = await make(given, rules({ smallestCount: k, hadOwnRelease: () => own }));
            const all = releases.flatMap((release) => release.changes);
            for (const release of releases) expect(answersIn(release.changes)).toBeGreaterThanOrEqual(k);
            expect(new Set(all).size).toBe(all.length);
            for (const one of all) expect(given).toContain(one);
          },
        ),
      );
  });

  it('cover everything at first, or there are none', async () => {
    await fc.assert(
      fc.asyncProperty(someChanges(0), async (changes) => {
        const given = changes.filter(isSome);
        const all = (await initialReleases(given, rules())).flatMap((release) => release.changes);
        expect(new Set(all)).toEqual(new Set(answersIn(given) >= K ? given : []));
      }),
    );
  });

  it('join small changes with small ones, and with others only if those are too few', async () => {
    const placesOf = async (changes: Change[]) =>
      (await initialReleases(changes, rules())).map((release) =>
        release.changes.map(({ cellId }) => cellId).sort(),
      );
    expect(await placesOf([change(0, 5, 9), change(2, 5, 3), change(3, 5, 2)])).toEqual([[0], [2, 3]]);
    expect(await placesOf([change(0, 5, 9), change(2, 5, 7), change(3, 5, 2)])).toEqual([[0], [2, 3]]);
    expect(await placesOf([change(0, 5, 9), change(1, 5, 2)])).toEqual([[0, 1]]);
  });

  it('keep days apart when possible', async () => {
    const daysOf = async (changes: Change[]) =>
      (await initialReleases(changes, rules())).map((release) =>
        release.changes.map(({ hour }) => Math.floor(hour / DAY)),
      );
    expect(await daysOf([change(0, 1, 5), change(0, 30, 2), change(2, 55, 4), change(0, 80, 3)])).toEqual([
      [0],
      [1, 2, 3],
    ]);
  });

  it('wait for a cell of today to have enough of its own, if it ever had', async () => {
    const some = [change(0, 10 * DAY, 3), change(1, 10 * DAY, 2)];
    expect(await incrementalReleases(some, rules())).toHaveLength(1);
    expect(await incrementalReleases(some, rules({ hadOwnRelease: () => true }))).toEqual([]);
    expect(
      await incrementalReleases(some, rules({ today: 11 * DAY, hadOwnRelease: () => true })),
    ).toHaveLength(1);
  });

  it('are cut in linear time, even when nearly all changes are removals', async () => {
    const going = (days: number) =>
      Array.from({ length: days * 20 }, (_, i) =>
        change(i % 20, Math.floor(i / 20) * DAY, i >= days * 20 - 3 ? 3 : -1),
      );
    const took = async (days: number) => {
      const began = performance.now();
      await incrementalReleases(going(days), rules({ today: 1_000_000 }));
      return performance.now() - began;
    };
    await took(200);
    const [few, many] = [await took(500), await took(5_000)];
    // Ten times as many: a hundred times as long if each is looked at again for each.
    expect(many).toBeLessThan(40 * Math.max(few, 1));
  });

  it('are not made of removed responses alone', async () => {
    expect(await incrementalReleases([change(0, 5, -9)], rules())).toEqual([]);
    expect(await incrementalReleases([change(0, 5, -5, 5)], rules())).toHaveLength(1);
  });
});

describe('parts of a score', () => {
  it('are shown together when none is small and they are enough', () => {
    expect(mayRelease([counts(5), ZERO], K)).toBe(true);
    expect(mayRelease([counts(5), counts(0, 4)], K)).toBe(false);
    expect(mayRelease([counts(3), counts(0, 4)], K)).toBe(false);
    expect(mayRelease([ZERO, ZERO], K)).toBe(false);
  });
});
