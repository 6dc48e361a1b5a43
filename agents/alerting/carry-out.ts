import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { type AlertRow, holdAlert, moveAlert, raiseAlert, readLastAlert } from '../../store/agents/alerts.ts';
import type { Session } from '../../store/database/client.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { Acting } from '../loop/agent.ts';
import type { AlertAction, LastAlert } from './episode.ts';

/** The key of the alert about what an agent watches: one is open at a time. */
const keyOf = (agent: string, key: string) => `${agent}/${key}`;

/** The last alert about what the agent watches; null: there was none. */
export async function lastAlertOf(session: Session, agent: string, key: string): Promise<LastAlert | null> {
  const row = await readLastAlert(session, keyOf(agent, key));
  if (!row) return null;
  const { id, state, severity, title, since, evidence } = row;
  return { id, state, severity, title, since: since.toISOString(), evidence };
}

/** Raises, changes or resolves the alert, and queues what targets get of it. */
export async function carryOutAlert(
  { session, decision, now }: Acting,
  action: AlertAction,
): Promise<string> {
  const by = { actor: decision.agent, actorName: decision.agent, decisionId: decision.id, at: now };
  const queue = (event: 'alert.raised' | 'alert.changed' | 'alert.resolved', { id, cells }: AlertRow) =>
    queueDeliveries(session, { event, subject: `Alert:${id}`, decisionId: decision.id, cells, at: now });
  if (action.do === 'resolve') {
    const held = await holdAlert(session, action.alert);
    if (held?.state !== 'OPEN' && held?.state !== 'ACKNOWLEDGED') return 'the alert was closed already';
    const alert = await moveAlert(
      session,
      held.id,
      'RESOLVED',
      { ...by, reason: action.reason },
      action.evidence,
    );
    await queue('alert.resolved', alert);
    return `resolved Alert:${alert.id}`;
  }
  const { severity, title, summary, evidence, facts } = action.alert;
  const { alert, isNew } = await raiseAlert(
    session,
    {
      key: keyOf(decision.agent, decision.key),
      severity,
      rule: action.rule,
      title,
      summary,
      segment: {},
      cells: decision.cells,
      since: new Date(action.since),
      before: null,
      after: null,
      facts,
      evidence,
    },
    { ...by, reason: summary },
  );
  await queue(isNew ? 'alert.raised' : 'alert.changed', alert);
  return `${isNew ? 'raised' : 'changed'} Alert:${alert.id}`;
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
