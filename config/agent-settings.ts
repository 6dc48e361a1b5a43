import { z } from 'zod';
import { RETRAINING_POLICIES, type RetrainingPolicy } from '../domain/models/retraining-policy.ts';

/** What a deployment decides for its agents. */
export interface AgentSettings {
  /** Alerts of each kind that a team acts on in a week. */
  readonly accountWatch: { readonly capacity: number };
  readonly retraining: RetrainingPolicy;
}

const IN_FORCE = RETRAINING_POLICIES.combined;
const whole = (least: number, most: number) =>
  z
    .number()
    .refine(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      `must be a whole number from ${least} to ${most}`,
    );
const count = (most: number) => whole(1, most);
const days = count(3_650);

const policy = z
  .strictObject({
    drift: z
      .strictObject({ fewestAlarms: count(5) })
      .nullable()
      .default(IN_FORCE.drift),
    calibration: z
      .strictObject({ above: z.number().gt(0).lt(1), fewestAnswers: count(1_000_000) })
      .nullable()
      .default(IN_FORCE.calibration),
    labels: z
      .strictObject({ fewestNew: count(1_000_000) })
      .nullable()
      .default(IN_FORCE.labels),
    schedule: z.strictObject({ everyDays: days }).nullable().default(IN_FORCE.schedule),
    restDays: days.default(IN_FORCE.restDays),
    fewestNew: whole(0, 1_000_000).default(IN_FORCE.fewestNew),
  })
  .prefault({})
  .transform(({ drift, calibration, labels, schedule, ...rest }): RetrainingPolicy => {
    const own = {
      ...(drift && { drift }),
      ...(calibration && { calibration }),
      ...(labels && { labels }),
      ...(schedule && { schedule }),
      ...rest,
    };
    const { name, ...shipped } = IN_FORCE;
    const isShipped = JSON.stringify(own) === JSON.stringify(shipped);
    return { name: isShipped ? name : 'configured', ...own };
  });

/** The entry `agents`. A trigger that is null starts no training. */
export const agentSettings = z
  .strictObject({
    accountWatch: z.strictObject({ capacity: count(10_000).default(20) }).prefault({}),
    retraining: policy,
  })
  .prefault({});
