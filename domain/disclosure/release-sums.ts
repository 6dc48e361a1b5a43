import { add, type Counts, ZERO } from '../nps/nps.ts';
import { Slice } from '../text/slices.ts';
import { DAY_MS, HOUR_MS, type TimeRange } from '../time/time-windows.ts';
import { RangeSums } from './range-sums.ts';
import { HOURS_PER_DAY, type ListedRelease, type ReleaseIndex } from './release-index.ts';

/**
 * The sum of the releases that lie wholly in a window and group; null if a hard release lies there only in
 * part.
 */
export type ReleaseSum = Counts | null;

/** Sums by window and group. */
export interface ReleaseSums {
  /** By index of the window and number of the group. */
  at(window: number, group: number): ReleaseSum;
}

/**
 * The groups that have at least one release to themselves. `groupOf`: the group of each requested cell, by its
 * id.
 */
export async function groupsWithReleases(
  releases: ReleaseIndex,
  groupOf: ReadonlyMap<number, number>,
): Promise<Set<number>> {
  const slice = new Slice();
  const own = new Set<number>();
  for (const [cellId, group] of groupOf) if (releases.hasOwn(cellId)) own.add(group);
  for (const cells of releases.cellsTogether()) {
    if (slice.isOver()) await slice.next();
    const group = onlyGroup(cells, groupOf);
    if (group !== undefined) own.add(group);
  }
  return own;
}

/**
 * The sums by window and group, in slices. `groupOf`: the group of each requested cell, by its id. A window that begins or ends within
 * an hour excludes that hour's releases.
 */
export async function sumReleases(
  releases: ReleaseIndex,
  windows: readonly TimeRange[],
  groupOf: ReadonlyMap<number, number>,
): Promise<ReleaseSums> {
  if (isInOrder(windows)) return sumOrdered(releases, windows, groupOf);
  const each: ReleaseSums[] = [];
  for (const window of windows) each.push(await sumOrdered(releases, [window], groupOf));
  return { at: (window, group) => each[window]?.at(0, group) ?? null };
}

/**
 * Whether the edges of the windows never move backwards: then the windows that a release touches are adjacent.
 */
function isInOrder(windows: readonly TimeRange[]): boolean {
  return windows.every(({ from, until }, i) => {
    const before = windows[i - 1];
    return !before || (before.from <= from && before.until <= until);
  });
}

/**
 * Releases in arrays are subtractions of running counts: on days that lie wholly in a window by day, on days that an edge divides by
 * hour. The listed ones are taken one by one.
 */
async function sumOrdered(
  releases: ReleaseIndex,
  windows: readonly TimeRange[],
  groupOf: ReadonlyMap<number, number>,
): Promise<ReleaseSums> {
  const cut = daysWithEdges(windows);
  const days = new RangeSums(windows, DAY_MS, { ranges: cut, counts: 'outside' });
  // Mostly no edge divides a day, and arrays by hour are 24 times as long.
  const ofHours = cut.map(({ from, until }) => ({
    from: HOURS_PER_DAY * from,
    until: HOURS_PER_DAY * until,
  }));
  const hours =
    cut.length === 0 ? null : new RangeSums(windows, HOUR_MS, { ranges: ofHours, counts: 'inside' });
  const slice = new Slice();
  for (const [cellId, group] of groupOf) {
    if (slice.isOver()) await slice.next();
    days.add(group, releases.days.of(cellId));
    hours?.add(group, releases.hours.of(cellId));
  }
  days.total();
  hours?.total();
  const first = windows.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const end = windows.reduce((most, { until }) => Math.max(most, until), Number.NEGATIVE_INFINITY);
  const listed = releases.listed(Math.floor(first / HOUR_MS), Math.ceil(end / HOUR_MS), daysIn(cut));
  const ofListed = await sumListed(listed, windows, groupOf);
  return {
    at: (window, group) => {
      const sum = ofListed.at(window, group);
      const ofDays = sum && add(sum, days.at(window, group));
      return ofDays && hours ? add(ofDays, hours.at(window, group)) : ofDays;
    },
  };
}

/** The days that an edge of a window divides, neighbours joined. */
function daysWithEdges(windows: readonly TimeRange[]): TimeRange[] {
  const days = new Set<number>();
  for (const { from, until } of windows) {
    if (from % DAY_MS !== 0) days.add(Math.floor(from / DAY_MS));
    if (until % DAY_MS !== 0) days.add(Math.floor(until / DAY_MS));
  }
  const ranges: { from: number; until: number }[] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.until === day) last.until = day + 1;
    else ranges.push({ from: day, until: day + 1 });
  }
  return ranges;
}

function* daysIn(ranges: readonly TimeRange[]): Iterable<number> {
  for (const { from, until } of ranges) for (let day = from; day < until; day++) yield day;
}

/** For one group: what is added from a window on, and how many releases begin or cease to cut it there. */
interface Steps {
  readonly counts: Float64Array;
  readonly cuts: Int32Array;
}
const CLASSES = 3;

async function sumListed(
  releases: Iterable<ListedRelease>,
  windows: readonly TimeRange[],
  groupOf: ReadonlyMap<number, number>,
): Promise<ReleaseSums> {
  const slice = new Slice();
  const steps = new Map<number, Steps>();
  const stepsOf = (group: number): Steps => {
    const known = steps.get(group);
    if (known) return known;
    const length = windows.length + 1;
    const made = { counts: new Float64Array(CLASSES * length), cuts: new Int32Array(length) };
    steps.set(group, made);
    return made;
  };
  for (const release of releases) {
    if (slice.isOver()) await slice.next();
    addRelease(release, windows, groupOf, stepsOf);
  }
  for (const { counts, cuts } of steps.values()) {
    for (let i = CLASSES; i < counts.length; i++)
      counts[i] = (counts[i] as number) + (counts[i - CLASSES] as number);
    for (let i = 1; i < cuts.length; i++) cuts[i] = (cuts[i] as number) + (cuts[i - 1] as number);
  }
  return {
    at: (window, group) => {
      const found = steps.get(group);
      if (!found) return ZERO;
      if (found.cuts[window] !== 0) return null;
      const [promoters = 0, passives = 0, detractors = 0] = found.counts.subarray(CLASSES * window);
      return { promoters, passives, detractors };
    },
  };
}

/** Window indexes, from first to last; none if last < first. */
type Places = readonly [first: number, last: number];

function addRelease(
  { places, first, last, soft, counts: sum }: ListedRelease,
  windows: readonly TimeRange[],
  groupOf: ReadonlyMap<number, number>,
  stepsOf: (group: number) => Steps,
): void {
  const meeting = windowsThatMeet(windows, first, last);
  if (meeting[0] > meeting[1]) return;
  const only = onlyGroup(
    places.map(({ cellId }) => cellId),
    groupOf,
  );
  const holding = only === undefined ? NONE : windowsThatHold(windows, first, last);
  if (only !== undefined && holding[0] <= holding[1]) addCounts(stepsOf(only).counts, holding, sum);
  // A release within one hour counts as a whole, and is left out if a window divides the hour.
  if (soft || (only !== undefined && first === last)) return;
  const beside: Places[] =
    holding[0] > holding[1]
      ? [meeting]
      : [
          [meeting[0], holding[0] - 1],
          [holding[1] + 1, meeting[1]],
        ];
  for (const { cellId, hour } of places) {
    const group = groupOf.get(cellId);
    if (group === undefined) continue;
    const ofHour = windowsThatMeet(windows, hour, hour);
    for (const part of beside) cutWindows(stepsOf(group).cuts, part, ofHour);
  }
}

const NONE: Places = [0, -1];

function addCounts(counts: Float64Array, [first, last]: Places, { promoters, passives, detractors }: Counts) {
  for (const [i, n] of [promoters, passives, detractors].entries()) {
    counts[CLASSES * first + i] = (counts[CLASSES * first + i] as number) + n;
    counts[CLASSES * (last + 1) + i] = (counts[CLASSES * (last + 1) + i] as number) - n;
  }
}

function cutWindows(cuts: Int32Array, a: Places, b: Places): void {
  const [first, last] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
  if (first > last) return;
  cuts[first] = (cuts[first] as number) + 1;
  cuts[last + 1] = (cuts[last + 1] as number) - 1;
}

/** Windows that contain some of the hours from first to last, each whole. */
function windowsThatMeet(windows: readonly TimeRange[], first: number, last: number): Places {
  const [start, end] = [first * HOUR_MS, (last + 1) * HOUR_MS];
  return [placeOf(windows, ({ until }) => until > start), placeOf(windows, ({ from }) => from >= end) - 1];
}

/** Windows that contain all of the hours from first to last. */
function windowsThatHold(windows: readonly TimeRange[], first: number, last: number): Places {
  const [start, end] = [first * HOUR_MS, (last + 1) * HOUR_MS];
  return [placeOf(windows, ({ until }) => until >= end), placeOf(windows, ({ from }) => from > start) - 1];
}

/** The first window for which the predicate holds; it then holds for all after it. */
function placeOf(windows: readonly TimeRange[], isTrue: (window: TimeRange) => boolean): number {
  let [low, high] = [0, windows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(windows[middle] as TimeRange)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The group of all of the cells, or undefined. */
function onlyGroup(cells: readonly number[], groupOf: ReadonlyMap<number, number>): number | undefined {
  const group = groupOf.get(cells[0] ?? Number.NaN);
  return cells.every((cellId) => groupOf.get(cellId) === group) ? group : undefined;
}
