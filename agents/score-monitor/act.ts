import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { closedMeanwhile, isOpen, raise, resolve } from '../alerting/hold.ts';
import type { Acting } from '../loop/agent.ts';
import type { Editing } from '../loop/edit.ts';
import type { MonitorAction } from './inputs.ts';

/** Raises, edits or resolves an alert, and queues what targets get. */
export async function act(acting: Acting, action: MonitorAction): Promise<string> {
  if (action.kind === 'resolve') return resolve(acting, { ...action, reason: 'its cause is over' });
  if (action.kind === 'change' && !(await isOpen(acting.session, action.alert)))
    return closedMeanwhile(action.alert);
  const { content } = action;
  const alert = { ...content, rule: content.facts.rule, since: new Date(content.since) };
  return raise(acting, alert, content.title);
}

const TEXT = z.string().min(1).max(8_192);
const EDITED = z.looseObject({
  content: z.looseObject({ severity: z.enum(SEVERITIES), title: TEXT, summary: TEXT }),
});

/** Of an alert: how severe it is, and what it says. That one is over is approved or rejected. */
export const EDITING: Editing<MonitorAction> = {
  fields: ['content.severity', 'content.title', 'content.summary'],
  parse: (given) => {
    // All else equals what was proposed.
    if ((given as MonitorAction).kind === 'resolve' || EDITED.safeParse(given).success)
      return given as MonitorAction;
    throw new UserError(
      `action.content: a severity (${SEVERITIES.join(', ')}), a title and a summary are expected: texts of at most 8,192 characters`,
    );
  },
};
