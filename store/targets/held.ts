import { type OnCallPlan, waitsUntil } from '../../domain/on-call/plan.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { SEVERITIES } from '../tables/agents.ts';

/*
 * Deliveries about alerts that wait for the end of quiet hours. Nothing of them was tried yet: what waits after an attempt that failed,
 * and the steps of an escalation, have times of their own.
 */

/** $1 the alert as a subject (null: all), $2 now, $3 until when (null: none waits) those of the severities $4 wait, for the targets $5 (null: all). */
const HOLD = statement(
  'deliveries_hold',
  `UPDATE delivery d SET due = CASE WHEN a.severity = ANY ($4::text[]) AND ($5::uuid[] IS NULL OR d.target_id = ANY ($5))
      THEN coalesce($3, $2::timestamptz) ELSE $2 END
    FROM alert a WHERE d.state = 'PENDING' AND d.attempts = 0 AND d.due > $2 AND d.event LIKE 'alert.%' AND d.event <> 'alert.escalated'
      AND d.subject = 'Alert:' || a.id AND ($1::text IS NULL OR d.subject = $1)`,
);

/** Sends at once what waits about the alert: it does not wait any more. */
export const releaseHeld = async (session: Session, subject: string, at: Date): Promise<void> =>
  void (await session.rows(HOLD, [subject, at, null, [], null]));

/** What waits is held, or sent, as the plan says from now on. */
export async function holdByPlan(session: Session, plan: OnCallPlan, at: Date): Promise<void> {
  const { quietHours } = plan;
  const target = quietHours?.targets?.[0] ?? '';
  const waiting = SEVERITIES.flatMap((severity) => {
    const until = waitsUntil(plan, severity, target, at.getTime());
    return until === null ? [] : [{ severity, until: new Date(until) }];
  });
  const severities = waiting.map(({ severity }) => severity);
  await session.rows(HOLD, [null, at, waiting[0]?.until ?? null, severities, quietHours?.targets ?? null]);
}
