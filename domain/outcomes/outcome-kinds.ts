/** What became of a respondent or an account. */
export const OUTCOME_KINDS = [
  'SUBSCRIPTION_STARTED',
  'SUBSCRIPTION_RENEWED',
  'SUBSCRIPTION_CANCELLED',
  'PAYMENT',
  'REFUND',
  'USAGE',
  'TICKET_OPENED',
  'TICKET_SOLVED',
  'DEAL_WON',
  'DEAL_LOST',
  'OWNER_CHANGED',
  'ONBOARDING_STEP',
] as const;

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];
