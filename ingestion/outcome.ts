/** Why one item was not accepted. Each has a message that says what was wrong and what would be right. */
export type RejectionCode =
  | 'INVALID' // not of the form of a response
  | 'MISSING' // a needed field is absent
  | 'OUT_OF_SCALE' // the answer is none of its scale
  | 'INVALID_TIME' // no date, or an impossible one
  | 'IN_THE_FUTURE' // answered more than a day ahead
  | 'TOO_LONG'
  | 'STALE' // another content for a known id, but not a later answer
  | 'ERASED' // it was erased for its respondent
  | 'FORBIDDEN'; // the caller may not submit into this segment

/** What became of one item of a batch. */
export type Outcome =
  | { readonly status: 'accepted' }
  | { readonly status: 'duplicate' }
  | { readonly status: 'rejected'; readonly code: RejectionCode; readonly message: string };

/** The account of one batch, in the shape of the GraphQL type SubmitPayload. */
export interface BatchAccount {
  accepted: number;
  duplicates: number;
  rejected: { index: number; code: RejectionCode; message: string }[];
}

export const rejected = (code: RejectionCode, message: string): Outcome => ({
  status: 'rejected',
  code,
  message,
});

/** Sums the outcomes of a batch; `index` is the item's place in it. */
export function accountFor(outcomes: readonly Outcome[]): BatchAccount {
  const account: BatchAccount = { accepted: 0, duplicates: 0, rejected: [] };
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'accepted') account.accepted += 1;
    else if (outcome.status === 'duplicate') account.duplicates += 1;
    else account.rejected.push({ index, code: outcome.code, message: outcome.message });
  });
  return account;
}
