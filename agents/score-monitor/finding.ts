import { EVERYTHING } from '../../domain/access/scope.ts';
import type { ReadChange } from '../../domain/detection/reading.ts';
import type { WatchRule } from '../../domain/detection/rule.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import { type Counts, npsScore, total } from '../../domain/nps/nps.ts';
import { scoreId } from '../../domain/scores/score.ts';
import type { Cell, Segment } from '../../domain/segments/cell.ts';
import { DAY_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import { readExamples, readNearbyChanges } from '../../store/agents/alert-evidence.ts';
import { namesOnly } from '../../store/changes/changes.ts';
import { unscoped } from '../../store/database/client.ts';
import { type DriverRow, readDrivers } from '../../store/scores/drivers.ts';
import { NO_THEME } from '../../store/scores/theme-tallies.ts';
import type { AgentDeps } from '../loop/agent.ts';
import { type Cause, compared, isChanged, narrowed, readWindows, type Windows } from './causes.ts';
import type { Candidate, Finding, PartOfDifference, Side } from './inputs.ts';
import { sumOver, watchSegments } from './watch.ts';

const CONFIDENCE = 0.95;
const MOST_PARTS = 5;
const MOST_EXAMPLES = 5;
/** Change events from so many days before the estimated beginning until so many after it are candidates. */
const [NEAR_BEFORE, NEAR_AFTER] = [7, 3];
const [MOST_NEARBY, MOST_CANDIDATES] = [500, 20];

/** What is known of a cause on a day; null if one side has no answers. */
export async function readFinding(
  deps: AgentDeps,
  cause: Cause,
  rule: WatchRule,
  day: number,
): Promise<Finding | null> {
  const { primary, members } = cause;
  const { change } = primary.reading;
  const { part, windows, movedOn } = await partOfCause(deps, cause, rule, day);
  const difference = compared(windows, part.cells);
  const sides = [
    sideOf(part.segment, before(windows), sumOver(windows.before, part.cells)),
    sideOf(part.segment, after(windows), sumOver(windows.after, part.cells)),
  ];
  const [first, second] = sides;
  if (!difference || !first || !second) return null;
  const sign = change.direction === 'FALL' ? -1 : 1;
  const ids = part.cells.map(({ id }) => id);
  const since = { from: new Date(windows.since * DAY_MS), until: new Date(windows.until * DAY_MS) };
  const examples = await readExamples(deps.store, ids, since, sign < 0 ? 0 : 2, MOST_EXAMPLES);
  return {
    watched: primary.segment,
    change,
    since: windows.since,
    segment: part.segment,
    members: members.map(({ segment, reading }) => ({ segment, size: reading.change.size })),
    before: first,
    after: second,
    ...{ difference: difference.difference, low: difference.low, high: difference.high },
    segments: await partsBySegment(deps, primary.segment, windows, sign),
    themes: await partsByTheme(deps, part.segment, windows, sign),
    examples: examples.map((id) => nodeId('Response', id)),
    candidates: await readCandidates(deps, part.cells, [windows.since, movedOn]),
  };
}

/**
 * The segment that tells the cause best, with its counts before and since. A part begins where its own charts say: in the whole, the
 * answers of the others blur the beginning by weeks.
 */
async function partOfCause(deps: AgentDeps, cause: Cause, rule: WatchRule, day: number) {
  const { primary, windows, isWhole } = cause;
  const { change } = primary.reading;
  const attributes = deps.dimensions.map(({ attribute }) => attribute);
  const part = isBound(change) ? null : narrowed(cause, attributes);
  if (!part) return { part: primary, windows, movedOn: change.movedOn };
  const [own] = await watchSegments(deps, rule, [part.segment], day);
  if (!own || !isChanged(own) || own.reading.change.direction !== change.direction)
    return { part, windows, movedOn: change.movedOn };
  const { movedOn } = own.reading.change;
  return { part, windows: await readWindows(deps.store, own, windows.until, isWhole), movedOn };
}

/** A bound is set for a segment, whatever its parts do. */
const isBound = ({ chart }: ReadChange): boolean => chart === 'BELOW' || chart === 'ABOVE';

const before = ({ beforeFrom, since }: Windows): TimeRange => ({
  from: beforeFrom * DAY_MS,
  until: since * DAY_MS,
});
const after = ({ since, until }: Windows): TimeRange => ({ from: since * DAY_MS, until: until * DAY_MS });

function sideOf(segment: Segment, { from, until }: TimeRange, counts: Counts): Side | null {
  const score = npsScore(counts);
  if (score === null) return null;
  const name = { segment, from, until, basis: 'SURVEYED', confidence: CONFIDENCE, model: null } as const;
  return { id: scoreId(name), score, answers: total(counts) };
}

/** The largest parts in the direction of the change, over all dimensions that the segment leaves open. */
async function partsBySegment(
  deps: AgentDeps,
  segment: Segment,
  windows: Windows,
  sign: number,
): Promise<PartOfDifference[]> {
  const parts: PartOfDifference[] = [];
  for (const { attribute } of deps.dimensions.filter(({ attribute }) => !(attribute in segment)))
    for (const row of await driversOf(deps, segment, windows, { by: [attribute], themes: false }))
      parts.push(partOf(row, attribute, row.group[attribute] ?? ''));
  return largest(parts, sign);
}

async function partsByTheme(
  deps: AgentDeps,
  segment: Segment,
  windows: Windows,
  sign: number,
): Promise<PartOfDifference[]> {
  const rows = await driversOf(deps, segment, windows, { by: [], themes: true });
  return largest(
    rows.flatMap((row) =>
      row.theme === null || row.theme === NO_THEME ? [] : [partOf(row, 'theme', row.theme)],
    ),
    sign,
  );
}

function driversOf(
  { store, cells, now }: AgentDeps,
  segment: Segment,
  windows: Windows,
  { by, themes }: { readonly by: readonly string[]; readonly themes: boolean },
): Promise<DriverRow[]> {
  const session = unscoped(store, 'an agent decides on all answers of a segment; its rows state the cells');
  return readDrivers({ store: session, record: store, cells, now }, EVERYTHING, {
    segment,
    basis: 'SURVEYED',
    confidence: CONFIDENCE,
    before: before(windows),
    after: after(windows),
    by,
    themes,
    mostRows: Number.POSITIVE_INFINITY,
  });
}

const partOf = ({ mix, rate, low, high }: DriverRow, by: string, value: string): PartOfDifference => ({
  by,
  value,
  mix: mix ?? 0,
  rate: rate ?? 0,
  low,
  high,
});

const largest = (parts: readonly PartOfDifference[], sign: number): PartOfDifference[] =>
  parts
    .filter(({ mix, rate }) => sign * (mix + rate) > 0)
    .sort((a, b) => sign * (b.mix + b.rate - a.mix - a.rate))
    .slice(0, MOST_PARTS);

/** Change events near these days that all who see the alert, and so each of its cells, see too. */
async function readCandidates(
  { store }: AgentDeps,
  cells: readonly Cell[],
  days: readonly number[],
): Promise<Candidate[]> {
  const found = new Map<string, Candidate>();
  for (const day of new Set(days)) {
    const range = {
      from: new Date((day - NEAR_BEFORE) * DAY_MS),
      until: new Date((day + NEAR_AFTER) * DAY_MS),
    };
    for (const { id, kind, at, segment } of await readNearbyChanges(store, range, MOST_NEARBY))
      if (namesOnly(cells, segment))
        found.set(id, { id: nodeId('ChangeEvent', id), kind, at: at.toISOString() });
  }
  return [...found.values()].slice(0, MOST_CANDIDATES);
}
