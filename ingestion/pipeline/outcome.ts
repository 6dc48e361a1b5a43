import { cut, TEXT_RULES } from '../../domain/text/text.ts';

/** Why one item was rejected. Each has a message that says what was wrong and what would be right. */
export type RejectionCode =
  | 'INVALID' // not of the form of a response
  | 'MISSING' // a needed field is absent
  | 'OUT_OF_SCALE' // the answer is none of its scale
  | 'INVALID_TIME' // no date, or an impossible one
  | 'IN_THE_FUTURE' // answered more than a day ahead
  | 'TOO_LONG'
  | 'STALE' // another content for a known id, but not a newer one
  | 'INCOMPARABLE' // its revision is a time where those of the id are numbers, or the other way round
  | 'ERASED' // it was erased for its respondent
  | 'TOO_MANY_SOURCES' // the submitter has named as many sources as it may
  | 'TOO_MANY_SURVEYS' // or surveys and their versions
  | 'TOO_MANY_MAPPINGS' // or mappings: sources, surveys, scales and maps together
  | 'TOO_MANY_SEGMENTS' // change events concern as many different segments as they may
  | 'NO_CELL' // its combination of values found no room, and where it would be filed the caller may not submit
  | 'FORBIDDEN'; // the caller may not submit into this segment

/** What was changed or guessed in an accepted item. Each code has its sentence in `NOTE_MESSAGES`. */
export type NoteCode =
  | 'COMMENT_CUT' // its end is not kept
  | 'HALF_CHARACTER' // half of a surrogate pair in the comment is left out
  | 'VALUE_TOO_LONG' // of a dimension: filed under "other"
  | 'ITEM_CUT' // the item as it arrived is not kept whole
  | 'CORRECTED' // it replaces what was stored for its id before
  | 'TIME_SKIPPED' // clocks never showed the time of answering
  | 'TIME_REPEATED'; // clocks showed it twice

/** The meaning of each note, for reports. */
export const NOTE_MESSAGES: Readonly<Record<NoteCode, string>> = {
  COMMENT_CUT: `the comment is longer than ${TEXT_RULES.comment.longest} characters; its end is not kept`,
  HALF_CHARACTER: 'the comment contained half of a character, as a cut text does; it is left out',
  VALUE_TOO_LONG: `a value of a dimension is longer than ${TEXT_RULES.value.longest} characters; the answer is filed under "other" there`,
  ITEM_CUT: 'the item is too long to be kept whole as it arrived; its longest values are cut there',
  CORRECTED: 'the row replaces what was stored for its id before',
  TIME_SKIPPED:
    'the clocks of the zone never showed this time, since they were moved on past it; the nearest time that they showed counts',
  TIME_REPEATED:
    'the clocks of the zone showed this time twice, since they were moved back; one of the two moments counts, by the rule of the map',
};

export type FiledAs = Readonly<Record<string, string>>;

/** An item that was filed in another cell than sent. */
export interface FiledItem {
  readonly index: number;
  readonly values: FiledAs;
}

/** An accepted item with notes. */
export interface NotedItem {
  readonly index: number;
  readonly codes: readonly NoteCode[];
}

/** The result of one item of a batch. */
export type Outcome =
  | {
      readonly status: 'accepted' | 'duplicate';
      /** Values of the dimensions by field, if the response is filed in another cell than sent. */
      readonly filedAs?: FiledAs;
      /** What was changed or guessed to accept it; absent if nothing was. */
      readonly notes?: readonly NoteCode[];
    }
  | { readonly status: 'rejected'; readonly code: RejectionCode; readonly message: string };

/** Rejections of one batch that are listed in full, the first ones; the others are counted by code. */
export const WHOLE_REJECTIONS = 100;
/** Characters of one rejection's message, a second bound: quoted values are cut already. */
const LONGEST_MESSAGE = 300;
/** Items of one batch listed with their cell; the others are counted. */
const FILED_TOLD = 100;
/** Items of one batch listed with their notes; the others are counted by code. */
const NOTED_TOLD = 100;

/** The result of one batch, in the shape of the GraphQL type SubmitPayload. */
export interface BatchAccount {
  accepted: number;
  duplicates: number;
  /** The first ones. */
  rejected: { index: number; code: RejectionCode; message: string }[];
  rejectedTotal: number;
  rejectedByCode: { code: RejectionCode; count: number }[];
  /** Items that were filed otherwise: the first ones, and how many there are. Absent if there are none. */
  filedAs?: FiledItem[];
  filedAsTotal?: number;
  /**
   * How many of the accepted items and duplicates have each note, and the first of them. Absent if there are
   * none.
   */
  notes?: NoteCounts;
  noted?: NotedItem[];
}

/** Items by the code of their notes. */
export type NoteCounts = Partial<Record<NoteCode, number>>;

export const rejected = (code: RejectionCode, message: string): Outcome => ({
  status: 'rejected',
  code,
  message: cut(message, LONGEST_MESSAGE),
});

/**
 * Sums the outcomes of a batch; `index` is the item's place in it, or in `places` where items have several outcomes. Null is an item that
 * was left out.
 */
export function accountFor(
  outcomes: readonly (Outcome | null)[],
  places: readonly number[] = [...outcomes.keys()],
): BatchAccount {
  const counts = new Map<RejectionCode, number>();
  const rejections: BatchAccount['rejected'] = [];
  let [accepted, duplicates, rejectedTotal] = [0, 0, 0];
  outcomes.forEach((outcome, index) => {
    if (outcome === null) return;
    if (outcome.status !== 'rejected') {
      if (outcome.status === 'accepted') accepted += 1;
      else duplicates += 1;
    } else {
      const { code, message } = outcome;
      rejectedTotal += 1;
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (rejections.length < WHOLE_REJECTIONS)
        rejections.push({ index: places[index] as number, code, message });
    }
  });
  const rejectedByCode = [...counts].map(([code, count]) => ({ code, count }));
  return {
    accepted,
    duplicates,
    rejected: rejections,
    rejectedTotal,
    rejectedByCode,
    ...filedOf(outcomes, places),
    ...notedOf(outcomes, places),
  };
}

function filedOf(
  outcomes: readonly (Outcome | null)[],
  places: readonly number[],
): Pick<BatchAccount, 'filedAs' | 'filedAsTotal'> {
  const filed = outcomes.flatMap((outcome, index) =>
    outcome && outcome.status !== 'rejected' && outcome.filedAs
      ? [{ index: places[index] as number, values: outcome.filedAs }]
      : [],
  );
  return filed.length === 0 ? {} : { filedAs: filed.slice(0, FILED_TOLD), filedAsTotal: filed.length };
}

function notedOf(
  outcomes: readonly (Outcome | null)[],
  places: readonly number[],
): Pick<BatchAccount, 'notes' | 'noted'> {
  const noted = outcomes.flatMap((outcome, index) => {
    const codes = notesOf(outcome);
    return codes.length > 0 ? [{ index: places[index] as number, codes }] : [];
  });
  if (noted.length === 0) return {};
  return { notes: addNotes({}, outcomes), noted: noted.slice(0, NOTED_TOLD) };
}

/** The notes of an outcome; none of a rejection or of an item that was left out. */
export function notesOf(outcome: Outcome | null): readonly NoteCode[] {
  return outcome === null || outcome.status === 'rejected' ? [] : (outcome.notes ?? []);
}

/** Adds the notes of the outcomes to the counts, and returns these. */
export function addNotes(counts: NoteCounts, outcomes: readonly (Outcome | null)[]): NoteCounts {
  for (const code of outcomes.flatMap(notesOf)) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
