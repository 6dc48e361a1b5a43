import { UserError } from '../../domain/errors/user-error.ts';
import {
  type AlertActor,
  type AlertRow,
  holdAlert,
  moveAlert,
  raiseAlert,
} from '../../store/agents/alerts.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { EventType } from '../../store/targets/event-types.ts';
import type { Acting } from '../loop/agent.ts';
import type { AlertContent, MonitorAction } from './inputs.ts';

/** The action cannot be carried out; the message says why. */
class MonitorError extends UserError {
  override readonly name = 'MonitorError';
}

/** Raises, edits or resolves an alert, and queues what targets get. */
export async function act(acting: Acting, action: MonitorAction): Promise<string> {
  if (action.kind === 'resolve') return resolve(acting, action);
  if (action.kind === 'change' && !(await isOpen(acting, action.alert)))
    return `Alert:${action.alert} was closed meanwhile`;
  const { alert, isNew } = await raiseAlert(
    acting.session,
    {
      ...action.content,
      rule: action.content.facts.rule,
      since: new Date(action.content.since),
      ...cellsOf(acting),
    },
    byOf(acting, action.content.title),
  );
  await queue(acting, alert, isNew ? 'alert.raised' : 'alert.changed');
  return `${isNew ? 'raised' : 'changed'} Alert:${alert.id}`;
}

const cellsOf = ({ decision: { cells } }: Acting) => ({ cells });

async function isOpen({ session }: Acting, id: string): Promise<boolean> {
  const held = await holdAlert(session, id);
  return held?.state === 'OPEN' || held?.state === 'ACKNOWLEDGED';
}

async function resolve(
  acting: Acting,
  { alert, evidence }: Extract<MonitorAction, { kind: 'resolve' }>,
): Promise<string> {
  if (!(await isOpen(acting, alert))) return `Alert:${alert} was closed meanwhile`;
  const by = byOf(acting, 'its cause is over');
  const moved = await moveAlert(acting.session, alert, 'RESOLVED', by, evidence);
  await queue(acting, moved, 'alert.resolved');
  return `resolved Alert:${alert}`;
}

const byOf = ({ decision, now }: Acting, reason: string): AlertActor => ({
  actor: decision.agent,
  actorName: decision.agent,
  reason,
  decisionId: decision.id,
  at: now,
});

const queue = ({ session, decision, now }: Acting, { id, cells }: AlertRow, event: EventType) =>
  queueDeliveries(session, { event, subject: `Alert:${id}`, decisionId: decision.id, cells, at: now });

/**
 * An action that a person wrote instead: the proposed one with another severity, title or summary, or none of it.
 * @throws MonitorError
 */
export function parseAction(given: unknown): MonitorAction {
  const action = objectOf(given, 'action');
  if (action['kind'] === 'resolve')
    return { kind: 'resolve', alert: textOf(action, 'alert'), evidence: textsOf(action, 'evidence') };
  if (action['kind'] !== 'raise' && action['kind'] !== 'change')
    throw new MonitorError('action.kind: "raise", "change" or "resolve" is expected, as it was proposed');
  const content = objectOf(action['content'], 'action.content');
  const severity = SEVERITIES.find((one) => one === content['severity']);
  if (!severity)
    throw new MonitorError(`action.content.severity: one of ${SEVERITIES.join(', ')} is expected`);
  const since = textOf(content, 'since');
  if (Number.isNaN(Date.parse(since))) throw new MonitorError('action.content.since: a moment is expected');
  const facts = objectOf(content['facts'], 'action.content.facts');
  for (const name of ['watched', 'change', 'members', 'candidates'])
    if (facts[name] === undefined)
      throw new MonitorError(`action.content.facts: leave them as they were proposed; ${name} is missing`);
  const read: AlertContent = {
    key: textOf(content, 'key'),
    severity,
    title: textOf(content, 'title'),
    summary: textOf(content, 'summary'),
    segment: objectOf(content['segment'], 'action.content.segment') as AlertContent['segment'],
    since,
    before: textOf(content, 'before'),
    after: textOf(content, 'after'),
    facts: { ...facts, rule: textOf(facts, 'rule') } as unknown as AlertContent['facts'],
    evidence: textsOf(content, 'evidence'),
  };
  return action['kind'] === 'raise'
    ? { kind: 'raise', content: read }
    : { kind: 'change', alert: textOf(action, 'alert'), content: read };
}

type Given = Readonly<Record<string, unknown>>;

function objectOf(given: unknown, name: string): Given {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Given;
  throw new MonitorError(`${name}: an object is expected, as it was proposed`);
}

function textOf(given: Given, name: string): string {
  const value = given[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new MonitorError(`action: ${name} must be a text, as it was proposed`);
}

function textsOf(given: Given, name: string): string[] {
  const value = given[name];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new MonitorError(`action: ${name} must be a list of ids, as it was proposed`);
}
