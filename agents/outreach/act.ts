import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { holdAlert } from '../../store/agents/alerts.ts';
import { noteResult, openCase } from '../../store/agents/cases.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { Acting } from '../loop/agent.ts';
import type { Editing } from '../loop/edit.ts';
import type { CoachingAction } from './coaching.ts';
import type { OutreachAction } from './decide.ts';
import { COACHING, PLAYBOOKS } from './playbooks.ts';

/** Opens the case and queues what targets get of it, or notes the result; done again, it changes nothing. */
export async function act({ session, decision, now }: Acting, action: OutreachAction): Promise<string> {
  const by = { actor: decision.agent, actorName: decision.agent, reason: `Decision:${decision.id}`, at: now };
  if (action.do === 'learn') {
    if (!decision.about.includes(`Case:${action.case}`))
      throw new UserError('case: the decision is not about it');
    const isNew = await noteResult(session, action.case, { ...by, reason: action.result });
    return isNew ? `noted what became of Case:${action.case}` : `Case:${action.case} has its result already`;
  }
  if (action.do === 'coach') return coach({ session, decision, now }, action);
  const cause = `Alert:${action.alert}`;
  if (!decision.about.includes(cause)) throw new UserError('alert: the decision is not about it');
  const alert = await holdAlert(session, action.alert);
  if (alert?.state !== 'OPEN' && alert?.state !== 'ACKNOWLEDGED')
    throw new UserError('alert: it is not open any more');
  const { severity, title, playbook, hours } = action;
  const { row, isNew } = await openCase(
    session,
    {
      ...{ cause, responseId: null, severity, title, playbook, owner: null, segment: alert.segment },
      ...{ cells: alert.cells, dueAt: new Date(now.getTime() + hours * HOUR_MS), decisionId: decision.id },
    },
    by,
  );
  if (!isNew) return `Case:${row.id} is open already`;
  const subject = `Case:${row.id}`;
  await queueDeliveries(session, {
    ...{ event: 'case.opened', subject, decisionId: decision.id },
    ...{ cells: alert.cells, at: now },
  });
  return `opened ${subject}`;
}

/** The case names its decision alone: who it is about, `staffOf` says to callers who may know. */
async function coach({ session, decision, now }: Acting, { hours }: CoachingAction): Promise<string> {
  if (!decision.key.startsWith('staff ')) throw new UserError('do: the decision is about no member of staff');
  const by = { actor: decision.agent, actorName: decision.agent, reason: `Decision:${decision.id}`, at: now };
  const { row } = await openCase(
    session,
    {
      ...{ cause: `Decision:${decision.id}`, responseId: null, severity: 'INFO', segment: {}, owner: null },
      ...{ title: COACHING.title, playbook: COACHING.name, cells: decision.cells, decisionId: decision.id },
      dueAt: new Date(now.getTime() + hours * HOUR_MS),
    },
    by,
  );
  const subject = `Case:${row.id}`;
  const event = { event: 'case.opened', subject, decisionId: decision.id, cells: decision.cells } as const;
  await queueDeliveries(session, { ...event, at: now });
  return `opened ${subject}`;
}

const ACTION = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('open'),
    alert: z.uuid(),
    severity: z.enum(SEVERITIES),
    // Titles are those of the table: a case holds no text that a person could put a name in.
    title: z.enum(PLAYBOOKS.map(({ title }) => title)),
    playbook: z.enum(PLAYBOOKS.map(({ name }) => name)),
    hours: z.int().min(1).max(8_760),
  }),
  z.strictObject({ do: z.literal('coach'), hours: z.int().min(1).max(8_760) }),
]);

/** Of a case to open: how it is worked on. What became of an account is not edited. */
export const EDITING: Editing<OutreachAction> = {
  fields: ['severity', 'title', 'playbook', 'hours'],
  parse: (given) => {
    const parsed = ACTION.safeParse(given);
    if (parsed.success) return parsed.data;
    throw new UserError(
      'action: { "do": "open", "alert", "severity", "title" and "playbook" of the table of playbooks, "hours" } or { "do": "coach", "hours" } is expected',
    );
  },
};
