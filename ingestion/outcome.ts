import { cut } from '../domain/text.ts';

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
  | 'TOO_MANY_SOURCES' // the submitter has named as many sources as it may
  | 'TOO_MANY_SURVEYS' // or surveys and their versions
  | 'TOO_MANY_MAPPINGS' // or mappings: sources, surveys, scales and maps together
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

/** Rejections of one batch that are told whole, the first ones; the others are counted by code. */
export const WHOLE_REJECTIONS = 100;
/** Characters of one rejection's message: whatever callers wrote is cut where it is quoted, this is for what is left. */
const LONGEST_MESSAGE = 300;
/** Items of one batch of which the account says where they were filed; the others are counted. */
const FILED_TOLD = 100;

/** The account of one batch, in the shape of the GraphQL type SubmitPayload. */
export interface BatchAccount {
  accepted: number;
  duplicates: number;
  /** The first ones. */
  rejected: { index: number; code: RejectionCode; message: string }[];
  rejectedTotal: number;
  rejectedByCode: { code: RejectionCode; count: number }[];
  /** Items that were filed otherwise than they were sent: the first ones, and how many there are. Absent where there are none. */
  filedAs?: FiledItem[];
  filedAsTotal?: number;
}

export const rejected = (code: RejectionCode, message: string): Outcome => ({
  status: 'rejected',
  code,
  message: cut(message, LONGEST_MESSAGE),
});

/** Sums the outcomes of a batch; `index` is the item's place in it. */
export function accountFor(outcomes: readonly Outcome[]): BatchAccount {
  const counts = new Map<RejectionCode, number>();
  const rejections: BatchAccount['rejected'] = [];
  let [accepted, duplicates, rejectedTotal] = [0, 0, 0];
  outcomes.forEach((outcome, index) => {
    if (outcome.status !== 'rejected') {
      if (outcome.status === 'accepted') accepted += 1;
      else duplicates += 1;
    } else {
      const { code, message } = outcome;
      rejectedTotal += 1;
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (rejections.length < WHOLE_REJECTIONS) rejections.push({ index, code, message });
    }
  });
  const rejectedByCode = [...counts].map(([code, count]) => ({ code, count }));
  return { accepted, duplicates, rejected: rejections, rejectedTotal, rejectedByCode, ...filedOf(outcomes) };
}

function filedOf(outcomes: readonly Outcome[]): Pick<BatchAccount, 'filedAs' | 'filedAsTotal'> {
  const filed = outcomes.flatMap((outcome, index) =>
    outcome.status !== 'rejected' && outcome.filedAs ? [{ index, values: outcome.filedAs }] : [],
  );
  return filed.length === 0 ? {} : { filedAs: filed.slice(0, FILED_TOLD), filedAsTotal: filed.length };
}
