import type { ReadChange } from '../../domain/detection/reading.ts';
import { type Comparison, compareWindows } from '../../domain/nps/compare.ts';
import type { Counts } from '../../domain/nps/nps.ts';
import type { Cell, Segment } from '../../domain/segments/cell.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import type { Session } from '../../store/database/client.ts';
import { readDaySums } from '../../store/scores/day-counts.ts';
import { sumOver, type Watched } from './watch.ts';

/** A watched segment with a change in force. */
export type Changed = Watched & { readonly reading: { readonly change: ReadChange } };

/** Counts by cell, before a change and since. */
export interface Windows {
  readonly beforeFrom: number;
  readonly since: number;
  readonly until: number;
  readonly before: ReadonlyMap<number, Counts>;
  readonly after: ReadonlyMap<number, Counts>;
}

/** One cause, as the segment that tells it best and the others that it shows in. */
export interface Cause {
  readonly primary: Changed;
  readonly windows: Windows;
  /** It has an alert about the whole change, so that a further step is none of its own. */
  readonly isWhole: boolean;
  readonly members: readonly Changed[];
}

/** A change is compared with at least and at most so many days before it. */
const [LEAST_DAYS, MOST_DAYS] = [28, 182];
/** What is left of a change without the answers of another segment is a change of its own below this p-value. */
const REMAINS = 0.001;
/** A part is only named as the whole change if what is left is not even suspicious. */
const SUSPICIOUS = 0.01;
const CONFIDENCE = 0.95;
/** Standard errors of half an interval. */
const Z = 1.96;

export const isChanged = (watched: Watched): watched is Changed => watched.reading.change !== null;

/** Equal for equal segments. */
export const segmentText = (segment: Segment): string =>
  Object.entries(segment)
    .map(([attribute, values]) => `${attribute}=${values.join('|')}`)
    .sort()
    .join('&');

/** Half of the difference's interval is this many standard errors. */
const scoreOfTest = ({ difference, low, high }: Comparison): number =>
  Math.abs(difference) / Math.max(1e-9, (high - low) / (2 * Z));

/**
 * Reads the counts before the change of a segment and since. A further step is a change of its own, unless the segment has an alert
 * about the whole.
 */
export async function readWindows(
  session: Session,
  changed: Changed,
  until: number,
  isWhole: boolean,
): Promise<Windows> {
  const { change, from } = changed.reading;
  const since = isWhole ? change.since : change.stepOn;
  const earliest = since === change.since ? (from ?? 0) : change.since;
  const length = Math.min(MOST_DAYS, Math.max(LEAST_DAYS, until - since));
  const beforeFrom = Math.min(since - 1, Math.max(earliest, since - length));
  const ids = changed.cells.map(({ id }) => id);
  const before = await readDaySums(session, ids, beforeFrom, since);
  const after = await readDaySums(session, ids, since, until);
  return { beforeFrom, since, until, before, after };
}

/** The difference of these cells' scores, from before to since. */
export const compared = ({ before, after }: Windows, cells: readonly Cell[]): Comparison | null =>
  compareWindows(sumOver(before, cells), sumOver(after, cells), CONFIDENCE);

/** Whether these cells changed in that direction. */
function moved(
  windows: Windows,
  cells: readonly Cell[],
  direction: ReadChange['direction'],
  p: number,
): boolean {
  const found = compared(windows, cells);
  return found !== null && found.pValue < p && found.difference < 0 === (direction === 'FALL');
}

/** Whether the change of a segment is nothing but that of these answers, which it shares with another. */
export function isExplained(
  { cells, reading: { change } }: Changed,
  windows: Windows,
  by: ReadonlySet<number>,
): boolean {
  const rest = cells.filter(({ id }) => !by.has(id));
  if (rest.length === cells.length) return false;
  return !moved(windows, rest, change.direction, REMAINS);
}

/**
 * Groups changes by cause: a change belongs to a stronger one if nothing of it is left without the answers of that one's
 * segment. `first`: segments of alerts that are open, which keep their causes.
 */
export async function groupCauses(
  session: Session,
  changes: readonly Changed[],
  until: number,
  first: ReadonlySet<string>,
): Promise<Cause[]> {
  const windows = new Map<Changed, Windows>();
  const rank = new Map<Changed, number>();
  for (const one of changes) {
    const hasAlert = first.has(segmentText(one.segment));
    const read = await readWindows(session, one, until, hasAlert);
    windows.set(one, read);
    const found = compared(read, one.cells);
    rank.set(one, (hasAlert ? 1e6 : 0) + (found ? scoreOfTest(found) : 0));
  }
  const left = [...changes].sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0));
  const causes: Cause[] = [];
  while (left.length > 0) {
    const primary = left.shift() as Changed;
    const ids = new Set(primary.cells.map(({ id }) => id));
    const members = left.filter(
      (one) =>
        one.reading.change.direction === primary.reading.change.direction &&
        isExplained(one, windows.get(one) as Windows, ids),
    );
    for (const member of members) left.splice(left.indexOf(member), 1);
    const isWhole = first.has(segmentText(primary.segment));
    causes.push({ primary, windows: windows.get(primary) as Windows, isWhole, members });
  }
  return causes;
}

/** The value of another dimension whose answers are the whole change, added to the segment; null: there is none. */
export function narrowed(
  { primary, windows }: Cause,
  attributes: readonly string[],
): { readonly segment: Segment; readonly cells: readonly Cell[] } | null {
  const { segment, cells, reading } = primary;
  const whole = compared(windows, cells);
  let best = { segment, cells, score: whole ? scoreOfTest(whole) : 0 };
  for (const attribute of attributes.filter((name) => !(name in segment)))
    for (const value of new Set(cells.map((cell) => valueIn(cell.attributes, attribute)))) {
      const [part, rest] = [true, false].map((is) =>
        cells.filter((cell) => (valueIn(cell.attributes, attribute) === value) === is),
      ) as [Cell[], Cell[]];
      const found = rest.length > 0 ? compared(windows, part) : null;
      if (!found || scoreOfTest(found) <= best.score) continue;
      if (moved(windows, rest, reading.change.direction, SUSPICIOUS)) continue;
      best = { segment: { ...segment, [attribute]: [value] }, cells: part, score: scoreOfTest(found) };
    }
  return best.segment === segment ? null : best;
}
