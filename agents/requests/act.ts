import { UserError } from '../../domain/errors/user-error.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { holdAlert, moveAlert } from '../../store/agents/alerts.ts';
import { openCase } from '../../store/agents/cases.ts';
import { SEVERITIES, type Severity } from '../../store/tables/agents.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { EventType } from '../../store/targets/event-types.ts';
import type { Acting } from '../loop/agent.ts';
import type { Editing } from '../loop/edit.ts';

/** What is asked for. Ids and values of dimensions alone: decisions outlive the answers that they are about. */
export type Asked =
  | {
      readonly work: 'openCase';
      /** "Alert:…" or "Response:…" */
      readonly about: string;
      readonly severity: Severity;
      readonly segment: Segment;
    }
  | { readonly work: 'acknowledgeAlert'; readonly about: string };

const WHY = 'asked for, and approved';

/** Does what was asked for; a case that is open already stays as it is. */
export async function act({ session, decision, now }: Acting, asked: Asked): Promise<string> {
  const { id, agent, about, cells } = decision;
  // A person who approves it may work on what the proposal is about, and on nothing else.
  if (!about.includes(asked.about)) throw new UserError(`about: the proposal is about ${about.join(', ')}`);
  const by = { actor: agent, actorName: agent, reason: WHY, at: now };
  const send = (event: EventType, subject: string) =>
    queueDeliveries(session, { event, subject, decisionId: id, cells, at: now });
  const alertKey = keyOf('Alert', asked.about);
  const alert = alertKey === null ? null : await holdAlert(session, alertKey);
  if (alertKey !== null && !alert) throw new UserError('about: there is no such alert');
  if (asked.work === 'acknowledgeAlert') {
    if (alert?.state !== 'OPEN') throw new UserError('about: the alert is not open any more');
    await moveAlert(session, alert.id, 'ACKNOWLEDGED', { ...by, decisionId: id });
    await send('alert.changed', asked.about);
    return `acknowledged ${asked.about}`;
  }
  const { row, isNew } = await openCase(
    session,
    {
      cause: asked.about,
      responseId: keyOf('Response', asked.about),
      severity: asked.severity,
      title: alert?.title ?? 'Work on an answer',
      playbook: null,
      owner: null,
      cells,
      segment: asked.segment,
      dueAt: null,
      decisionId: id,
    },
    by,
  );
  if (isNew) await send('case.opened', `Case:${row.id}`);
  return isNew ? `opened Case:${row.id}` : `Case:${row.id} is open already`;
}

const keyOf = (kind: string, id: string): string | null =>
  id.startsWith(`${kind}:`) ? id.slice(kind.length + 1) : null;

/** Of a case: how severe it is. */
export const EDITING: Editing<Asked> = {
  fields: ['severity'],
  parse: (given) => {
    const asked = given as Asked;
    if (asked.work === 'openCase' && !SEVERITIES.includes(asked.severity))
      throw new UserError(`action.severity: one of ${SEVERITIES.join(', ')}`);
    return asked;
  },
};
