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
  | 'NO_CELL' // its combination of values found no room, and where it would be filed the caller may not submit
  | 'FORBIDDEN'; // the caller may not submit into this segment

export type FiledAs = Readonly<Record<string, string>>;

/** An item that was filed otherwise than it was sent. */
export interface FiledItem {
  readonly index: number;
  readonly values: FiledAs;
}

/** What became of one item of a batch. */
export type Outcome =
  | {
      readonly status: 'accepted' | 'duplicate';
      /** Values of the dimensions by field, where the response is filed otherwise than it was sent. */
      readonly filedAs?: FiledAs;
    }
  | { readonly status: 'rejected'; readonly code: RejectionCode; readonly message: string };

/** Items of one batch of which the account says where they were filed; the others are counted. */
const FILED_TOLD = 100;

/** The account of one batch, in the shape of the GraphQL type SubmitPayload. */
export interface BatchAccount {
  accepted: number;
  duplicates: number;
  rejected: { index: number; code: RejectionCode; message: string }[];
  /** Items that were filed otherwise than they were sent: the first ones, and how many there are. Absent where there are none. */
  filedAs?: FiledItem[];
  filedAsTotal?: number;
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
    if (outcome.status === 'rejected')
      account.rejected.push({ index, code: outcome.code, message: outcome.message });
    else if (outcome.status === 'accepted') account.accepted += 1;
    else account.duplicates += 1;
  });
  return { ...account, ...filedOf(outcomes) };
}

function filedOf(outcomes: readonly Outcome[]): Pick<BatchAccount, 'filedAs' | 'filedAsTotal'> {
  const filed = outcomes.flatMap((outcome, index) =>
    outcome.status !== 'rejected' && outcome.filedAs ? [{ index, values: outcome.filedAs }] : [],
  );
  return filed.length === 0 ? {} : { filedAs: filed.slice(0, FILED_TOLD), filedAsTotal: filed.length };
}
