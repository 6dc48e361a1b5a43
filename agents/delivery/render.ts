import type { Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { ScopedSession } from '../../store/database/client.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { readResponsesById } from '../../store/responses/responses.ts';
import type { ClaimedDelivery } from '../../store/targets/claims.ts';
import {
  type AlertContent,
  type CaseContent,
  type DecisionContent,
  readAlertContent,
  readCaseContent,
  readDecisionContent,
} from '../../store/targets/subjects.ts';
import type { Inputs, NarrativeAction } from '../narrator/inputs.ts';
import type { Fact, OutgoingEvent } from '../targets/target.ts';

/** What depends on the subject and on who gets it. */
export type Content = Pick<
  OutgoingEvent,
  'at' | 'title' | 'summary' | 'severity' | 'stage' | 'facts' | 'comment' | 'data'
> & {
  /** The path of its page. */
  readonly path: string;
  /** The response whose comment is in it. */
  readonly commentOf: string | null;
};

/** A reader with a target's scope. */
export interface RenderDeps {
  readonly session: ScopedSession;
  readonly scope: Scope;
  readonly cells: CellDictionary;
  readonly encryption: SubjectEncryption;
}

/** What is said of the delivery's subject; null where the scope does not see it, or it exists no more. */
export async function render(
  deps: RenderDeps,
  { event, subject }: Pick<ClaimedDelivery, 'event' | 'subject'>,
  withComment: boolean,
): Promise<Content | null> {
  const id = subject.slice(subject.indexOf(':') + 1);
  if (event.startsWith('alert.')) {
    const alert = await readAlertContent(deps.session, id);
    return alert && alertContent(alert, event, id);
  }
  if (event.startsWith('case.')) {
    const found = await readCaseContent(deps.session, id);
    return found && caseContent(found, event, id, withComment ? await commentOf(deps, found) : null);
  }
  const decision = await readDecisionContent(deps.session, id);
  if (!decision) return null;
  return event === 'narrative.written' ? narrativeContent(decision, id) : decisionContent(decision, id);
}

/** The comment of the case's response, where the scope may read it. */
async function commentOf(
  { session: store, scope, cells, encryption }: RenderDeps,
  { responseId }: CaseContent,
): Promise<{ readonly id: string; readonly text: string } | null> {
  if (responseId === null) return null;
  const [response] = await readResponsesById({ store, cells, encryption }, scope, [responseId]);
  const cell = response && cells.get(response.cellId);
  if (!cell || response.comment === null || !scope.allows('readComment', cell)) return null;
  return { id: response.id, text: response.comment };
}

type Segment = Readonly<Record<string, readonly string[]>>;

/** `region: Germany, Austria; channel: web`, or `everything`. */
const segmentText = (segment: Segment) =>
  Object.entries(segment)
    .map(([field, values]) => `${field}: ${values.join(', ')}`)
    .join('; ') || 'everything';

/** To the minute, in UTC. */
const moment = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const facts = (...lines: readonly (readonly [string, string | null])[]): Fact[] =>
  lines.flatMap(([label, value]) => (value === null || value === '' ? [] : [{ label, value }]));

function alertContent(alert: AlertContent, event: string, id: string): Content {
  const { title, summary, severity, state, rule, segment, since, raisedAt, changedAt, resolvedAt } = alert;
  const isOver = state === 'RESOLVED' || state === 'DISMISSED';
  const moments: Readonly<Record<string, Date>> = {
    'alert.raised': raisedAt,
    'alert.changed': changedAt,
    'alert.resolved': resolvedAt ?? changedAt,
  };
  return {
    path: `/alerts/${id}`,
    at: moments[event] ?? changedAt,
    title,
    summary,
    severity,
    stage: isOver ? 'over' : state === 'ACKNOWLEDGED' ? 'acknowledged' : 'open',
    facts: facts(
      ['Severity', severity],
      ['State', state],
      ['Segment', segmentText(segment)],
      ['Since', moment(since)],
      ['Rule', rule],
      ['Resolved', resolvedAt && moment(resolvedAt)],
    ),
    comment: null,
    commentOf: null,
    data: { ...alert },
  };
}

function caseContent(
  found: CaseContent,
  event: string,
  id: string,
  comment: { readonly id: string; readonly text: string } | null,
): Content {
  const { title, severity, state, segment, playbook, owner, dueAt, openedAt, closedAt, outcome, responseId } =
    found;
  return {
    path: `/cases/${id}`,
    at: event === 'case.closed' ? (closedAt ?? openedAt) : openedAt,
    title,
    summary: outcome === null ? '' : `Outcome: ${outcome}`,
    severity,
    stage: state === 'CLOSED' ? 'over' : state === 'IN_PROGRESS' ? 'acknowledged' : 'open',
    facts: facts(
      ['Severity', severity],
      ['State', state],
      ['Segment', segmentText(segment)],
      ['Owner', owner],
      ['Due', dueAt && moment(dueAt)],
      ['Playbook', playbook],
      ['Opened', moment(openedAt)],
      ['Closed', closedAt && moment(closedAt)],
    ),
    comment: comment?.text ?? null,
    commentOf: comment?.id ?? null,
    data: { ...found, responseId: responseId && `Response:${responseId}` },
  };
}

function decisionContent({ inputs: _, ...decision }: DecisionContent, id: string): Content {
  const { agent, policy, reason, autonomy, state, decidedAt } = decision;
  return {
    path: `/agents/decisions/${id}`,
    at: decidedAt,
    title: `${agent} proposes an action`,
    summary: reason,
    severity: 'INFO',
    stage: state === 'PROPOSED' ? 'open' : 'over',
    facts: facts(
      ['Agent', agent],
      ['Policy', policy],
      ['Autonomy', autonomy],
      ['State', state],
      ['Decided', moment(decidedAt)],
    ),
    comment: null,
    commentOf: null,
    data: { ...decision },
  };
}

/** The text that the narrator wrote, with the page that shows it. */
function narrativeContent(decision: DecisionContent, id: string): Content {
  const { of, facts: cited } = decision.inputs as Inputs;
  const { title, sentences } = (decision.decision as { readonly action: NarrativeAction }).action;
  const plain = decisionContent(decision, id);
  return {
    ...plain,
    path: of.kind === 'ALERT' ? `/alerts/${of.alert}` : '/',
    title,
    summary: sentences.map(({ text }) => text).join(' '),
    stage: 'over',
    facts: facts(['Written', moment(decision.decidedAt)]),
    data: { ...plain.data, of, facts: cited },
  };
}
