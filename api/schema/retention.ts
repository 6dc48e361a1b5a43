import { type ChurnRow, readChurn } from '../../store/outcomes/churn.ts';
import { type CurvePoint, readCurves } from '../../store/outcomes/retention-curves.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import { CLASSES, groupArguments, lengthInDays, rangeOf, SUPPRESSED } from './business-arguments.ts';
import { segmentValuesOf } from './dimensions.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts } from './types.ts';

/** Points of one curve at most. */
const MOST_POINTS = 120;

/** Adds churnBySegment and retentionCurves. */
export function addRetention(schema: SchemaParts): void {
  addChurn(schema);
  addCurves(schema);
}

function addChurn(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const row = builder.objectRef<ChurnRow>('ChurnRow').implement({
    ...access('readScore'),
    description:
      'How many accounts are left a time after they answered, by segment and class of that answer: an association, not an effect. Numbers are null when suppressed.',
    fields: (t) => ({
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'What it is grouped by.',
        resolve: ({ group }) => segmentValuesOf(dimensions, group),
      }),
      class: t.field({
        type: types.npsClass,
        description: 'Of the first answer in the window; null: of every class.',
        resolve: (one) => (one.class === null ? null : CLASSES[one.class]),
      }),
      accounts: t.int({
        description:
          'Accounts that subscribed when they answered; respondents where an answer names no account.',
        resolve: ({ accounts }) => accounts && asInt(accounts),
      }),
      cancelled: t.int({
        description: 'Of them, how many were seen to cancel within the horizon.',
        resolve: ({ cancelled }) => cancelled && asInt(cancelled),
      }),
      retention: t.float({
        description:
          'The share that is left at the horizon (Kaplan and Meier); null where no account was watched for so long.',
        resolve: ({ retention }) => retention?.share ?? null,
      }),
      retentionLow: t.float({
        description: 'Lower bound (Greenwood, log-log).',
        resolve: ({ retention }) => retention?.low ?? null,
      }),
      retentionHigh: t.float({ resolve: ({ retention }) => retention?.high ?? null }),
      churn: t.float({
        description: '1 - retention.',
        resolve: ({ retention }) => (retention ? 1 - retention.share : null),
      }),
      suppressed: t.exposeBoolean('suppressed', { nullable: false, description: SUPPRESSED }),
    }),
  });
  addChurnQuery(schema, row);
}

function addChurnQuery(parts: SchemaParts, row: TypeOf<ChurnRow>): void {
  const { builder, dimensions } = parts;
  builder.queryField('churnBySegment', (t) =>
    t.field({
      ...access('readScore', fixed(100)),
      type: [row],
      nullable: false,
      description:
        'Retention of accounts by the class of their first answer between `from` and `to`, group by group. An account counts once, with the segment of that answer.',
      args: {
        ...groupArguments(t.arg, parts),
        horizon: t.arg({
          type: 'Duration',
          required: true,
          defaultValue: 'P90D',
          description: 'How long after the answer.',
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const now = deps.now();
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        return readChurn({ record: deps.record, cells: deps.cells }, caller.scope, {
          ...{ segment, confidence, groupBy: args.groupBy },
          ...rangeOf(args),
          asOf: new Date(now),
          days: lengthInDays(args.horizon, now),
        });
      },
    }),
  );
}

function addCurves(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const row = builder.objectRef<CurvePoint>('RetentionPoint').implement({
    ...access('readScore'),
    description:
      'One point of the retention curve of a segment and class: an association, not an effect. Numbers are null when suppressed.',
    fields: (t) => ({
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'What it is grouped by.',
        resolve: ({ group }) => segmentValuesOf(dimensions, group),
      }),
      class: t.field({
        type: types.npsClass,
        description: 'Of the first answer in the window; null: of every class.',
        resolve: (one) => (one.class === null ? null : CLASSES[one.class]),
      }),
      day: t.exposeInt('day', {
        nullable: false,
        description: 'Whole days after the answer; the share holds until the next point.',
      }),
      accounts: t.int({
        description: 'All accounts of the curve.',
        resolve: ({ accounts }) => accounts && asInt(accounts),
      }),
      watched: t.int({
        description:
          'Those that are watched for longer; what is missing of `accounts` cancelled or answered too recently.',
        resolve: ({ point }) => (point ? asInt(point.watched) : null),
      }),
      cancelled: t.int({
        description: 'Those that were seen to cancel until then.',
        resolve: ({ point }) => (point ? asInt(point.events) : null),
      }),
      retention: t.float({
        description: 'The share that is left (Kaplan and Meier).',
        resolve: ({ point }) => point?.share ?? null,
      }),
      retentionLow: t.float({
        description: 'Lower bound (Greenwood, log-log); null before the first that cancelled.',
        resolve: ({ point }) => point?.low ?? null,
      }),
      retentionHigh: t.float({ resolve: ({ point }) => point?.high ?? null }),
      suppressed: t.boolean({
        nullable: false,
        description: SUPPRESSED,
        resolve: ({ point }) => point === null,
      }),
    }),
  });
  addCurvesQuery(schema, row);
}

function addCurvesQuery(parts: SchemaParts, row: TypeOf<CurvePoint>): void {
  const { builder, dimensions } = parts;
  builder.queryField('retentionCurves', (t) =>
    t.field({
      ...access('readScore', fixed(200)),
      type: [row],
      nullable: false,
      description:
        'Curves of the accounts of `churnBySegment` over the days after their answer, by segment and class. Callers who see no respondents get fewer points: no two of a curve differ by fewer than five accounts. At most 100 groups.',
      args: {
        ...groupArguments(t.arg, parts),
        horizon: t.arg({
          type: 'Duration',
          required: true,
          defaultValue: 'P365D',
          description: 'How long after the answer the last point is.',
        }),
        points: t.arg.int({
          required: true,
          defaultValue: 30,
          description: `Into how many parts the time is cut: 1 to ${MOST_POINTS}.`,
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const now = deps.now();
        if (!(args.points >= 1 && args.points <= MOST_POINTS))
          throw new InvalidArgumentError(`points: ${args.points} is not between 1 and ${MOST_POINTS}`);
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        return readCurves({ record: deps.record, cells: deps.cells }, caller.scope, {
          ...{ segment, confidence, groupBy: args.groupBy },
          ...rangeOf(args),
          asOf: new Date(now),
          days: daysOf(args.horizon, args.points, now),
        });
      },
    }),
  );
}

/** Whole days from 0 to the horizon, as evenly as they can be. */
function daysOf(horizon: string, points: number, now: number): number[] {
  const days = lengthInDays(horizon, now);
  return [...new Set(Array.from({ length: points + 1 }, (_, i) => Math.round((days * i) / points)))];
}
