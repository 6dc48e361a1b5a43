import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { AlertState, Severity } from '../tables/agents.ts';
import { type AlertActor, noteAlert } from './alerts.ts';
import { isSeen, type Seen } from './cell-set.ts';

/** A step that was sent. */
export interface SentStep {
  readonly step: number;
  readonly target: string;
  readonly at: Date;
}

/** An alert with the steps that were sent since it was opened. */
export interface EscalatedAlert {
  readonly id: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly cells: string;
  /** When it was raised, or opened again. */
  readonly openedAt: Date;
  readonly sent: readonly SentStep[];
}

/** To the millisecond, as the program reads it and gives it back. */
const OPENED = `date_trunc('milliseconds', coalesce(a.reopened_at, a.raised_at))`;
const SENT = `SELECT FROM alert_escalation e WHERE e.alert_id = a.id AND e.opened_at = ${OPENED}`;
const TO_ESCALATE = statement(
  'escalations_to_do',
  `SELECT a.id, a.state, a.severity, a.cells::text AS cells, ${OPENED} AS "openedAt" FROM alert a
    WHERE (a.state = 'OPEN' AND a.severity = ANY ($1) AND NOT EXISTS (${SENT} AND e.step >= $3 AND e.sent_at < $2)) OR (a.state <> 'OPEN' AND a.changed_at >= $2 AND EXISTS (${SENT}))
    ORDER BY a.raised_at, a.id`,
);
const STEPS = statement(
  'escalation_steps',
  `SELECT e.alert_id AS "alertId", e.step, e.target_id AS target, e.sent_at AS at FROM alert_escalation e JOIN alert a ON a.id = e.alert_id
    WHERE e.alert_id = ANY ($1::uuid[]) AND e.opened_at = ${OPENED} ORDER BY e.alert_id, e.step`,
);
const ADD = statement(
  'escalation_add',
  `INSERT INTO alert_escalation (alert_id, opened_at, step, target_id, decision_id, sent_at)
    SELECT a.id, ${OPENED}, $2, $3, $4, $5 FROM alert a WHERE a.id = $1 AND ${OPENED} = $6 ON CONFLICT DO NOTHING RETURNING step`,
);
const UNDER_WAY = statement(
  'escalations_under_way',
  `SELECT a.id, max(e.step) AS step, max(e.sent_at) AS "sentAt" FROM alert a
    JOIN alert_escalation e ON e.alert_id = a.id AND e.opened_at = ${OPENED}
    WHERE a.state = 'OPEN' AND ${isSeen('a.cells', 1)} GROUP BY a.id, a.raised_at ORDER BY a.raised_at DESC, a.id DESC LIMIT $2`,
);

/** Open alerts of these severities of which not all of so many steps were sent, and those whose escalation ended since, the oldest first. */
export async function readToEscalate(
  session: OwnerSession,
  { severities, steps: all }: { readonly severities: readonly Severity[]; readonly steps: number },
  endedSince: Date,
): Promise<EscalatedAlert[]> {
  const alerts = await session.rows<Omit<EscalatedAlert, 'sent'>>(TO_ESCALATE, [severities, endedSince, all]);
  const ids = alerts.map(({ id }) => id);
  const steps = await session.rows<SentStep & { readonly alertId: string }>(STEPS, [ids]);
  return alerts.map((alert) => ({
    ...alert,
    sent: steps
      .filter(({ alertId }) => alertId === alert.id)
      .map(({ step, target, at }) => ({ step, target, at })),
  }));
}

/** Notes that a step is sent, in the transaction that queues it; false: it was sent before, or the alert was opened again since. */
export async function addStep(
  session: OwnerSession,
  alert: string,
  {
    openedAt,
    step,
    target,
    steps,
  }: {
    readonly openedAt: Date;
    readonly step: number;
    readonly target: string;
    readonly steps: number;
  },
  by: AlertActor,
): Promise<boolean> {
  const added = await session.rows(ADD, [alert, step, target, by.decisionId, by.at, openedAt]);
  if (added.length === 0) return false;
  await noteAlert(session, alert, 'ESCALATED', { ...by, reason: `step ${step} of ${steps}` });
  return true;
}

/** Open alerts that were escalated, with the last step, the newest first, of those that are seen. */
export const readUnderWay = (
  session: Session,
  seen: Seen,
  limit: number,
): Promise<{ readonly id: string; readonly step: number; readonly sentAt: Date }[]> =>
  session.rows(UNDER_WAY, [seen, limit]);
