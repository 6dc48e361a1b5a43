import type { Fact } from '../../agents/narrator/fact.ts';
import { REWRITE_FAILURES } from '../../agents/narrator/rewrite.ts';
import { OUTCOME_KINDS } from '../../domain/outcomes/outcome-kinds.ts';
import { RETAINED_FIELDS, type RetainedField } from '../../domain/privacy/retention.ts';
import type { ScoreRow } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { TracedNode } from '../../graph/node.ts';
import type { LineagePage } from '../../graph/traversal/trace.ts';
import type { BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import type { FeatureSource } from '../../scoring/features.ts';
import { type Model, SENTIMENTS } from '../../scoring/model.ts';
import type { Classification } from '../../scoring/predict.ts';
import type { AlertRow } from '../../store/agents/alerts.ts';
import type { CaseRow } from '../../store/agents/cases.ts';
import type { DecisionRow } from '../../store/agents/decisions.ts';
import type { WatchedAccount } from '../../store/agents/watched-accounts.ts';
import type { ChangeRow } from '../../store/changes/changes.ts';
import type { ConnectionRow } from '../../store/connections/connections.ts';
import type { WatchedFile } from '../../store/connections/watched-files.ts';
import type { ShownRule } from '../../store/data-subjects/retention-rules.ts';
import type { ModelEventRow } from '../../store/models/model-provenance.ts';
import type { FeatureRow, RegisteredModel, TrainingSetRow } from '../../store/models/models.ts';
import type { OutcomeView } from '../../store/outcomes/outcomes.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';
import type { ReviewRow } from '../../store/reviews/reviews.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { MODEL_METRICS, type ModelMetric } from '../../store/tables/monitoring.ts';
import { CHANGE_KINDS } from '../../store/tables/outcomes.ts';
import { MODEL_STAGES } from '../../store/tables/scoring.ts';
import type { Builder } from './builder.ts';
import { METRIC_DESCRIPTIONS } from './metric-descriptions.ts';
import type { AnyNode, ImportView } from './node.ts';

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

/** One dimension's value of a row. */
export interface SegmentValue {
  readonly field: string;
  readonly value: string;
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

/** A sentence of a narrative with the facts that it says. */
export interface ShownSentence {
  readonly text: string;
  readonly facts: readonly Fact[];
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
    segmentValue: builder.objectRef<SegmentValue>('SegmentValue'),
    response: builder.objectRef<ResponseRow>('Response'),
    import: builder.objectRef<ImportView>('Import'),
    connection: builder.objectRef<ConnectionRow>('Connection'),
    watchedFile: builder.objectRef<WatchedFile>('WatchedFile'),
    prediction: builder.objectRef<ShownPrediction>('Prediction'),
    modelVersion: builder.objectRef<RegisteredModel>('ModelVersion'),
    trainingSet: builder.objectRef<TrainingSetRow>('TrainingSet'),
    feature: builder.objectRef<FeatureRow>('Feature'),
    modelEvent: builder.objectRef<ModelEventRow>('ModelEvent'),
    lineageNode: builder.objectRef<TracedNode>('LineageNode'),
    lineagePage: builder.objectRef<LineagePage>('LineagePage'),
    traceDirection: builder.enumType('TraceDirection', { values: ['UPSTREAM', 'DOWNSTREAM'] as const }),
    review: builder.objectRef<ReviewRow>('Review'),
    alert: builder.objectRef<AlertRow>('Alert'),
    decision: builder.objectRef<DecisionRow>('AgentDecision'),
    narrativeSentence: builder.objectRef<ShownSentence>('NarrativeSentence'),
    case: builder.objectRef<CaseRow>('Case'),
    watchedAccount: builder.objectRef<WatchedAccount>('WatchedAccount'),
    changeEvent: builder.objectRef<ChangeRow>('ChangeEvent'),
    outcome: builder.objectRef<OutcomeView>('Outcome'),
    retentionRule: builder.objectRef<ShownRule>('RetentionRule'),
    submitPayload: builder.objectRef<BatchAccount>('SubmitPayload'),
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
    retainedField: builder.enumType('RetainedField', {
      description:
        'What a rule of retention is about. RESPONSES: whole responses. DIMENSIONS: the values of one dimension; answers and outcomes ' +
        'move to "unknown". COMMENTS: texts. SOURCE_EVENTS: items as they arrived. QUARANTINE: what connections delivered and could not be stored.',
      values: Object.fromEntries(
        RETAINED_FIELDS.map((name) => [name.replace(/[A-Z]/g, '_$&').toUpperCase(), { value: name }]),
      ) as Record<string, { readonly value: RetainedField }>,
    }),
    sentiment: builder.enumType('Sentiment', { values: SENTIMENTS }),
    npsClass: builder.enumType('NpsClass', { values: ['PROMOTER', 'PASSIVE', 'DETRACTOR'] as const }),
    basis: builder.enumType('Basis', {
      description: 'COMBINED: the surveyed class where there is one, else the inferred one.',
      values: ['SURVEYED', 'INFERRED', 'COMBINED'] as const,
    }),
    modelStage: builder.enumType('ModelStage', { values: MODEL_STAGES }),
    reviewVerdict: builder.enumType('ReviewVerdict', {
      values: {
        CONFIRMED: { description: 'The prediction or the decision was right.' },
        CORRECTED: { description: 'The text has another class.' },
        OVERTURNED: { description: 'The decision was wrong.' },
      } as const,
    }),
    changeKind: builder.enumType('ChangeKind', { values: CHANGE_KINDS }),
    outcomeKind: builder.enumType('OutcomeKind', { values: OUTCOME_KINDS }),
    severity: builder.enumType('Severity', { values: SEVERITIES }),
    alertState: builder.enumType('AlertState', {
      values: {
        OPEN: { description: 'No one has said that they work on it.' },
        ACKNOWLEDGED: { description: 'Someone works on it.' },
        RESOLVED: { description: 'Its cause is over.' },
        DISMISSED: { description: 'A person closed it.' },
      } as const,
    }),
    caseState: builder.enumType('CaseState', {
      values: {
        OPEN: { description: 'No one has begun to work on it.' },
        IN_PROGRESS: { description: 'Someone works on it.' },
        CLOSED: { description: 'It has an outcome.' },
      } as const,
    }),
    languageModelFailure: builder.enumType('LanguageModelFailure', {
      description: 'Why a language model has not answered. BUDGET: the requests of this hour are spent.',
      values: REWRITE_FAILURES,
    }),
    accountCause: builder.enumType('AccountCause', {
      values: {
        RISK: { value: 'risk', description: 'It may cancel.' },
        POTENTIAL: { value: 'potential', description: 'It may recommend, or buy more.' },
      } as const,
    }),
    autonomy: builder.enumType('Autonomy', {
      values: {
        OBSERVE: { description: 'It records what it would do.' },
        PROPOSE: { description: 'A person approves each action.' },
        ACT: { description: 'It acts.' },
      } as const,
    }),
    narrativeKind: builder.enumType('NarrativeKind', {
      description: 'WEEK: of Monday to Sunday in UTC. ALERT: about an alert, from when it was raised.',
      values: ['WEEK', 'ALERT'] as const,
    }),
    decisionState: builder.enumType('DecisionState', {
      values: {
        NONE: { description: 'Nothing is to be done; near misses are such decisions too.' },
        OBSERVED: { description: 'Its agent only observes.' },
        PROPOSED: { description: 'It waits for a person.' },
        DUE: { description: 'It is about to be carried out.' },
        DONE: { description: 'It was carried out.' },
        REJECTED: { description: 'A person rejected it, or a later decision took its place.' },
        FAILED: { description: 'Its action ended with an error.' },
      } as const,
    }),
    modelMetric: builder.enumType('ModelMetric', {
      values: Object.fromEntries(
        MODEL_METRICS.map((name) => [name, { value: name, description: METRIC_DESCRIPTIONS[name] }]),
      ) as Record<ModelMetric, { value: ModelMetric; description: string }>,
    }),
  };
}
