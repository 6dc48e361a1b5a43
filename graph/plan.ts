import type { Segment } from '../domain/cell.ts';
import {
  type LineageKind,
  nodeId,
  parseNodeId,
  parseRollupKey,
  parseSealKey,
  type RollupKey,
} from '../domain/lineage.ts';
import { isGuarded, type Scope, visibleCells } from '../domain/scope.ts';
import type { Basis } from '../domain/score.ts';
import { HOUR_MS, type TimeRange } from '../domain/time-windows.ts';
import { type ReviewMark, readReviewMark, readSealMarks } from '../store/lineage-marks.ts';
import { type PartKind, readModelsOf } from '../store/model-provenance.ts';
import type { RecordedMapping } from '../store/provenance.ts';
import {
  type DescribeDeps,
  describeCell,
  describeEvent,
  describeMapping,
  describeModels,
  describeParts,
  describeResponse,
  describeReview,
  describeRollup,
  describeScaleRule,
  describeSeal,
  describeSource,
  describeSurvey,
  type LineageNode,
  surveyKey,
} from './describe.ts';
import type { EventFacts, LineageStore, ResponseFacts, RollupSelection } from './lineage-store.ts';

export interface PlanDeps extends DescribeDeps {
  readonly lineage: LineageStore;
}

/** A score as its id spells it. */
export interface ScoreStart extends TimeRange {
  readonly id: string;
  readonly segment: Segment;
  readonly label: string;
  readonly basis: Basis;
  /** The model version that inferred what is not surveyed; null where nothing is inferred. */
  readonly model: number | null;
}

/** Where a walk begins, found and visible for the caller. */
export type Start =
  | {
      readonly kind: 'selection';
      readonly node: LineageNode;
      readonly selection: RollupSelection;
      readonly range: TimeRange;
    }
  /** A training set, a feature set or a feature, with the model versions made of it. */
  | { readonly kind: 'part'; readonly node: LineageNode; readonly models: readonly number[] }
  | { readonly kind: 'mappings'; readonly node: LineageNode; readonly mappings: readonly RecordedMapping[] }
  | {
      readonly kind: 'review';
      readonly node: LineageNode;
      readonly review: ReviewMark;
      readonly response: ResponseFacts;
    }
  | { readonly kind: 'response'; readonly node: LineageNode; readonly response: ResponseFacts }
  | {
      readonly kind: 'event';
      readonly node: LineageNode;
      readonly response: ResponseFacts;
      readonly event: EventFacts;
    };

/** The model version of what respondents said themselves. */
export const SURVEYED = 0;
/** Hours that any response can lie in. */
const FIRST_HOUR = Date.UTC(1900, 0, 1) / HOUR_MS;
const LAST_HOUR = Date.UTC(2200, 0, 1) / HOUR_MS;
export const ALL_TIME: TimeRange = { from: FIRST_HOUR * HOUR_MS, until: LAST_HOUR * HOUR_MS };

/**
 * The selection of everything that the caller may trace, to be narrowed. An hour rollup may be of one person: whose cells'
 * answers may not be read, of those nothing is traced.
 */
export function everythingVisible(deps: PlanDeps, scope: Scope, segment: Segment = {}): RollupSelection {
  const cells = visibleCells(scope, ['traceLineage'], deps.cells, segment)
    .filter((cell) => !isGuarded(scope, cell, 'surveyed'))
    .map(({ key }) => key);
  return { cells, fromHour: FIRST_HOUR, untilHour: LAST_HOUR, mappings: null, models: [SURVEYED] };
}

/** Where the walk from a score begins. */
export function scoreStart(deps: PlanDeps, scope: Scope, score: ScoreStart): Start {
  const { from, until } = score;
  const model = score.basis === 'INFERRED' ? score.model : SURVEYED;
  const selection = {
    ...everythingVisible(deps, scope, score.segment),
    fromHour: Math.floor(from / HOUR_MS),
    // What nobody has inferred is made of nothing.
    untilHour: model === null ? Math.floor(from / HOUR_MS) : Math.ceil(until / HOUR_MS),
    models: model === null ? [] : [model],
  };
  const node: LineageNode = { id: score.id, kind: 'Score', label: score.label, recordedAt: null };
  return { kind: 'selection', node, selection, range: { from, until } };
}

/** What the id names, or null when it does not exist for this caller. */
export async function findStart(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const parsed = parseNodeId(id);
  if (!parsed) return null;
  const { kind, key } = parsed;
  if (kind === 'Rollup') return rollupStart(deps, scope, parseRollupKey(key));
  if (kind === 'Response') return responseStart(deps, scope, key);
  if (kind === 'SourceEvent') return eventStart(deps, scope, key);
  if (kind === 'Review') return reviewStart(deps, scope, key);
  if (kind === 'Seal') return sealStart(deps, scope, key);
  if (kind === 'Cell') return narrowed(deps, scope, describeCell(deps, key), { cells: [key], models: null });
  if (kind === 'ModelVersion') {
    if (!/^\d{1,9}$/.test(key)) return null;
    const [node] = await describeModels(deps, [Number(key)]);
    if (!node || !(await modelExists(deps, scope, Number(key)))) return null;
    const selection = { ...everythingVisible(deps, scope), models: [Number(key)] };
    return { kind: 'selection', node, selection, range: ALL_TIME };
  }
  if (kind === 'TrainingSet' || kind === 'FeatureSet' || kind === 'Feature')
    return madeOfStart(deps, scope, kind, key);
  return mappingStart(deps, scope, kind, key);
}

/** A model version is there for whom a rollup of it is; one that has counted nothing, for whom sees everything. */
export async function modelExists(deps: PlanDeps, scope: Scope, model: number): Promise<boolean> {
  if (scope.allowsAll('traceLineage')) return true;
  const selection = { ...everythingVisible(deps, scope), models: [model] };
  return (await deps.lineage.rollups(selection, null, 1)).length > 0;
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

async function rollupStart(deps: PlanDeps, scope: Scope, rollup: RollupKey | null): Promise<Start | null> {
  if (!rollup) return null;
  const { hour, cell, model } = rollup;
  const node = describeRollup(deps, rollup);
  const range = { from: hour * HOUR_MS, until: (hour + 1) * HOUR_MS };
  return narrowed(
    deps,
    scope,
    node,
    { cells: [cell], fromHour: hour, untilHour: hour + 1, models: [model] },
    range,
  );
}

/** A seal is there for whom its rollup is. */
async function sealStart(deps: PlanDeps, scope: Scope, key: string): Promise<Start | null> {
  const parsed = parseSealKey(key);
  const start = await rollupStart(deps, scope, parsed?.rollup ?? null);
  if (!parsed || start?.kind !== 'selection') return null;
  const seal = (await readSealMarks(deps.store, parsed.rollup)).find(
    ({ revision }) => revision === parsed.revision,
  );
  return seal ? { ...start, node: describeSeal(parsed.rollup, seal) } : null;
}

/** A start that exists for the caller only where a rollup of it does. */
async function narrowed(
  deps: PlanDeps,
  scope: Scope,
  node: LineageNode | null,
  narrow: Partial<RollupSelection>,
  range: TimeRange = ALL_TIME,
): Promise<Start | null> {
  const visible = everythingVisible(deps, scope);
  const cells = narrow.cells ? visible.cells.filter((cell) => narrow.cells?.includes(cell)) : visible.cells;
  const selection = { ...visible, ...narrow, cells };
  // Asked also where there is no such node: what is hidden must not take longer than what never was.
  const found = await deps.lineage.rollups(selection, null, 1);
  return node && found.length > 0 ? { kind: 'selection', node, selection, range } : null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function visibleResponse(deps: PlanDeps, scope: Scope, id: string): Promise<ResponseFacts | null> {
  if (!UUID.test(id)) return null;
  const response = await deps.lineage.response(id);
  const cell = response && deps.cells.byKey(response.cell);
  const visible = cell && scope.allows('traceLineage', cell) && scope.allows('readResponse', cell);
  if (!visible) return null;
  // That a model counted it is something that the model said of it.
  return readsPrediction(deps, scope, response) ? response : { ...response, inferred: [] };
}

async function responseStart(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const response = await visibleResponse(deps, scope, id);
  if (!response) return null;
  return { kind: 'response', node: describeResponse(id, response.answeredAt, response.receivedAt), response };
}

/** A review is there for who may read the response and what the model said of it. */
async function reviewStart(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const review = UUID.test(id) ? await readReviewMark(deps.store, id) : null;
  // As long for a review that never was as for a hidden one.
  const response = await visibleResponse(deps, scope, review?.responseId ?? id);
  if (!review || !response || !readsPrediction(deps, scope, response)) return null;
  return { kind: 'review', node: describeReview(review), review, response };
}

/** Whether the caller may read what models said of the response. */
export function readsPrediction(deps: PlanDeps, scope: Scope, { cell: key }: ResponseFacts): boolean {
  const cell = deps.cells.byKey(key);
  return cell !== undefined && scope.allows('readPrediction', cell);
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
  const seen = new Set((await deps.lineage.dictionary(fed)).mappings);
  return {
    kind: 'mappings',
    node: describe(first),
    mappings: mappings.filter((mapping) => seen.has(mapping.key)),
  };
}
