import { mayBeProtected, type Scope } from '../../domain/access/scope.ts';
import { UserError } from '../../domain/errors/user-error.ts';
import type { RollupKey } from '../../domain/lineage/lineage.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { readRollupCounts, readTouchedSegments, type TouchedSegment } from '../../store/lineage/impact.ts';
import { cellNode } from '../kinds/cell.ts';
import { IMPACT_KINDS } from '../kinds/registry.ts';
import { rollupNode } from '../kinds/rollup.ts';
import type { Found, Impacted, LineageDeps, LineageRequest } from '../kinds/shared/kind.ts';
import { showsResponses } from '../kinds/shared/visible-selection.ts';
import type { RollupSelection } from '../lineage-store.ts';
import type { LineageNode } from '../node.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { type AnnotationsTouched, annotationsTouched, type ImpactPage } from './impact-annotations.ts';
import { lineageRequest } from './resolve-node.ts';

/** Nodes of this kind have no impact: they are traced downstream instead. */
export class NoImpactError extends UserError {
  override readonly name = 'NoImpactError';
}

export interface ImpactQuery {
  readonly id: string;
  readonly first: number;
  readonly after: string | null;
}

/** One affected hour rollup. */
export interface TouchedRollup {
  readonly node: LineageNode;
  readonly hour: Date;
  readonly cell: LineageNode | null;
  readonly model: number;
  readonly cellKey: string;
  /** Responses that it got from the start; null for callers who may not read the responses, or what a model read in them. */
  readonly responses: number | null;
}

export interface ImpactTotals {
  /** null: not counted, see `reason`. */
  readonly rollups: number | null;
  readonly segments: number | null;
  /** Responses counted, and classes that model versions inferred. */
  readonly responses: number | null;
  readonly inferred: number | null;
  readonly firstHour: Date | null;
  readonly lastHour: Date | null;
  /** Cells whose responses, or predictions, the caller may not read are left out, without revealing whether there are any. */
  readonly suppressed: boolean;
  readonly complete: boolean;
  readonly reason: string | null;
}

/** A cell under a model version with its affected part. */
export interface ImpactSegment extends Omit<TouchedSegment, 'cell'> {
  readonly cell: LineageNode | null;
}

export interface Impact extends ImpactPage<TouchedRollup>, AnnotationsTouched {
  readonly node: LineageNode;
  readonly complete: boolean;
  readonly reason: string | null;
  readonly lag: number;
  /** Counted on demand. */
  readonly totals: () => Promise<ImpactTotals>;
  /** null if they are not summed (`totals` says why). @throws InvalidCursorError */
  readonly segments: (first: number, after: string | null) => Promise<ImpactPage<ImpactSegment> | null>;
}

/** Rows of hour rollups that one sum may read. */
const BOUND = 500_000;

/**
 * What a node contributed to: hour rollups (one page), totals, segments, decisions and alerts. The lineage
 * store finds the rollups; the database counts responses. Null when the node does not exist for the caller.
 * @throws NoImpactError, InvalidCursorError
 */
export async function impactOf(
  deps: LineageDeps,
  scope: Scope,
  { id, first, after }: ImpactQuery,
  bound = BOUND,
): Promise<Impact | null> {
  const list = `impact ${id}`;
  const at = after === null ? null : parseCursor(after, list, ['hour', 'text', 'number']);
  const lag = await deps.lineage.lag();
  const request = lineageRequest(deps, scope);
  const start = await request.find(id);
  if (!start) return null;
  const impacted = impactedBy(request, start);
  const { selection } = impacted;
  const [hour, cell, model] = (at ?? []) as [number, string, number];
  const found = await deps.lineage.rollups(selection, at && { hour, cell, model }, first + 1);
  const page = found.slice(0, first);
  const last = page.at(-1);
  let segments: Promise<TouchedSegment[] | null> | undefined;
  const summed = () => {
    segments ??= readTouchedSegments(deps.store, selection, bound);
    return segments;
  };
  return {
    node: start.node,
    nodes: await touchedRollups(request, selection, page),
    hasNextPage: found.length > first,
    endCursor: last ? formatCursor(list, [last.hour, last.cell, last.model]) : null,
    complete: lag === 0,
    reason: lag === 0 ? null : `the lineage graph is ${lag} journal entries behind`,
    lag,
    totals: async () =>
      totalsOf(await summed(), bound, mayBeProtected(scope, 'traceLineage', ['surveyed', 'inferred'])),
    segments: async (count, from) => segmentPage(deps, id, await summed(), count, from),
    ...annotationsTouched(request, start.node.id, impacted),
  };
}

/** What the start affected, over all time and under every model version. */
function impactedBy(request: LineageRequest, { kind, row }: Found): Impacted {
  if (kind.impact) return kind.impact.of(request, row);
  throw new NoImpactError(
    `id: the impact of a ${kind.kind} is its trace downstream; impact is known for ${IMPACT_KINDS.join(', ')}`,
  );
}

async function touchedRollups(
  request: LineageRequest,
  { mappings }: RollupSelection,
  page: readonly RollupKey[],
): Promise<TouchedRollup[]> {
  // Without protected cells, rollups of cells whose responses may not be read are listed; hours are small.
  const open = page.filter(showsResponses(request));
  const counts = await readRollupCounts(request.store, open, mappings);
  const byRollup = new Map(open.map((rollup, i) => [rollup, counts[i] ?? 0]));
  return page.map((rollup) => ({
    node: rollupNode(request, rollup),
    hour: new Date(rollup.hour * HOUR_MS),
    cell: cellNode(request, rollup.cell),
    cellKey: rollup.cell,
    model: rollup.model,
    responses: byRollup.get(rollup) ?? null,
  }));
}

function totalsOf(
  segments: readonly TouchedSegment[] | null,
  bound: number,
  suppressed: boolean,
): ImpactTotals {
  if (!segments) {
    const reason = `more than ${bound} hour rollups: they are listed page by page, but not summed`;
    const none = { rollups: null, segments: null, responses: null, inferred: null };
    return { ...none, firstHour: null, lastHour: null, suppressed, complete: false, reason };
  }
  const sum = (of: readonly TouchedSegment[], value: (segment: TouchedSegment) => number) =>
    of.reduce((total, segment) => total + value(segment), 0);
  const surveyed = segments.filter(({ model }) => model === 0);
  const inferred = segments.filter(({ model }) => model > 0);
  const hours = segments.flatMap(({ firstHour, lastHour }) => [firstHour, lastHour]);
  const [first, last] = [Math.min(...hours), Math.max(...hours)];
  return {
    rollups: sum(segments, ({ rollups }) => rollups),
    segments: segments.length,
    responses: sum(surveyed, ({ responses }) => responses),
    inferred: sum(inferred, ({ responses }) => responses),
    firstHour: segments.length > 0 ? new Date(first * HOUR_MS) : null,
    lastHour: segments.length > 0 ? new Date(last * HOUR_MS) : null,
    suppressed,
    complete: true,
    reason: null,
  };
}

function segmentPage(
  deps: LineageDeps,
  id: string,
  segments: readonly TouchedSegment[] | null,
  first: number,
  after: string | null,
): ImpactPage<ImpactSegment> | null {
  if (!segments) return null;
  const list = `impact segments ${id}`;
  const at = after === null ? ['', -1] : parseCursor(after, list, ['text', 'number']);
  const [cell, model] = at as [string, number];
  const left = segments.filter((one) => one.cell > cell || (one.cell === cell && one.model > model));
  const page = left.slice(0, first);
  const last = page.at(-1);
  return {
    nodes: page.map((one) => ({ ...one, cell: cellNode(deps, one.cell) })),
    hasNextPage: left.length > first,
    endCursor: last ? formatCursor(list, [last.cell, last.model]) : null,
  };
}
