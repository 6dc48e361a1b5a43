import { type DriverRow, readDrivers } from '../../store/scores/drivers.ts';
import { NO_THEME } from '../../store/scores/theme-tallies.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, lengthOf } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { access, forEachDimension, type TypeOf } from './builder.ts';
import { segmentValuesOf } from './dimensions.ts';
import { commonArguments, twoWindows } from './nps.ts';
import type { SchemaParts } from './types.ts';

/** How many groups there are is hidden, so each dimension costs the same. */
const COST: FieldCost = {
  points: (args, inside) => (args['themes'] ? 40 : 15) * 2 ** lengthOf(args['by']) + inside,
  says: '15 (40 with `themes`), doubled by each dimension of `by`',
};

/** Adds DriverRow and the query drivers. */
export function addDrivers(schema: SchemaParts): void {
  addDriversQuery(schema, addDriverRow(schema));
}

function addDriverRow({ builder, types, dimensions }: SchemaParts): TypeOf<DriverRow> {
  return builder.objectRef<DriverRow>('DriverRow').implement({
    ...access('readScore'),
    description:
      'One part of the difference of two scores, in score points. mix: other groups answered; rate: the groups answered ' +
      'otherwise. The parts add up to the difference.',
    fields: (t) => ({
      ...forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({
          description: `${description} Null when not divided by it.`,
          resolve: ({ group }) => group[attribute] ?? null,
        }),
      ),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'The values that the row is divided by, in the order of `dimensions`.',
        resolve: ({ group }) => segmentValuesOf(dimensions, group),
      }),
      theme: t.exposeString('theme', {
        description: `Null when not divided by theme; "${NO_THEME}" for answers that name none.`,
      }),
      mix: t.exposeFloat('mix', {
        description:
          'Because the group is a larger or smaller part of the answers: the change of its share times its mean score above the ' +
          'mean of both scores.',
      }),
      rate: t.exposeFloat('rate', {
        description: 'Because the group answers otherwise: its mean share times the change of its score.',
      }),
      low: t.exposeFloat('low', {
        description:
          'Lower bound of the rate part; null if the group has answers in only one of the windows.',
      }),
      high: t.exposeFloat('high', { description: 'Upper bound of the rate part.' }),
      before: t.exposeID('before', {
        description: "The NpsRow of the group's segment in the first window, over all themes; for `trace`.",
      }),
      after: t.exposeID('after', { description: 'The same in the second window.' }),
      responsesBefore: t.exposeInt('responsesBefore', {
        description:
          'Answers of the group in the first window; one that names several themes counts for each.',
      }),
      responsesAfter: t.exposeInt('responsesAfter'),
      shareBefore: t.exposeFloat('shareBefore', {
        description:
          'Of the answers of the window, 0..1; they add up to 1, because answers are divided among their themes.',
      }),
      shareAfter: t.exposeFloat('shareAfter'),
      scoreBefore: t.exposeFloat('scoreBefore', {
        description: 'The score of the group in the first window.',
      }),
      scoreAfter: t.exposeFloat('scoreAfter'),
      suppressed: t.exposeBoolean('suppressed', {
        nullable: false,
        description:
          'True when too few people answered for this caller to see the group; its part is in no row.',
      }),
    }),
  });
}

function addDriversQuery({ builder, types, dimensions }: SchemaParts, row: TypeOf<DriverRow>): void {
  builder.queryField('drivers', (t) =>
    t.field({
      ...access('readScore', COST),
      type: [row],
      nullable: false,
      description:
        'Why the score changed from one window to another: the difference of `npsChange` in parts, the largest first. ' +
        'Kitagawa (1955), as the decomposition of Oaxaca and Blinder. Divides by dimensions, by themes (needs what ' +
        '`themes` needs), or by both; edges are whole minutes.',
      args: {
        segment: t.arg({ type: types.segment }),
        beforeFrom: t.arg({ type: 'DateTime', required: true }),
        beforeTo: t.arg({ type: 'DateTime', required: true }),
        afterFrom: t.arg({ type: 'DateTime', required: true }),
        afterTo: t.arg({ type: 'DateTime', required: true }),
        by: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        themes: t.arg.boolean({
          required: true,
          defaultValue: false,
          description:
            'Whether to divide by theme; an answer that names several is divided equally among them.',
        }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: (_root, args, context, info) => {
        const { deps, caller } = context;
        const query = { ...commonArguments(dimensions, args), ...twoWindows(args) };
        if (args.themes && caller.scope.grant('readPrediction') === 'none') {
          noteWithheld(context, 'readPrediction', pathOf(info.path));
          return [];
        }
        const { by, themes } = args;
        return readDrivers(deps, caller.scope, {
          ...query,
          by: [...new Set(by)],
          themes,
          mostRows: LIMITS.rows,
        });
      },
    }),
  );
}
