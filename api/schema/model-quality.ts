import type { MixChange } from '../../domain/drift/drift.ts';
import type { InputChange } from '../../domain/drift/input-drift.ts';
import { ABSTENTION_REASONS } from '../../domain/models/abstention.ts';
import {
  type ClassificationReport,
  type Interval,
  intervalsOf,
  judge,
  type ReportIntervals,
} from '../../domain/models/classification.ts';
import type { AbstentionCount } from '../../store/monitoring/abstentions.ts';
import { type ModelFacts, readModelFacts } from '../../store/monitoring/model-quality.ts';
import { fixed } from '../gate/costs.ts';
import { access, type Builder, type TypeOf } from './builder.ts';
import { mayJudge, wholeMinutes } from './judged-period.ts';
import { findModel, modelArgument } from './models.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

const CONFIDENCE = 0.95;

interface Quality extends ModelFacts {
  readonly version: number;
  /** The same of its companion; null where it reads alone. */
  readonly companion: () => Promise<Quality | null>;
  readonly report: ClassificationReport | null;
  readonly intervals: ReportIntervals | null;
}

/** Adds the query modelQuality: a model's quality on responses that have a surveyed class too. */
export function addModelQuality(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const quality = addQuality(schema);
  builder.queryField('modelQuality', (t) =>
    t.field({
      ...access('readPrediction', fixed(50)),
      type: quality,
      nullable: false,
      description:
        'How well a model version classifies the responses of a period that also have a surveyed class. Edges are whole minutes.',
      args: {
        modelVersion: t.arg.id({ description: 'The champion when absent.' }),
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
      },
      resolve: async (_root, args, context, info): Promise<Quality> => {
        const { deps, caller } = context;
        const given = args.modelVersion ? modelArgument('modelVersion', args.modelVersion) : null;
        const { id } = await deps.scoring.model(given);
        const range = wholeMinutes(args.from, args.to);
        const within = segmentOf(dimensions, args.segment);
        const isShown = mayJudge(context, within, range, info.path);
        const qualityOf = async (version: number): Promise<Quality> => {
          const { model } = await deps.scoring.model(version);
          const companion = async () => {
            const found = (await findModel(version, context))?.companion ?? null;
            return found === null ? null : qualityOf(found);
          };
          if (!isShown) return { ...WITHHELD, version, companion };
          const { languages } = model.artefact;
          const facts = await readModelFacts(deps, caller.scope, version, within, range, languages);
          const judged = facts.judged && facts.judged.length > 0 ? facts.judged : null;
          return {
            ...facts,
            version,
            companion,
            report: judged && judge(judged),
            intervals: judged && intervalsOf(judged, CONFIDENCE),
          };
        };
        return qualityOf(id);
      },
    }),
  );
}

const WITHHELD: Omit<Quality, 'version' | 'companion'> = {
  judged: null,
  scored: 0,
  abstained: 0,
  abstentions: null,
  mix: null,
  inputs: [],
  complete: true,
  report: null,
  intervals: null,
};

function addInputChange({ builder, types: { modelMetric: metric } }: SchemaParts) {
  return builder.objectRef<InputChange>('InputChange').implement({
    ...access('readPrediction'),
    description: 'One figure of the texts of a period, compared with the period of equal length before it.',
    fields: (t) => ({
      metric: t.field({ type: metric, nullable: false, resolve: ({ metric }) => metric }),
      value: t.exposeFloat('value', { nullable: false }),
      reference: t.exposeFloat('reference', { nullable: false }),
      pValue: t.float({
        description:
          'p-value of the hypothesis that both periods have one distribution (chi-squared); null where there is nothing to compare.',
        resolve: ({ test }) => test?.pValue ?? null,
      }),
    }),
  });
}

function addInterval(builder: Builder) {
  return builder.objectRef<Interval>('FigureInterval').implement({
    ...access('readPrediction'),
    fields: (t) => ({
      low: t.exposeFloat('low', { nullable: false }),
      high: t.exposeFloat('high', { nullable: false }),
    }),
  });
}

function addAbstentions(builder: Builder) {
  const reason = builder.enumType('AbstentionReason', {
    description: 'Why a model does not classify a text; `Prediction.abstained` says it in words.',
    values: ABSTENTION_REASONS,
  });
  return builder.objectRef<AbstentionCount>('AbstentionCount').implement({
    ...access('readPrediction'),
    fields: (t) => ({
      reason: t.field({
        type: reason,
        description: 'Null for reasons of former versions.',
        resolve: ({ reason }) => reason,
      }),
      n: t.exposeInt('n', { nullable: false }),
    }),
  });
}

function addQuality(schema: SchemaParts) {
  const { builder } = schema;
  const interval = addInterval(builder);
  const [mixChange, inputChange] = [addMixChange(builder), addInputChange(schema)];
  const quality = builder.objectRef<Quality>('ModelQuality');
  addCoverage(schema, quality);
  return quality.implement({
    ...access('readPrediction'),
    description: 'Figures are null if there are no responses to judge by, or too few for this caller.',
    fields: (t) => ({
      judged: t.int({
        description: 'Responses with a prediction and a surveyed class.',
        resolve: ({ judged }) => judged?.length ?? null,
      }),
      accuracy: t.float({ resolve: ({ report }) => report?.accuracy ?? null }),
      accuracyInterval: t.field({
        type: interval,
        description: '95 % interval of the accuracy (Wilson).',
        resolve: ({ intervals }) => intervals?.accuracy ?? null,
      }),
      macroF1: t.float({ resolve: ({ report }) => report?.macroF1 ?? null }),
      brier: t.float({
        description: 'Brier score over the three classes, 0 to 2; smaller is better.',
        resolve: ({ report }) => report?.brier ?? null,
      }),
      rankedProbabilityScore: t.float({
        description: 'Over detractor, passive, promoter in this order, 0 to 1; smaller is better.',
        resolve: ({ report }) => report?.rankedProbabilityScore ?? null,
      }),
      brierInterval: t.field({
        type: interval,
        description: '95 % interval of the Brier score.',
        resolve: ({ intervals }) => intervals?.brier ?? null,
      }),
      rankedProbabilityScoreInterval: t.field({
        type: interval,
        description: '95 % interval of the ranked probability score.',
        resolve: ({ intervals }) => intervals?.rankedProbabilityScore ?? null,
      }),
      confusion: t.field({
        type: 'JSON',
        description:
          'Confusion matrix: rows are the surveyed class, columns the predicted class, both in the order detractor, passive, promoter.',
        resolve: ({ report }) => report?.confusion ?? null,
      }),
      ece: t.float({
        description: 'Expected calibration error of the predicted class, ten bins.',
        resolve: ({ report }) => report?.ece ?? null,
      }),
      mixChange: t.field({
        type: mixChange,
        description: 'The mix of predicted classes, compared with the period of equal length before it.',
        resolve: ({ mix }) => mix,
      }),
      inputs: t.field({
        type: [inputChange],
        nullable: false,
        description: 'Length, language, unknown words of the texts and abstention; none with too few texts.',
        resolve: ({ inputs }) => inputs,
      }),
      complete: t.exposeBoolean('complete', {
        nullable: false,
        description:
          'False when there were more than 50,000 responses to judge: then only the newest are judged.',
      }),
    }),
  });
}

/** Of what it is, and how often the model says nothing. */
function addCoverage({ builder, types }: SchemaParts, quality: TypeOf<Quality>): void {
  const abstentions = addAbstentions(builder);
  builder.objectFields(quality, (t) => ({
    modelVersion: t.field({
      type: types.modelVersion,
      description: 'Which version it is of.',
      resolve: ({ version }, _args, context) => findModel(version, context),
    }),
    companion: t.field({
      ...access('readPrediction', fixed(50)),
      type: quality,
      description:
        'The same figures of its companion, which reads other languages; null where it reads alone.',
      resolve: ({ companion }) => companion(),
    }),
    abstention: t.float({
      description: 'Share of the scored responses that the model did not classify.',
      resolve: ({ scored, abstained }) => (scored > 0 ? abstained / scored : null),
    }),
    scored: t.int({
      description: 'Responses that it scored, with or without a surveyed class.',
      resolve: ({ judged, scored }) => (judged ? scored : null),
    }),
    abstentions: t.field({
      type: [abstentions],
      description:
        'The responses of `scored` that the model did not classify, by reason, most first; null if too few of one may be shown.',
      resolve: ({ abstentions }) => abstentions,
    }),
  }));
}

function addMixChange(builder: Builder) {
  return builder.objectRef<MixChange>('MixChange').implement({
    ...access('readPrediction'),
    fields: (t) => ({
      chiSquared: t.exposeFloat('chiSquared', { nullable: false }),
      pValue: t.exposeFloat('pValue', { nullable: false }),
      psi: t.exposeFloat('psi', {
        nullable: false,
        description: 'Population stability index: shown because it is customary; it raises no alarm.',
      }),
      psiNull95: t.exposeFloat('psiNull95', {
        nullable: false,
        description: 'The value that the index exceeds in one of twenty cases without a change.',
      }),
      shift: t.exposeFloat('shift', { nullable: false, description: 'Change of the score, in points.' }),
      low: t.exposeFloat('low', { nullable: false }),
      high: t.exposeFloat('high', { nullable: false }),
    }),
  });
}
