import { type Reading, startWatching, type Watching } from '../../domain/detection/reading.ts';
import type { WatchRule } from '../../domain/detection/rule.ts';
import { seriesOf } from '../../domain/detection/series.ts';
import type { Slot } from '../../domain/memory/memory.ts';
import { add, type Counts, total, ZERO } from '../../domain/nps/nps.ts';
import { type Cell, matchesSegment, type Segment } from '../../domain/segments/cell.ts';
import { valueIn } from '../../domain/segments/dimensions.ts';
import { Slice } from '../../domain/text/slices.ts';
import { readDayCounts, readDayExtent, readDaySums } from '../../store/scores/day-counts.ts';
import { REPLAYED_DAYS } from '../../store/scores/replay-rule.ts';
import type { AgentDeps } from '../loop/agent.ts';

/** A segment with what its charts say. */
export interface Watched {
  readonly segment: Segment;
  readonly cells: readonly Cell[];
  readonly reading: Reading;
}

/** Segments with fewer answers have no chart that judges yet. */
const LEAST_ANSWERS = 500;
/** The largest segments, where there are more. */
const MOST_SEGMENTS = 40;
/** A value that nearly every answer has is not watched beside the whole. */
const NEARLY_ALL = 0.95;

/** The cells of a segment. */
export const cellsOf = ({ cells }: Pick<AgentDeps, 'cells'>, segment: Segment): Cell[] =>
  cells.all().filter(({ attributes }) => matchesSegment(segment, attributes));

/** Everything and each value of a dimension, where there are enough by cell (answers, invitations); the largest first. */
export function segmentsByVolume(
  deps: Pick<AgentDeps, 'cells' | 'dimensions'>,
  counts: ReadonlyMap<number, number>,
): Segment[] {
  const sums = new Map<string, { readonly segment: Segment; answers: number }>();
  let all = 0;
  for (const { id, attributes } of deps.cells.all()) {
    const answers = counts.get(id) ?? 0;
    all += answers;
    for (const { attribute } of deps.dimensions) {
      const value = valueIn(attributes, attribute);
      const name = JSON.stringify([attribute, value]);
      const sum = sums.get(name) ?? { segment: { [attribute]: [value] }, answers: 0 };
      sums.set(name, { ...sum, answers: sum.answers + answers });
    }
  }
  if (all < LEAST_ANSWERS) return [];
  const large = [...sums.values()]
    .filter(({ answers }) => answers >= LEAST_ANSWERS && answers < NEARLY_ALL * all)
    .sort((a, b) => b.answers - a.answers)
    .slice(0, MOST_SEGMENTS - 1);
  return [{}, ...large.map(({ segment }) => segment)];
}

interface Kept {
  readonly extent: string;
  readonly watched: readonly Watched[];
}
/** The last readings by rule: charts are computed again only if a day ended, or if earlier answers changed. */
const KEPT: Slot<Map<string, Kept>> = { begin: () => new Map() };

/**
 * The segments of a rule with what its charts say at the end of the day before `day`. They are computed from the stored counts of up to
 * four years, as `replayRule` does, so that answers that arrive late or by an import count like all others.
 */
export async function readWatched(
  deps: AgentDeps,
  rule: WatchRule,
  name: string,
  day: number,
): Promise<readonly Watched[]> {
  const { store, cells } = deps;
  const kept = store.memory.of(KEPT);
  const extent = `${day} ${cells.version} ${await readDayExtent(store, day - REPLAYED_DAYS, day)}`;
  const before = kept.get(name);
  if (before?.extent === extent) return before.watched;
  const segments = rule.segment ? [rule.segment] : await findSegments(deps, day);
  const watched = await watchSegments(deps, rule, segments, day);
  kept.set(name, { extent, watched });
  return watched;
}

async function findSegments(deps: AgentDeps, day: number): Promise<Segment[]> {
  const ids = deps.cells.all().map(({ id }) => id);
  const sums = await readDaySums(deps.store, ids, day - REPLAYED_DAYS, day);
  return segmentsByVolume(deps, new Map([...sums].map(([id, counts]) => [id, total(counts)])));
}

/** Segments with what the rule's charts say of each at the end of the day before `day`. */
export async function watchSegments(
  deps: AgentDeps,
  rule: WatchRule,
  segments: readonly Segment[],
  day: number,
): Promise<Watched[]> {
  const open = segments.map((segment) => ({
    segment,
    cells: cellsOf(deps, segment),
    names: [] as string[],
    watching: startWatching(rule) as Watching,
  }));
  const ids = [...new Set(open.flatMap(({ cells }) => cells.map(({ id }) => id)))];
  const slice = new Slice();
  for await (const rows of readDayCounts(deps.store, ids, day - REPLAYED_DAYS, day))
    for (const { cells, names, watching } of open)
      for (const counts of seriesOf(rows, cells, rule.mix, names)) {
        watching.take(counts);
        if (slice.isOver()) await slice.next();
      }
  return open.map(({ segment, cells, watching }) => ({ segment, cells, reading: watching.read() }));
}

/** The sum over these cells. */
export const sumOver = (counts: ReadonlyMap<number, Counts>, cells: readonly Cell[]): Counts =>
  cells.reduce<Counts>((sum, { id }) => add(sum, counts.get(id) ?? ZERO), ZERO);
