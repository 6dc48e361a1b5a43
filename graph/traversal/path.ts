import type { Scope } from '../../domain/access/scope.ts';
import { UserError } from '../../domain/errors/user-error.ts';
import {
  type LineageKind,
  nodeId,
  parseSealKey,
  type RollupKey,
  rollupId,
} from '../../domain/lineage/lineage.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { ANNOTATIONS } from '../annotations/annotation-nodes.ts';
import { describeResponse, describeRollup, type LineageNode } from '../describe.ts';
import type { RollupSelection } from '../lineage-store.ts';
import { resolveNode } from './resolve-node.ts';
import type { LineagePage } from './trace.ts';
import { joinOf, upstream } from './upstream.ts';
import {
  everythingVisible,
  type PlanDeps,
  type ScoreStart,
  type Start,
  scoreStart,
} from './visible-selection.ts';
import { edge, type LineageEdge, type TracedNode } from './walk.ts';

/** Model versions followed from one to the one that it superseded; more than a registry comes to hold. */
const SUPERSEDED_BOUND = 10_000;

/** There may be a way, but it is longer than what is followed. */
export class PathTooLongError extends UserError {
  override readonly name = 'PathTooLongError';
}

/** A way through the graph: nodes, and before each but the first the edge that leads to it. */
interface Way {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/**
 * The shortest way between two nodes along the lineage: one went into the other, or both went into one mapping
 * version, model version or rollup (the first, where there are several), or something was said of one that the other leads
 * to. Null when there is none for the caller, or one of the nodes does not exist for them. Not the shortest path of any edges: two responses of one cell have nothing to
 * do with each other.
 */
export async function lineagePath(
  deps: PlanDeps,
  scope: Scope,
  from: ScoreStart | string,
  to: ScoreStart | string,
): Promise<LineagePage | null> {
  const lag = await deps.lineage.lag();
  const startOf = async (id: ScoreStart | string) =>
    typeof id === 'string' ? resolveNode(deps, scope, id) : scoreStart(deps, scope, id);
  const [a, b] = [await startOf(from), await startOf(to)];
  if (!a || !b) return null;
  const way = await wayBetween(deps, scope, a, b);
  if (!way) return null;
  const nodes = way.nodes.map((node, depth): TracedNode => ({ ...node, depth }));
  return {
    nodes,
    edges: way.edges,
    hasNextPage: false,
    endCursor: null,
    complete: lag === 0,
    reason:
      lag === 0 ? null : `the lineage graph is ${lag} journal entries behind: a shorter way may be missing`,
    lag,
  };
}

async function wayBetween(deps: PlanDeps, scope: Scope, a: Start, b: Start): Promise<Way | null> {
  const up = await climb(deps, scope, a, b);
  if (up) return up;
  const down = await climb(deps, scope, b, a);
  if (down) return reversed(down);
  const common = await throughCommon(deps, scope, a, b);
  if (common) return common;
  if (ANNOTATIONS.includes(b.node.kind)) return overSubject(deps, scope, a, b);
  const back = ANNOTATIONS.includes(a.node.kind) ? await overSubject(deps, scope, b, a) : null;
  return back && reversed(back);
}

/** To something that was said of a fact: the way to the fact, and from there to what was said. */
async function overSubject(deps: PlanDeps, scope: Scope, a: Start, annotation: Start): Promise<Way | null> {
  const subject = await subjectOf(deps, scope, annotation);
  const way = subject && (await wayBetween(deps, scope, a, subject));
  const last = subject && (await climb(deps, scope, annotation, subject));
  return way && last && joined(way, reversed(last));
}

/** What was said something of. */
async function subjectOf(deps: PlanDeps, scope: Scope, annotation: Start): Promise<Start | null> {
  if (annotation.kind === 'decision')
    return resolveNode(deps, scope, nodeId('ModelVersion', annotation.decision.model));
  if (annotation.kind === 'alert')
    return resolveNode(deps, scope, nodeId('ModelVersion', annotation.alert.model));
  if (annotation.kind === 'review') {
    const { about } = annotation;
    const id =
      'decision' in about ? nodeId('Decision', about.decision.id) : nodeId('Response', about.response.id);
    return resolveNode(deps, scope, id);
  }
  const sealed = parseSealKey(annotation.node.id.slice('Seal:'.length));
  return sealed && resolveNode(deps, scope, rollupId(sealed.rollup));
}

const reversed = ({ nodes, edges }: Way): Way => ({
  nodes: [...nodes].reverse(),
  edges: [...edges].reverse(),
});

const joined = (first: Way, second: Way): Way => ({
  nodes: [...first.nodes, ...second.nodes.slice(1)],
  edges: [...first.edges, ...second.edges],
});

/** The shortest way from what was made (low) up to what it was made of (high), or null. */
async function climb(deps: PlanDeps, scope: Scope, low: Start, high: Start): Promise<Way | null> {
  if (low.node.kind !== 'Score' && low.node.kind !== 'Seal')
    return search(await linksAbove(deps, scope, low, high), low.node, high.node.id);
  if (low.node.id === high.node.id) return { nodes: [low.node], edges: [] };
  if (MADE_LAST.includes(high.node.kind)) return null;
  const rollup = await firstRollup(deps, scope, low, high);
  if (!rollup) return null;
  const start = startOfRollup(deps, scope, rollup);
  const rest = await climb(deps, scope, start, high);
  const join = joinOf(low.node, start.node.id);
  return rest && joined({ nodes: [low.node, start.node], edges: [join] }, rest);
}

function startOfRollup(deps: PlanDeps, scope: Scope, rollup: RollupKey): Start {
  const { hour, cell, model } = rollup;
  const selection = narrowTo(everythingVisible(deps, scope), rollup);
  const range = { from: hour * HOUR_MS, until: (hour + 1) * HOUR_MS };
  const node = describeRollup(deps, { hour, cell, model });
  return { kind: 'selection', node, selection, range };
}

function narrowTo(selection: RollupSelection, { hour, cell, model }: RollupKey): RollupSelection {
  return { ...selection, cells: [cell], fromHour: hour, untilHour: hour + 1, models: [model] };
}

/** What stands one step above each node, for all nodes that may lie on the way. */
type Links = Map<string, { readonly node: LineageNode; readonly edge: LineageEdge }[]>;

async function linksAbove(deps: PlanDeps, scope: Scope, low: Start, high: Start): Promise<Links> {
  const links: Links = new Map();
  const nodes = new Map<string, LineageNode>();
  const add = async (start: Start) => {
    const steps = await (await upstream(deps, scope, start)).fixed();
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
  const response = low.node.kind === 'Rollup' ? countedResponse(high, low.node.id) : null;
  if (response) {
    nodes.set(response.node.id, response.node);
    link(low.node.id, response.node.id, edge(response.node.id, 'COUNTED_IN', low.node.id));
    await add(response);
  }
  if (low.node.kind === 'ModelVersion' && high.node.kind === 'ModelVersion')
    await addSuperseded(deps, scope, nodes, add);
  return links;
}

/** The response that the start is, or that its event gave the present content, where that rollup counts it. */
function countedResponse(start: Start, rollup: string): Extract<Start, { kind: 'response' }> | null {
  if (!countedIn(start).some((key) => rollupId(key) === rollup)) return null;
  if (start.kind !== 'response' && start.kind !== 'event') return null;
  const { response } = start;
  const node = describeResponse(response.id, response.answeredAt, response.receivedAt);
  return { kind: 'response', node, response };
}

/** The rollups that count it; those of a superseded event count it no more. */
function countedIn(start: Start): readonly RollupKey[] {
  if (start.kind !== 'response' && start.kind !== 'event') return [];
  const { response } = start;
  if (start.kind === 'event' && start.event.id !== response.event.id) return [];
  return [...(response.rollup ? [response.rollup] : []), ...response.inferred];
}

/** Follows the model versions that were superseded. @throws PathTooLongError */
async function addSuperseded(
  deps: PlanDeps,
  scope: Scope,
  nodes: ReadonlyMap<string, LineageNode>,
  add: (start: Start) => Promise<void>,
): Promise<void> {
  const seen = new Set<string>();
  for (const node of nodes.values()) {
    if (node.kind !== 'ModelVersion' || seen.has(node.id)) continue;
    if (seen.size === SUPERSEDED_BOUND)
      throw new PathTooLongError(
        `path: more than ${SUPERSEDED_BOUND} model versions lie between these; ask for a part of the way`,
      );
    seen.add(node.id);
    const models = [Number(node.id.slice(nodeId('ModelVersion', '').length))];
    const selection = { ...everythingVisible(deps, scope), models };
    await add({ kind: 'selection', node, selection, range: { from: 0, until: 0 } });
  }
}

/** Breadth first; of equally short ways the one whose ids come first. */
function search(links: Links, from: LineageNode, to: string): Way | null {
  const ways = new Map<string, Way>([[from.id, { nodes: [from], edges: [] }]]);
  for (const [id, way] of ways) {
    if (id === to) return way;
    const above = [...(links.get(id) ?? [])].sort((a, b) => (a.node.id < b.node.id ? -1 : 1));
    for (const next of above) {
      if (!ways.has(next.node.id))
        ways.set(next.node.id, { nodes: [...way.nodes, next.node], edges: [...way.edges, next.edge] });
    }
  }
  return null;
}

/** Over what both went into: a mapping version, a model version, or else a rollup. */
async function throughCommon(deps: PlanDeps, scope: Scope, a: Start, b: Start): Promise<Way | null> {
  const common = await commonStart(deps, scope, a, b);
  if (!common) return null;
  const [first, second] = [await climb(deps, scope, common, a), await climb(deps, scope, common, b)];
  return first && second && joined(reversed(first), second);
}

async function commonStart(deps: PlanDeps, scope: Scope, a: Start, b: Start): Promise<Start | null> {
  if (a.kind === 'mappings' && b.kind === 'mappings') {
    const mapping = a.mappings.find(({ key }) => b.mappings.some((other) => other.key === key));
    return mapping ? resolveNode(deps, scope, nodeId('MappingVersion', mapping.key)) : null;
  }
  if (a.kind === 'part' && b.kind === 'part') {
    const model = a.models.find((version) => b.models.includes(version));
    return model === undefined ? null : resolveNode(deps, scope, nodeId('ModelVersion', model));
  }
  if ([a, b].some(({ node }) => node.kind === 'Rollup' || MADE_LAST.includes(node.kind))) return null;
  const rollup = await firstRollup(deps, scope, a, b);
  return rollup && startOfRollup(deps, scope, rollup);
}

/** Nothing is made of them; of a rollup only scores are, and seals said of it. */
const MADE_LAST: readonly LineageKind[] = ['Score', ...ANNOTATIONS];

/** The first rollup that both went into (a score: that it is a sum of), or null. */
async function firstRollup(deps: PlanDeps, scope: Scope, a: Start, b: Start): Promise<RollupKey | null> {
  const both = intersection(selectionOf(deps, scope, a), selectionOf(deps, scope, b));
  const counted = [a, b].filter(({ kind }) => kind === 'response' || kind === 'event').map(countedIn);
  const [one, other = one] = counted;
  if (!one || !other) return (await deps.lineage.rollups(both, null, 1))[0] ?? null;
  for (const rollup of one.filter((key) => other.some((key2) => rollupId(key2) === rollupId(key)))) {
    const [found] = await deps.lineage.rollups(intersection(both, narrowTo(both, rollup)), null, 1);
    if (found) return found;
  }
  return null;
}

/** The rollups that the start went into, of any model version. */
function selectionOf(deps: PlanDeps, scope: Scope, start: Start): RollupSelection {
  const everything = { ...everythingVisible(deps, scope), models: null };
  if (start.kind === 'selection') return start.selection;
  if (start.kind === 'mappings') return { ...everything, mappings: start.mappings.map(({ key }) => key) };
  if (start.kind === 'part') return { ...everything, models: start.models };
  return everything;
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
