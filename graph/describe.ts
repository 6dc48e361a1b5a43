import { type LineageKind, nodeId, type RollupKey, rollupId, sealId } from '../domain/lineage/lineage.ts';
import { describeScale } from '../domain/nps/scale.ts';
import { type CellDictionary, cellLabel } from '../domain/segments/cell.ts';
import type { Dimension } from '../domain/segments/dimensions.ts';
import { HOUR_MS } from '../domain/time/time-windows.ts';
import type { Session } from '../store/database/client.ts';
import type {
  AlertAnnotation,
  DecisionAnnotation,
  ReviewAnnotation,
  SealAnnotation,
} from '../store/lineage/lineage-annotations.ts';
import {
  readCalibration,
  readFeatureSet,
  readFeatures,
  readTrainingSets,
} from '../store/models/model-provenance.ts';
import { readModelVersions } from '../store/models/models.ts';
import type { MappingRegistry, RecordedMapping } from '../store/responses/mappings.ts';
import type { EventFacts } from './lineage-store.ts';

/** A node as it is shown. Labels are made of identity alone: no comment, no respondent, no score value. */
export interface LineageNode {
  readonly id: string;
  readonly kind: LineageKind;
  readonly label: string;
  readonly recordedAt: Date | null;
}

export interface DescribeDeps {
  readonly store: Session;
  readonly cells: CellDictionary;
  readonly mappings: MappingRegistry;
  readonly dimensions: readonly Dimension[];
}

const node = (id: string, kind: LineageKind, label: string, recordedAt: Date | null = null): LineageNode => ({
  id,
  kind,
  label,
  recordedAt,
});

const hourText = (hour: number) => new Date(hour * HOUR_MS).toISOString().slice(0, 13);

export function describeCell({ cells, dimensions }: DescribeDeps, key: string): LineageNode | null {
  const cell = cells.byKey(key);
  return cell ? node(nodeId('Cell', key), 'Cell', cellLabel(cell.attributes, dimensions)) : null;
}

export function describeRollup({ cells, dimensions }: DescribeDeps, rollup: RollupKey): LineageNode {
  const attributes = cells.byKey(rollup.cell)?.attributes ?? {};
  const basis = rollup.model === 0 ? 'surveyed' : `model version ${rollup.model}`;
  const label = `${hourText(rollup.hour)}:00Z · ${cellLabel(attributes, dimensions)} · ${basis}`;
  return node(rollupId(rollup), 'Rollup', label);
}

export function describeResponse(id: string, answeredAt: number, receivedAt: number): LineageNode {
  const label = `response answered ${new Date(answeredAt).toISOString()}`;
  return node(nodeId('Response', id), 'Response', label, new Date(receivedAt));
}

export function describeEvent({ id, position, receivedAt }: EventFacts): LineageNode {
  return node(nodeId('SourceEvent', id), 'SourceEvent', position, new Date(receivedAt));
}

export function describeSeal(
  rollup: RollupKey,
  { revision, why, hash, recordedAt }: SealAnnotation,
): LineageNode {
  const label = `seal, revision ${revision}: ${why.toLowerCase()}, manifest ${hash.slice(0, 12)}`;
  return node(sealId(rollup, revision), 'Seal', label, recordedAt);
}

const words = (text: string) => text.toLowerCase().replaceAll('_', ' ');

/** Not what was decided: `review` tells that to whom it is for. */
export function describeReview(review: ReviewAnnotation): LineageNode {
  const { id, model, decisionId, cause, queuedAt, decidedAt } = review;
  const state = decidedAt ? `decided ${decidedAt.toISOString()}` : 'open';
  const what = decisionId === null ? `model version ${model}` : `a decision about model version ${model}`;
  return node(nodeId('Review', id), 'Review', `review of ${what}, ${words(cause)}, ${state}`, queuedAt);
}

/** Not who decided, nor why: the history of the model version tells that. */
export function describeDecision({
  id,
  model,
  from,
  to,
  cause,
  recordedAt,
}: DecisionAnnotation): LineageNode {
  const change = from === null ? words(to) : `${words(from)} to ${words(to)}`;
  const label = `model version ${model}: ${change} (${cause})`;
  return node(nodeId('Decision', id), 'Decision', label, recordedAt);
}

/** Not the figure: `modelReadings` tells that. */
export function describeAlert({
  id,
  model,
  metric,
  segment,
  until,
  recordedAt,
}: AlertAnnotation): LineageNode {
  const where = Object.values(segment).flatMap((values) => (values ? [values.join(' or ')] : []));
  const of = [words(metric), ...where].join(', ');
  const label = `alert: ${of} of model version ${model}, in the week until ${until.toISOString().slice(0, 13)}:00Z`;
  return node(nodeId('Alert', id), 'Alert', label, recordedAt);
}

export function describeSource({ source, sourceRecordedAt }: RecordedMapping): LineageNode {
  return node(nodeId('Source', source), 'Source', source, sourceRecordedAt);
}

/** The key part of a survey version's id. */
export const surveyKey = ({ surveyName, surveyVersion }: RecordedMapping) => `${surveyName}@${surveyVersion}`;

export function describeSurvey(mapping: RecordedMapping): LineageNode {
  const label = `${mapping.surveyName}, version ${mapping.surveyVersion}`;
  return node(nodeId('SurveyVersion', surveyKey(mapping)), 'SurveyVersion', label, mapping.surveyRecordedAt);
}

export function describeScaleRule({ scaleKey, scale, scaleRecordedAt }: RecordedMapping): LineageNode {
  return node(nodeId('ScaleRule', scaleKey), 'ScaleRule', describeScale(scale), scaleRecordedAt);
}

export function describeMapping({ key, source, connector, scale, recordedAt }: RecordedMapping): LineageNode {
  const label = `${source}: ${connector} mapping, scale ${scale.name}`;
  return node(nodeId('MappingVersion', key), 'MappingVersion', label, recordedAt);
}

export async function describeModels(
  { store }: DescribeDeps,
  ids: readonly number[],
): Promise<LineageNode[]> {
  const models = await readModelVersions(store, ids);
  return models.map(({ id, label, recordedAt }) =>
    node(nodeId('ModelVersion', id), 'ModelVersion', label, recordedAt),
  );
}

/** One thing that a model version was made of, and the edge that joins it to the version or to its feature set. */
export interface ModelPart {
  readonly model: number;
  readonly from: string;
  readonly relation: 'TRAINED_ON' | 'CALIBRATED_BY' | 'USES' | 'HAS';
  readonly node: LineageNode;
}

/** What the model versions were made of: training sets, calibration, the feature set, its features. */
export async function describeParts(
  { store }: Pick<DescribeDeps, 'store'>,
  models: readonly number[],
): Promise<ModelPart[]> {
  const parts: ModelPart[] = [];
  for (const model of models) {
    const from = nodeId('ModelVersion', model);
    // Not how many examples: that would tell of responses that the caller may not see.
    for (const { hash, head, description } of await readTrainingSets(store, model)) {
      const label = `${head}: ${description}`;
      parts.push({
        model,
        from,
        relation: 'TRAINED_ON',
        node: node(nodeId('TrainingSet', hash), 'TrainingSet', label),
      });
    }
    const calibration = await readCalibration(store, model);
    if (calibration) {
      const { key, nps, sentiment } = calibration;
      const label = `calibration: NPS ${nps}, sentiment ${sentiment ?? 'none'}`;
      const part = node(nodeId('Calibration', key), 'Calibration', label);
      parts.push({ model, from, relation: 'CALIBRATED_BY', node: part });
    }
    const set = await readFeatureSet(store, model);
    if (!set) continue;
    const setId = nodeId('FeatureSet', set.key);
    const label = `${set.features} ${set.features === 1 ? 'feature' : 'features'}`;
    parts.push({ model, from, relation: 'USES', node: node(setId, 'FeatureSet', label, set.recordedAt) });
    for (const { key, name, version } of await readFeatures(store, model)) {
      const feature = node(nodeId('Feature', key), 'Feature', `${name}, version ${version}`);
      parts.push({ model, from: setId, relation: 'HAS', node: feature });
    }
  }
  return parts;
}

/** The recorded mappings with those keys, sorted by key. */
export async function mappingsByKey(deps: DescribeDeps, keys: readonly string[]): Promise<RecordedMapping[]> {
  const find = () => deps.mappings.all().filter(({ key }) => keys.includes(key));
  const known = find();
  if (known.length === keys.length) return known;
  await deps.mappings.refresh(deps.store);
  return find();
}
