import { mayBeProtected } from '../../domain/access/scope.ts';
import type { MixChange } from '../../domain/drift/drift.ts';
import type { InputChange } from '../../domain/drift/input-drift.ts';
import {
  type ClassificationReport,
  comparePaired,
  type Interval,
  intervalsOf,
  judge,
  type PairedComparison,
  type ReportIntervals,
} from '../../domain/models/classification.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import { type ModelFacts, readModelFacts, readPaired } from '../../store/monitoring/model-quality.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { noteWithheld, pathOf, type ResponsePath } from '../masking.ts';
import { access, type Builder, type DateTimeInput, momentOf, type TypeOf } from './builder.ts';
import { modelArgument } from './models.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

const CONFIDENCE = 0.95;

interface Quality extends ModelFacts {
  readonly report: ClassificationReport | null;
  readonly intervals: ReportIntervals | null;
}

/**
 * Adds the queries modelQuality and modelComparison: a model's quality on responses that have a surveyed class
 * too.
 */
export function addModelQuality(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const quality = addQuality(builder, addMixChange(builder), addInputChange(schema));
  addComparison(schema);
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
        const { id, model } = await deps.scoring.model(given);
        const range = wholeMinutes(args.from, args.to);
        const within = segmentOf(dimensions, args.segment);
        if (!mayJudge(context, within, range, info.path)) return WITHHELD;
        const { languages } = model.artefact;
        const facts = await readModelFacts(deps, caller.scope, id, within, range, languages);
        const judged = facts.judged && facts.judged.length > 0 ? facts.judged : null;
        return {
          ...facts,
          report: judged && judge(judged),
          intervals: judged && intervalsOf(judged, CONFIDENCE),
        };
      },
    }),
  );
}

function addComparison({ builder, types, dimensions }: SchemaParts): void {
  const comparison = builder.objectRef<PairedComparison>('ModelComparison').implement({
    ...access('readPrediction'),
    description: 'Challenger against champion on the same responses; below 0 the challenger is better.',
    fields: (t) => ({
      judged: t.exposeInt('n', { nullable: false }),
      difference: t.exposeFloat('difference', {
        nullable: false,
        description: 'Difference of the mean ranked probability scores, challenger - champion.',
      }),
      low: t.exposeFloat('low', { nullable: false }),
      high: t.exposeFloat('high', { nullable: false }),
      better: t.exposeBoolean('better', {
        nullable: false,
        description: 'The rule for promotion: the whole 95 % interval lies below 0.',
      }),
    }),
  });
  builder.queryField('modelComparison', (t) =>
    t.field({
      ...access('readPrediction', fixed(100)),
      type: comparison,
      description:
        'Compares two model versions on the responses of a period that both have scored and that have a surveyed class; null with too few. ' +
        'Make the challenger a shadow first: it then scores the same stream.',
      args: {
        challenger: t.arg.id({ required: true }),
        champion: t.arg.id({ description: 'The present champion when absent.' }),
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        const champion = args.champion ? modelArgument('champion', args.champion) : null;
        const { id } = await deps.scoring.model(champion);
        const versions = [id, modelArgument('challenger', args.challenger)] as const;
        const within = segmentOf(dimensions, args.segment);
        const range = wholeMinutes(args.from, args.to);
        if (!mayJudge(context, within, range, info.path)) return null;
        const paired = await readPaired(deps, caller.scope, versions, within, range);
        return paired && comparePaired(paired, CONFIDENCE);
      },
    }),
  );
}

const WITHHELD: Quality = {
  judged: null,
  scored: 0,
  abstained: 0,
  mix: null,
  inputs: [],
  complete: true,
  report: null,
  intervals: null,
};
const WEEK_MS = 7 * 86_400_000;

/**
 * Whether the caller may see how a model judged these responses. Figures of arbitrary windows and segments,
 * subtracted, reveal single responses: they need the right to read those. Callers who manage models see figures
 * over everything, in whole weeks (that begin on Thursdays, like the first of 1970).
 * @throws InvalidArgumentError if a caller who manages models requests less.
 */
function mayJudge(context: ApiContext, segment: Segment, range: TimeRange, path: ResponsePath): boolean {
  const { scope } = context.caller;
  if (!mayBeProtected(scope, 'readPrediction', ['inferred'])) return true;
  if (!scope.allowsAll('manageModels')) {
    noteWithheld(context, 'readResponse', pathOf(path));
    return false;
  }
  if (Object.keys(segment).length === 0 && range.from % WEEK_MS === 0 && range.until % WEEK_MS === 0)
    return true;
  const week = Math.floor(range.from / WEEK_MS) * WEEK_MS;
  const day = (time: number) => `${new Date(time).toISOString().slice(0, 10)}T00:00:00Z`;
  throw new InvalidArgumentError(
    `from, to: without readResponse models are judged over everything, in whole weeks such as ${day(week)} to ${day(week + WEEK_MS)}`,
  );
}

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');

/** @throws InvalidArgumentError */
function wholeMinutes(from: DateTimeInput, to: DateTimeInput): TimeRange {
  const range = { from: momentOf('from', from), until: momentOf('to', to) };
  if (range.from >= range.until) throw new InvalidArgumentError('to: must be later than from');
  // The mix is compared with the period before, of the same length.
  if (2 * range.from - range.until < YEAR_1)
    throw new InvalidArgumentError(
      'from: the time before it, as long as that until to, begins before the year 1',
    );
  if (range.from % 60_000 !== 0 || range.until % 60_000 !== 0)
    throw new InvalidArgumentError('from, to: must be whole minutes, without seconds');
  return range;
}

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

function addQuality(builder: Builder, mixChange: TypeOf<MixChange>, inputChange: TypeOf<InputChange>) {
  const interval = addInterval(builder);
  return builder.objectRef<Quality>('ModelQuality').implement({
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
      abstention: t.float({
        description: 'Share of the scored responses that the model did not classify.',
        resolve: ({ scored, abstained }) => (scored > 0 ? abstained / scored : null),
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
