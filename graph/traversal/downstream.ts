import { readsModelsWhole, type Scope } from '../../domain/access/scope.ts';
import { nodeId, parseRollupKey, rollupId, sealId } from '../../domain/lineage/lineage.ts';
import {
  EVERY_ANSWER,
  readAlertAnnotations,
  readDecisionAnnotations,
  readReviewAnnotations,
  readReviewsOfDecision,
  readSealAnnotations,
} from '../../store/lineage/lineage-annotations.ts';
import {
  describeAlert,
  describeDecision,
  describeMapping,
  describeModels,
  describeParts,
  describeResponse,
  describeReview,
  describeRollup,
  describeSeal,
} from '../describe.ts';
import { byId, mappingEdges, readable, type StartOf, step } from './upstream.ts';
import {
  ALL_TIME,
  everythingVisible,
  type PlanDeps,
  readsPrediction,
  type Start,
  SURVEYED,
} from './visible-selection.ts';
import { edge, type Step, type Walk } from './walk.ts';

/** What the start went into. */
export async function downstream(deps: PlanDeps, scope: Scope, start: Start): Promise<Walk> {
  const begin = step(start.node, 0);
  if (start.kind === 'response' || start.kind === 'event') {
    const reviews = start.kind === 'response' && readsPrediction(deps, scope, start.response);
    return {
      fixed: async () => [
        begin,
        ...afterResponse(deps, start),
        ...(reviews ? await reviewsOf(deps, start) : []),
      ],
    };
  }
  if (start.kind === 'decision')
    return { fixed: async () => [begin, ...(await reviewsOfDecision(deps, start))] };
  // Of what was said nothing is made that is kept: corrections are labels, told of a training set by its members.
  if (start.kind === 'review' || start.kind === 'alert' || start.node.kind === 'Seal')
    return { fixed: async () => [begin] };
  if (start.kind === 'mappings') return afterMappings(deps, scope, start);
  if (start.kind === 'part') return { fixed: async () => [begin, ...(await afterPart(deps, start))] };
  // Scores are named by queries and not kept: what comes after a rollup are its seals.
  if (start.node.kind === 'Score') return { fixed: async () => [begin] };
  if (start.node.kind === 'Rollup')
    return { fixed: async () => [begin, ...(await sealsOf(deps, start.node.id))] };
  const [model] = start.node.kind === 'ModelVersion' ? (start.selection.models ?? []) : [];
  return {
    fixed: async () => [begin, ...(model === undefined ? [] : await saidOfModel(deps, scope, model))],
    rollups: {
      selection: start.selection,
      range: ALL_TIME,
      depths: { rollup: 1, response: 2, event: 3 },
      showsResponses: () => false,
      known: new Set([start.node.id]),
      start: start.node.id,
    },
  };
}

async function afterPart(deps: PlanDeps, { node, models }: StartOf<'part'>): Promise<Step[]> {
  const parts = await describeParts(deps, models);
  const sets = parts.filter((part) => part.relation === 'USES');
  const isFeature = node.kind === 'Feature';
  const into = isFeature ? sets : parts.filter((part) => part.node.id === node.id);
  const after = await describeModels(deps, models);
  return [
    ...(isFeature ? byId(sets.map((part) => part.node)) : []).map((set) =>
      step(set, 1, [edge(set.id, 'HAS', node.id)]),
    ),
    ...after.map((model) => {
      const joins = into.filter(({ from }) => from === model.id);
      return step(
        model,
        isFeature ? 2 : 1,
        joins.map(({ from, relation, node: { id } }) => edge(from, relation, id)),
      );
    }),
  ];
}

/** The revisions of a rollup's seal, each with the one that it took the place of. */
async function sealsOf(deps: PlanDeps, id: string): Promise<Step[]> {
  const rollup = parseRollupKey(id.slice('Rollup:'.length));
  const seals = rollup ? await readSealAnnotations(deps.store, rollup) : [];
  return seals.flatMap((seal) => {
    if (!rollup) return [];
    const node = describeSeal(rollup, seal);
    const before = seal.revision > 0 ? [edge(node.id, 'SUPERSEDES', sealId(rollup, seal.revision - 1))] : [];
    return [step(node, 1, [edge(id, 'SEALED_BY', node.id), ...before])];
  });
}

/** What people were asked to say of what models said of it. */
async function reviewsOf(deps: PlanDeps, { node, response }: StartOf<'response'>): Promise<Step[]> {
  return (await readReviewAnnotations(deps.store, response.id)).map((review) => {
    const about = describeReview(review);
    return step(about, 1, [edge(about.id, 'ABOUT', node.id)]);
  });
}

/** What people said of a decision. */
async function reviewsOfDecision(deps: PlanDeps, { node, decision }: StartOf<'decision'>): Promise<Step[]> {
  return (await readReviewsOfDecision(deps.store, decision.id)).map((review) => {
    const about = describeReview(review);
    return step(about, 1, [edge(about.id, 'ABOUT', node.id)]);
  });
}

/** What was decided about a model version, and the alerts about it, for who may know of what all answers made. */
async function saidOfModel(deps: PlanDeps, scope: Scope, model: number): Promise<Step[]> {
  if (!readsModelsWhole(scope)) return [];
  const id = nodeId('ModelVersion', model);
  const decisions = await readDecisionAnnotations(deps.store, [model]);
  const alerts = await readAlertAnnotations(deps.record, [model], EVERY_ANSWER, 0, null);
  return [...decisions.map(describeDecision), ...alerts.map(describeAlert)].map((annotation) =>
    step(annotation, 1, [edge(annotation.id, 'ABOUT', id)]),
  );
}

function afterResponse(deps: PlanDeps, start: StartOf<'response'> | StartOf<'event'>): Step[] {
  const { response } = start;
  const id = nodeId('Response', response.id);
  const steps: Step[] = [];
  let superseded = false;
  if (start.kind === 'event') {
    superseded = start.event.id !== response.event.id;
    const relation = superseded ? 'SUPERSEDES' : 'NORMALISED_FROM';
    const node = describeResponse(response.id, response.answeredAt, response.receivedAt);
    steps.push(step(node, 1, [edge(id, relation, start.node.id)]));
  }
  // What was superseded is in no number any more.
  const depth = steps.length + 1;
  const rollups = superseded ? [] : [...(response.rollup ? [response.rollup] : []), ...response.inferred];
  for (const rollup of rollups) {
    steps.push(step(describeRollup(deps, rollup), depth, [edge(id, 'COUNTED_IN', rollupId(rollup))]));
  }
  return steps;
}

function afterMappings(deps: PlanDeps, scope: Scope, { node, mappings }: StartOf<'mappings'>): Walk {
  const joins = mappings.flatMap(mappingEdges);
  const shows = readable(deps, scope);
  const next = node.kind === 'MappingVersion' ? [] : mappings.map(describeMapping);
  const depths = {
    Source: { rollup: 2, response: 2, event: 1 },
    SurveyVersion: { rollup: 2, response: 1, event: 2 },
    ScaleRule: { rollup: 2, response: 3, event: 2 },
  }[node.kind as string] ?? { rollup: 1, response: 2, event: 1 };
  return {
    fixed: async () => [
      step(node, 0),
      ...next.map((one) =>
        step(
          one,
          1,
          joins.filter(({ from, to }) => from === one.id && to === node.id),
        ),
      ),
    ],
    rollups: {
      selection: {
        ...everythingVisible(deps, scope),
        models: null,
        mappings: mappings.map(({ key }) => key),
      },
      range: ALL_TIME,
      depths,
      // A response that a model classed too is told once, with the number that it gave.
      showsResponses: (rollup) => rollup.model === SURVEYED && shows(rollup),
      known: new Set([node.id, ...next.map(({ id }) => id)]),
      start: node.id,
    },
  };
}
