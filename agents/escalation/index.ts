import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { holdAlert } from '../../store/agents/alerts.ts';
import { addStep } from '../../store/agents/escalations.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import { closedMeanwhile } from '../alerting/hold.ts';
import type { Acting, Agent } from '../loop/agent.ts';
import { decide, type EscalateAction, type Inputs } from './decide.ts';
import { observe } from './observe.ts';

/** Asks the next target of the on-call plan about an alert that no one has acknowledged. */
export const escalation: Agent<Inputs, EscalateAction> = {
  name: 'escalation',
  description:
    'Asks who is on call about open alerts, and the next step of the plan where no one acknowledges them in time.',
  version: 1,
  defaultAutonomy: 'ACT',
  everyMs: 10_000,
  lock: LOCKS.escalation,
  observe,
  decide,
  act,
  editing: { fields: ['target'], parse },
};

const ACTION = z.strictObject({
  do: z.literal('ask'),
  alert: z.uuid(),
  openedAt: z.iso.datetime(),
  step: z.int().min(1).max(20),
  steps: z.int().min(1).max(20),
  target: z.uuid(),
});

function parse(given: unknown): EscalateAction {
  const parsed = ACTION.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'action: { "do": "ask", "alert", "openedAt", "step" and "steps" as the proposal has them, "target": the id of a target } is expected',
  );
}

/** Queues the step for its target, and notes it: its row is why it is queued once. */
async function act({ session, decision, now }: Acting, action: EscalateAction): Promise<string> {
  const { alert: id, step, steps, target } = action;
  const subject = `Alert:${id}`;
  if (!decision.about.includes(subject)) throw new UserError('alert: the decision is not about it');
  const alert = await holdAlert(session, id);
  if (alert?.state !== 'OPEN') return closedMeanwhile(id);
  const { name: agent } = escalation;
  const by = { actor: agent, actorName: agent, reason: '', decisionId: decision.id, at: now };
  if (!(await addStep(session, id, { openedAt: new Date(action.openedAt), step, target, steps }, by)))
    return `step ${step} about ${subject} was sent before, or it was opened again`;
  const event = {
    event: 'alert.escalated',
    subject,
    decisionId: decision.id,
    cells: alert.cells,
    at: now,
  } as const;
  await queueDeliveries(session, { ...event, target });
  return `sent step ${step} of ${steps} about ${subject}`;
}
