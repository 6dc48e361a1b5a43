import type { AlertState, Severity } from '../../store/tables/agents.ts';
import type { Decided } from '../loop/agent.ts';

/*
 * From "this look found something" to an alert that means something: raised once it was found several times in a row, changed when it
 * becomes another, resolved once it was absent several times in a row. Pure: agents that alert decide by it.
 */

/** What is wrong, as one look found it. Numbers that move with every look belong into the summary and the facts. */
export interface Cause {
  readonly severity: Severity;
  /** Another title is another alert to read: it is changed. */
  readonly title: string;
  readonly summary: string;
  /** Ids of lineage nodes and scores. */
  readonly evidence: readonly string[];
  /** Numbers behind it. */
  readonly facts: unknown;
}

/** What is remembered of one cause between looks. */
export interface Episode {
  /** Looks in a row that found it. */
  readonly found: number;
  /** Looks in a row that did not. */
  readonly absent: number;
  /** ISO 8601: when it was first found; null: it is over. */
  readonly since: string | null;
}

/** The last alert of the key, as an input of a decision. */
export interface LastAlert {
  readonly id: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly title: string;
  /** ISO 8601. */
  readonly since: string;
  readonly evidence: readonly string[];
}

/** After how many looks in a row an alert is raised, and resolved. */
export interface Damping {
  readonly raiseAfter: number;
  readonly resolveAfter: number;
}

export type AlertAction =
  | { readonly do: 'raise'; readonly rule: string; readonly since: string; readonly alert: Cause }
  | {
      readonly do: 'resolve';
      readonly alert: string;
      readonly reason: string;
      readonly evidence: readonly string[];
    };

/** What one look found, and what is known from those before it. */
export interface Look {
  /** ISO 8601. */
  readonly at: string;
  /** Name and version of the rule. */
  readonly rule: string;
  /** null: nothing is wrong. */
  readonly cause: Cause | null;
  /** Says that nothing is wrong, with the numbers that show it: the evidence of a resolved alert. */
  readonly fine: string;
  readonly evidence: readonly string[];
  readonly before: Episode | null;
  readonly last: LastAlert | null;
  readonly damping: Damping;
}

const NEVER: Episode = { found: 0, absent: 0, since: null };
const SEVERITY: Readonly<Record<Severity, number>> = { INFO: 0, WARNING: 1, CRITICAL: 2 };
const times = (n: number) => (n === 1 ? 'once' : `${n} times`);

const nothing = (reason: string, state: Episode, verdict: string): Decided<AlertAction> => ({
  action: null,
  reason,
  alternatives: [],
  verdict,
  state,
});

/** Whether an alert is to be raised, changed or resolved. */
export function decideAlert(look: Look): Decided<AlertAction> {
  return look.cause ? whileFound(look, look.cause) : whileAbsent(look);
}

/** The alert if it is open; null: it is closed, or there was none. */
export function openOf(last: LastAlert | null): LastAlert | null {
  return last?.state === 'OPEN' || last?.state === 'ACKNOWLEDGED' ? last : null;
}

function whileFound({ at, rule, before, last, damping }: Look, cause: Cause): Decided<AlertAction> {
  const found = (before?.found ?? 0) + 1;
  const state: Episode = { found, absent: 0, since: before?.since ?? at };
  const since = state.since ?? at;
  const known = `${cause.title}. ${cause.summary}`;
  const open = openOf(last);
  if (open) {
    if (open.severity === cause.severity && open.title === cause.title)
      return nothing(`${known} The alert about it is open.`, state, 'open');
    return raise(state, rule, open.since, cause, `${known} The alert said: ${open.title}.`);
  }
  // Closed by a person: only what is worse is said again.
  if (
    last?.state === 'DISMISSED' &&
    last.since === since &&
    SEVERITY[cause.severity] <= SEVERITY[last.severity]
  )
    return nothing(`${known} A person dismissed the alert about it.`, state, 'dismissed');
  if (found < damping.raiseAfter)
    return {
      ...nothing(`${known} Found ${times(found)} of ${damping.raiseAfter}.`, state, 'found'),
      nearMiss: true,
    };
  return raise(state, rule, since, cause, known);
}

function raise(
  state: Episode,
  rule: string,
  since: string,
  cause: Cause,
  reason: string,
): Decided<AlertAction> {
  return {
    action: { do: 'raise', rule, since, alert: cause },
    reason,
    alternatives: [{ action: null, reason: `its cause goes on: found ${times(state.found)} in a row` }],
    verdict: `raise ${cause.severity}: ${cause.title}`,
    state,
  };
}

function whileAbsent({ fine, before, last, damping, evidence }: Look): Decided<AlertAction> {
  const absent = (before?.absent ?? 0) + 1;
  const isOver = absent >= damping.resolveAfter;
  const state: Episode = isOver ? { ...NEVER, absent } : { found: 0, absent, since: before?.since ?? null };
  const open = openOf(last);
  if (!open) return nothing(fine, state, 'fine');
  if (!isOver)
    return {
      ...nothing(`${fine} Absent ${times(absent)} of ${damping.resolveAfter}.`, state, 'absent'),
      nearMiss: true,
    };
  return {
    action: { do: 'resolve', alert: open.id, reason: fine, evidence },
    reason: fine,
    alternatives: [{ action: null, reason: `its cause was absent ${times(absent)} in a row` }],
    verdict: `resolve ${open.id}`,
    state,
  };
}
