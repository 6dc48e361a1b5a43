import type { PairedComparison } from '../../domain/models/classification.ts';
import {
  compareModels,
  type ModelComparison,
  type PartComparison,
} from '../../domain/models/model-comparison.ts';
import { idsOf, readModelParts } from '../../store/models/models.ts';
import { readPaired } from '../../store/monitoring/model-quality.ts';
import { fixed } from '../gate/costs.ts';
import { access, type TypeOf } from './builder.ts';
import { mayJudge, wholeMinutes } from './judged-period.ts';
import { findModel, modelArgument } from './models.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

const CONFIDENCE = 0.95;

/** Adds the query modelComparison: two model versions, with their companions, on responses that have a surveyed class too. */
export function addModelComparison(schema: SchemaParts): void {
  const comparison = addComparison(schema, addPart(schema));
  const { builder, types, dimensions } = schema;
  builder.queryField('modelComparison', (t) =>
    t.field({
      ...access('readPrediction', fixed(100)),
      type: comparison,
      description:
        'Compares two model versions on the responses of a period that both have scored and that have a surveyed class; null with too few. ' +
        'What the companion of a version reads counts with it. Make the challenger a shadow first: it then scores the same stream.',
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
        const partsOf = async (version: number) => idsOf(await readModelParts(deps.store, version));
        const sides = [
          await partsOf(id),
          await partsOf(modelArgument('challenger', args.challenger)),
        ] as const;
        const within = segmentOf(dimensions, args.segment);
        const range = wholeMinutes(args.from, args.to);
        if (!mayJudge(context, within, range, info.path)) return null;
        const paired = await readPaired(deps, caller.scope, sides, within, range);
        return paired && compareModels(paired.readings, CONFIDENCE, paired.showsParts);
      },
    }),
  );
}

function addComparison({ builder }: SchemaParts, part: TypeOf<PartComparison>): TypeOf<ModelComparison> {
  return builder.objectRef<ModelComparison>('ModelComparison').implement({
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
        description:
          'The rule for promotion: the whole 95 % interval lies below 0, and that of none of the parts above 0.',
      }),
      parts: t.field({
        type: [part],
        description:
          'By which version of each side read the responses, itself or its companion, most first; null if too few of one may be shown.',
        resolve: ({ parts }) => parts,
      }),
    }),
  });
}

function addPart({ builder, types }: SchemaParts): TypeOf<PartComparison> {
  return builder.objectRef<PartComparison>('ModelComparisonPart').implement({
    ...access('readPrediction'),
    description: 'The same for the responses that these two versions read.',
    fields: (t) => ({
      challenger: t.field({
        type: types.modelVersion,
        resolve: ({ challenger }, _args, context) => findModel(challenger, context),
      }),
      champion: t.field({
        type: types.modelVersion,
        resolve: ({ champion }, _args, context) => findModel(champion, context),
      }),
      judged: t.exposeInt('n', { nullable: false }),
      difference: t.exposeFloat('difference', { nullable: false }),
      low: t.exposeFloat('low', { nullable: false }),
      high: t.exposeFloat('high', { nullable: false }),
      better: t.boolean({
        nullable: false,
        description: 'Whether its whole 95 % interval lies below 0.',
        resolve: ({ better }: PairedComparison) => better,
      }),
    }),
  });
}
