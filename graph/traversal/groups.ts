import type { Scope } from '../../domain/access/scope.ts';
import { total } from '../../domain/nps/nps.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { readTouchedSegments, type TouchedSegment } from '../../store/lineage/impact.ts';
import { countIntervals } from '../../store/scores/rollups.ts';
import { kindNamed } from '../kinds/registry.ts';
import { responseKind } from '../kinds/response.ts';
import { rollupKind } from '../kinds/rollup.ts';
import type { ScoreStart } from '../kinds/score.ts';
import type { Found, LineageDeps, LineageRequest } from '../kinds/shared/kind.ts';
import { SURVEYED } from '../kinds/shared/visible-selection.ts';
import { sourceEventKind } from '../kinds/source-event.ts';
import type { LineageNode, RollupWalk, TracedNode, Walk } from '../node.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { downstream, type TraceDirection, upstream } from './directions.ts';
import { lineageRequest, resolveStart } from './resolve-node.ts';
import { completeness, type LineagePage, PLACES } from './trace.ts';
import { takeSteps, type WalkPosition } from './walk.ts';

/** The nodes of one kind in a lineage. */
export interface LineageGroup {
  readonly kind: string;
  /** Of the nearest one. */
  readonly depth: number;
  /** null: not counted, because it would take too long. */
  readonly count: number | null;
}

/** An edge between nodes of two kinds. */
export interface LineageLink {
  readonly from: string;
  readonly to: string;
  readonly relation: string;
}

/** A lineage in one picture: its kinds, how many nodes each has, and how they are joined. */
export interface LineageGroups {
  readonly node: LineageNode;
  readonly groups: readonly LineageGroup[];
  readonly links: readonly LineageLink[];
  readonly complete: boolean;
  readonly reason: string | null;
  readonly lag: number;
}

/** Rows of hour rollups that one sum may read. */
const BOUND = 500_000;
/** Steps beyond the context that show how kinds are joined: all rollups are joined alike. */
const SAMPLE = 30;

/** What a walk meets rollup by rollup. */
const WALKED = [
  { kind: rollupKind.kind, depth: 'rollup' },
  { kind: responseKind.kind, depth: 'response' },
  { kind: sourceEventKind.kind, depth: 'event' },
] as const;

function walkOf(request: LineageRequest, found: Found, direction: TraceDirection): Walk {
  return direction === 'UPSTREAM' ? upstream(request, found) : downstream(request, found);
}

/** The kinds of what a node came from or contributed to. Null when the start does not exist for the caller. */
export async function lineageGroups(
  deps: LineageDeps,
  scope: Scope,
  start: ScoreStart | string,
  direction: TraceDirection,
): Promise<LineageGroups | null> {
  const lag = await deps.lineage.lag();
  const request = lineageRequest(deps, scope);
  const found = await resolveStart(request, start);
  if (!found) return null;
  const walk = walkOf(request, found, direction);
  const context = (await walk.context()).slice(1);
  const groups = new Map<string, LineageGroup>();
  const seen = new Set([found.node.id]);
  for (const { node } of context) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    const { depth = node.depth, count = 0 } = groups.get(node.kind) ?? {};
    groups.set(node.kind, {
      kind: node.kind,
      depth: Math.min(depth, node.depth),
      count: (count ?? 0) + 1,
    });
  }
  if (walk.rollups)
    for (const group of await walkedGroups(request, walk.rollups, found))
      groups.set(group.kind, added(groups.get(group.kind), group));
  const steps = await takeSteps(deps, walk, null, context.length + 1 + SAMPLE);
  const kinds = new Map([
    [found.node.id, found.node.kind],
    ...steps.map(({ node }) => [node.id, node.kind] as const),
  ]);
  const links = new Map<string, LineageLink>();
  for (const { from, to, relation } of steps.flatMap(({ edges }) => edges)) {
    const link = { from: kinds.get(from) ?? '', to: kinds.get(to) ?? '', relation };
    if (link.from && link.to) links.set(JSON.stringify(link), link);
  }
  return {
    node: found.node,
    groups: [...groups.values()].sort((a, b) => a.depth - b.depth || orderOf(a) - orderOf(b)),
    links: [...links.values()],
    ...completeness(scope, start, lag),
    lag,
  };
}

/** What a walk meets beside what came before it. */
const added = (before: LineageGroup | undefined, { kind, depth, count }: LineageGroup): LineageGroup => ({
  kind,
  depth: Math.min(depth, before?.depth ?? depth),
  count: count === null ? null : count + (before?.count ?? 0),
});

/** As in pictures of a lineage: from the top. */
const orderOf = ({ kind }: LineageGroup): number => kindNamed(kind).picture.row;

/** Rollups, responses and events, counted by the rollups. */
async function walkedGroups(
  request: LineageRequest,
  walk: RollupWalk,
  { node }: Found,
): Promise<LineageGroup[]> {
  const segments = await readTouchedSegments(request.store, walk.selection, BOUND);
  const open = segments?.filter(({ cell, model }) => walk.showsResponses({ hour: 0, cell, model })) ?? null;
  const sum = (of: readonly TouchedSegment[] | null, value: (segment: TouchedSegment) => number) =>
    of === null ? null : of.reduce((all, segment) => all + value(segment), 0);
  const answers = isWhole(walk)
    ? sum(open, ({ responses }) => responses)
    : await answersOf(request, walk, open);
  return WALKED.flatMap(({ kind, depth }): LineageGroup[] => {
    if (kind === node.kind) return [];
    const count = kind === rollupKind.kind ? sum(segments, ({ rollups }) => rollups) : answers;
    return count === 0 ? [] : [{ kind, depth: walk.depths[depth], count }];
  });
}

const isWhole = ({ range }: RollupWalk) => range.from % HOUR_MS === 0 && range.until % HOUR_MS === 0;

/** The answers of a window that begins or ends inside an hour. */
async function answersOf(
  { store, cells }: LineageRequest,
  { range, selection }: RollupWalk,
  open: readonly TouchedSegment[] | null,
): Promise<number | null> {
  if (!open) return null;
  const cellIds = [...new Set(open.map(({ cell }) => cells.byKey(cell)?.id ?? 0))];
  let answers = 0;
  for (const model of selection.models ?? [SURVEYED]) {
    const classes =
      model === SURVEYED ? ({ kind: 'surveyed' } as const) : ({ kind: 'inferred', model } as const);
    // Minutes are counted from the answers, because old ones have no rollups any more.
    const query = {
      edges: [range.from, range.until],
      cellIds,
      byCell: false,
      now: Number.POSITIVE_INFINITY,
      classes,
    };
    answers = (await countIntervals(store, query)).reduce((all, counts) => all + total(counts), answers);
  }
  return answers;
}

/** One page of the nodes of a kind. */
export interface MembersQuery {
  readonly start: ScoreStart | string;
  readonly direction: TraceDirection;
  readonly kind: string;
  /** In the label, in any case; null: any. */
  readonly contains: string | null;
  readonly first: number;
  readonly after: string | null;
}

const AT_ONCE = 200;
/** Nodes that one page may look through for its filter; the next page goes on there. */
const LOOKED_THROUGH = 5_000;

/**
 * One page of the nodes of one kind in a lineage, in the order of the trace. A page may have fewer than `first`
 * nodes and a next page: the filter has looked through many. Null when the start does not exist for the caller.
 * @throws InvalidCursorError
 */
export async function lineageMembers(
  deps: LineageDeps,
  scope: Scope,
  { start, direction, kind, contains, first, after }: MembersQuery,
): Promise<LineagePage | null> {
  const id = typeof start === 'string' ? start : start.id;
  const list = JSON.stringify([direction, kind, contains, id]);
  const place = after === null ? null : (parseCursor(after, list, ...PLACES) as unknown as WalkPosition);
  const lag = await deps.lineage.lag();
  const request = lineageRequest(deps, scope);
  const found = await resolveStart(request, start);
  if (!found) return null;
  const walk = onlyRollups(walkOf(request, found, direction), kind);
  const wanted = contains?.toLowerCase() ?? '';
  const isWanted = (node: TracedNode) =>
    node.kind === kind && node.id !== found.node.id && node.label.toLowerCase().includes(wanted);
  const page: { readonly node: TracedNode; readonly at: WalkPosition }[] = [];
  let [at, looked, ended] = [place, 0, false];
  while (page.length <= first && looked < LOOKED_THROUGH && !ended) {
    const steps = await takeSteps(deps, walk, at, AT_ONCE);
    ended = steps.length < AT_ONCE;
    for (const step of steps) {
      looked += 1;
      at = step.at;
      if (isWanted(step.node)) page.push(step);
      if (page.length > first) break;
    }
  }
  const shown = page.slice(0, first);
  const isMore = page.length > first;
  const last = isMore || ended ? shown.at(-1)?.at : at;
  return {
    nodes: shown.map(({ node }) => node),
    edges: [],
    hasNextPage: isMore || !ended,
    endCursor: last ? formatCursor(list, last) : null,
    ...completeness(scope, start, lag),
    lag,
  };
}

/** Rollups are found without their responses. */
function onlyRollups(walk: Walk, kind: string): Walk {
  if (!walk.rollups || kind !== rollupKind.kind) return walk;
  return { ...walk, rollups: { ...walk.rollups, showsResponses: () => false } };
}
