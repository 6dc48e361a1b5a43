import { parseScoreId } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { KIND_NAMES } from '../../graph/kinds/registry.ts';
import { type ScoreStart, scoreStartOf } from '../../graph/kinds/score.ts';
import type { LineageEdge } from '../../graph/node.ts';
import { lineageNode, traceLineage } from '../../graph/traversal/trace.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { paged } from '../gate/costs.ts';
import { access } from './builder.ts';
import { pageSize } from './connection.ts';
import type { AnyNode } from './node.ts';
import type { SchemaParts } from './types.ts';

/** Adds LineageNode, LineageEdge, LineagePage, LineageRecord and the query trace. */
export function addLineage(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  addPage(schema);
  builder.objectRef<Extract<AnyNode, { __typename: 'LineageRecord' }>>('LineageRecord').implement({
    ...access('traceLineage'),
    description: 'A node of the lineage graph that has no type of its own.',
    interfaces: [types.node as never],
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      kind: t.exposeString('kind', { nullable: false }),
      label: t.exposeString('label', { nullable: false }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime' }),
    }),
  });
  builder.queryField('trace', (t) =>
    t.field({
      ...access('traceLineage', paged(10, 0.2)),
      type: types.lineagePage,
      nullable: false,
      description: 'From an NpsRow id or any node id.',
      args: {
        id: t.arg.id({ required: true }),
        direction: t.arg({ type: types.traceDirection, required: true, defaultValue: 'UPSTREAM' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, { id, direction, first, after }, { deps, caller }) => {
        const start = startOf(dimensions, id);
        const query = { start, direction, first: pageSize(first), after: after ?? null };
        const found = await traceLineage(deps, caller.scope, query);
        if (found) return found;
        throw new InvalidArgumentError(
          `id: nothing with this id exists here; it is the id of an NpsRow or of a node (${KIND_NAMES.join(', ')})`,
        );
      },
    }),
  );
}

/** The node of the id: a score, or a node by its id. */
export function startOf(dimensions: readonly Dimension[], id: string): ScoreStart | string {
  const name = parseScoreId(id);
  return name ? scoreStartOf(dimensions, id, name) : id;
}

function addPage({ builder, types: { lineageNode: node, lineagePage, pageInfo } }: SchemaParts): void {
  node.implement({
    ...access('traceLineage'),
    description:
      "kind is the node's label in the lineage graph: Rollup, Response, SourceEvent, Source, ModelVersion, Cell, …",
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      kind: t.exposeString('kind', { nullable: false }),
      label: t.exposeString('label', { nullable: false }),
      depth: t.exposeInt('depth', { nullable: false }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime' }),
    }),
  });
  const edge = builder.objectRef<LineageEdge>('LineageEdge').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      from: t.exposeID('from', { nullable: false }),
      to: t.exposeID('to', { nullable: false }),
      relation: t.exposeString('relation', { nullable: false }),
    }),
  });
  lineagePage.implement({
    ...access('traceLineage'),
    description:
      'edges join nodes of this page to nodes of this or an earlier page; complete = false only with a reason.',
    fields: (t) => ({
      nodes: t.field({ type: [node], nullable: false, resolve: ({ nodes }) => nodes }),
      edges: t.field({ type: [edge], nullable: false, resolve: ({ edges }) => edges }),
      pageInfo: t.field({ type: pageInfo, nullable: false, resolve: (facts) => facts }),
      complete: t.exposeBoolean('complete', { nullable: false }),
      reason: t.exposeString('reason'),
      lag: t.exposeInt('lag', {
        nullable: false,
        description: 'Journal entries that the graph has not processed yet.',
      }),
    }),
  });
}

/** Finds a node of the lineage graph that is not a response. */
export async function loadLineageNode(id: string, { deps, caller }: ApiContext): Promise<AnyNode | null> {
  const found = await lineageNode(deps, caller.scope, id);
  return found && { __typename: 'LineageRecord', ...found };
}
