import { parseRollupKey, type RollupKey } from '../../../domain/lineage/lineage.ts';
import type { RollupSelection } from '../../lineage-store.ts';
import { type LineageEdge, oneFurther, type RollupWalk, type Step, step, type Walk } from '../../node.ts';
import type { Found, LineageRequest } from './kind.ts';

/** What a row of agents came from. */
export interface BehindRow {
  readonly start: string;
  /** The row itself and the rows behind it, the nearest first, with the edges to all that they refer to. */
  readonly steps: readonly Step[];
  /** Scores and other nodes that they refer to. */
  readonly others: readonly { readonly found: Found; readonly depth: number }[];
  /** Ids that the row itself refers to, the main one first. */
  readonly direct: readonly string[];
}

/**
 * The steps without the start, each node once at its least distance, each edge with the later of its nodes. Edges to nodes that
 * the caller does not see are left out.
 */
export function joinedSteps(start: string, steps: readonly Step[]): Step[] {
  const nodes = new Map<string, Step['node']>();
  for (const { node } of steps) {
    const known = nodes.get(node.id);
    if (node.id !== start && (!known || node.depth < known.depth)) nodes.set(node.id, node);
  }
  const places = new Map([start, ...nodes.keys()].map((id, place) => [id, place]));
  const edges = new Map<number, Map<string, LineageEdge>>();
  for (const one of steps.flatMap((each) => each.edges)) {
    const [from, to] = [places.get(one.from), places.get(one.to)];
    if (from === undefined || to === undefined) continue;
    const later = Math.max(from, to);
    const own = edges.get(later) ?? new Map<string, LineageEdge>();
    edges.set(later, own.set(`${one.from} ${one.relation} ${one.to}`, one));
  }
  return [...nodes.values()].map((node) =>
    step(node, node.depth, [...(edges.get(places.get(node.id) ?? -1)?.values() ?? [])]),
  );
}

const further = (walk: Walk, by: number): Walk => (by === 0 ? walk : further(oneFurther(walk), by - 1));

/**
 * Upstream of a row: the rows behind it, what they refer to, and what that came from. Of several scores the first is followed to its
 * answers; the others are nodes to go on from.
 */
export function walkBehind(request: LineageRequest, { start, steps, others }: BehindRow): Walk {
  const walks = others.map(({ found, depth }) => {
    const walk = found.kind.madeOf?.(request, found) ?? found.kind.upstream(request, found);
    return { found, depth, walk: further(walk, depth) };
  });
  const main = walks.find(({ walk }) => walk.rollups);
  const isWalked = ({ found }: (typeof walks)[number]) =>
    found !== main?.found && main?.walk.rollups !== undefined && isIn(main.walk.rollups, found);
  const met = walks.filter(isWalked);
  const joins = new Map(
    met.map(({ found, depth }) => {
      const edges = steps.flatMap((one) => one.edges).filter(({ to }) => to === found.node.id);
      return [found.node.id, { depth, edges }] as const;
    }),
  );
  const context = async () => {
    const behind: Step[] = [...steps];
    const left = walks.filter((one) => !met.includes(one));
    for (const { found, depth } of left) behind.push(step(found.node, depth));
    for (const one of left) if (one === main || !one.walk.rollups) behind.push(...(await one.walk.context()));
    // What the walk along rollups meets brings the nodes behind it nearer.
    const listed = new Set(behind.map(({ node }) => node.id));
    for (const { walk } of met)
      if (!walk.rollups) behind.push(...(await walk.context()).filter(({ node }) => listed.has(node.id)));
    return joinedSteps(start, behind);
  };
  return main?.walk.rollups ? { context, rollups: { ...main.walk.rollups, joins } } : { context };
}

/** Whether a walk along rollups meets the node: then it is not listed before it. */
function isIn({ selection, range }: RollupWalk, { kind, row, node }: Found): boolean {
  const rollup = parseRollupKey(node.id.slice(node.id.indexOf(':') + 1));
  if (rollup) return isSelected(selection, rollup);
  const counted = kind.counted?.(row);
  if (!counted) return false;
  const { answeredAt } = counted.response;
  const isAnswered = answeredAt >= range.from && answeredAt < range.until;
  return isAnswered && counted.rollups.some((one) => isSelected(selection, one));
}

const isSelected = ({ cells, fromHour, untilHour, models }: RollupSelection, rollup: RollupKey): boolean =>
  cells.includes(rollup.cell) &&
  rollup.hour >= fromHour &&
  rollup.hour < untilHour &&
  (models === null || models.includes(rollup.model));
