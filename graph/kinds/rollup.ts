import { parseRollupKey, type RollupKey, rollupId } from '../../domain/lineage/lineage.ts';
import { cellLabel } from '../../domain/segments/cell.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { RollupSelection } from '../lineage-store.ts';
import {
  edge,
  type LineageEdge,
  type LineageNode,
  type RollupWalk,
  type Step,
  step,
  withEdgesTo,
} from '../node.ts';
import { cellId, cellKind, cellNode } from './cell.ts';
import { mappingId, mappingSteps, mappingVersionKind } from './mapping-version.ts';
import { modelId, modelNodes, modelVersionKind, partSteps } from './model-version.ts';
import { responseId, responseKind } from './response.ts';
import { scaleRuleKind } from './scale-rule.ts';
import { type After, after, type LabelDeps, type LineageRequest, type NodeKind } from './shared/kind.ts';
import { ofModels } from './shared/model-part.ts';
import { type MappingKind, mappingsByKey } from './shared/recorded-mapping.ts';
import { ALL_TIME, narrowed, narrowTo, SURVEYED, showsResponses } from './shared/visible-selection.ts';
import { rollupProjection } from './shared/write-rollups.ts';
import { sourceKind } from './source.ts';
import { countedIn, isPresent, sourceEventKind } from './source-event.ts';
import { surveyVersionKind } from './survey-version.ts';

/** A rollup, with the selection of that one. */
interface RollupRow {
  readonly rollup: RollupKey;
  readonly selection: RollupSelection;
}

export function rollupNode({ cells, dimensions }: LabelDeps, rollup: RollupKey): LineageNode {
  const attributes = cells.byKey(rollup.cell)?.attributes ?? {};
  const hour = new Date(rollup.hour * HOUR_MS).toISOString().slice(0, 13);
  const basis = rollup.model === SURVEYED ? 'surveyed' : `model version ${rollup.model}`;
  const label = `${hour}:00Z · ${cellLabel(attributes, dimensions)} · ${basis}`;
  return { id: rollupId(rollup), kind: 'Rollup', label, recordedAt: null };
}

/** The edges of a rollup, besides its responses. */
export function rollupEdges(rollup: RollupKey, mappings: readonly string[]): LineageEdge[] {
  const id = rollupId(rollup);
  return [
    edge(id, 'OF', cellId(rollup.cell)),
    edge(id, 'CLASSIFIED_BY', modelId(rollup.model)),
    ...mappings.map((mapping) => edge(id, 'FED_BY', mappingId(mapping))),
  ];
}

/** Distances from inputs of responses to rollups, responses and events. */
const FED: readonly (readonly [MappingKind, RollupWalk['depths']])[] = [
  [sourceKind, { rollup: 2, response: 2, event: 1 }],
  [surveyVersionKind, { rollup: 2, response: 1, event: 2 }],
  [scaleRuleKind, { rollup: 2, response: 3, event: 2 }],
  [mappingVersionKind, { rollup: 1, response: 2, event: 1 }],
];

/** The counts of one cell in one hour under one model version (0: surveyed). */
export const rollupKind: NodeKind<RollupRow, RollupKey> = {
  kind: 'Rollup',
  tier: 'rollup',
  prov: 'collection',
  picture: { column: 1, row: 0, names: ['hour rollup', 'hour rollups'], byRollup: true },
  parseKey: parseRollupKey,
  find: async (request, rollup) => {
    const { hour, cell, model } = rollup;
    const only = { cells: [cell], fromHour: hour, untilHour: hour + 1, models: [model] };
    const selection = await narrowed(request, only);
    return selection && { rollup, selection };
  },
  node: (deps, { rollup }) => rollupNode(deps, rollup),
  upstream: (request, { row: { rollup, selection }, node }) => ({
    context: async () => {
      const { steps, mappings } = await contextOf(request, selection);
      const edges = rollupEdges(rollup, mappings);
      return steps.map((one) => withEdgesTo(one, edges));
    },
    rollups: {
      selection,
      range: { from: rollup.hour * HOUR_MS, until: (rollup.hour + 1) * HOUR_MS },
      depths: { rollup: 0, response: 1, event: 2 },
      showsResponses: showsResponses(request),
      known: null,
      start: node.id,
    },
  }),
  after: [
    ...FED.map(([kind, depths]) => afterMappings(kind, depths)),
    after(cellKind, (_request, { selection }, { id }) => ({ rollups: bare(selection, id) })),
    after(modelVersionKind, (request, model, { id }) => ({
      rollups: bare(ofModels(request, [model.id]), id),
    })),
    after(responseKind, (request, response) => ({
      context: async () => countedSteps(request, response.id, countedIn(response), 1),
    })),
    after(sourceEventKind, (request, row) => ({
      // Superseded content is in no number any more.
      context: async () =>
        isPresent(row) ? countedSteps(request, row.response.id, countedIn(row.response), 2) : [],
    })),
  ],
  rollups: (_request, { selection }) => selection,
  impact: null,
  projection: rollupProjection,
};

/** The row of a rollup that is known to be visible. */
export const visibleRollup = (rollup: RollupKey, visible: RollupSelection): RollupRow => ({
  rollup,
  selection: narrowTo(visible, rollup),
});

/** Rollups without their responses. */
const bare = (selection: RollupSelection, start: string): RollupWalk => ({
  selection,
  range: ALL_TIME,
  depths: { rollup: 1, response: 2, event: 3 },
  showsResponses: () => false,
  known: new Set([start]),
  start,
});

function afterMappings(kind: MappingKind, depths: RollupWalk['depths']): After {
  return after(kind, (request, row, { id }) => {
    const shows = showsResponses(request);
    const selection = kind.rollups(request, row);
    if (!selection) return {};
    return {
      rollups: {
        selection,
        range: ALL_TIME,
        depths,
        // A response that a model classified too is listed once, with its surveyed number.
        showsResponses: (rollup) => rollup.model === SURVEYED && shows(rollup),
        known: new Set([id, ...row.mappings.map(({ key }) => mappingId(key))]),
        start: id,
      },
    };
  });
}

const countedSteps = (
  deps: LabelDeps,
  response: string,
  rollups: readonly RollupKey[],
  depth: number,
): Step[] =>
  rollups.map((rollup) =>
    step(rollupNode(deps, rollup), depth, [edge(responseId(response), 'COUNTED_IN', rollupId(rollup))]),
  );

/** Model versions with their inputs, cells, and what fed the selected rollups, seen from a rollup. */
export async function contextOf(
  request: LineageRequest,
  selection: RollupSelection,
): Promise<{ readonly steps: readonly Step[]; readonly mappings: readonly string[] }> {
  const { cells, models, mappings } = await request.lineage.parts(selection);
  const [recorded, versions, parts] = await Promise.all([
    mappingsByKey(request, mappings),
    modelNodes(request.store, models),
    partSteps(request, models, 2),
  ]);
  const steps = [
    ...versions.map((node) => step(node, 1)),
    ...parts,
    ...cells.flatMap((cell) => cellNode(request, cell) ?? []).map((node) => step(node, 1)),
    ...mappingSteps(recorded, { recorded: 2, mapping: 1 }),
  ];
  return { steps, mappings };
}
