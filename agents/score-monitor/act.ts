import { UserError } from '../../domain/errors/user-error.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { closedMeanwhile, isOpen, raise, resolve } from '../alerting/hold.ts';
import type { Acting } from '../loop/agent.ts';
import type { AlertContent, MonitorAction } from './inputs.ts';

/** The action cannot be carried out; the message says why. */
class MonitorError extends UserError {
  override readonly name = 'MonitorError';
}

/** Raises, edits or resolves an alert, and queues what targets get. */
export async function act(acting: Acting, action: MonitorAction): Promise<string> {
  if (action.kind === 'resolve') return resolve(acting, { ...action, reason: 'its cause is over' });
  if (action.kind === 'change' && !(await isOpen(acting.session, action.alert)))
    return closedMeanwhile(action.alert);
  const { content } = action;
  const alert = { ...content, rule: content.facts.rule, since: new Date(content.since) };
  return raise(acting, alert, content.title);
}

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
