import { DAY_MS, HOUR_MS } from '../../domain/time/time-windows.ts';
import type { AlertState, CaseState, Severity } from '../../store/tables/agents.ts';
import type { Decided } from '../loop/agent.ts';
import { type CoachingAction, type CoachingInputs, decideCoaching } from './coaching.ts';
import { DUE_HOURS, playbookFor } from './playbooks.ts';

/** All that a decision is made of. */
export type Inputs = AccountInputs | CoachingInputs;

/** All that a decision about an alert of an account is made of. */
interface AccountInputs {
  /** ISO 8601, to the day. */
  readonly at: string;
  readonly alert: {
    readonly id: string;
    readonly state: AlertState;
    readonly severity: Severity;
    readonly cause: 'risk' | 'potential';
    readonly reasons: readonly string[];
  };
  /** The last case of it. */
  readonly case: {
    readonly id: string;
    readonly state: CaseState;
    readonly openedAt: string;
    readonly actedAt: string | null;
    readonly closedAt: string | null;
    /** What became of the account is noted on it. Absent in decisions from before it was read. */
    readonly isLearnt?: boolean;
  } | null;
  /** What is known of the account now; null: nothing. */
  readonly account: {
    readonly active: boolean;
    readonly detractor: boolean;
    readonly promoter: boolean;
  } | null;
}

export type OutreachAction =
  | CoachingAction
  | {
      readonly do: 'open';
      readonly alert: string;
      readonly severity: Severity;
      readonly title: string;
      readonly playbook: string;
      readonly hours: number;
    }
  | { readonly do: 'learn'; readonly case: string; readonly result: string };

/** What became of an account is looked at so many days after its case was closed. */
export const LEARN_DAYS = 30;

const nothing = (reason: string, verdict: string): Decided<OutreachAction> => ({
  action: null,
  reason,
  alternatives: [],
  verdict,
});

/** Opens one case for an alert, or proposes coaching, and notes what became of an account a month after its case was closed. */
export function decide(inputs: Inputs): Decided<OutreachAction> {
  return 'alert' in inputs ? decideAccount(inputs) : decideCoaching(inputs);
}

function decideAccount({ at, alert, case: open, account }: AccountInputs): Decided<OutreachAction> {
  if (!open) {
    if (alert.state !== 'OPEN' && alert.state !== 'ACKNOWLEDGED')
      return nothing('The alert is closed, and had no case.', 'closed');
    const { name, title } = playbookFor(alert.cause, alert.reasons);
    const hours = DUE_HOURS[alert.severity];
    return {
      action: { do: 'open', alert: alert.id, severity: alert.severity, title, playbook: name, hours },
      reason: `The alert says: ${alert.reasons.join('; ')}. The playbook ${name} is due within ${hours} hours.`,
      alternatives: [{ action: null, reason: 'a person follows the alert without a case' }],
    };
  }
  if (open.closedAt === null) return nothing('Its case is being worked on.', 'in work');
  // Said once: the alert may be open for long after it.
  if (open.isLearnt) return nothing('What became of the account is noted on its case.', 'learnt');
  const days = Math.floor((Date.parse(at) - Date.parse(open.closedAt)) / DAY_MS);
  if (days < LEARN_DAYS) return nothing(`Its case was closed less than ${LEARN_DAYS} days ago.`, 'too early');
  const result = resultOf(open, account);
  return {
    action: { do: 'learn', case: open.id, result },
    reason: result,
    alternatives: [{ action: null, reason: 'later cases would not show what helped' }],
    verdict: `learn ${open.id}`,
  };
}

function resultOf(
  { openedAt, actedAt, closedAt }: NonNullable<AccountInputs['case']>,
  account: AccountInputs['account'],
): string {
  const hours = (end: string | null) =>
    end === null ? 'never' : `after ${Math.round((Date.parse(end) - Date.parse(openedAt)) / HOUR_MS)} hours`;
  const became = !account
    ? 'nothing is known of the account any more'
    : !account.active
      ? 'the account has cancelled'
      : `the account stayed, and its last answer is ${account.promoter ? 'a promoter’s' : account.detractor ? 'a detractor’s' : 'neither a promoter’s nor a detractor’s'}`;
  return `${LEARN_DAYS} days after it was closed ${became}. Acted on ${hours(actedAt)}, closed ${hours(closedAt)}.`;
}
