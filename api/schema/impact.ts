import { mayBeProtected } from '../../domain/access/scope.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { IMPACT_KINDS } from '../../graph/kinds/registry.ts';
import {
  type Impact,
  type ImpactSegment,
  type ImpactTotals,
  impactOf,
  type TouchedRollup,
} from '../../graph/traversal/impact.ts';
import type { ImpactAnnotation, ImpactPage } from '../../graph/traversal/impact-annotations.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { mayRead, noteWithheld, pathOf } from '../masking.ts';
import { access, type Builder, costs, type TypeOf } from './builder.ts';
import { pageSize } from './connection.ts';
import { startOf } from './lineage.ts';
import { mayReadWhole } from './models.ts';
import type { SchemaParts } from './types.ts';

/** Adds the queries impact and path with their types. */
export function addImpact(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const impact = addImpactType(schema);
  builder.queryFields((t) => ({
    impact: t.field({
      ...access('traceLineage', paged(20, 0.2)),
      type: impact,
      nullable: false,
      description: `What was made with a node: the id of a ${IMPACT_KINDS.join(', ')}.`,
      args: {
        id: t.arg.id({ required: true }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, { id, first, after }, { deps, caller }) => {
        const query = { id, first: pageSize(first), after: after ?? null };
        const found = await impactOf(deps, caller.scope, query);
        if (found) return found;
        throw new InvalidArgumentError(
          `id: nothing with this id exists here; impact is known for ${IMPACT_KINDS.join(', ')}`,
        );
      },
    }),
    path: t.field({
      ...access('traceLineage', fixed(50)),
      type: types.lineagePage,
      description:
        'The shortest path in the lineage between two nodes or scores, from the first to the second; null when there is none. ' +
        'If neither went into the other, through a node that both went into.',
      args: { from: t.arg.id({ required: true }), to: t.arg.id({ required: true }) },
      resolve: (_root, { from, to }, { deps, caller }) =>
        lineagePath(deps, caller.scope, startOf(dimensions, from), startOf(dimensions, to)),
    }),
  }));
}

function addImpactType(schema: SchemaParts) {
  const { builder, types } = schema;
  const totals = addTotals(builder);
  const rollup = addRollup(schema);
  const segments = addSegments(schema);
  const annotations = addAnnotations(schema);
  return builder.objectRef<Impact>('Impact').implement({
    ...access('traceLineage'),
    description:
      'Hour rollups, segments, decisions and alerts that a node went into. Every score is a sum of such rollups.',
    fields: (t) => ({
      node: t.field({
        type: types.lineageNode,
        nullable: false,
        resolve: ({ node }) => ({ ...node, depth: 0 }),
      }),
      totals: t.field({
        type: totals,
        nullable: false,
        resolve: async (impact, _args, context, info) => {
          const found = await impact.totals();
          const isOfAnswers = mayBeProtected(context.caller.scope, 'traceLineage', ['surveyed']);
          if (found.suppressed)
            noteWithheld(context, isOfAnswers ? 'readResponse' : 'readPrediction', pathOf(info.path));
          return found;
        },
      }),
      rollups: t.field({
        type: [rollup],
        nullable: false,
        description: 'This page of them, by hour.',
        resolve: ({ nodes }) => [...nodes],
      }),
      pageInfo: t.field({ type: types.pageInfo, nullable: false, resolve: (facts) => facts }),
      segments: t.field({
        type: segments,
        description: 'By cell and model version; null where they are not summed: totals.reason says why.',
        args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
        resolve: (impact, { first, after }) => impact.segments(pageSize(first), after ?? null),
      }),
      decisions: t.field({
        ...costs(fixed(1)),
        type: annotations,
        description:
          'About the model versions concerned: for nodes that bring answers, the versions that were trained on them. Null where the caller may not see them.',
        args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
        resolve: (impact, { first, after }, context, info) =>
          mayReadWhole(context, info.path) ? impact.decisions(pageSize(first), after ?? null) : null,
      }),
      alerts: t.field({
        ...costs(fixed(1)),
        type: annotations,
        description:
          'About the model versions concerned: for nodes that bring answers, alerts of readings that include them. Null where the caller may not see them.',
        args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
        resolve: (impact, { first, after }, context, info) =>
          mayReadWhole(context, info.path) ? impact.alerts(pageSize(first), after ?? null) : null,
      }),
      complete: t.exposeBoolean('complete', { nullable: false }),
      reason: t.exposeString('reason'),
      lag: t.exposeInt('lag', { nullable: false }),
    }),
  });
}

function addTotals(builder: Builder) {
  return builder.objectRef<ImpactTotals>('ImpactTotals').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      rollups: t.exposeInt('rollups', { description: 'Null when not counted.' }),
      segments: t.exposeInt('segments', { description: 'Cells, each once per model version.' }),
      responses: t.exposeInt('responses', {
        description: 'Answers that these rollups count; null when not counted.',
      }),
      inferred: t.exposeInt('inferred', {
        description: 'Classes inferred by model versions that these rollups count; null when not counted.',
      }),
      firstHour: t.expose('firstHour', { type: 'DateTime' }),
      lastHour: t.expose('lastHour', { type: 'DateTime' }),
      suppressed: t.exposeBoolean('suppressed', {
        nullable: false,
        description:
          'True where the caller may trace cells whose responses, or what models infer of them, they may not read: those are left out, whether or not any exist.',
      }),
      complete: t.exposeBoolean('complete', { nullable: false }),
      reason: t.exposeString('reason'),
    }),
  });
}

function addRollup({ builder, types }: SchemaParts) {
  return builder.objectRef<TouchedRollup>('ImpactRollup').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: (rollup) => rollup.node.id }),
      label: t.string({ nullable: false, resolve: (rollup) => rollup.node.label }),
      hour: t.expose('hour', { type: 'DateTime', nullable: false }),
      cell: t.field({ type: types.lineageNode, resolve: ({ cell }) => cell && { ...cell, depth: 1 } }),
      modelVersion: t.id({ nullable: false, resolve: ({ model }) => `ModelVersion:${model}` }),
      responses: t.int({
        description: 'Answers from the node that it counts; null where the caller may not read responses.',
        resolve: ({ responses, cellKey }, _args, context, info) => {
          const cell = context.deps.cells.byKey(cellKey)?.id ?? 0;
          return mayRead(context, 'readResponse', cell, pathOf(info.path)) ? responses : null;
        },
      }),
    }),
  });
}

function addSegments({ builder, types }: SchemaParts) {
  const segment = builder.objectRef<ImpactSegment>('ImpactSegment').implement({
    ...access('traceLineage'),
    fields: (t) => ({
      cell: t.field({ type: types.lineageNode, resolve: ({ cell }) => cell && { ...cell, depth: 1 } }),
      modelVersion: t.id({ nullable: false, resolve: ({ model }) => `ModelVersion:${model}` }),
      rollups: t.exposeInt('rollups', { nullable: false }),
      responses: t.exposeInt('responses'),
      firstHour: t.field({
        type: 'DateTime',
        nullable: false,
        resolve: ({ firstHour }) => new Date(firstHour * HOUR_MS),
      }),
      lastHour: t.field({
        type: 'DateTime',
        nullable: false,
        resolve: ({ lastHour }) => new Date(lastHour * HOUR_MS),
      }),
    }),
  });
  return addNodesPage<ImpactSegment>({ builder, types }, 'ImpactSegmentPage', segment);
}

function addAnnotations({ builder, types }: SchemaParts) {
  const annotation = builder.objectRef<ImpactAnnotation>('ImpactMark').implement({
    ...access('traceLineage'),
    description: 'A decision or an alert about a model version.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ node }) => node.id }),
      label: t.string({ nullable: false, resolve: ({ node }) => node.label }),
      about: t.id({ nullable: false, resolve: ({ model }) => `ModelVersion:${model}` }),
      recordedAt: t.field({ type: 'DateTime', resolve: ({ node }) => node.recordedAt }),
    }),
  });
  return addNodesPage<ImpactAnnotation>({ builder, types }, 'ImpactMarkPage', annotation);
}

/** Adds a page of a list inside the impact: its nodes, without edges. */
function addNodesPage<Row extends object>(
  { builder, types }: Pick<SchemaParts, 'builder' | 'types'>,
  name: string,
  node: TypeOf<Row>,
) {
  return builder.objectRef<ImpactPage<Row>>(name).implement({
    ...access('traceLineage'),
    fields: (t) => ({
      // `never`: that a row is no list, its type does not say.
      nodes: t.field({ type: [node], nullable: false, resolve: ({ nodes }) => [...nodes] as never }),
      pageInfo: t.field({ type: types.pageInfo, nullable: false, resolve: (facts) => facts }),
    }),
  });
}
