import { assertZone, calendarBuckets, type TimeRange } from '../../domain/time/time-windows.ts';
import { type CaseMetrics, MOST_CASES, readCaseMetrics } from '../../store/agents/case-metrics.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import type { KPIS, KpiRow } from '../../store/outcomes/kpi-drafts.ts';
import { readKpis } from '../../store/outcomes/kpis.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { noteHiddenAgents } from './agent-rights.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import { groupArguments, lengthInDays, rangeOf, SUPPRESSED } from './business-arguments.ts';
import { segmentValuesOf } from './dimensions.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts } from './types.ts';

/* What outcomes say of the business: associations between answers and what became of people, never causes. */

/** Windows of one series: each is read by itself. */
const MOST_WINDOWS = 60;
/** The earliest that the database compares with, the year 1. */
const FIRST_MOMENT = Date.parse('0001-01-01T00:00:00Z');
const LIFETIME = 'P365D';
const HORIZON = 'Of LIFETIME_VALUE: how long after an account began.';

/** Adds kpis, kpiSeries and caseMetrics. */
export function addBusiness(schema: SchemaParts): void {
  addKpis(schema);
  addCaseMetrics(schema);
}

function addKpis(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const kpi = builder.enumType('Kpi', {
    values: {
      REVENUE: { description: 'Payments minus refunds.' },
      REVENUE_PER_ACCOUNT: { description: 'By the accounts that paid.' },
      REVENUE_AT_RISK: { description: 'Of accounts whose last answer, at most a year old, is a detractor.' },
      NET_REVENUE_RETENTION: {
        description:
          'What accounts that paid in the period before (as long as the window, in a series the month before) pay in the window, by what they paid before. Only of windows that are over; accounts that did not pay before are left out.',
      },
      EXPANSION: {
        description: 'What those of them that pay more than before add, by what all of them paid before.',
      },
      LIFETIME_VALUE: {
        description:
          'Lifetime value so far: the mean of payments minus refunds within `lifetime` after the first subscription started, of accounts that began in the window and were followed for all of that time. Seen, not extrapolated; those that began later are left out.',
      },
      WIN_RATE: { description: 'Deals won of those decided, with Wilson’s interval.' },
      ACTIVATION: {
        description:
          'Accounts that reached a step of onboarding within 30 days after they subscribed, of those that did so 30 days ago or earlier.',
      },
    } satisfies Record<(typeof KPIS)[number], object>,
  });
  const row = builder.objectRef<KpiRow>('KpiRow').implement({
    ...access('readScore'),
    description: 'One figure of one window and group. Numbers are null when suppressed.',
    fields: (t) => ({
      kpi: t.expose('kpi', { type: kpi, nullable: false }),
      time: t.expose('from', { type: 'DateTime', nullable: false }),
      until: t.expose('until', { type: 'DateTime', nullable: false }),
      segmentValues: t.field({
        type: [types.segmentValue],
        nullable: false,
        description: 'What it is grouped by.',
        resolve: ({ group }) => segmentValuesOf(dimensions, group),
      }),
      currency: t.exposeString('currency', {
        description: 'Of sums of money: they are never added across currencies.',
      }),
      value: t.exposeFloat('value', { description: 'Money in the main unit; shares 0..1.' }),
      low: t.exposeFloat('low', {
        description:
          'Lower bound: of shares Wilson’s, of means and ratios of sums the normal one (Cochran, Sampling Techniques, 2.11 and 6.4); null for sums.',
      }),
      high: t.exposeFloat('high'),
      n: t.int({
        description: 'The accounts or deals behind it.',
        resolve: ({ n }) => n && asInt(n),
      }),
      leftOut: t.int({
        description:
          'Accounts of the window that are not in the figure: at risk, those without an answer in the last year, which count as not at risk. Null where none can be, or they are too few to show.',
        resolve: ({ leftOut }) => leftOut && asInt(leftOut),
      }),
      suppressed: t.exposeBoolean('suppressed', { nullable: false, description: SUPPRESSED }),
    }),
  });
  addKpisOfWindow(schema, row);
  addKpiSeries(schema, row);
}

function addKpisOfWindow(parts: SchemaParts, row: TypeOf<KpiRow>): void {
  const { builder, dimensions } = parts;
  builder.queryField('kpis', (t) =>
    t.field({
      ...access('readScore', fixed(100)),
      type: [row],
      nullable: false,
      description: 'Figures of outcomes between `from` and `to`, group by group.',
      args: {
        ...groupArguments(t.arg, parts),
        lifetime: t.arg({ type: 'Duration', required: true, defaultValue: LIFETIME, description: HORIZON }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        const { from, to: until } = rangeOf(args);
        const now = deps.now();
        const query = {
          ...{ segment, confidence, groupBy: args.groupBy, from, until, asOf: new Date(now) },
          before: new Date(Math.max(FIRST_MOMENT, 2 * from.getTime() - until.getTime())),
          lifetimeDays: lengthInDays(args.lifetime, now),
        };
        return readKpis({ record: deps.record, cells: deps.cells }, caller.scope, query);
      },
    }),
  );
}

function addKpiSeries(parts: SchemaParts, row: TypeOf<KpiRow>): void {
  const { builder, dimensions } = parts;
  builder.queryField('kpiSeries', (t) =>
    t.field({
      ...access('readScore', fixed(1_000)),
      type: [row],
      nullable: false,
      description: `The same, month by month: at most ${MOST_WINDOWS} months.`,
      args: {
        ...groupArguments(t.arg, parts),
        lifetime: t.arg({ type: 'Duration', required: true, defaultValue: LIFETIME, description: HORIZON }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        assertZone(args.timeZone);
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        const { from, to } = rangeOf(args);
        const range = { from: from.getTime(), until: to.getTime() };
        const months = calendarBuckets(range, 'MONTH', args.timeZone, MOST_WINDOWS);
        const asOf = new Date(deps.now());
        const lifetimeDays = lengthInDays(args.lifetime, deps.now());
        const rows: KpiRow[] = [];
        for (const [i, month] of months.entries()) {
          const window = { from: new Date(month.from), until: new Date(month.until) };
          const before = new Date((months[i - 1] ?? monthBefore(month, args.timeZone)).from);
          const query = {
            ...{ segment, confidence, groupBy: args.groupBy, asOf, ...window },
            ...{ before, lifetimeDays },
          };
          rows.push(...(await readKpis({ record: deps.record, cells: deps.cells }, caller.scope, query)));
        }
        return rows;
      },
    }),
  );
}

const monthBefore = ({ from }: TimeRange, zone: string): TimeRange =>
  calendarBuckets({ from: from - 1, until: from }, 'MONTH', zone, 1)[0] ?? { from, until: from };

function addCaseMetrics({ builder, types }: SchemaParts): void {
  const row = builder.objectRef<CaseMetrics>('CaseMetrics').implement({
    ...access('readResponse'),
    description:
      'How quickly cases were worked on, of all and by severity. Times are medians of Kaplan and Meier: open cases count as long as they have been open.',
    fields: (t) => ({
      severity: t.expose('severity', { type: types.severity, description: 'Null: of every severity.' }),
      opened: t.exposeInt('opened', { nullable: false }),
      closed: t.exposeInt('closed', { nullable: false }),
      late: t.exposeInt('late', {
        nullable: false,
        description: 'Open past their due time, or closed after it.',
      }),
      hoursToAct: t.float({
        description: 'Until someone first did something; null: not reached by half of them.',
        resolve: ({ toAct }) => toAct.median,
      }),
      hoursToActLow: t.float({ resolve: ({ toAct }) => toAct.low }),
      hoursToActHigh: t.float({ resolve: ({ toAct }) => toAct.high }),
      hoursToClose: t.float({ resolve: ({ toClose }) => toClose.median }),
      hoursToCloseLow: t.float({ resolve: ({ toClose }) => toClose.low }),
      hoursToCloseHigh: t.float({ resolve: ({ toClose }) => toClose.high }),
      answers: t.exposeInt('answers', {
        nullable: false,
        description: 'Cases of one answer; the others are left out of the hours from the answer.',
      }),
      hoursFromAnswer: t.float({
        description:
          'From the answer to the first action: someone did something, or a target took the case; null: not reached by half of them.',
        resolve: ({ fromAnswer }) => fromAnswer.median,
      }),
      hoursFromAnswerLow: t.float({ resolve: ({ fromAnswer }) => fromAnswer.low }),
      hoursFromAnswerHigh: t.float({ resolve: ({ fromAnswer }) => fromAnswer.high }),
    }),
  });
  builder.queryField('caseMetrics', (t) =>
    t.field({
      ...access('readResponse', fixed(50)),
      type: [row],
      nullable: false,
      description: `Cases that were opened between \`from\` and \`to\`, at most the newest ${MOST_CASES}.`,
      args: {
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, context, info) => {
        noteHiddenAgents(context, info.path);
        const { deps, caller } = context;
        if (!(args.confidence > 0 && args.confidence < 1))
          throw new InvalidArgumentError(
            `confidence: ${args.confidence} is not between 0 and 1, such as 0.95`,
          );
        const { from, to: until } = rangeOf(args);
        const window = { from, until, now: new Date(deps.now()), confidence: args.confidence };
        return readCaseMetrics(deps.store, seenBy(caller.scope, deps.cells), window);
      },
    }),
  );
}
