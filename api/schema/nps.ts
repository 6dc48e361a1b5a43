import type { GraphQLResolveInfo } from 'graphql';
import type { Basis, ScoreRow } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import {
  assertZone,
  calendarBuckets,
  GRANULARITIES,
  type Granularity,
  parseWindow,
  rollingRange,
  type TimeRange,
  WEEKDAYS,
  type Weekday,
  windowAt,
} from '../../domain/time/time-windows.ts';
import { readChange, readScores, type ScoreWindow } from '../../store/scores/scores.ts';
import { type ApiContext, giveBack, noteMadeFrom } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { SCORE_COSTS } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { access, type DateTimeInput, momentOf } from './builder.ts';
import { addNpsChange, asksForChange, handOver } from './nps-row.ts';
import { assertFirst, FIRST, MOST_ORDERS, ORDERED, orderRows } from './row-order.ts';
import { segmentOf } from './segment.ts';
import type { RowOrder, SchemaParts } from './types.ts';

/** Adds NpsChange and the queries nps, npsSeries, npsChange. */
export function addNps(schema: SchemaParts): void {
  addSnapshot(schema);
  addSeries(schema);
  addChangeQuery(schema);
}

function addSnapshot({ builder, types, dimensions }: SchemaParts) {
  builder.queryField('nps', (t) =>
    t.field({
      ...access('readScore', SCORE_COSTS.nps),
      type: [types.npsRow],
      nullable: false,
      description: 'The score of the window that ends with the bucket holding `asOf` (default: now).',
      args: {
        segment: t.arg({ type: types.segment }),
        window: t.arg({ type: 'Duration', required: true, defaultValue: 'P30D' }),
        asOf: t.arg({ type: 'DateTime' }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        groupBy: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
        orderBy: t.arg({
          type: [types.npsOrder],
          required: true,
          defaultValue: [],
          ...atMost(MOST_ORDERS, ORDERED),
        }),
        first: t.arg.int({ description: FIRST }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        assertZone(args.timeZone);
        assertFirst(args.first);
        const length = parseWindow(args.window);
        const asOf = args.asOf ? momentOf('asOf', args.asOf) : deps.now();
        const window = windowAt(length, asOf, args.timeZone);
        const rows = await readScores(deps, caller.scope, {
          ...commonArguments(dimensions, args),
          groupBy: args.groupBy,
          windows: [window],
          // Other windows end now.
          notes: args.asOf ? noteMadeFrom(context) : undefined,
          before: needsChange(args, info) ? windowAt(length, window.from, args.timeZone) : undefined,
          ...bounds(args),
        });
        return answer(rows, 'nps', args, context, info);
      },
    }),
  );
}

function addSeries({ builder, types, dimensions }: SchemaParts) {
  const granularity = builder.enumType('Granularity', { values: GRANULARITIES });
  const weekday = builder.enumType('Weekday', { values: WEEKDAYS });
  builder.queryField('npsSeries', (t) =>
    t.field({
      ...access('readScore', SCORE_COSTS.npsSeries),
      type: [types.npsRow],
      nullable: false,
      description:
        'One row per calendar bucket, and per group that has answers in any of them; with `rolling`, each is the trailing ' +
        'window that ends with its bucket.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        every: t.arg({ type: granularity, required: true, defaultValue: 'DAY' }),
        weekStart: t.arg({
          type: weekday,
          required: true,
          defaultValue: 'MONDAY',
          description: 'The first day of a week; for `every: WEEK`.',
        }),
        rolling: t.arg({ type: 'Duration' }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        groupBy: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        fill: t.arg.boolean({
          required: true,
          defaultValue: true,
          description: 'False leaves out rows without responses: empty buckets, and suppressed ones.',
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
        orderBy: t.arg({
          type: [types.npsOrder],
          required: true,
          defaultValue: [],
          ...atMost(MOST_ORDERS, ORDERED),
        }),
        first: t.arg.int({ description: FIRST }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        assertFirst(args.first);
        const { windows, before } = await seriesWindows(args, needsChange(args, info));
        const rows = await readScores(deps, caller.scope, {
          ...commonArguments(dimensions, args),
          groupBy: args.groupBy,
          windows,
          before,
          notes: noteMadeFrom(context),
          fill: args.fill,
          ...bounds(args),
        });
        return answer(rows, 'npsSeries', args, context, info);
      },
    }),
  );
}

interface RowArguments {
  readonly orderBy: readonly RowOrder[];
  readonly first?: number | null | undefined;
}

/** Rows that are read for each that an answer may have, where only the first ones in an order are asked for. */
const READ_FOR_ORDER = 5;

/** `first` counts before the limit of rows does: only the rows that it leaves are bounded by it. */
function bounds({ orderBy, first }: RowArguments): { readonly mostRows: number; readonly first?: number } {
  if (first == null) return { mostRows: LIMITS.rows };
  const mostRows = READ_FOR_ORDER * LIMITS.rows;
  return orderBy.length > 0 ? { mostRows } : { mostRows, first };
}

function needsChange({ orderBy }: RowArguments, info: GraphQLResolveInfo): boolean {
  return asksForChange(info) || orderBy.some(({ by }) => by === 'CHANGE');
}

/** The requested rows; the cost of missing rows is refunded. */
async function answer(
  rows: readonly ScoreRow[],
  field: keyof typeof SCORE_COSTS,
  args: RowArguments & Readonly<Record<string, unknown>>,
  context: ApiContext,
  info: GraphQLResolveInfo,
): Promise<ScoreRow[]> {
  const asked = await orderRows(rows, args.orderBy, args.first ?? undefined);
  giveBack(context, SCORE_COSTS[field].unused(args, asked.length));
  return handOver(asked, context, info);
}

function addChangeQuery({ builder, types, dimensions }: SchemaParts) {
  const change = addNpsChange(builder, types.npsRow);
  builder.queryField('npsChange', (t) =>
    t.field({
      ...access('readScore', fixed(10)),
      type: change,
      nullable: false,
      description: 'Two windows compared; they must not overlap. Edges are whole minutes.',
      args: {
        segment: t.arg({ type: types.segment }),
        beforeFrom: t.arg({ type: 'DateTime', required: true }),
        beforeTo: t.arg({ type: 'DateTime', required: true }),
        afterFrom: t.arg({ type: 'DateTime', required: true }),
        afterTo: t.arg({ type: 'DateTime', required: true }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: (_root, args, { deps, caller }) => {
        return readChange(deps, caller.scope, { ...commonArguments(dimensions, args), ...twoWindows(args) });
      },
    }),
  );
}

/** Segment, basis and level of the interval. @throws InvalidArgumentError for a level outside of 0..1. */
export function commonArguments(
  dimensions: readonly Dimension[],
  args: { segment?: Parameters<typeof segmentOf>[1]; basis: Basis; confidence: number },
) {
  const { confidence, basis } = args;
  if (!(confidence > 0 && confidence < 1)) {
    throw new InvalidArgumentError(`confidence: ${confidence} is not between 0 and 1, such as 0.95`);
  }
  return { segment: segmentOf(dimensions, args.segment), basis, confidence };
}

interface SeriesArguments {
  readonly from: DateTimeInput;
  readonly to: DateTimeInput;
  readonly every: Granularity;
  readonly weekStart: Weekday;
  readonly rolling?: string | null | undefined;
  readonly timeZone: string;
}

/** The windows of the series and, if needed, the one before the first. */
async function seriesWindows(
  args: SeriesArguments,
  wantsBefore: boolean,
): Promise<{ windows: ScoreWindow[]; before: ScoreWindow | undefined }> {
  const { from, to, every, weekStart, rolling, timeZone } = args;
  assertZone(timeZone);
  const range = { from: momentOf('from', from), until: momentOf('to', to) };
  if (range.from >= range.until) throw new InvalidArgumentError('to: must be later than from');
  const buckets = calendarBuckets(range, every, timeZone, LIMITS.rows, weekStart);
  const start = buckets[0]?.from ?? range.from;
  const [earlier] = wantsBefore
    ? calendarBuckets({ from: start - 1, until: start }, every, timeZone, 1, weekStart)
    : [];
  if (rolling === null || rolling === undefined) return { windows: buckets, before: earlier };
  const length = parseWindow(rolling);
  const rolled = (bucket: TimeRange): ScoreWindow => ({
    ...rollingRange(bucket, length, timeZone, every),
    time: bucket.from,
  });
  return { windows: await mapInSlices(buckets, rolled), before: earlier && rolled(earlier) };
}

interface TwoWindows {
  readonly beforeFrom: DateTimeInput;
  readonly beforeTo: DateTimeInput;
  readonly afterFrom: DateTimeInput;
  readonly afterTo: DateTimeInput;
}

/** The two windows that are compared. @throws InvalidArgumentError if they overlap, or an edge is no whole minute. */
export function twoWindows(args: TwoWindows): { readonly before: TimeRange; readonly after: TimeRange } {
  const before = exactRange('before', args.beforeFrom, args.beforeTo);
  const after = exactRange('after', args.afterFrom, args.afterTo);
  if (before.from < after.until && after.from < before.until) {
    throw new InvalidArgumentError(
      'afterFrom: the two windows overlap; their difference has no interval, since they share responses',
    );
  }
  return { before, after };
}

function exactRange(name: string, from: DateTimeInput, to: DateTimeInput): TimeRange {
  const range = { from: momentOf(`${name}From`, from), until: momentOf(`${name}To`, to) };
  if (range.from >= range.until) throw new InvalidArgumentError(`${name}To: must be later than ${name}From`);
  for (const [edge, time] of [
    [`${name}From`, range.from],
    [`${name}To`, range.until],
  ] as const) {
    if (time % 60_000 !== 0)
      throw new InvalidArgumentError(`${edge}: must be a whole minute, without seconds`);
  }
  return range;
}
