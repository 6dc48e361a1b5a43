import type { GraphQLResolveInfo } from 'graphql';
import type { Dimension } from '../../domain/dimensions.ts';
import { total } from '../../domain/nps.ts';
import type { Basis, ScoreRow } from '../../domain/score.ts';
import { inSlices, mapInSlices } from '../../domain/slices.ts';
import {
  assertZone,
  calendarBuckets,
  type Granularity,
  parseWindow,
  rollingRange,
  type TimeRange,
  windowAt,
} from '../../domain/time-windows.ts';
import { readChange, readScores, type ScoreChange, type ScoreWindow } from '../../store/scores.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgument } from '../errors.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { access, type Builder, type DateTimeInput, forEachDimension, momentOf } from './builder.ts';
import { type addSegment, segmentOf } from './segment.ts';
import { isSelected } from './selected.ts';

/** Adds NpsRow, NpsChange and the queries nps, npsSeries, npsChange. */
export function addNps(
  builder: Builder,
  dimensions: readonly Dimension[],
  segment: ReturnType<typeof addSegment>,
) {
  const basis = addBasis(builder);
  const granularity = builder.enumType('Granularity', {
    values: ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'] as const,
  });
  const row = addNpsRow(builder, dimensions);

  builder.queryFields((t) => ({
    nps: t.field({
      ...access('readScore'),
      type: [row],
      nullable: false,
      description: 'The score of the window that ends with the bucket holding `asOf` (default: now).',
      args: {
        segment: t.arg({ type: segment.segment }),
        window: t.arg({ type: 'Duration', required: true, defaultValue: 'P30D' }),
        asOf: t.arg({ type: 'DateTime' }),
        basis: t.arg({ type: basis, required: true, defaultValue: 'SURVEYED' }),
        groupBy: t.arg({
          type: [segment.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        assertZone(args.timeZone);
        const asOf = args.asOf ? momentOf('asOf', args.asOf) : deps.now();
        const windows = [windowAt(parseWindow(args.window), asOf, args.timeZone)];
        const query = { ...commonArguments(dimensions, args), groupBy: args.groupBy, windows };
        const rows = await readScores(deps, caller.scope, { ...query, mostRows: LIMITS.rows });
        return handOver(rows, context, info);
      },
    }),
    npsSeries: t.field({
      ...access('readScore'),
      type: [row],
      nullable: false,
      description:
        'One row per calendar bucket; with `rolling`, each is the trailing window that ends with its bucket.',
      args: {
        segment: t.arg({ type: segment.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        every: t.arg({ type: granularity, required: true, defaultValue: 'DAY' }),
        rolling: t.arg({ type: 'Duration' }),
        basis: t.arg({ type: basis, required: true, defaultValue: 'SURVEYED' }),
        groupBy: t.arg({
          type: [segment.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        const windows = await seriesWindows(args);
        const query = { ...commonArguments(dimensions, args), groupBy: args.groupBy, windows };
        const rows = await readScores(deps, caller.scope, { ...query, mostRows: LIMITS.rows });
        return handOver(rows, context, info);
      },
    }),
  }));
  addChangeQuery(builder, dimensions, segment, row, basis);
  return { row, basis };
}

function addBasis(builder: Builder) {
  return builder.enumType('Basis', {
    description: 'COMBINED: the surveyed class where there is one, else the inferred one.',
    values: ['SURVEYED', 'INFERRED', 'COMBINED'] as const,
  });
}

function addChangeQuery(
  builder: Builder,
  dimensions: readonly Dimension[],
  segment: ReturnType<typeof addSegment>,
  row: ReturnType<typeof addNpsRow>,
  basis: ReturnType<typeof addBasis>,
) {
  const change = addNpsChange(builder, row);
  builder.queryField('npsChange', (t) =>
    t.field({
      ...access('readScore'),
      type: change,
      nullable: false,
      description: 'Two windows compared; they must not overlap. Edges are whole minutes.',
      args: {
        segment: t.arg({ type: segment.segment }),
        beforeFrom: t.arg({ type: 'DateTime', required: true }),
        beforeTo: t.arg({ type: 'DateTime', required: true }),
        afterFrom: t.arg({ type: 'DateTime', required: true }),
        afterTo: t.arg({ type: 'DateTime', required: true }),
        basis: t.arg({ type: basis, required: true, defaultValue: 'SURVEYED' }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: (_root, args, { deps, caller }) => {
        const before = exactRange('before', args.beforeFrom, args.beforeTo);
        const after = exactRange('after', args.afterFrom, args.afterTo);
        if (before.from < after.until && after.from < before.until) {
          throw new InvalidArgument(
            'afterFrom: the two windows overlap; their difference has no interval, since they share responses',
          );
        }
        return readChange(deps, caller.scope, { ...commonArguments(dimensions, args), before, after });
      },
    }),
  );
}

function addNpsRow(builder: Builder, dimensions: readonly Dimension[]) {
  return builder.objectRef<ScoreRow>('NpsRow').implement({
    ...access('readScore'),
    description:
      'One score, flat for BI tools, with what is needed to judge it. ' +
      "Counts are of the row's own window and segment.",
    fields: (t) => ({
      id: t.exposeID('id', {
        nullable: false,
        description: 'Names exactly this number: segment, window, basis, interval level.',
      }),
      time: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'Start of the bucket (series) or of the window (snapshot).',
        resolve: (row) => new Date(row.time),
      }),
      until: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'Exclusive end.',
        resolve: (row) => new Date(row.until),
      }),
      ...forEachDimension(dimensions, ({ attribute, description }) =>
        t.string({
          description: `${description} Null when not grouped by.`,
          resolve: (row) => row.group[attribute] ?? null,
        }),
      ),
      score: t.exposeFloat('score', { description: '-100..100; null when responses = 0 or suppressed.' }),
      low: t.float({
        description: 'Lower bound of the confidence interval, score points.',
        resolve: ({ interval }) => interval?.low ?? null,
      }),
      high: t.float({
        description: 'Upper bound of the confidence interval, score points.',
        resolve: ({ interval }) => interval?.high ?? null,
      }),
      method: t.field({
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
        resolve: ({ interval }) => interval?.method ?? null,
      }),
      responses: t.int({ resolve: ({ counts }) => (counts ? total(counts) : null) }),
      promoters: t.int({ resolve: ({ counts }) => counts?.promoters ?? null }),
      passives: t.int({ resolve: ({ counts }) => counts?.passives ?? null }),
      detractors: t.int({ resolve: ({ counts }) => counts?.detractors ?? null }),
      suppressed: t.exposeBoolean('suppressed', {
        nullable: false,
        description: 'True when too few people answered for this caller to be told.',
      }),
    }),
  });
}

function addNpsChange(builder: Builder, row: ReturnType<typeof addNpsRow>) {
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

function commonArguments(
  dimensions: readonly Dimension[],
  args: { segment?: Parameters<typeof segmentOf>[1]; basis: Basis; confidence: number },
) {
  const { confidence, basis } = args;
  if (!(confidence > 0 && confidence < 1)) {
    throw new InvalidArgument(`confidence: ${confidence} is not between 0 and 1, such as 0.95`);
  }
  return { segment: segmentOf(dimensions, args.segment), basis, confidence };
}

/** Rows whose fields are worked out as they are asked for: fewer hold up nobody. */
const FEW_ROWS = 500;
const COSTLY = new Set(['id']);
const OF_THE_INTERVAL = new Set(['low', 'high', 'method', 'score']);

/** The rows in a form in which many of them do not hold up the event loop. */
async function handOver(
  rows: ScoreRow[],
  { rowsInSlices }: ApiContext,
  info: GraphQLResolveInfo,
): Promise<ScoreRow[]> {
  if (rows.length <= FEW_ROWS) return rows;
  // graphql-js reads streams too, which Pothos does not know.
  if (rowsInSlices) return inSlices(rows) as never;
  // What costs time is worked out before the answer is made of all rows at once.
  const [ids, intervals] = [isSelected(info, COSTLY), isSelected(info, OF_THE_INTERVAL)];
  await mapInSlices(rows, (row) => [ids && row.id, intervals && row.interval]);
  return rows;
}

interface SeriesArguments {
  readonly from: DateTimeInput;
  readonly to: DateTimeInput;
  readonly every: Granularity;
  readonly rolling?: string | null | undefined;
  readonly timeZone: string;
}

async function seriesWindows(args: SeriesArguments): Promise<ScoreWindow[]> {
  const { from, to, every, rolling, timeZone } = args;
  assertZone(timeZone);
  const range = { from: momentOf('from', from), until: momentOf('to', to) };
  if (range.from >= range.until) throw new InvalidArgument('to: must be later than from');
  const buckets = calendarBuckets(range, every, timeZone, LIMITS.rows);
  if (rolling === null || rolling === undefined) return buckets;
  const length = parseWindow(rolling);
  return mapInSlices(buckets, (bucket) => ({
    ...rollingRange(bucket, length, timeZone, every),
    time: bucket.from,
  }));
}

function exactRange(name: string, from: DateTimeInput, to: DateTimeInput): TimeRange {
  const range = { from: momentOf(`${name}From`, from), until: momentOf(`${name}To`, to) };
  if (range.from >= range.until) throw new InvalidArgument(`${name}To: must be later than ${name}From`);
  for (const [edge, time] of [
    [`${name}From`, range.from],
    [`${name}To`, range.until],
  ] as const) {
    if (time % 60_000 !== 0) throw new InvalidArgument(`${edge}: must be a whole minute, without seconds`);
  }
  return range;
}
