import type { Scope } from '../../domain/access/scope.ts';
import { type LineageKind, nodeId, parseNodeId, parseRollupKey } from '../../domain/lineage/lineage.ts';
import { type PartKind, readModelsOf } from '../../store/models/model-provenance.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import { alertStart, decisionStart, reviewStart, sealStart } from '../annotations/annotation-nodes.ts';
import {
  describeCell,
  describeEvent,
  describeMapping,
  describeModels,
  describeParts,
  describeResponse,
  describeScaleRule,
  describeSource,
  describeSurvey,
  surveyKey,
} from '../describe.ts';
import {
  ALL_TIME,
  everythingVisible,
  modelExists,
  narrowed,
  type PlanDeps,
  rollupStart,
  type Start,
  UUID,
  visibleResponse,
} from './visible-selection.ts';

/** What the id names, or null when it does not exist for this caller. */
export async function resolveNode(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const parsed = parseNodeId(id);
  if (!parsed) return null;
  const { kind, key } = parsed;
  if (kind === 'Rollup') return rollupStart(deps, scope, parseRollupKey(key));
  if (kind === 'Response') return responseStart(deps, scope, key);
  if (kind === 'SourceEvent') return eventStart(deps, scope, key);
  if (kind === 'Review') return reviewStart(deps, scope, key);
  if (kind === 'Seal') return sealStart(deps, scope, key);
  if (kind === 'Decision') return decisionStart(deps, scope, key);
  if (kind === 'Alert') return alertStart(deps, scope, key);
  if (kind === 'Cell') return narrowed(deps, scope, describeCell(deps, key), { cells: [key], models: null });
  if (kind === 'ModelVersion') {
    if (!/^\d{1,9}$/.test(key)) return null;
    const [node] = await describeModels(deps, [Number(key)]);
    if (!node || !(await modelExists(deps, scope, Number(key)))) return null;
    const selection = { ...everythingVisible(deps, scope), models: [Number(key)] };
    return { kind: 'selection', node, selection, range: ALL_TIME };
  }
  if (kind === 'TrainingSet' || kind === 'FeatureSet' || kind === 'Feature' || kind === 'Calibration')
    return madeOfStart(deps, scope, kind, key);
  return mappingStart(deps, scope, kind, key);
}

/** What models are made of is there for whom a rollup of such a model is. */
async function madeOfStart(deps: PlanDeps, scope: Scope, kind: PartKind, key: string): Promise<Start | null> {
  const parts = await describeParts(deps, await readModelsOf(deps.store, kind, key));
  const id = nodeId(kind, key);
  const own = parts.filter(({ node }) => node.id === id);
  const models: number[] = [];
  for (const { model } of own) if (await modelExists(deps, scope, model)) models.push(model);
  const [first] = own;
  return first && models.length > 0 ? { kind: 'part', node: first.node, models } : null;
}

async function responseStart(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const response = await visibleResponse(deps, scope, id);
  if (!response) return null;
  return { kind: 'response', node: describeResponse(id, response.answeredAt, response.receivedAt), response };
}

async function eventStart(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const owner = UUID.test(id) ? await deps.lineage.responseOfEvent(id) : null;
  // As long for an event that never was as for a hidden one.
  const response = await visibleResponse(deps, scope, owner ?? id);
  const event = response && [response.event, ...response.superseded].find((one) => one.id === id);
  return response && event ? { kind: 'event', node: describeEvent(event), response, event } : null;
}

async function mappingStart(
  deps: PlanDeps,
  scope: Scope,
  kind: LineageKind,
  key: string,
): Promise<Start | null> {
  const keyOf = {
    Source: (mapping: RecordedMapping) => mapping.source,
    SurveyVersion: surveyKey,
    ScaleRule: (mapping: RecordedMapping) => mapping.scaleKey,
    MappingVersion: (mapping: RecordedMapping) => mapping.key,
  }[kind as string];
  const describe = {
    Source: describeSource,
    SurveyVersion: describeSurvey,
    ScaleRule: describeScaleRule,
    MappingVersion: describeMapping,
  }[kind as string];
  if (!keyOf || !describe) return null;
  await deps.mappings.refresh(deps.store);
  const mappings = deps.mappings.all().filter((mapping) => keyOf(mapping) === key);
  const [first] = mappings;
  const fed = {
    ...everythingVisible(deps, scope),
    models: null,
    mappings: mappings.map((mapping) => mapping.key),
  };
  // Asked also where there is no such node: what is hidden must not take longer than what never was.
  const found = await deps.lineage.rollups(fed, null, 1);
  if (!first || found.length === 0) return null;
  // Those of its mappings that feed nothing the caller may see do not exist for them.
  const seen = new Set(await deps.lineage.mappings(fed));
  return {
    kind: 'mappings',
    node: describe(first),
    mappings: mappings.filter((mapping) => seen.has(mapping.key)),
  };
}
