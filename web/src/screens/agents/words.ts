import type { ApprovalVerb, Autonomy, DecisionState } from '../../gql/graphql.ts';

/** How far an agent may go, in words. */
export const AUTONOMY_WORDS: Readonly<Record<Autonomy, string>> = {
  OBSERVE: 'Observes only',
  PROPOSE: 'Proposes, a person approves',
  ACT: 'Acts by itself',
};

/** How a decision ended, in words. */
export const STATE_WORDS: Readonly<Record<DecisionState, string>> = {
  PROPOSED: 'Waits for a person',
  DUE: 'About to be done',
  DONE: 'Done',
  FAILED: 'Failed',
  OBSERVED: 'Observed only',
  NONE: 'Nothing to do',
  REJECTED: 'Rejected',
};

/** What a person said to a proposal, in words. */
export const VERB_WORDS: Readonly<Record<ApprovalVerb, string>> = {
  APPROVE: 'Approved',
  EDIT: 'Approved with a change',
  REJECT: 'Rejected',
};
