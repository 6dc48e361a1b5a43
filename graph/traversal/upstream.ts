import type { Scope } from '../../domain/access/scope.ts';
import { nodeId, parseSealKey } from '../../domain/lineage/lineage.ts';
import { readSealAnnotations } from '../../store/lineage/lineage-annotations.ts';
import { readSuperseded } from '../../store/models/model-provenance.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import {
  describeCell,
  describeDecision,
  describeEvent,
  describeMapping,
  describeModels,
  describeParts,
  describeResponse,
  describeScaleRule,
  describeSeal,
  describeSource,
  describeSurvey,
  type LineageNode,
  type ModelPart,
  mappingsByKey,
  surveyKey,
} from '../describe.ts';
import type { EventFacts } from '../lineage-store.ts';
import { modelExists, type PlanDeps, type Start } from './visible-selection.ts';
import { edge, type LineageEdge, type RollupWalk, rollupEdges, type Step, type Walk } from './walk.ts';

export type StartOf<Kind extends Start['kind']> = Extract<Start, { kind: Kind }>;

export const step = (node: LineageNode, depth: number, edges: readonly LineageEdge[] = []): Step => ({
  node: { ...node, depth },
  edges,
});

const withEdgesTo = (one: Step, joins: readonly LineageEdge[]): Step => ({
  ...one,
  edges: [...one.edges, ...joins.filter(({ to }) => to === one.node.id)],
});

/** What the start came from. */
export async function upstream(deps: PlanDeps, scope: Scope, start: Start): Promise<Walk> {
  const begin = step(start.node, 0);
  if (start.kind === 'response')
    return { fixed: async () => [begin, ...(await behindResponse(deps, start))] };
  if (start.kind === 'review') return { fixed: async () => [begin, ...(await behindReview(deps, start))] };
  if (start.kind === 'decision' || start.kind === 'alert') {
    const { model } = start.kind === 'decision' ? start.decision : start.alert;
    return { fixed: async () => [begin, ...(await aboutModel(deps, start.node.id, model, 1))] };
  }
  if (start.kind === 'event') return { fixed: async () => [begin, ...(await behindEvent(deps, start))] };
  if (start.kind === 'mappings') {
    return {
      fixed: async () => [begin, ...(start.node.kind === 'MappingVersion' ? behindMapping(start) : [])],
    };
  }
  if (start.kind === 'part') return { fixed: async () => [begin] };
  if (start.node.kind === 'ModelVersion') {
    const [model] = start.selection.models ?? [];
    return {
      fixed: async () => [begin, ...(model === undefined ? [] : await behindModel(deps, scope, model))],
    };
  }
  // Behind a cell there is nothing.
  if (start.node.kind === 'Cell') return { fixed: async () => [begin] };
  const base = start.node.kind === 'Rollup' ? 0 : 1;
  return {
    fixed: async () => [
      begin,
      ...(await revisionBefore(deps, start.node)),
      ...(await dictionarySteps(deps, start, base)),
    ],
    rollups: {
      selection: start.selection,
      range: start.range,
      depths: { rollup: base, response: base + 1, event: base + 2 },
      showsResponses: readable(deps, scope),
      known: null,
      start: start.node.id,
      ...(base === 1 ? { joined: (rollup: string) => joinOf(start.node, rollup) } : {}),
    },
  };
}

/** How a score or a seal is joined to its rollups. */
export function joinOf(start: LineageNode, rollup: string): LineageEdge {
  return start.kind === 'Seal' ? edge(rollup, 'SEALED_BY', start.id) : edge(start.id, 'SUM_OF', rollup);
}

/** Of a seal: the revision that it took the place of. */
async function revisionBefore(deps: PlanDeps, { id, kind }: LineageNode): Promise<Step[]> {
  const parsed = kind === 'Seal' ? parseSealKey(id.slice('Seal:'.length)) : null;
  if (!parsed) return [];
  const before = (await readSealAnnotations(deps.store, parsed.rollup)).find(
    ({ revision }) => revision === parsed.revision - 1,
  );
  if (!before) return [];
  const node = describeSeal(parsed.rollup, before);
  return [step(node, 1, [edge(id, 'SUPERSEDES', node.id)])];
}

/** The model version that something was said about, with what it was made of. */
async function aboutModel(deps: PlanDeps, annotation: string, model: number, depth: number): Promise<Step[]> {
  return [
    ...(await describeModels(deps, [model])).map((node) =>
      step(node, depth, [edge(annotation, 'ABOUT', node.id)]),
    ),
    ...(await partSteps(deps, [model], depth + 1)),
  ];
}

/** What was reviewed: a decision, or a response with what is behind it and the model version that spoke of it. */
async function behindReview(deps: PlanDeps, { node, review, about }: StartOf<'review'>): Promise<Step[]> {
  if ('decision' in about) {
    const decision = describeDecision(about.decision);
    return [
      step(decision, 1, [edge(node.id, 'ABOUT', decision.id)]),
      ...(await aboutModel(deps, decision.id, review.model, 2)),
    ];
  }
  const { response } = about;
  const read = describeResponse(response.id, response.answeredAt, response.receivedAt);
  const behindIt = await behindResponse(deps, { kind: 'response', node: read, response });
  return [
    step(read, 1, [edge(node.id, 'ABOUT', read.id)]),
    ...(await aboutModel(deps, node.id, review.model, 1)),
    ...behindIt.map((one) => step(one.node, one.node.depth + 1, one.edges)),
  ];
}

/** Responses follow their rollup where the caller may read those of its cell. */
export function readable(deps: PlanDeps, scope: Scope): RollupWalk['showsResponses'] {
  return (rollup) => {
    const cell = deps.cells.byKey(rollup.cell);
    return cell !== undefined && scope.allows('readResponse', cell);
  };
}

async function dictionarySteps(deps: PlanDeps, start: StartOf<'selection'>, base: number): Promise<Step[]> {
  const { lineage } = deps;
  const [cells, models, mappings] = await Promise.all([
    lineage.cells(start.selection),
    lineage.models(start.selection),
    lineage.mappings(start.selection),
  ]);
  const recorded = await mappingsByKey(deps, mappings);
  const steps = [
    ...(await describeModels(deps, models)).map((node) => step(node, base + 1)),
    ...(await partSteps(deps, models, base + 2)),
    ...cells.flatMap((cell) => describeCell(deps, cell) ?? []).map((node) => step(node, base + 1)),
    ...provenanceSteps(recorded, { far: base + 2, mapping: base + 1 }),
  ];
  if (base === 1) return steps;
  const [rollup] = await deps.lineage.rollups(start.selection, null, 1);
  const joins = rollup ? rollupEdges(rollup, mappings) : [];
  return steps.map((one) => withEdgesTo(one, joins));
}

/** What model versions were made of, each once, joined to those that it went into; features after their sets. */
async function partSteps(deps: PlanDeps, models: readonly number[], depth: number): Promise<Step[]> {
  const parts = await describeParts(deps, models);
  const stepsOf = (wanted: readonly ModelPart[], at: number) =>
    byId(wanted.map(({ node }) => node)).map((node) => {
      const joins = wanted.filter((part) => part.node.id === node.id);
      return step(node, at, distinct(joins.map(({ from, relation }) => edge(from, relation, node.id))));
    });
  return [
    ...stepsOf(
      parts.filter(({ relation }) => relation !== 'HAS'),
      depth,
    ),
    ...stepsOf(
      parts.filter(({ relation }) => relation === 'HAS'),
      depth + 1,
    ),
  ];
}

/** Model versions that share a feature set share its edges to features. */
const distinct = (edges: readonly LineageEdge[]) => [
  ...new Map(edges.map((one) => [`${one.from} ${one.to}`, one])).values(),
];

async function behindModel(deps: PlanDeps, scope: Scope, model: number): Promise<Step[]> {
  const superseded: number[] = [];
  for (const one of await readSuperseded(deps.store, model))
    if (await modelExists(deps, scope, one)) superseded.push(one);
  const before = await describeModels(deps, superseded);
  const id = nodeId('ModelVersion', model);
  return [
    ...before.map((node) => step(node, 1, [edge(id, 'SUPERSEDES', node.id)])),
    ...(await partSteps(deps, [model], 1)),
  ];
}

export const byId = (nodes: readonly LineageNode[]) =>
  [...new Map(nodes.map((node) => [node.id, node])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Sources, surveys, scale rules and then the mappings, joined to them. */
function provenanceSteps(
  mappings: readonly RecordedMapping[],
  depths: { readonly far: number; readonly mapping: number },
): Step[] {
  const far = [describeSource, describeSurvey, describeScaleRule].flatMap((describe) =>
    byId(mappings.map(describe)),
  );
  return [
    ...far.map((node) => step(node, depths.far)),
    ...mappings.map((mapping) => step(describeMapping(mapping), depths.mapping, mappingEdges(mapping))),
  ];
}

export function mappingEdges(mapping: RecordedMapping): LineageEdge[] {
  const id = nodeId('MappingVersion', mapping.key);
  return [
    edge(id, 'OF_SOURCE', nodeId('Source', mapping.source)),
    edge(id, 'FOR', nodeId('SurveyVersion', surveyKey(mapping))),
    edge(id, 'APPLIES', nodeId('ScaleRule', mapping.scaleKey)),
  ];
}

function behindMapping({ mappings, node }: StartOf<'mappings'>): Step[] {
  const joins = mappings.flatMap(mappingEdges);
  return provenanceSteps(mappings, { far: 1, mapping: 0 })
    .filter((one) => one.node.id !== node.id)
    .map((one) => withEdgesTo(one, joins));
}

const behind = (event: EventFacts, mapping: RecordedMapping): LineageEdge[] => [
  edge(nodeId('SourceEvent', event.id), 'RECEIVED_FROM', nodeId('Source', mapping.source)),
  edge(nodeId('SourceEvent', event.id), 'MAPPED_BY', nodeId('MappingVersion', event.mapping)),
];

async function behindResponse(deps: PlanDeps, { response, node }: StartOf<'response'>): Promise<Step[]> {
  const events = [response.event, ...response.superseded];
  const mappings = await mappingsByKey(deps, [...new Set(events.map(({ mapping }) => mapping))]);
  const byKey = new Map(mappings.map((mapping) => [mapping.key, mapping]));
  const own = byKey.get(response.mapping);
  const answers = own ? [edge(node.id, 'ANSWERS', nodeId('SurveyVersion', surveyKey(own)))] : [];
  const depthOf = (one: Step) => {
    if (one.node.kind === 'SurveyVersion') return answers.some(({ to }) => to === one.node.id) ? 1 : 3;
    return one.node.kind === 'ScaleRule' ? 3 : 2;
  };
  return [
    ...provenanceSteps(mappings, { far: 2, mapping: 2 })
      .map((one) => step(one.node, depthOf(one), one.edges))
      .map((one) => withEdgesTo(one, answers)),
    ...events.map((event) => {
      const relation = event === response.event ? 'NORMALISED_FROM' : 'SUPERSEDES';
      const mapping = byKey.get(event.mapping);
      const joins = mapping ? behind(event, mapping) : [];
      return step(describeEvent(event), 1, [
        edge(node.id, relation, nodeId('SourceEvent', event.id)),
        ...joins,
      ]);
    }),
  ];
}

async function behindEvent(deps: PlanDeps, { event }: StartOf<'event'>): Promise<Step[]> {
  const [mapping] = await mappingsByKey(deps, [event.mapping]);
  if (!mapping) return [];
  return provenanceSteps([mapping], { far: 2, mapping: 1 })
    .map((one) => (one.node.kind === 'Source' ? step(one.node, 1, one.edges) : one))
    .map((one) => withEdgesTo(one, behind(event, mapping)));
}
