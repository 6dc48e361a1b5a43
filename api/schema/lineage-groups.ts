import { KIND_NAMES } from '../../graph/kinds/registry.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import {
  type LineageGroup,
  type LineageGroups,
  type LineageLink,
  lineageGroups,
  lineageMembers,
} from '../../graph/traversal/groups.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { access } from './builder.ts';
import { pageSize } from './connection.ts';
import { startOf } from './lineage.ts';
import type { SchemaParts } from './types.ts';

/** Adds the queries lineageGroups and lineageMembers: a lineage as a picture that is opened step by step. */
export function addLineageGroups(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const groups = addGroups(schema);
  const { traceDirection } = types;
  const notFound = (start: ScoreStart | string) =>
    new InvalidArgumentError(
      `id: nothing with this id exists here; it is the id of an NpsRow or of a node${typeof start === 'string' ? ` (${KIND_NAMES.join(', ')})` : ''}`,
    );
  builder.queryFields((t) => ({
    lineageGroups: t.field({
      ...access('traceLineage', fixed(100)),
      type: groups,
      nullable: false,
      description: 'The kinds of nodes in a trace with their counts, nearest first.',
      args: {
        id: t.arg.id({ required: true }),
        direction: t.arg({ type: traceDirection, required: true, defaultValue: 'UPSTREAM' }),
      },
      resolve: async (_root, { id, direction }, { deps, caller }) => {
        const start = startOf(dimensions, id);
        const found = await lineageGroups(deps, caller.scope, start, direction);
        if (found) return found;
        throw notFound(start);
      },
    }),
    lineageMembers: t.field({
      ...access('traceLineage', paged(50, 0.2)),
      type: types.lineagePage,
      nullable: false,
      description:
        'The nodes of one kind in a trace, without edges. A page may have fewer nodes than `first` and a next page: `contains` has looked through many.',
      args: {
        id: t.arg.id({ required: true }),
        direction: t.arg({ type: traceDirection, required: true, defaultValue: 'UPSTREAM' }),
        kind: t.arg.string({ required: true, description: KIND_NAMES.join(', ') }),
        contains: t.arg.string({ description: 'In the label, in any case.' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, { id, direction, kind, contains, first, after }, { deps, caller }) => {
        if (!KIND_NAMES.includes(kind))
          throw new InvalidArgumentError(`kind: is one of ${KIND_NAMES.join(', ')}`);
        const start = startOf(dimensions, id);
        const query = {
          start,
          direction,
          kind,
          contains: contains ?? null,
          first: pageSize(first),
          after: after ?? null,
        };
        const found = await lineageMembers(deps, caller.scope, query);
        if (found) return found;
        throw notFound(start);
      },
    }),
  }));
}

function addGroups({ builder, types }: SchemaParts) {
  const group = builder.objectRef<LineageGroup>('LineageGroup').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      kind: t.exposeString('kind', { nullable: false }),
      depth: t.exposeInt('depth', { nullable: false, description: 'The depth of the nearest node.' }),
      count: t.exposeInt('count', { description: 'Null where counting would take too long.' }),
    }),
  });
  const link = builder.objectRef<LineageLink>('LineageLink').implement({
    ...access('traceLineage'),
    description: 'Nodes of one kind are joined to nodes of the other.',
    fields: (t) => ({
      from: t.exposeString('from', { nullable: false }),
      to: t.exposeString('to', { nullable: false }),
      relation: t.exposeString('relation', { nullable: false }),
    }),
  });
  return builder.objectRef<LineageGroups>('LineageGroups').implement({
    ...access('traceLineage'),
    description: 'A trace by kind; complete = false only with a reason.',
    fields: (t) => ({
      node: t.field({
        type: types.lineageNode,
        nullable: false,
        resolve: ({ node }) => ({ ...node, depth: 0 }),
      }),
      groups: t.field({ type: [group], nullable: false, resolve: ({ groups }) => [...groups] }),
      links: t.field({ type: [link], nullable: false, resolve: ({ links }) => [...links] }),
      complete: t.exposeBoolean('complete', { nullable: false }),
      reason: t.exposeString('reason'),
      lag: t.exposeInt('lag', { nullable: false }),
    }),
  });
}
