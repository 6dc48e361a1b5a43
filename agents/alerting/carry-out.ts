import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { readLastAlert, readOpenAlerts } from '../../store/agents/alerts.ts';
import type { OwnerSession, Session } from '../../store/database/client.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import type { Acting } from '../loop/agent.ts';
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
const IDS = z.array(z.string().min(1).max(8_192)).max(100);
const ACTION = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('raise'),
    rule: TEXT,
    since: z.iso.datetime(),
    alert: z.strictObject({
      severity: z.enum(SEVERITIES),
      title: TEXT,
      summary: TEXT,
      evidence: IDS,
      facts: z.json(),
    }),
  }),
  z.strictObject({ do: z.literal('resolve'), alert: z.uuid(), reason: TEXT, evidence: IDS }),
]);

/** @throws UserError if it is no action over an alert. */
export function parseAlertAction(given: unknown): AlertAction {
  const parsed = ACTION.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'action: { "do": "raise", "rule", "since", "alert": { "severity", "title", "summary", "evidence", "facts" } } or { "do": "resolve", "alert", "reason", "evidence" } is expected',
  );
}
