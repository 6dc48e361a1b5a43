import { describe, expect, it } from 'vitest';
import { growth } from '../../test/fixtures/growth.ts';
import fc from '../../test/fixtures/properties.ts';
import { add, ZERO } from '../nps/nps.ts';
import { DAY_MS, HOUR_MS, type TimeRange } from '../time/time-windows.ts';
import type { Change, Release } from './disclosure.ts';
import { ReleaseIndex } from './release-index.ts';
import { groupsWithReleases, sumReleases } from './release-sums.ts';

const HOURS = 60;
const indexOf = (releases: readonly Release[]) => {
  const index = new ReleaseIndex();
  for (const release of releases) index.add(release);
  return index;
};
const GROUP_OF = new Map([
  [0, 0],
  [1, 0],
  [2, 1],
]);

const change = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: HOURS }), fc.integer({ min: -2, max: 6 }))
  .map(
    ([cellId, hour, n]): Change => ({ cellId, hour, counts: { promoters: n, passives: 1, detractors: 0 } }),
  );
/** Of any cells and hours, and of one cell: those are in arrays. */
const changes = fc.oneof(
  fc.array(change, { minLength: 1, maxLength: 4 }),
  fc
    .tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: HOURS }),
      fc.array(fc.integer({ min: 0, max: 5 })),
    )
    .map(([cellId, first, later]): Change[] =>
      [0, ...later].map((more) => ({
        cellId,
        hour: first + more,
        counts: { promoters: more, passives: 2, detractors: -1 },
      })),
    ),
);
const releases: fc.Arbitrary<Release[]> = fc.array(fc.record({ changes, soft: fc.boolean() }), {
  maxLength: 20,
});
const window = fc
  .tuple(fc.integer({ min: 0, max: 2 * HOURS }), fc.integer({ min: 1, max: HOURS }))
  .map(
    ([from, length]): TimeRange => ({ from: (from * HOUR_MS) / 2, until: ((from + length) * HOUR_MS) / 2 }),
  );
/** Calendar buckets and rolling windows: neither edge moves backwards. */
const series = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 130 }))
  .map(([start, step, length]) =>
    Array.from({ length: 12 }, (_, i): TimeRange => {
      const from = ((start + i * step) * HOUR_MS) / 2;
      return { from, until: from + (length * HOUR_MS) / 2 };
    }),
  );
/** Windows of whole UTC days, and with one edge in a day. */
const ofDays = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0, 0, 0, HOUR_MS, 5 * HOUR_MS),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(
      ([from, length, more]): TimeRange => ({
        from: from * DAY_MS,
        until: (from + length) * DAY_MS + more,
      }),
    ),
  );

/** The definition, window for window. */
function expected(all: readonly Release[], { from, until }: TimeRange, group: number) {
  const isWithin = ({ cellId, hour }: Change) =>
    GROUP_OF.get(cellId) === group && hour * HOUR_MS >= from && (hour + 1) * HOUR_MS <= until;
  const touches = ({ cellId, hour }: Change) =>
    GROUP_OF.get(cellId) === group && hour * HOUR_MS < until && (hour + 1) * HOUR_MS > from;
  // A release within one hour counts as a whole, and is left out if a window divides the hour.
  const isOfOneHour = ({ changes }: Release) =>
    new Set(changes.map(({ hour }) => hour)).size === 1 &&
    changes.every(({ cellId }) => GROUP_OF.get(cellId) === group);
  const isCut = (release: Release) =>
    !release.soft &&
    release.changes.some(touches) &&
    !release.changes.every(isWithin) &&
    !isOfOneHour(release);
  if (all.some(isCut)) return null;
  return all
    .filter(({ changes }) => changes.every(isWithin))
    .flatMap(({ changes }) => changes)
    .reduce((sum, one) => add(sum, one.counts), ZERO);
}

describe('the sum of releases', () => {
  it('covers the releases wholly inside, for any windows and groups', async () => {
    const windows = fc.oneof(fc.array(window, { maxLength: 5 }), series, ofDays);
    await fc.assert(
      fc.asyncProperty(releases, windows, async (some, asked) => {
        const sums = await sumReleases(indexOf(some), asked, GROUP_OF);
        for (const [i, one] of asked.entries())
          for (const group of [0, 1])
            expect(sums.at(i, group), JSON.stringify([some, one, group])).toEqual(expected(some, one, group));
      }),
      { numRuns: 500 },
    );
  });

  it('costs little more for many windows than for few', async () => {
    const many: Release[] = Array.from({ length: 20_000 }, (_, i) => ({
      changes: [{ cellId: i % 3, hour: i, counts: { promoters: 1, passives: 0, detractors: 0 } }],
      soft: false,
    }));
    const windowsOf = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ from: i * HOUR_MS, until: (i + 1) * HOUR_MS }));
    const index = indexOf(many);
    const sum = (count: number) => sumReleases(index, windowsOf(count), GROUP_OF);
    // A pass per window would take a thousand times as long.
    expect(await growth(sum, { size: 20, times: 1_000 })).toBeLessThan(100);
  });
});

it('groups have releases of their own if those contain no other cell', async () => {
  const only = async (some: readonly Release[]) => groupsWithReleases(indexOf(some), GROUP_OF);
  const one = { hour: 1, counts: { promoters: 5, passives: 0, detractors: 0 } };
  const [own, shared] = [[{ cellId: 2, ...one }], [0, 2].map((cellId) => ({ cellId, ...one }))];
  expect(await only([{ changes: shared, soft: false }])).toEqual(new Set());
  expect(await only([{ changes: own, soft: true }])).toEqual(new Set([1]));
  await fc.assert(
    fc.asyncProperty(releases, async (some) => {
      const groups = some.map(({ changes: of }) => new Set(of.map(({ cellId }) => GROUP_OF.get(cellId))));
      const expectedGroups = groups.flatMap((of) => (of.size === 1 ? [...of] : []));
      expect(await only(some)).toEqual(new Set(expectedGroups.filter((group) => group !== undefined)));
    }),
  );
});
