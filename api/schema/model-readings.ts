import type { Dimension } from '../../domain/segments/dimensions.ts';
import { type Reading, readReadings } from '../../store/monitoring/model-readings.ts';
import { MODEL_METRICS } from '../../store/tables/monitoring.ts';
import { paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { access, forEachDimension, momentOf } from './builder.ts';
import { pageSize } from './connection.ts';
import { modelArgument } from './models.ts';
import type { SchemaParts } from './types.ts';

const DAY_MS = 86_400_000;

/** Names that a dimension may have, and that are taken here. */
const OWN = new Set(
  'metric from n referenceN value reference pValue adjustedPValue alarm detail segmentValues'.split(' '),
);
const namedHere = (dimension: Dimension) =>
  OWN.has(dimension.field) ? { ...dimension, field: `dimension_${dimension.field}` } : dimension;

/** Adds ModelReading and the query modelReadings: the monitor's readings, hour by hour. */
export function addReadings({
  builder,
  types: { modelMetric: metric, segmentValue },
  dimensions,
}: SchemaParts): void {
  const reading = builder.objectRef<Reading>('ModelReading').implement({
    ...access('readPrediction'),
    description: 'One figure of the week that ends at `until`, beside the four weeks before that week.',
    fields: (t) => ({
      metric: t.field({ type: metric, nullable: false, resolve: ({ metric }) => metric }),
      from: t.field({ type: 'DateTime', nullable: false, resolve: ({ from }) => from }),
      until: t.field({ type: 'DateTime', nullable: false, resolve: ({ until }) => until }),
      ...forEachDimension(dimensions.map(namedHere), ({ attribute, description }) =>
        t.string({
          description: `${description} Null where it is of every value.`,
          resolve: ({ segment }) => segment[attribute]?.[0] ?? null,
        }),
      ),
      segmentValues: t.field({
        type: [segmentValue],
        nullable: false,
        description: 'The values of the segment that it is of; none where it is of all responses.',
        resolve: ({ segment }) =>
          dimensions.flatMap(({ field, attribute }) => {
            const value = segment[attribute]?.[0];
            return value === undefined ? [] : [{ field, value }];
          }),
      }),
      n: t.exposeInt('n', { nullable: false }),
      referenceN: t.exposeInt('referenceN', { nullable: false }),
      value: t.exposeFloat('value', { nullable: false }),
      reference: t.exposeFloat('reference'),
      low: t.exposeFloat('low', { description: '95 % interval of value - reference.' }),
      high: t.exposeFloat('high'),
      pValue: t.exposeFloat('pValue'),
      adjustedPValue: t.exposeFloat('adjustedPValue', {
        description: 'Adjusted for all that was tested at that hour (Benjamini and Hochberg).',
      }),
      alarm: t.exposeBoolean('alarm', {
        nullable: false,
        description:
          'Adjusted p-value of at most .05: of the alarms of an hour, at most one in twenty is false.',
      }),
      detail: t.field({ type: 'JSON', nullable: false, resolve: ({ detail }) => detail }),
    }),
  });
  builder.queryField('modelReadings', (t) =>
    t.field({
      ...access('readPrediction', paged(5, 0.05)),
      type: [reading],
      nullable: false,
      description:
        'Readings of the monitor for a model version, newest first. Readings cover everything, so only callers who may see every prediction and score get them; `modelQuality` covers what a caller may see.',
      args: {
        modelVersion: t.arg.id({ description: 'The champion when absent.' }),
        metrics: t.arg({ type: [metric], ...atMost(MODEL_METRICS.length, 'All when absent.') }),
        from: t.arg({
          type: 'DateTime',
          description: 'Readings whose window ends at or after this; default: a day ago.',
        }),
        to: t.arg({ type: 'DateTime' }),
        first: t.arg.int({ required: true, defaultValue: 100 }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        const first = pageSize(args.first);
        const given = args.modelVersion ? modelArgument('modelVersion', args.modelVersion) : null;
        const range = {
          from: args.from ? momentOf('from', args.from) : deps.now() - DAY_MS,
          until: args.to ? momentOf('to', args.to) : deps.now() + 1,
        };
        const { scope } = caller;
        const missing = (['readPrediction', 'readScore'] as const).find((group) => !scope.allowsAll(group));
        if (missing) {
          // Callers without it get the report of every query.
          if (missing !== 'readPrediction' || scope.grant(missing) !== 'none')
            noteWithheld(context, missing, pathOf(info.path));
          return [];
        }
        const { id } = await deps.scoring.model(given);
        return readReadings(deps.store, id, range, args.metrics ?? MODEL_METRICS, first);
      },
    }),
  );
}
