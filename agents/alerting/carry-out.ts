import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { readLastAlert, readOpenAlerts } from '../../store/agents/alerts.ts';
import type { OwnerSession, Session } from '../../store/database/client.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import type { Acting } from '../loop/agent.ts';
import type { Editing } from '../loop/edit.ts';
import type { AlertAction, LastAlert } from './episode.ts';
import { raise, resolve } from './hold.ts';

/** The key of the alert about what an agent watches: one is open at a time. */
const keyOf = (agent: string, key: string) => `${agent}/${key}`;

/** The last alert about what the agent watches; null: there was none. */
export async function lastAlertOf(session: Session, agent: string, key: string): Promise<LastAlert | null> {
  const row = await readLastAlert(session, keyOf(agent, key));
  if (!row) return null;
  const { id, state, severity, title, since, evidence } = row;
  return { id, state, severity, title, since: since.toISOString(), evidence };
}

/** What the agent has open alerts about, with their ids. */
export async function openKeysOf(
  session: OwnerSession,
  agent: string,
): Promise<{ readonly key: string; readonly id: string }[]> {
  const prefix = keyOf(agent, '');
  const open = await readOpenAlerts(session, prefix);
  return open.map(({ key, id }) => ({ key: key.slice(prefix.length), id }));
}

/** Raises, changes or resolves the alert, and queues what targets get of it. */
export async function carryOutAlert(acting: Acting, action: AlertAction): Promise<string> {
  if (action.do === 'resolve') return resolve(acting, action);
  const { rule, since, alert } = action;
  const { agent, key } = acting.decision;
  const none = { segment: {}, before: null, after: null };
  const content = { ...none, ...alert, key: keyOf(agent, key), rule, since: new Date(since) };
  return raise(acting, content, alert.summary);
}

const TEXT = z.string().min(1).max(2_000);
const EDITED = z.union([
  z.looseObject({
    do: z.literal('raise'),
    alert: z.looseObject({ severity: z.enum(SEVERITIES), title: TEXT, summary: TEXT }),
  }),
  z.looseObject({ do: z.literal('resolve'), reason: TEXT }),
]);

/** Of an action over an alert: how severe it is, and what it says. */
export const ALERT_EDITING: Editing<AlertAction> = {
  fields: ['alert.severity', 'alert.title', 'alert.summary', 'reason'],
  parse: (given) => {
    // All else equals what was proposed.
    if (EDITED.safeParse(given).success) return given as AlertAction;
    throw new UserError(
      `action: a severity (${SEVERITIES.join(', ')}), a title and a summary, or of "resolve" a reason, are expected: texts of at most 2,000 characters`,
    );
  },
};
