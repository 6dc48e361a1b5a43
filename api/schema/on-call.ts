import { nodeId } from '../../domain/lineage/lineage.ts';
import {
  type OnCallPlan,
  parsePlan,
  renamed,
  stepsOf,
  targetAt,
  targetsOf,
} from '../../domain/on-call/plan.ts';
import { quietUntil } from '../../domain/on-call/quiet-hours.ts';
import { shiftAt } from '../../domain/on-call/shifts.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { readUnderWay } from '../../store/agents/escalations.ts';
import { insertPlan, type OnCallPlanRow, readPlanVersions } from '../../store/targets/on-call-plan.ts';
import { listTargets, readTargets } from '../../store/targets/targets.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { noteHiddenAgents, reasonOf } from './agent-rights.ts';
import { access, costs } from './builder.ts';
import { pageSize } from './connection.ts';
import { assertAdministersAll } from './targets.ts';
import type { SchemaParts } from './types.ts';

/** A version of the plan, with the names of its targets. */
interface PlanView extends OnCallPlanRow {
  readonly named: OnCallPlan;
}
interface Turn {
  readonly schedule: string;
  readonly target: string;
  readonly next: string;
  readonly from: Date;
  readonly until: Date;
}
interface StepView {
  readonly step: number;
  readonly minutes: number;
  readonly schedule: string | null;
  readonly target: string;
}
interface Escalated {
  readonly id: string;
  readonly step: number;
  readonly sentAt: Date;
}

/** Escalations that the plan shows. */
const MOST_SHOWN = 50;

/** Adds OnCallPlan, the queries onCall and onCallVersions, and the mutation saveOnCall. */
export function addOnCall(schema: SchemaParts): void {
  const { builder } = schema;
  const plan = addPlan(schema);
  builder.queryFields((t) => ({
    onCall: t.field({
      ...access('administer', fixed(20)),
      type: plan,
      description:
        'Quiet hours, who is on call, and what follows where no one acknowledges an alert; null: nothing was declared. docs/guides/on-call.md.',
      resolve: async (_root, _args, context) => {
        assertAdministersAll(context, 'see who is on call');
        return (await viewsOf(context, 1))[0] ?? null;
      },
    }),
    onCallVersions: t.field({
      ...access('administer', fixed(20)),
      type: [plan],
      nullable: false,
      description: 'The versions of the plan, the newest first.',
      args: { first: t.arg.int({ required: true, defaultValue: 50 }) },
      resolve: (_root, { first }, context) => {
        assertAdministersAll(context, 'see who is on call');
        return viewsOf(context, pageSize(first));
      },
    }),
  }));
  builder.mutationField('saveOnCall', (t) =>
    t.field({
      ...access('administer', fixed(20)),
      type: plan,
      nullable: false,
      description:
        'Stores a new version of the on-call plan, which holds from now on; targets are named. An empty object ends quiet hours and escalation.',
      args: {
        plan: t.arg({ type: 'JSON', required: true, description: 'As docs/guides/on-call.md describes it.' }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { plan: given, reason }, context) => {
        assertAdministersAll(context, 'change who is on call');
        return save(context, parsePlan(given), reasonOf(reason));
      },
    }),
  );
}

async function save(context: ApiContext, named: OnCallPlan, reason: string): Promise<PlanView> {
  const { deps, caller } = context;
  const ids = new Map((await listTargets(deps.record)).map(({ id, name }) => [name, id]));
  const unknown = targetsOf(named).find((name) => !ids.has(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `plan: there is no target named ${JSON.stringify(unknown.slice(0, 40))}; targets lists them`,
    );
  const plan = renamed(named, ids);
  return deps.record.transaction(async (session) => {
    const row = { plan, createdBy: caller.name, createdAt: new Date(deps.now()), reason };
    const stored = await insertPlan(session, row);
    await auditHook(context, 'onCall.save')(session, { version: stored.version, plan, reason });
    return { ...stored, named };
  });
}

async function viewsOf({ deps }: ApiContext, limit: number): Promise<PlanView[]> {
  const rows = await readPlanVersions(deps.record, limit);
  const ids = [...new Set(rows.flatMap(({ plan }) => targetsOf(plan)))];
  const names = new Map((await readTargets(deps.record, ids)).map(({ id, name }) => [id, name]));
  return rows.map((row) => ({ ...row, named: renamed(row.plan, names) }));
}

function addPlan({ builder }: SchemaParts) {
  const turn = builder.objectRef<Turn>('OnCallTurn').implement({
    ...access('administer'),
    description: 'Who a schedule has on call now.',
    fields: (t) => ({
      schedule: t.exposeString('schedule', { nullable: false }),
      target: t.exposeString('target', { nullable: false, description: 'The name of the target.' }),
      from: t.expose('from', { type: 'DateTime', nullable: false }),
      until: t.expose('until', { type: 'DateTime', nullable: false }),
      next: t.exposeString('next', { nullable: false, description: 'Who takes over then.' }),
    }),
  });
  const step = builder.objectRef<StepView>('OnCallStep').implement({
    ...access('administer'),
    description: 'A step of the escalation.',
    fields: (t) => ({
      step: t.exposeInt('step', { nullable: false, description: 'From 1 on.' }),
      minutes: t.exposeInt('minutes', {
        nullable: false,
        description: 'How long it waits for someone to acknowledge before the next step.',
      }),
      schedule: t.exposeString('schedule', { description: 'null: it asks a target directly.' }),
      target: t.exposeString('target', { nullable: false, description: 'Who it would ask now.' }),
    }),
  });
  const escalated = builder.objectRef<Escalated>('EscalatedAlert').implement({
    ...access('administer'),
    description: 'An open alert that was escalated.',
    fields: (t) => ({
      alert: t.id({ nullable: false, resolve: ({ id }) => nodeId('Alert', id) }),
      step: t.exposeInt('step', { nullable: false, description: 'The last step that was sent.' }),
      sentAt: t.expose('sentAt', { type: 'DateTime', nullable: false }),
    }),
  });
  return builder.objectRef<PlanView>('OnCallPlan').implement({
    ...access('administer'),
    description: 'A version of the on-call plan; never changed, the newest holds.',
    fields: (t) => ({
      version: t.exposeInt('version', { nullable: false }),
      plan: t.field({ type: 'JSON', nullable: false, resolve: ({ named }) => named }),
      createdBy: t.exposeString('createdBy', { nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      now: t.field({
        type: [turn],
        nullable: false,
        description: 'Who each of its schedules has on call now.',
        resolve: ({ named }, _args, { deps }) => turnsOf(named, deps.now()),
      }),
      steps: t.field({
        type: [step],
        nullable: false,
        resolve: ({ named }, _args, { deps }) => stepViews(named, deps.now()),
      }),
      quietUntil: t.field({
        type: 'DateTime',
        description: 'Until when its quiet hours last; null: it is not quiet now.',
        resolve: ({ named: { quietHours } }, _args, { deps }) => {
          const until = quietHours && quietUntil(quietHours, deps.now());
          return until === null ? null : new Date(until);
        },
      }),
      escalated: t.field({
        ...costs(fixed(20)),
        type: [escalated],
        nullable: false,
        description: `Open alerts that were escalated, the newest first, ${MOST_SHOWN} at most, of those that the caller sees.`,
        resolve: (_plan, _args, context, info) => {
          noteHiddenAgents(context, info.path);
          const { deps, caller } = context;
          return readUnderWay(deps.store, seenBy(caller.scope, deps.cells), MOST_SHOWN);
        },
      }),
    }),
  });
}

function turnsOf({ schedules }: OnCallPlan, now: number): Turn[] {
  return Object.entries(schedules).map(([schedule, of]) => {
    const { target, from, until } = shiftAt(of, now);
    const next = shiftAt(of, until).target;
    return { schedule, target, next, from: new Date(from), until: new Date(until) };
  });
}

function stepViews(plan: OnCallPlan, now: number): StepView[] {
  return stepsOf(plan).map((step, place) => ({
    step: place + 1,
    minutes: step.minutes,
    schedule: plan.escalation?.steps[place]?.schedule ?? null,
    target: targetAt(step, now),
  }));
}
