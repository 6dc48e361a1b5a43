import { type Counts, total } from '../nps/nps.ts';
import type { CellAttributes } from '../segments/cell.ts';
import { Slice } from '../text/slices.ts';
import { DAY_MS, HOUR_MS } from '../time/time-windows.ts';

/**
 * What may be shown about responses to callers who may not read them: sums of releases. A release is a set of
 * changes in which at least k responses were added; it is never divided, and never shown again with other
 * content.
 *
 * Take any linear combination of such sums, of any segments, windows and times, and in it the last release
 * whose weight is not 0: no earlier release has the responses that were added with it, so they cannot be
 * cancelled. So no combination is about fewer than k responses. How releases are cut decides only what can
 * be shown. See docs/guides/small-cells.md.
 */

/** A change of one cell's counts in one hour since their last release; classes may be negative. */
export interface Change {
  readonly cellId: number;
  /** Hours since 1970, UTC. */
  readonly hour: number;
  readonly counts: Counts;
}

export interface Release {
  readonly changes: readonly Change[];
  /**
   * When a query covers only a part of it: hard releases suppress the score, soft ones are left out until
   * later.
   */
  readonly soft: boolean;
}

export interface ReleaseRules {
  readonly smallestCount: number;
  /** Cell by id. */
  readonly attributesOf: (cellId: number) => CellAttributes;
  /** The first hour of the current UTC day, whose cells get time to grow. */
  readonly today: number;
  /** Whether a cell had a release of its own before, so that another is likely. */
  readonly hadOwnRelease: (cellId: number) => boolean;
}

const HOURS_PER_DAY = DAY_MS / HOUR_MS;

/**
 * How many responses were added or changed class: each is in one class of one cell and hour by now. Removed
 * ones do not count: a release of them alone, subtracted from an earlier one, would leave the few that stayed.
 */
export function answersIn(changes: readonly Change[]): number {
  let came = 0;
  for (const { counts } of changes)
    came += Math.max(0, counts.promoters) + Math.max(0, counts.passives) + Math.max(0, counts.detractors);
  return came;
}

/**
 * The first releases of a database: all changes, or none if there are too few. Changes too small for a release
 * of their own are joined with other small ones, else with the smallest beside them (complementary
 * suppression).
 */
export async function initialReleases(changes: readonly Change[], rules: ReleaseRules): Promise<Release[]> {
  if (answersIn(changes) < rules.smallestCount) return [];
  const releases = await cut(changes, axesOf(changes, rules), rules.smallestCount, {
    whole: true,
    slice: new Slice(),
  });
  return releases.map((release) => ({
    changes: release,
    soft: release.some(({ hour }) => hour >= rules.today),
  }));
}

/**
 * The releases that later changes form by now; changes that are too few wait. A release of one cell and day is
 * best. On the current day cells share one only if none of them had one of its own and each has some responses;
 * on past days the rest is released in the narrowest possible groups.
 */
export async function incrementalReleases(
  changes: readonly Change[],
  rules: ReleaseRules,
): Promise<Release[]> {
  const k = rules.smallestCount;
  const slice = new Slice();
  const how = { whole: false, slice };
  const releases: (readonly Change[])[] = [];
  const past: Change[] = [];
  const present: Change[] = [];
  const ofDays = await partition(changes, ({ cellId, hour }) => `${cellId} ${dayOf(hour)}`, slice);
  for (const ofCell of ofDays.values()) {
    if (slice.isOver()) await slice.next();
    const [first] = ofCell;
    if (answersIn(ofCell) >= k) append(releases, await cut(ofCell, [hourAxis], k, how));
    else if (ofCell.every(({ hour }) => hour < rules.today)) append(past, ofCell);
    else if (first && !rules.hadOwnRelease(first.cellId)) append(present, ofCell);
  }
  if (answersIn(past) >= k) append(releases, await cut(past, axesOf(past, rules), k, how));
  if (answersIn(present) >= k)
    append(releases, (await cut(present, axesOf(present, rules), k, how)).filter(isDense));
  return releases.map((release) => ({ changes: release, soft: true }));
}

/**
 * Enough for each cell to make a release of its own likely; otherwise a busy database would have releases of
 * many cells.
 */
function isDense(release: readonly Change[]): boolean {
  return answersIn(release) >= 2 * new Set(release.map(({ cellId }) => cellId)).size;
}

/** How changes are split: neighbours in time are joined; over the values of an attribute the small ones are. */
interface Axis {
  readonly time: boolean;
  readonly valueOf: (change: Change) => string | number;
}

const dayOf = (hour: number) => Math.floor(hour / HOURS_PER_DAY);
const dayAxis: Axis = { time: true, valueOf: ({ hour }) => dayOf(hour) };
const hourAxis: Axis = { time: true, valueOf: ({ hour }) => hour };

/** Days first, so that windows stay whole; then attributes, those with few values first; then hours. */
function axesOf(changes: readonly Change[], { attributesOf }: ReleaseRules): Axis[] {
  const values = new Map<string, Set<string>>();
  for (const cellId of new Set(changes.map((change) => change.cellId)))
    for (const [name, value] of Object.entries(attributesOf(cellId)))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  const attributes = [...values].sort(([a, x], [b, y]) => x.size - y.size || (a < b ? -1 : 1));
  const axes = attributes.map(
    ([name]): Axis => ({ time: false, valueOf: ({ cellId }) => attributesOf(cellId)[name] ?? '' }),
  );
  return [dayAxis, ...axes, hourAxis];
}

interface Cutting {
  /** No change may be left over. */
  readonly whole: boolean;
  readonly slice: Slice;
}

/** Cuts changes of at least k responses along the axes, in slices. */
async function cut(
  changes: readonly Change[],
  axes: readonly Axis[],
  k: number,
  how: Cutting,
): Promise<(readonly Change[])[]> {
  const { whole, slice } = how;
  if (slice.isOver()) await slice.next();
  const [axis, ...others] = axes;
  if (!axis) return [changes];
  const parts = [...(await partition(changes, axis.valueOf, slice))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, part]) => part);
  const joined = axis.time ? await joinRuns(parts, k, slice) : joinSmall(parts, k);
  if (whole && joined.rest.length > 0) joinRest(joined, axis.time);
  // Together they may be enough even if no part is.
  if (joined.releases.length === 0) return cut(changes, others, k, how);
  const releases: (readonly Change[])[] = [];
  for (const release of joined.releases) append(releases, await cut(release, others, k, how));
  return releases;
}

interface Joined {
  readonly releases: Change[][];
  rest: Change[];
}

/** Consecutive neighbours until they are k. */
async function joinRuns(parts: readonly Change[][], k: number, slice: Slice): Promise<Joined> {
  const releases: Change[][] = [];
  let rest: Change[] = [];
  let answers = 0;
  for (const part of parts) {
    if (slice.isOver()) await slice.next();
    append(rest, part);
    answers += answersIn(part);
    if (answers < k) continue;
    releases.push(rest);
    rest = [];
    answers = 0;
  }
  return { releases, rest };
}

/** `to.push(...items)` without an argument per item, which could exceed the stack. */
function append<Item>(to: Item[], items: readonly Item[]): void {
  for (const item of items) to.push(item);
}

/** Parts with k each for itself, all the others together. */
function joinSmall(parts: readonly Change[][], k: number): Joined {
  const sizes = parts.map(answersIn);
  const releases = parts.filter((_, i) => (sizes[i] as number) >= k);
  const rest = parts.filter((_, i) => (sizes[i] as number) < k).flat();
  if (answersIn(rest) < k) return { releases, rest };
  return { releases: [...releases, rest], rest: [] };
}

/** The remainder joins the last run, or the smallest part. */
function joinRest(joined: Joined, time: boolean): void {
  const sizes = joined.releases.map(answersIn);
  const least = sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const release = joined.releases[time ? joined.releases.length - 1 : sizes.indexOf(least)];
  if (release) append(release, joined.rest);
  joined.rest = [];
}

/** Changes by a value, in slices. */
async function partition(
  changes: readonly Change[],
  keyOf: (change: Change) => string | number,
  slice: Slice,
): Promise<Map<string | number, Change[]>> {
  const parts = new Map<string | number, Change[]>();
  let looked = 0;
  for (const change of changes) {
    // Reading the clock costs more than handling a change.
    if (++looked % 256 === 0 && slice.isOver()) await slice.next();
    const key = keyOf(change);
    const part = parts.get(key);
    if (part) part.push(change);
    else parts.set(key, [change]);
  }
  return parts;
}

/**
 * Whether parts of a score, each with its own releases, may be shown together: none small, and k in all.
 * `free`: the score also has responses that the caller may read; those are shown even if no release is.
 */
export function mayRelease(parts: readonly Counts[], smallestCount: number, free = false): boolean {
  const sizes = parts.map(total);
  if (sizes.some((n) => n !== 0 && n < smallestCount)) return false;
  const sum = sizes.reduce((all, n) => all + n, 0);
  return sum >= smallestCount || (free && sum === 0);
}
