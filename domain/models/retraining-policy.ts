/** What starts a training. */
export const TRIGGERS = ['drift', 'calibration', 'labels', 'schedule'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** When a model is trained again: any trigger that the policy has is enough. JSON, kept with each decision. */
export interface RetrainingPolicy {
  readonly name: string;
  /** So many figures of drift set the monitor's alarm. */
  readonly drift?: { readonly fewestAlarms: number };
  /** The expected calibration error is above `above`, over at least `fewestAnswers`. */
  readonly calibration?: { readonly above: number; readonly fewestAnswers: number };
  /** So many labels are new; a reviewed one counts for three. */
  readonly labels?: { readonly fewestNew: number };
  /** So many days passed since the last training. */
  readonly schedule?: { readonly everyDays: number };
  /** No training sooner after the one before. */
  readonly restDays: number;
  /** No training that would see fewer new labels, counted as those of `labels`. */
  readonly fewestNew: number;
}

const REST = { restDays: 7, fewestNew: 0 };
/** Drift is seen week after week until the model has learnt of it: each training waits until there is something to learn. */
const RESTED = { restDays: 28, fewestNew: 200 };
const DRIFT = { fewestAlarms: 1 };
const CALIBRATION = { above: 0.1, fewestAnswers: 200 };
const LABELS = { fewestNew: 1_000 };

/** The policies by name. */
export const RETRAINING_POLICIES = {
  never: { name: 'never', ...REST },
  'schedule-30': { name: 'schedule-30', schedule: { everyDays: 30 }, ...REST },
  'schedule-90': { name: 'schedule-90', schedule: { everyDays: 90 }, ...REST },
  drift: { name: 'drift', drift: DRIFT, ...REST },
  'drift-rested': { name: 'drift-rested', drift: DRIFT, ...RESTED },
  calibration: { name: 'calibration', calibration: CALIBRATION, ...REST },
  labels: { name: 'labels', labels: LABELS, ...REST },
  combined: {
    name: 'combined',
    drift: DRIFT,
    calibration: CALIBRATION,
    labels: LABELS,
    schedule: { everyDays: 90 },
    ...RESTED,
  },
} as const satisfies Record<string, RetrainingPolicy>;

/** What triggers are judged by. */
export interface RetrainingFacts {
  /** Days since the last training, whole. */
  readonly days: number;
  /** Labels that the last training did not see. */
  readonly labels: number;
  /** Of reviewers, since the last training. */
  readonly corrections: number;
  /** Figures of drift that set the monitor's alarm. */
  readonly driftAlarms: number;
  /** Expected calibration error with the answers that it is made of; null: not read. */
  readonly calibration: { readonly value: number; readonly n: number } | null;
}

/** A trigger of the policy, judged. */
export interface JudgedTrigger {
  readonly trigger: Trigger;
  readonly isDue: boolean;
  /** The fact beside its threshold. */
  readonly reason: string;
}

/** As in training, where a reviewed label weighs as much as three (scoring/training-job.ts). */
const CORRECTION_WEIGHT = 3;
const round = (value: number) => Math.round(value * 1_000) / 1_000;

/** Labels that a training would see for the first time, reviewed ones by their weight. */
const newLabels = ({ labels, corrections }: RetrainingFacts) => labels + CORRECTION_WEIGHT * corrections;

/** Why a training that is due has to wait; null: it has not. */
export function waitsFor({ restDays, fewestNew }: RetrainingPolicy, facts: RetrainingFacts): string | null {
  if (facts.days < restDays) return `the last is ${facts.days} days ago, of at least ${restDays}`;
  const count = newLabels(facts);
  return count < fewestNew ? `${count} labels are new, of at least ${fewestNew}` : null;
}

/** Judges each trigger that the policy has. */
export function judgeTriggers(policy: RetrainingPolicy, facts: RetrainingFacts): JudgedTrigger[] {
  const judged: JudgedTrigger[] = [];
  const add = (trigger: Trigger, isDue: boolean, reason: string) => judged.push({ trigger, isDue, reason });
  const { drift, calibration, labels, schedule } = policy;
  if (drift)
    add(
      'drift',
      facts.driftAlarms >= drift.fewestAlarms,
      `${facts.driftAlarms} figures of drift set the alarm, of at least ${drift.fewestAlarms}`,
    );
  if (calibration) {
    const { value, n } = facts.calibration ?? { value: 0, n: 0 };
    add(
      'calibration',
      n >= calibration.fewestAnswers && value > calibration.above,
      `the calibration error is ${round(value)} over ${n} answers, the limit ${calibration.above} over ${calibration.fewestAnswers}`,
    );
  }
  if (labels) {
    const count = newLabels(facts);
    add('labels', count >= labels.fewestNew, `${count} labels are new, of at least ${labels.fewestNew}`);
  }
  if (schedule)
    add(
      'schedule',
      facts.days >= schedule.everyDays,
      `${facts.days} days passed since the last training, of ${schedule.everyDays}`,
    );
  return judged;
}
