import type { RollupKey } from '../domain/lineage/lineage.ts';
import type { TimeRange } from '../domain/time/time-windows.ts';
import type { RollupSelection } from './lineage-store.ts';

/** A node as shown. Labels are made of identity alone: no comment, no respondent, no score value. */
export interface LineageNode {
  readonly id: string;
  /** The name of its kind (kinds/registry.ts). */
  readonly kind: string;
  readonly label: string;
  readonly recordedAt: Date | null;
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly relation: string;
}

export interface TracedNode extends LineageNode {
  /** Edges on the shortest path from the start. */
  readonly depth: number;
}

/** One node with the edges that join it to earlier nodes. */
export interface Step {
  readonly node: TracedNode;
  readonly edges: readonly LineageEdge[];
}

/** What a walk visits: some context nodes, then rollup by rollup the responses that it counts. */
export interface Walk {
  /** Read for the first page only. */
  readonly context: () => Promise<readonly Step[]>;
  readonly rollups?: RollupWalk;
}

export interface RollupWalk {
  readonly selection: RollupSelection;
  readonly range: TimeRange;
  /** Distance from the start of each kind. */
  readonly depths: { readonly rollup: number; readonly response: number; readonly event: number };
  /** Whether the responses of that rollup follow it. */
  readonly showsResponses: (rollup: RollupKey) => boolean;
  /** Only edges to these context nodes; null: all of them are in the walk. */
  readonly known: ReadonlySet<string> | null;
  /** Id of a rollup that is among the context nodes already, or of the start. */
  readonly start: string;
  /** Nodes of the walk that are joined to nodes before it too: how far they are from the start, and by what. */
  readonly joins?: ReadonlyMap<string, { readonly depth: number; readonly edges: readonly LineageEdge[] }>;
  /** The edge between each rollup and a start that is a sum of rollups. */
  readonly joined?: (rollup: string) => LineageEdge;
}

export const edge = (from: string, relation: string, to: string): LineageEdge => ({ from, relation, to });

export const step = (node: LineageNode, depth: number, edges: readonly LineageEdge[] = []): Step => ({
  node: { ...node, depth },
  edges,
});

export const withEdgesTo = (one: Step, edges: readonly LineageEdge[]): Step => ({
  ...one,
  edges: [...one.edges, ...edges.filter(({ to }) => to === one.node.id)],
});

/** The nodes, each id once, sorted by id. */
export const byId = (nodes: readonly LineageNode[]): LineageNode[] =>
  [...new Map(nodes.map((node) => [node.id, node])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** A walk that visits nothing. */
export const NOTHING: Walk = { context: async () => [] };

/** The walk seen from one step further away. */
export function oneFurther({ context, rollups }: Walk): Walk {
  const further = (steps: readonly Step[]) =>
    steps.map((one) => step(one.node, one.node.depth + 1, one.edges));
  if (!rollups) return { context: async () => further(await context()) };
  const { rollup, response, event } = rollups.depths;
  return {
    context: async () => further(await context()),
    rollups: { ...rollups, depths: { rollup: rollup + 1, response: response + 1, event: event + 1 } },
  };
}
