import {
  isEscalated,
  type OnCallPlan,
  type PlannedStep,
  targetAt,
  waitsUntil,
} from '../../domain/on-call/plan.ts';
import type { QuietHours } from '../../domain/on-call/quiet-hours.ts';
import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import type { AlertState, Severity } from '../../store/tables/agents.ts';
import type { Decided } from '../loop/agent.ts';

export interface Inputs {
  /** ISO 8601. */
  readonly at: string;
  readonly alert: {
    readonly id: string;
    readonly state: AlertState;
    readonly severity: Severity;
    /** When it was raised, or opened again. */
    readonly openedAt: string;
  };
  /** Of the version of the plan that holds. Targets are ids, and schedules have no names: both may name persons. */
  readonly severity: Severity;
  readonly quietHours: QuietHours | null;
  readonly steps: readonly PlannedStep[];
  /** Those that were sent since it was opened, in order. */
  readonly sent: readonly { readonly step: number; readonly at: string }[];
  /** Targets of the plan that get nothing now, and why. */
  readonly away: Readonly<Record<string, string>>;
}

export interface EscalateAction {
  readonly do: 'ask';
  readonly alert: string;
  readonly openedAt: string;
  /** From 1 on. */
  readonly step: number;
  readonly steps: number;
  /** The id of the target. */
  readonly target: string;
}

const nothing = (reason: string, verdict: string, nearMiss = false): Decided<EscalateAction> => ({
  action: null,
  reason,
  alternatives: [],
  verdict,
  nearMiss,
});
const minutes = (n: number) => (n === 1 ? '1 minute' : `${n} minutes`);

/** The next step of an open alert, once the one before it was not acknowledged in time. */
export function decide(inputs: Inputs): Decided<EscalateAction> {
  const { alert, steps, sent } = inputs;
  const last = sent.at(-1);
  const done = last?.step ?? 0;
  const severity = alert.severity;
  if (alert.state !== 'OPEN')
    return nothing(
      `The alert is ${alert.state.toLowerCase()} after step ${done} of ${steps.length}.`,
      `ended: ${alert.state}`,
    );
  if (!isEscalated({ ...NO_PLAN, escalation: { severity: inputs.severity, steps: [] } }, severity))
    return nothing(`Alerts of the severity ${severity} are not escalated.`, 'not escalated');
  if (done >= steps.length)
    return nothing(
      `All ${steps.length} steps were sent, and no one has acknowledged the alert.`,
      'all sent',
      true,
    );
  const before = steps[done - 1];
  const due = last && before ? Date.parse(last.at) + before.minutes * MINUTE_MS : Date.parse(alert.openedAt);
  if (Date.parse(inputs.at) < due)
    return nothing(
      `Step ${done} of ${steps.length} was sent; step ${done + 1} follows at ${new Date(due).toISOString()} unless someone acknowledges the alert.`,
      `waits for step ${done + 1}`,
    );
  return nextStep(inputs, done, before?.minutes ?? null);
}

const NO_PLAN: OnCallPlan = { quietHours: null, schedules: {}, escalation: null };

function nextStep(inputs: Inputs, done: number, waited: number | null): Decided<EscalateAction> {
  const { alert, steps, away, quietHours } = inputs;
  const at = Date.parse(inputs.at);
  const skipped: { readonly action: unknown; readonly reason: string }[] = [];
  for (const [place, step] of steps.entries()) {
    if (place < done) continue;
    const target = targetAt(step, at);
    const action: EscalateAction = {
      ...{ do: 'ask', alert: alert.id, openedAt: alert.openedAt },
      ...{ step: place + 1, steps: steps.length, target },
    };
    if (away[target] !== undefined) {
      skipped.push({ action, reason: away[target] });
      continue;
    }
    const until = waitsUntil({ quietHours }, alert.severity, target, at);
    if (until !== null)
      return nothing(
        `Step ${place + 1} of ${steps.length} is due, and waits until ${new Date(until).toISOString()}: quiet hours.`,
        `quiet before step ${place + 1}`,
      );
    const why =
      waited === null ? 'the alert is open' : `no one has acknowledged it within ${minutes(waited)}`;
    const over = skipped.length === 0 ? '' : `; ${skipped.length} before it had a target that gets nothing`;
    return {
      action,
      reason: `Step ${place + 1} of ${steps.length}: ${why}${over}.`,
      alternatives: [...skipped, { action: null, reason: 'the alert would wait unread' }],
      verdict: `step ${place + 1} since ${alert.openedAt}`,
    };
  }
  return {
    ...nothing(
      `No step after step ${done} of ${steps.length} has a target that gets anything.`,
      'no target',
      true,
    ),
    alternatives: skipped,
  };
}
