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

/** What an outcome of a kind says besides what every outcome has. */
export type OutcomeField = 'amount' | 'quantity' | 'name' | 'owner' | 'agent';

interface FieldsOfKind {
  readonly needs: readonly OutcomeField[];
  readonly takes: readonly OutcomeField[];
}

const SUBSCRIPTION: FieldsOfKind = { needs: [], takes: ['amount', 'quantity', 'name'] };
const TICKET: FieldsOfKind = { needs: [], takes: ['name', 'agent'] };
const DEAL: FieldsOfKind = { needs: [], takes: ['amount', 'name', 'agent'] };

/**
 * The fields of each kind. name: the plan, deal, feature, topic or step. amount: what was paid, the price of the subscription's period,
 * the value of the deal. quantity: seats, or how often a feature was used that day.
 * agent: the staff member who handled the ticket or led the deal.
 */
export const FIELDS_OF_KIND: Readonly<Record<OutcomeKind, FieldsOfKind>> = {
  SUBSCRIPTION_STARTED: SUBSCRIPTION,
  SUBSCRIPTION_RENEWED: SUBSCRIPTION,
  SUBSCRIPTION_CANCELLED: SUBSCRIPTION,
  PAYMENT: { needs: ['amount'], takes: ['name'] },
  REFUND: { needs: ['amount'], takes: ['name'] },
  USAGE: { needs: ['quantity'], takes: ['name'] },
  TICKET_OPENED: TICKET,
  TICKET_SOLVED: TICKET,
  DEAL_WON: DEAL,
  DEAL_LOST: DEAL,
  OWNER_CHANGED: { needs: ['owner'], takes: [] },
  ONBOARDING_STEP: { needs: ['name'], takes: [] },
};
