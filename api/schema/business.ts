import { assertZone, calendarBuckets } from '../../domain/time/time-windows.ts';
import { type CaseMetrics, MOST_CASES, readCaseMetrics } from '../../store/agents/case-metrics.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { type KPIS, type KpiRow, readKpis } from '../../store/outcomes/kpis.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { noteHiddenAgents } from './agent-rights.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import { rangeOf, SUPPRESSED } from './business-arguments.ts';
import { segmentValuesOf } from './dimensions.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts } from './types.ts';

/* What outcomes say of the business: associations between answers and what became of people, never causes. */

/** Windows of one series: each is read by itself. */
const MOST_WINDOWS = 60;
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
      low: t.exposeFloat('low'),
      high: t.exposeFloat('high'),
      n: t.int({
        description: 'The accounts or deals behind it.',
        resolve: ({ n }) => n && asInt(n),
      }),
      suppressed: t.exposeBoolean('suppressed', { nullable: false, description: SUPPRESSED }),
    }),
  });
  addKpisOfWindow(schema, row);
  addKpiSeries(schema, row);
}

function addKpisOfWindow({ builder, types, dimensions }: SchemaParts, row: TypeOf<KpiRow>): void {
  builder.queryField('kpis', (t) =>
    t.field({
      ...access('readScore', fixed(100)),
      type: [row],
      nullable: false,
      description: 'Figures of outcomes between `from` and `to`, group by group.',
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        groupBy: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const { segment, confidence } = commonArguments(dimensions, { ...args, basis: 'SURVEYED' });
        const { from, to: until } = rangeOf(args);
        const query = { segment, confidence, groupBy: args.groupBy, from, until, asOf: new Date(deps.now()) };
        return readKpis({ record: deps.record, cells: deps.cells }, caller.scope, query);
      },
    }),
  );
}

function addKpiSeries({ builder, types, dimensions }: SchemaParts, row: TypeOf<KpiRow>): void {
  builder.queryField('kpiSeries', (t) =>
    t.field({
      ...access('readScore', fixed(1_000)),
      type: [row],
      nullable: false,
      description: `The same, month by month: at most ${MOST_WINDOWS} months.`,
      args: {
        segment: t.arg({ type: types.segment }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        groupBy: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
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
        const rows: KpiRow[] = [];
        for (const month of months) {
          const window = { from: new Date(month.from), until: new Date(month.until) };
          const query = { segment, confidence, groupBy: args.groupBy, asOf, ...window };
          rows.push(...(await readKpis({ record: deps.record, cells: deps.cells }, caller.scope, query)));
        }
        return rows;
      },
    }),
  );
}

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
