import type { Scope } from '../../domain/access/scope.ts';
import { UserError } from '../../domain/errors/user-error.ts';
import { type RollupKey, rollupId } from '../../domain/lineage/lineage.ts';
import { responseKind } from '../kinds/response.ts';
import { rollupKind, visibleRollup } from '../kinds/rollup.ts';
import type { ScoreStart } from '../kinds/score.ts';
import { at, type Found, type LineageDeps, type LineageRequest } from '../kinds/shared/kind.ts';
import { everythingVisible, narrowTo } from '../kinds/shared/visible-selection.ts';
import type { RollupSelection } from '../lineage-store.ts';
import { edge, type LineageEdge, type LineageNode, type TracedNode } from '../node.ts';
import { upstream } from './directions.ts';
import { lineageRequest, resolveStart } from './resolve-node.ts';
import type { LineagePage } from './trace.ts';

/** Most superseded nodes that are followed; more than a registry of models has. */
const SUPERSEDED_BOUND = 10_000;

/** There may be a path, but it is longer than the limit. */
export class PathTooLongError extends UserError {
  override readonly name = 'PathTooLongError';
}

/** A path through the graph: nodes, and before each but the first the edge that leads to it. */
interface Path {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/**
 * The shortest path between two nodes along the lineage: one contributed to the other, or both contributed to
 * one mapping version, model version or rollup (the first, if there are several), or an annotation of one leads
 * to the other. Null when there is none for the caller, or one of the nodes does not exist for them. Not the
 * shortest path over any edges: two responses of one cell are unrelated.
 */
export async function lineagePath(
  deps: LineageDeps,
  scope: Scope,
  from: ScoreStart | string,
  to: ScoreStart | string,
): Promise<LineagePage | null> {
  const lag = await deps.lineage.lag();
  const request = lineageRequest(deps, scope);
  const [a, b] = [await resolveStart(request, from), await resolveStart(request, to)];
  if (!a || !b) return null;
  const path = await pathBetween(request, a, b);
  if (!path) return null;
  const nodes = path.nodes.map((node, depth): TracedNode => ({ ...node, depth }));
  return {
    nodes,
    edges: path.edges,
    hasNextPage: false,
    endCursor: null,
    complete: lag === 0,
    reason:
      lag === 0 ? null : `the lineage graph is ${lag} journal entries behind: a shorter path may be missing`,
    lag,
  };
}

async function pathBetween(request: LineageRequest, a: Found, b: Found): Promise<Path | null> {
  const up = await climb(request, a, b);
  if (up) return up;
  const down = await climb(request, b, a);
  if (down) return reversed(down);
  const common = await throughCommon(request, a, b);
  if (common) return common;
  if (b.kind.about) return overSubject(request, a, b);
  const back = a.kind.about ? await overSubject(request, b, a) : null;
  return back && reversed(back);
}

/** To an annotation: the path to its subject, and from there to the annotation. */
async function overSubject(request: LineageRequest, a: Found, annotation: Found): Promise<Path | null> {
  const subject = await subjectOf(request, annotation);
  const path = subject && (await pathBetween(request, a, subject));
  const last = subject && (await climb(request, annotation, subject));
  return path && last && joined(path, reversed(last));
}

/** The main subject of an annotation; null for other kinds. */
async function subjectOf(request: LineageRequest, { kind, row }: Found): Promise<Found | null> {
  const [id] = kind.about?.(row) ?? [];
  return id === undefined ? null : request.findAny(id);
}

const reversed = ({ nodes, edges }: Path): Path => ({
  nodes: [...nodes].reverse(),
  edges: [...edges].reverse(),
});

const joined = (first: Path, second: Path): Path => ({
  nodes: [...first.nodes, ...second.nodes.slice(1)],
  edges: [...first.edges, ...second.edges],
});

/** Nothing is made of them, and they contributed to no rollup. */
const isMadeLast = ({ kind: { tier } }: Found): boolean => tier === 'result' || tier === 'annotation';

/** The shortest path from what was made (low) up to what it was made of (high), or null. */
async function climb(request: LineageRequest, low: Found, high: Found): Promise<Path | null> {
  if (low.node.id === high.node.id) return { nodes: [low.node], edges: [] };
  const joinedTo = low.kind.tier === 'result' ? upstream(request, low).rollups?.joined : undefined;
  if (joinedTo) {
    const rollup = isMadeLast(high) ? null : await firstRollup(request, low, high);
    if (!rollup) return null;
    const start = foundRollup(request, rollup);
    const rest = await climb(request, start, high);
    return rest && joined({ nodes: [low.node, start.node], edges: [joinedTo(start.node.id)] }, rest);
  }
  const links = await linksAbove(request, low, high);
  const path = search(links, low.node, high.node.id);
  const subject = path ? null : await subjectOf(request, low);
  if (!subject) return path;
  const join = (await upstream(request, low).context())
    .find(({ node }) => node.id === subject.node.id)
    ?.edges.find(({ from, to }) => from === low.node.id || to === low.node.id);
  const rest = join && (await climb(request, subject, high));
  return rest ? joined({ nodes: [low.node, subject.node], edges: [join] }, rest) : null;
}

/** A rollup that is known to be visible. */
const foundRollup = (request: LineageRequest, rollup: RollupKey): Found =>
  at(request, rollupKind, visibleRollup(rollup, everythingVisible(request)));

/** The nodes one step above each node, for all nodes that may be on the path. */
type Links = Map<string, { readonly node: LineageNode; readonly edge: LineageEdge }[]>;

async function linksAbove(request: LineageRequest, low: Found, high: Found): Promise<Links> {
  const links: Links = new Map();
  const nodes = new Map<string, LineageNode>();
  const add = async (start: Found) => {
    const steps = await upstream(request, start).context();
    for (const { node } of steps) nodes.set(node.id, node);
    for (const { edges } of steps) for (const one of edges) link(one.from, one.to, one);
  };
  const link = (below: string, above: string, one: LineageEdge) => {
    const node = nodes.get(above);
    const known = links.get(below) ?? [];
    if (node && !known.some((other) => other.node.id === above))
      links.set(below, [...known, { node, edge: one }]);
  };
  nodes.set(low.node.id, low.node);
  await add(low);
  // If a rollup counts the response that `high` is or gave the current content, the path leads over it.
  const counted = high.kind.counted?.(high.row);
  if (counted?.rollups.some((rollup) => rollupId(rollup) === low.node.id)) {
    const response = at(request, responseKind, counted.response);
    nodes.set(response.node.id, response.node);
    link(low.node.id, response.node.id, edge(response.node.id, 'COUNTED_IN', low.node.id));
    await add(response);
  }
  if (low.kind === high.kind) await addSuperseded(request, low.kind, nodes, add);
  return links;
}

/** Follows the nodes of the kind that were superseded. @throws PathTooLongError */
async function addSuperseded(
  request: LineageRequest,
  kind: Found['kind'],
  nodes: ReadonlyMap<string, LineageNode>,
  add: (start: Found) => Promise<void>,
): Promise<void> {
  if (!kind.revision) return;
  const seen = new Set<string>();
  for (const node of nodes.values()) {
    if (node.kind !== kind.kind || seen.has(node.id)) continue;
    if (seen.size === SUPERSEDED_BOUND)
      throw new PathTooLongError(
        `path: more than ${SUPERSEDED_BOUND} model versions lie between these; ask for a part of the path`,
      );
    seen.add(node.id);
    await add(at(request, kind, kind.revision(node)));
  }
}

/** Breadth first; of equally short paths the one whose ids come first. */
function search(links: Links, from: LineageNode, to: string): Path | null {
  const paths = new Map<string, Path>([[from.id, { nodes: [from], edges: [] }]]);
  for (const [id, path] of paths) {
    if (id === to) return path;
    const above = [...(links.get(id) ?? [])].sort((a, b) => (a.node.id < b.node.id ? -1 : 1));
    for (const next of above) {
      if (!paths.has(next.node.id))
        paths.set(next.node.id, { nodes: [...path.nodes, next.node], edges: [...path.edges, next.edge] });
    }
  }
  return null;
}

/** Through what both contributed to: a mapping version, a model version, or else a rollup. */
async function throughCommon(request: LineageRequest, a: Found, b: Found): Promise<Path | null> {
  const common = await commonStart(request, a, b);
  if (!common) return null;
  const [first, second] = [await climb(request, common, a), await climb(request, common, b)];
  return first && second && joined(reversed(first), second);
}

const kindOfId = (id: string | undefined) => id?.slice(0, id.indexOf(':'));

async function commonStart(request: LineageRequest, a: Found, b: Found): Promise<Found | null> {
  const [into, other] = [a.kind.goesInto?.(a.row), b.kind.goesInto?.(b.row)];
  if (into && other && kindOfId(into[0]) === kindOfId(other[0])) {
    const common = into.find((id) => other.includes(id));
    return common === undefined ? null : request.find(common);
  }
  if (a.kind.tier !== 'input' || b.kind.tier !== 'input') return null;
  const rollup = await firstRollup(request, a, b);
  return rollup && foundRollup(request, rollup);
}

/** The first rollup that both contributed to (for a score: that it sums), or null. */
async function firstRollup(request: LineageRequest, a: Found, b: Found): Promise<RollupKey | null> {
  const [ofA, ofB] = [a.kind.rollups(request, a.row), b.kind.rollups(request, b.row)];
  if (!ofA || !ofB) return null;
  const both = intersection(ofA, ofB);
  const first = async (selection: RollupSelection) =>
    (await request.lineage.rollups(selection, null, 1))[0] ?? null;
  const [one, other = one] = [a, b].flatMap(({ kind, row }) =>
    kind.counted ? [kind.counted(row).rollups] : [],
  );
  if (!one || !other) return first(both);
  const ids = new Set(other.map(rollupId));
  for (const rollup of one.filter((key) => ids.has(rollupId(key)))) {
    const found = await first(intersection(both, narrowTo(both, rollup)));
    if (found) return found;
  }
  return null;
}

function intersection(a: RollupSelection, b: RollupSelection): RollupSelection {
  const both = <T>(one: readonly T[] | null, other: readonly T[] | null) =>
    one && other ? one.filter((value) => other.includes(value)) : (one ?? other);
  return {
    cells: both(a.cells, b.cells) ?? [],
    fromHour: Math.max(a.fromHour, b.fromHour),
    untilHour: Math.min(a.untilHour, b.untilHour),
    mappings: both(a.mappings, b.mappings),
    models: both(a.models, b.models),
  };
}
