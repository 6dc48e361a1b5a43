import type { AccountFacts } from '../../store/outcomes/account-facts.ts';
import { type AlertAction, type Cause, decideAlert } from '../alerting/episode.ts';
import type { Decided } from '../loop/agent.ts';
import type { AccountCause, Inputs } from './inputs.ts';
import { churnProbability } from './model.ts';

const RULE = 'accounts@1';
/** Facts are those of a day: one look is enough to say so, two to say that it is over. */
const DAMPING = { raiseAfter: 1, resolveAfter: 2 };

/** Why an account is at risk, or has potential: none, if it is not. */
export function reasonsOf(cause: AccountCause, facts: AccountFacts): string[] {
  const { detractor, promoter, falling, leaving, usageFell, usageGrew, pays } = facts;
  const risks = [
    ...(detractor && pays ? ['its last answer is a detractor’s, and it pays'] : []),
    ...(falling ? ['its scores fall'] : []),
    ...(leaving ? ['an answer names cancellation'] : []),
    ...(usageFell ? ['its usage fell by half'] : []),
  ];
  if (cause === 'risk') return risks;
  if (risks.length > 0 || !promoter) return [];
  return usageGrew ? ['its last answer is a promoter’s', 'its usage grows'] : [];
}

const round = (value: number) => Math.round(value * 100) / 100;

/** One alert for each account and cause, as many in a week as the team can act on. */
export function decide({
  at,
  cause,
  facts,
  model,
  why,
  rank,
  left,
  before,
  last,
}: Inputs): Decided<AlertAction> {
  const reasons = facts ? reasonsOf(cause, facts) : [];
  const what = cause === 'risk' ? 'An account is at risk' : 'An account has potential';
  if (facts && reasons.length > 0 && rank > left)
    return {
      action: null,
      reason: `${what}: ${reasons.join('; ')}. It is number ${rank} where ${left} more can be acted on this week.`,
      alternatives: [{ action: null, reason: 'the accounts before it are more urgent' }],
      nearMiss: true,
      verdict: 'above capacity',
      // Remembered as found: it is listed, and its alert, once there is one, says since when.
      state: { found: (before?.found ?? 0) + 1, absent: 0, since: before?.since ?? at },
    };
  const found: Cause | null =
    facts && reasons.length > 0
      ? {
          severity: severityOf(cause, facts, reasons.length),
          title: `${what}: ${reasons.join('; ')}`,
          summary: summaryOf({ cause, facts, model, why }),
          // No answers: together with what became of the account they would tie answers to one another.
          evidence: [],
          facts: { cause, reasons },
        }
      : null;
  const fine = facts ? 'None of the reasons holds.' : 'The account has cancelled, or is not known any more.';
  return decideAlert({ at, rule: RULE, cause: found, fine, evidence: [], before, last, damping: DAMPING });
}

function summaryOf({
  cause,
  facts,
  model,
  why,
}: Pick<Inputs, 'cause' | 'model' | 'why'> & { readonly facts: AccountFacts }) {
  if (cause === 'potential') return 'It may be asked for a review, or offered more.';
  if (!model) return `Found by rules alone: ${why}.`;
  const { base, k, precision } = model.heldOut;
  const chance = round(churnProbability(model, facts));
  return `The chance that it cancels within 90 days is ${chance}. Of the ${k} that the model put first in the last quarter ${round(precision)} cancelled, of all ${round(base)}.`;
}

function severityOf(
  cause: AccountCause,
  { leaving, pays }: AccountFacts,
  reasons: number,
): Cause['severity'] {
  if (cause === 'potential') return 'INFO';
  return pays && (leaving || reasons > 1) ? 'CRITICAL' : 'WARNING';
}
