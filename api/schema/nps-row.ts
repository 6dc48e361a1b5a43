import type { GraphQLResolveInfo } from 'graphql';
import type { ScoreRow } from '../../domain/scores/score.ts';
import { nameRows } from '../../domain/scores/score-ids.ts';
import { mapInSlices, promisesInSlices } from '../../domain/text/slices.ts';
import type { ScoreChange } from '../../store/scores/scores.ts';
import type { ApiContext } from '../context.ts';
import { fixed } from '../gate/costs.ts';
import { access, type Builder, costs, forEachDimension, type TypeOf } from './builder.ts';
import { segmentValuesOf } from './dimensions.ts';
import { isSelected } from './selected.ts';
import type { SchemaParts } from './types.ts';

/** Adds NpsRow. Its fields are the row's own, without resolvers: compiled queries read them directly, row by row. */
export function addNpsRow({ builder, types, dimensions }: SchemaParts): void {
  types.npsRow.implement({
    ...access('readScore'),
    description:
      'One score, flat for BI tools, with what is needed to judge it. ' +
      "Counts are of the row's own window and segment.",
    fields: (t) => ({
      id: t.exposeID('id', {
        nullable: false,
        description: 'Identifies exactly this number: segment, window, basis, interval level.',
      }),
      time: t.expose('time', {
        type: 'DateTime',
        nullable: false,
        description: 'Start of the bucket (series) or of the window (snapshot).',
      }),
      until: t.expose('until', { type: 'DateTime', nullable: false, description: 'Exclusive end.' }),
      ...forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({
          description: `${description} Null when not grouped by.`,
          extensions: { attribute },
          resolve: (row) => row.group[attribute] ?? null,
        }),
      ),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description:
          'The values that the row is grouped by, one for each dimension in `groupBy`, in the order of `dimensions`.',
        resolve: ({ group }) => segmentValuesOf(dimensions, group),
      }),
      score: t.exposeFloat('score', { description: '-100..100; null when responses = 0 or suppressed.' }),
      low: t.exposeFloat('low', { description: 'Lower bound of the confidence interval, score points.' }),
      high: t.exposeFloat('high', { description: 'Upper bound of the confidence interval, score points.' }),
      method: t.expose('method', {
        type: builder.enumType('IntervalMethod', {
          values: {
            SCORE: { description: "Tango's score interval: below 30 responses." },
            ADJUSTED_WALD: { description: 'Adjusted Wald (Rocks 2016): from 30 responses on.' },
            CORRECTED: {
              description:
                "With inferred answers: corrected for the model's known confusion (BBSE), whose uncertainty is included.",
            },
          } as const,
        }),
      }),
      responses: t.exposeInt('responses'),
      promoters: t.exposeInt('promoters'),
      passives: t.exposeInt('passives'),
      detractors: t.exposeInt('detractors'),
      change: t.exposeFloat('change', {
        ...costs(fixed(5)),
        description:
          'Score points above the window before: in `nps` one of the same length, in `npsSeries` that of the bucket before. ' +
          'Null where either score is null, and in rows of other fields.',
      }),
      suppressed: t.exposeBoolean('suppressed', {
        nullable: false,
        description: 'True when too few people answered for this caller to see the score.',
      }),
    }),
  });
}

/** Adds NpsChange. */
export function addNpsChange(builder: Builder, row: TypeOf<ScoreRow>) {
  return builder.objectRef<ScoreChange>('NpsChange').implement({
    ...access('readScore'),
    description: 'b minus a, in score points.',
    fields: (t) => ({
      before: t.expose('before', { type: row, nullable: false }),
      after: t.expose('after', { type: row, nullable: false }),
      difference: t.exposeFloat('difference'),
      low: t.exposeFloat('low'),
      high: t.exposeFloat('high'),
      pValue: t.exposeFloat('pValue'),
    }),
  });
}

/** Up to this many rows, fields are computed when they are read: too little work to delay other operations. */
const FEW_ROWS = 500;
const COSTLY = new Set(['id']);
const OF_THE_INTERVAL = new Set(['low', 'high', 'method', 'score']);
const CHANGE = new Set(['change']);

/** The rows in a form in which many of them do not block the event loop. */
export async function handOver(
  rows: ScoreRow[],
  { rowsInSlices }: ApiContext,
  info: GraphQLResolveInfo,
): Promise<ScoreRow[]> {
  if (rows.length <= FEW_ROWS) {
    if (isSelected(info, COSTLY)) nameRows(rows);
    return rows;
  }
  if (rowsInSlices) return promisesInSlices(rows) as never;
  // Expensive fields are computed before the answer is built of all rows at once.
  const [ids, intervals, changes] = [COSTLY, OF_THE_INTERVAL, CHANGE].map((names) => isSelected(info, names));
  await mapInSlices(rows, (row) => [ids && row.id, intervals && row.interval, changes && row.change]);
  return rows;
}

/** Whether the selection includes the change of rows. */
export function asksForChange(info: GraphQLResolveInfo): boolean {
  return isSelected(info, CHANGE);
}
