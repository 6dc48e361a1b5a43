import type { LineageKind, RollupKey } from '../domain/lineage.ts';
import type { Scope } from '../domain/scope.ts';
import { HOUR_MS } from '../domain/time-windows.ts';
import {
  readRollupCounts,
  readSmallestParts,
  readTouchedSegments,
  type TouchedSegment,
} from '../store/impact.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { describeCell, describeRollup, type LineageNode } from './describe.ts';
import { findStart } from './find-start.ts';
import { type ImpactPage, type MarksTouched, marksTouched } from './impact-marks.ts';
import type { RollupSelection } from './lineage-store.ts';
import { everythingVisible, type PlanDeps, type Start } from './plan.ts';

/** What has an impact: what many scores are made with. A response or a rollup is traced downstream instead. */
export const IMPACT_KINDS: readonly LineageKind[] = [
  'ModelVersion',
  'FeatureSet',
  'Feature',
  'TrainingSet',
  'Calibration',
  'Source',
  'SurveyVersion',
  'ScaleRule',
  'MappingVersion',
  'Cell',
];

/** The node is of a kind whose impact is not told. */
export class NoImpact extends Error {
  override readonly name = 'NoImpact';
}

export interface ImpactQuery {
  readonly id: string;
  readonly first: number;
  readonly after: string | null;
}

/** One hour rollup that was touched. */
export interface TouchedRollup {
  readonly node: LineageNode;
  readonly hour: Date;
  readonly cell: LineageNode | null;
  readonly model: number;
  /** Answers that came to it from the start; null for who may not read the responses. */
  readonly responses: number | null;
}

export interface ImpactTotals {
  /** null: not counted, see `reason`. */
  readonly rollups: number | null;
  readonly segments: number | null;
  /** Answers counted, and classes that model versions inferred; null when suppressed. */
  readonly responses: number | null;
  readonly inferred: number | null;
  readonly firstHour: Date | null;
  readonly lastHour: Date | null;
  readonly suppressed: boolean;
  readonly complete: boolean;
  readonly reason: string | null;
}

/** A cell under a model version with what of it was touched; `responses` is null when suppressed. */
export interface ImpactSegment extends Omit<TouchedSegment, 'responses' | 'cell'> {
  readonly cell: LineageNode | null;
  readonly responses: number | null;
}

export interface Impact extends ImpactPage<TouchedRollup>, MarksTouched {
  readonly node: LineageNode;
  readonly complete: boolean;
  readonly reason: string | null;
  readonly lag: number;
  /** Counted when they are asked for. */
  readonly totals: () => Promise<ImpactTotals>;
  /** null where they are not summed (`totals` says why). @throws InvalidCursor */
  readonly segments: (first: number, after: string | null) => Promise<ImpactPage<ImpactSegment> | null>;
}

/** Rows of hour rollups that one sum may take. */
const BOUND = 500_000;

/**
 * What was made with a node: which hour rollups (one page), how much in all, in which segments, which decisions and alerts.
 * Which rollups is the lineage store's to say; how many answers, the record's. Null when the node does not exist for the
 * caller.
 * @throws NoImpact, InvalidCursor
 */
export async function impactOf(
  deps: PlanDeps,
  scope: Scope,
  { id, first, after }: ImpactQuery,
  bound = BOUND,
): Promise<Impact | null> {
  const list = `impact ${id}`;
  const at = after === null ? null : parseCursor(after, list, ['number,string,number']);
  const lag = await deps.lineage.lag();
  const start = await findStart(deps, scope, id);
  if (!start) return null;
  const selection = impactSelection(deps, scope, start);
  const [hour, cell, model] = (at ?? []) as [number, string, number];
  const found = await deps.lineage.rollups(selection, at && { hour, cell, model }, first + 1);
  const page = found.slice(0, first);
  const last = page.at(-1);
  let segments: Promise<ShownSegment[] | null> | undefined;
  const shown = () => {
    segments ??= shownSegments(deps, scope, selection, bound);
    return segments;
  };
  return {
    node: start.node,
    nodes: await touchedRollups(deps, scope, selection, page),
    hasNextPage: found.length > first,
    endCursor: last ? formatCursor(list, [last.hour, last.cell, last.model]) : null,
    complete: lag === 0,
    reason: lag === 0 ? null : `the lineage graph is ${lag} journal entries behind`,
    lag,
    totals: async () => totalsOf(await shown(), bound),
    segments: async (count, from) => segmentPage(deps, id, await shown(), count, from),
    ...marksTouched(deps, scope, start, selection),
  };
}

/** Which rollups the start touched, over all time and under every model version. */
function impactSelection(deps: PlanDeps, scope: Scope, start: Start): RollupSelection {
  const everything = { ...everythingVisible(deps, scope), models: null };
  if (start.kind === 'mappings') return { ...everything, mappings: start.mappings.map(({ key }) => key) };
  if (start.kind === 'part') return { ...everything, models: start.models };
  if (start.kind === 'selection' && IMPACT_KINDS.includes(start.node.kind)) return start.selection;
  throw new NoImpact(
    `id: the impact of a ${start.node.kind} is its trace downstream; impact is told of ${IMPACT_KINDS.join(', ')}`,
  );
}

const mayCount = (deps: PlanDeps, scope: Scope, key: string): boolean => {
  const cell = deps.cells.byKey(key);
  return cell !== undefined && scope.allows('readResponse', cell);
};

async function touchedRollups(
  deps: PlanDeps,
  scope: Scope,
  { mappings }: RollupSelection,
  page: readonly RollupKey[],
): Promise<TouchedRollup[]> {
  // Hours are small: who may not read the responses would find single ones by subtracting.
  const open = page.filter(({ cell }) => mayCount(deps, scope, cell));
  const counts = await readRollupCounts(deps.store, open, mappings);
  const byRollup = new Map(open.map((rollup, i) => [rollup, counts[i] ?? 0]));
  return page.map((rollup) => ({
    node: describeRollup(deps, rollup),
    hour: new Date(rollup.hour * HOUR_MS),
    cell: describeCell(deps, rollup.cell),
    model: rollup.model,
    responses: byRollup.get(rollup) ?? null,
  }));
}

interface ShownSegment extends TouchedSegment {
  readonly suppressed: boolean;
}

/**
 * The segments, each with whether its count may be told. For who may not read the responses, every mapping version's
 * part of the cell must be large enough, whichever is asked for: else the parts that are told would give the small one away.
 */
async function shownSegments(
  { store, ...deps }: PlanDeps,
  scope: Scope,
  selection: RollupSelection,
  bound: number,
): Promise<ShownSegment[] | null> {
  const segments = await readTouchedSegments(store, selection, bound);
  if (!segments) return null;
  const closed = new Set(
    segments.map(({ cell }) => cell).filter((cell) => !mayCount({ store, ...deps }, scope, cell)),
  );
  const smallest = new Map<string, number>();
  if (closed.size > 0 && selection.mappings !== null)
    for (const part of await readSmallestParts(store, [...closed]))
      smallest.set(`${part.cell} ${part.model}`, part.smallest);
  return segments.map((segment) => {
    const least = smallest.get(`${segment.cell} ${segment.model}`) ?? segment.responses;
    return { ...segment, suppressed: closed.has(segment.cell) && least < scope.smallestCount };
  });
}

function totalsOf(segments: readonly ShownSegment[] | null, bound: number): ImpactTotals {
  if (!segments) {
    const reason = `more than ${bound} hour rollups: they are listed page by page, but not summed`;
    const none = { rollups: null, segments: null, responses: null, inferred: null };
    return { ...none, firstHour: null, lastHour: null, suppressed: false, complete: false, reason };
  }
  const sum = (of: readonly TouchedSegment[], value: (segment: TouchedSegment) => number) =>
    of.reduce((total, segment) => total + value(segment), 0);
  // A sum that holds a suppressed part would tell it to who subtracts the others.
  const suppressed = segments.some((segment) => segment.suppressed);
  const surveyed = segments.filter(({ model }) => model === 0);
  const inferred = segments.filter(({ model }) => model > 0);
  const hours = segments.flatMap(({ firstHour, lastHour }) => [firstHour, lastHour]);
  const [first, last] = [Math.min(...hours), Math.max(...hours)];
  return {
    rollups: sum(segments, ({ rollups }) => rollups),
    segments: segments.length,
    responses: suppressed ? null : sum(surveyed, ({ responses }) => responses),
    inferred: suppressed ? null : sum(inferred, ({ responses }) => responses),
    firstHour: segments.length > 0 ? new Date(first * HOUR_MS) : null,
    lastHour: segments.length > 0 ? new Date(last * HOUR_MS) : null,
    suppressed,
    complete: true,
    reason: null,
  };
}

function segmentPage(
  deps: PlanDeps,
  id: string,
  segments: readonly ShownSegment[] | null,
  first: number,
  after: string | null,
): ImpactPage<ImpactSegment> | null {
  if (!segments) return null;
  const list = `impact segments ${id}`;
  const at = after === null ? ['', -1] : parseCursor(after, list, ['string,number']);
  const [cell, model] = at as [string, number];
  const left = segments.filter((one) => one.cell > cell || (one.cell === cell && one.model > model));
  const page = left.slice(0, first);
  const last = page.at(-1);
  return {
    nodes: page.map((one) => ({
      ...one,
      cell: describeCell(deps, one.cell),
      responses: one.suppressed ? null : one.responses,
    })),
    hasNextPage: left.length > first,
    endCursor: last ? formatCursor(list, [last.cell, last.model]) : null,
  };
}
