import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { isZone } from '../time/zone-clock.ts';
import { DAYS_OF_WEEK, isEverLoud, type QuietHours, quietUntil } from './quiet-hours.ts';
import { type Schedule, shiftAt } from './shifts.ts';

/** An on-call plan cannot be read; the message says which part, what is wrong and what would be right. */
export class PlanError extends UserError {
  override readonly name = 'PlanError';
}

const SEVERITY = { INFO: 0, WARNING: 1, CRITICAL: 2 } as const;
type Severity = keyof typeof SEVERITY;

/** A step of the escalation: who is asked, and how long it waits for someone to acknowledge before the next one. */
export interface Step {
  /** A target, or the one that a schedule has on call. */
  readonly target?: string | undefined;
  readonly schedule?: string | undefined;
  readonly minutes: number;
}

/** What an operator declares: who is on call, when it is quiet, and what follows where no one acknowledges. Targets are named. */
export interface OnCallPlan {
  readonly quietHours: QuietHours | null;
  readonly schedules: Readonly<Record<string, Schedule>>;
  readonly escalation: { readonly severity: Severity; readonly steps: readonly Step[] } | null;
}

const NAME = z.string().trim().min(1).max(100);
const MOST = { targets: 50, schedules: 20, steps: 20, windows: 20, minutes: 7 * 24 * 60 };
const zone = z.string().refine(isZone, { error: 'an IANA time zone such as "Europe/Berlin" is expected' });
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, {
  error: 'a time of the form HH:mm is expected, from 00:00 to 23:59',
});
const date = z.iso.date({ error: 'a date of the form YYYY-MM-DD is expected' });
const targets = z.array(NAME).min(1).max(MOST.targets);
const PLAN = z.strictObject({
  quietHours: z
    .strictObject({
      timeZone: zone,
      below: z.enum(['WARNING', 'CRITICAL']).default('CRITICAL'),
      targets: targets.nullable().default(null),
      windows: z
        .array(
          z.strictObject({
            days: z
              .array(z.enum(DAYS_OF_WEEK))
              .min(1)
              .default([...DAYS_OF_WEEK]),
            from: time,
            until: time,
          }),
        )
        .min(1)
        .max(MOST.windows),
    })
    .nullable()
    .default(null),
  schedules: z
    .record(
      NAME,
      z.strictObject({
        timeZone: zone,
        unit: z.enum(['DAY', 'WEEK']).default('WEEK'),
        handOver: time.default('09:00'),
        begins: date,
        targets,
      }),
    )
    .default({}),
  escalation: z
    .strictObject({
      severity: z.enum(['INFO', 'WARNING', 'CRITICAL']).default('WARNING'),
      steps: z
        .array(
          z
            .strictObject({
              target: NAME.optional(),
              schedule: NAME.optional(),
              minutes: z.int().min(1).max(MOST.minutes).default(15),
            })
            .refine((step) => (step.target === undefined) !== (step.schedule === undefined), {
              error: 'either "target" or "schedule" is expected',
            }),
        )
        .min(1)
        .max(MOST.steps),
    })
    .nullable()
    .default(null),
});

/** Reads a plan as docs/guides/on-call.md describes it. @throws PlanError */
export function parsePlan(given: unknown): OnCallPlan {
  const parsed = PLAN.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PlanError(`${['plan', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
  }
  const plan = parsed.data;
  if (Object.keys(plan.schedules).length > MOST.schedules)
    throw new PlanError(`plan.schedules: at most ${MOST.schedules} are possible`);
  for (const [place, { schedule }] of (plan.escalation?.steps ?? []).entries())
    if (schedule !== undefined && !Object.hasOwn(plan.schedules, schedule))
      throw new PlanError(
        `plan.escalation.steps.${place}: there is no schedule of that name; there are: ${Object.keys(plan.schedules).join(', ') || 'none'}`,
      );
  if (plan.quietHours && !isEverLoud(plan.quietHours))
    throw new PlanError('plan.quietHours: some hours of each week must not be quiet');
  return plan;
}

/** The targets that a plan names. */
export function targetsOf({ quietHours, schedules, escalation }: OnCallPlan): string[] {
  const steps = (escalation?.steps ?? []).flatMap(({ target }) => target ?? []);
  const all = [
    ...(quietHours?.targets ?? []),
    ...Object.values(schedules).flatMap((one) => one.targets),
    ...steps,
  ];
  return [...new Set(all)];
}

/** The plan with other names for its targets, as their ids; what is not known stays as `unknown`. */
export function renamed(plan: OnCallPlan, names: ReadonlyMap<string, string>): OnCallPlan {
  const of = (name: string) => names.get(name) ?? 'unknown';
  const { quietHours, schedules, escalation } = plan;
  return {
    quietHours: quietHours && { ...quietHours, targets: quietHours.targets?.map(of) ?? null },
    schedules: Object.fromEntries(
      Object.entries(schedules).map(([name, one]) => [name, { ...one, targets: one.targets.map(of) }]),
    ),
    escalation: escalation && {
      ...escalation,
      steps: escalation.steps.map((step) =>
        step.target === undefined ? step : { ...step, target: of(step.target) },
      ),
    },
  };
}

/** A step without names: the target, or the schedule itself. */
export interface PlannedStep {
  readonly minutes: number;
  readonly target?: string;
  readonly schedule?: Schedule;
}

/** The steps of the escalation with their schedules. */
export function stepsOf({ schedules, escalation }: OnCallPlan): PlannedStep[] {
  return (escalation?.steps ?? []).map(({ minutes, target, schedule }) => {
    if (target !== undefined) return { minutes, target };
    const of = schedules[schedule as string];
    if (!of) throw new Error('a plan was stored whose steps name a schedule that it has not');
    return { minutes, schedule: of };
  });
}

/** Who a step asks at that moment. */
export const targetAt = ({ target, schedule }: PlannedStep, at: number): string =>
  schedule ? shiftAt(schedule, at).target : (target as string);

/** Until when an alert of that severity waits for that target; null: it does not wait. */
export function waitsUntil(
  { quietHours }: Pick<OnCallPlan, 'quietHours'>,
  severity: Severity,
  target: string,
  at: number,
): number | null {
  if (!quietHours || SEVERITY[severity] >= SEVERITY[quietHours.below]) return null;
  return quietHours.targets === null || quietHours.targets.includes(target)
    ? quietUntil(quietHours, at)
    : null;
}

/** Whether alerts of that severity are escalated. */
export const isEscalated = ({ escalation }: OnCallPlan, severity: Severity): boolean =>
  escalation !== null && SEVERITY[severity] >= SEVERITY[escalation.severity];
