import type { ScoreRow } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { TracedNode } from '../../graph/node.ts';
import type { LineagePage } from '../../graph/traversal/trace.ts';
import type { FeatureSource } from '../../scoring/features.ts';
import type { Model } from '../../scoring/model.ts';
import type { Classification } from '../../scoring/predict.ts';
import type { ConnectionRow } from '../../store/connections/connections.ts';
import type { ModelEventRow } from '../../store/models/model-provenance.ts';
import type { FeatureRow, RegisteredModel, TrainingSetRow } from '../../store/models/models.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';
import type { ReviewRow } from '../../store/reviews/reviews.ts';
import { MODEL_METRICS, type ModelMetric } from '../../store/tables/monitoring.ts';
import { MODEL_STAGES } from '../../store/tables/scoring.ts';
import type { Builder } from './builder.ts';
import { METRIC_DESCRIPTIONS } from './metric-descriptions.ts';
import type { AnyNode } from './node.ts';

/** Where a module of the schema adds its types and fields. */
export interface SchemaParts {
  readonly builder: Builder;
  readonly types: SharedTypes;
  readonly dimensions: readonly Dimension[];
}

/** Adds one subject to the schema. Modules run in any order: what they share is in `types` before the first runs. */
export type SchemaModule = (schema: SchemaParts) => void;

/** The end of a page of a list. */
export interface PageFacts {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** A segment as GraphQL passes it: values by dimension field. */
export type SegmentArgument = Readonly<Record<string, readonly string[] | null | undefined>>;

/** One key that rows are ordered by. */
export interface RowOrder {
  readonly by: 'SCORE' | 'RESPONSES' | 'CHANGE' | 'NAME' | 'TIME';
  readonly direction: 'ASC' | 'DESC';
}

/** A prediction with what is needed to explain it. */
export interface ShownPrediction extends Classification {
  readonly modelVersionId: number;
  readonly model: Model;
  /** The text and features it was made of; null when they are gone. */
  readonly source: () => Promise<FeatureSource | null>;
  /** The response, if it is stored: its text is a comment. */
  readonly response: { readonly id: string; readonly cellId: number } | null;
}

/** The types that more than one module refers to. Each object and input is implemented by the module of its subject. */
export type SharedTypes = ReturnType<typeof createTypes>;

/** Creates the references to the shared types; enums are complete, objects and inputs get their fields from their module. */
export function createTypes(builder: Builder, dimensions: readonly Dimension[]) {
  return {
    ...createEnums(builder, dimensions),
    node: builder.interfaceRef<AnyNode>('Node'),
    pageInfo: builder.objectRef<PageFacts>('PageInfo'),
    segment: builder.inputRef<SegmentArgument>('SegmentInput'),
    npsOrder: builder.inputRef<RowOrder>('NpsOrder'),
    npsRow: builder.objectRef<ScoreRow>('NpsRow'),
    response: builder.objectRef<ResponseRow>('Response'),
    connection: builder.objectRef<ConnectionRow>('Connection'),
    prediction: builder.objectRef<ShownPrediction>('Prediction'),
    modelVersion: builder.objectRef<RegisteredModel>('ModelVersion'),
    trainingSet: builder.objectRef<TrainingSetRow>('TrainingSet'),
    feature: builder.objectRef<FeatureRow>('Feature'),
    modelEvent: builder.objectRef<ModelEventRow>('ModelEvent'),
    lineageNode: builder.objectRef<TracedNode>('LineageNode'),
    lineagePage: builder.objectRef<LineagePage>('LineagePage'),
    review: builder.objectRef<ReviewRow>('Review'),
  };
}

function createEnums(builder: Builder, dimensions: readonly Dimension[]) {
  return {
    dimension: builder.enumType('Dimension', {
      values: Object.fromEntries(
        dimensions.map(({ enumValue, attribute, description }) => [
          enumValue,
          { value: attribute, description },
        ]),
      ),
    }),
    npsClass: builder.enumType('NpsClass', { values: ['PROMOTER', 'PASSIVE', 'DETRACTOR'] as const }),
    basis: builder.enumType('Basis', {
      description: 'COMBINED: the surveyed class where there is one, else the inferred one.',
      values: ['SURVEYED', 'INFERRED', 'COMBINED'] as const,
    }),
    modelStage: builder.enumType('ModelStage', { values: MODEL_STAGES }),
    modelMetric: builder.enumType('ModelMetric', {
      values: Object.fromEntries(
        MODEL_METRICS.map((name) => [name, { value: name, description: METRIC_DESCRIPTIONS[name] }]),
      ) as Record<ModelMetric, { value: ModelMetric; description: string }>,
    }),
  };
}
