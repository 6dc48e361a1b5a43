import { mayBeProtected, type Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../kinds/score.ts';
import type { LineageDeps } from '../kinds/shared/kind.ts';
import type { LineageEdge, LineageNode, TracedNode } from '../node.ts';
import { type CursorParts, formatCursor, parseCursor } from './cursor.ts';
import { downstream, type TraceDirection, upstream } from './directions.ts';
import { lineageRequest, resolveStart } from './resolve-node.ts';
import { takeSteps, type WalkPosition } from './walk.ts';

export interface LineagePage {
  readonly nodes: readonly TracedNode[];
  /** Between nodes of this page and of this or an earlier one; each edge once over all pages. */
  readonly edges: readonly LineageEdge[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
  readonly complete: boolean;
  readonly reason: string | null;
  readonly lag: number;
}

export interface TraceQuery {
  /** A score, or the id of any other node. */
  readonly start: ScoreStart | string;
  readonly direction: TraceDirection;
  readonly first: number;
  readonly after: string | null;
}

/** The parts of a position (`WalkPosition`). */
export const PLACES: readonly CursorParts[] = [
  ['number'],
  ['hour', 'text', 'number'],
  ['hour', 'text', 'number', 'uuid', 'text'],
];

/**
 * One page of what a node came from (upstream) or contributed to (downstream). Order: the start; the model
 * versions, cells, sources, surveys, scale rules and mappings; then rollup by rollup its responses, each with
 * its source event. Null when the start does not exist for the caller.
 * @throws InvalidCursorError
 */
export async function traceLineage(
  deps: LineageDeps,
  scope: Scope,
  query: TraceQuery,
): Promise<LineagePage | null> {
  const { start, direction, first, after } = query;
  const id = typeof start === 'string' ? start : start.id;
  const list = `${direction} ${id}`;
  const place = after === null ? null : (parseCursor(after, list, ...PLACES) as unknown as WalkPosition);
  const lag = await deps.lineage.lag();
  const request = lineageRequest(deps, scope);
  const found = await resolveStart(request, start);
  if (!found) return null;
  const walk = direction === 'UPSTREAM' ? upstream(request, found) : downstream(request, found);
  const steps = await takeSteps(deps, walk, place, first + 1);
  const page = steps.slice(0, first);
  const last = page.at(-1);
  return {
    nodes: page.map(({ node }) => node),
    edges: page.flatMap(({ edges }) => edges),
    hasNextPage: steps.length > first,
    endCursor: last ? formatCursor(list, last.at) : null,
    ...completeness(scope, start, lag),
    lag,
  };
}

/** Whether the lineage is complete; if not, why. */
export function completeness(
  scope: Scope,
  start: TraceQuery['start'],
  lag: number,
): Pick<LineagePage, 'complete' | 'reason'> {
  const reasons = [
    ...(lag > 0 ? [`the lineage graph is ${lag} journal ${lag === 1 ? 'entry' : 'entries'} behind`] : []),
    ...(scope.grant('traceLineage') === 'none' ? ['this key may not trace what it was made of'] : []),
    ...(typeof start !== 'string' && start.basis === 'COMBINED'
      ? ['what a model inferred in it is traced from the score with basis INFERRED']
      : []),
    ...(typeof start !== 'string' ? leftOut(scope, start) : []),
  ];
  return { complete: reasons.length === 0, reason: reasons.length === 0 ? null : reasons.join('; ') };
}

function leftOut(scope: Scope, { basis }: ScoreStart): string[] {
  const counted = basis === 'INFERRED' ? 'inferred' : 'surveyed';
  if (!mayBeProtected(scope, 'traceLineage', [counted])) return [];
  const what = counted === 'inferred' ? 'responses or predictions' : 'responses';
  return [`cells whose ${what} may not be read are left out`];
}

/** The node with that id, or null when it does not exist for the caller. */
export async function lineageNode(deps: LineageDeps, scope: Scope, id: string): Promise<LineageNode | null> {
  return (await lineageRequest(deps, scope).find(id))?.node ?? null;
}
