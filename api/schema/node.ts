import type { RegisteredModel } from '../../store/models/models.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';
import type { ApiContext } from '../context.ts';
import { access, type Builder } from './builder.ts';

/** What `node` can answer with; `__typename` tells which type. */
export type AnyNode =
  | ({ readonly __typename: 'Response' } & ResponseRow)
  | ({ readonly __typename: 'ModelVersion' } & RegisteredModel)
  | LineageRecord;

/** A node of the lineage graph, as the node of any kind that has no type of its own. */
export interface LineageRecord {
  readonly __typename: 'LineageRecord';
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly recordedAt: Date | null;
}

/** Finds the node with that id for this caller; null when it is not one of its kind, or does not exist for them. */
export type NodeLoader = (id: string, context: ApiContext) => Promise<AnyNode | null>;

export const RESPONSE_PREFIX = 'Response:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The response's key in a node id, or null. */
export function responseKeyOf(id: string): string | null {
  const key = id.startsWith(RESPONSE_PREFIX) ? id.slice(RESPONSE_PREFIX.length) : '';
  return UUID.test(key) ? key : null;
}

/** Adds the interface Node and the query for one. */
export function addNode(builder: Builder, load: NodeLoader) {
  const node = builder.interfaceRef<AnyNode>('Node').implement({
    ...access('public'),
    description: 'Anything that has an id of its own.',
    resolveType: ({ __typename }) => __typename,
    fields: (t) => ({ id: t.id({ nullable: false, resolve: nodeId }) }),
  });
  builder.queryField('node', (t) =>
    t.field({
      ...access('public'),
      type: node,
      description: 'What the id names, or null when it does not exist for this caller.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) => load(id, context),
    }),
  );
  return node;
}

function nodeId(node: AnyNode): string {
  if (node.__typename === 'LineageRecord') return node.id;
  return `${node.__typename}:${node.id}`;
}
