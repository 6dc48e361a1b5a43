import {
  type AlertActor,
  type AlertRow,
  holdAlert,
  moveAlert,
  raiseAlert,
} from '../../store/agents/alerts.ts';
import type { Session } from '../../store/database/client.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { Acting } from '../loop/agent.ts';

type Content = Omit<Parameters<typeof raiseAlert>[1], 'cells'>;

/**
 * Raises the alert, or changes the open one of the same key, and queues what targets get of it.
 * @returns what was done, for the decision's outcome
 */
export async function raise(acting: Acting, content: Content, reason: string): Promise<string> {
  const { session, decision } = acting;
  const row = { ...content, cells: decision.cells };
  const { alert, isNew } = await raiseAlert(session, row, byOf(acting, reason));
  const waits = await queue(acting, isNew ? 'alert.raised' : 'alert.changed', alert);
  return `${isNew ? 'raised' : 'changed'} Alert:${alert.id}${waits}`;
}

/**
 * Resolves the alert if it is still open, and queues what targets get of it.
 * @returns what was done, for the decision's outcome
 */
export async function resolve(
  acting: Acting,
  {
    alert,
    reason,
    evidence,
  }: { readonly alert: string; readonly reason: string; readonly evidence: readonly string[] },
): Promise<string> {
  if (!(await isOpen(acting.session, alert))) return closedMeanwhile(alert);
  const moved = await moveAlert(acting.session, alert, 'RESOLVED', byOf(acting, reason), evidence);
  const waits = await queue(acting, 'alert.resolved', moved);
  return `resolved Alert:${alert}${waits}`;
}

export const closedMeanwhile = (alert: string) => `Alert:${alert} was closed meanwhile`;

/** Whether the alert is open or acknowledged; it is locked until the transaction ends. */
export async function isOpen(session: Session, alert: string): Promise<boolean> {
  const held = await holdAlert(session, alert);
  return held?.state === 'OPEN' || held?.state === 'ACKNOWLEDGED';
}

const byOf = ({ decision, now }: Acting, reason: string): AlertActor => ({
  actor: decision.agent,
  actorName: decision.agent,
  reason,
  decisionId: decision.id,
  at: now,
});

/** Queues the event; says until when it waits, if it does. */
async function queue(
  { session, decision, now }: Acting,
  event: 'alert.raised' | 'alert.changed' | 'alert.resolved',
  { id, cells }: AlertRow,
): Promise<string> {
  const happened = { event, subject: `Alert:${id}`, decisionId: decision.id, cells, at: now };
  const until = await queueDeliveries(session, happened);
  return until ? `; what is sent of it waits until ${until.toISOString()}: quiet hours` : '';
}
