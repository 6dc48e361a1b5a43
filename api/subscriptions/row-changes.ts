import { UnexplainedChangeError } from '../../domain/scores/as-of.ts';
import type { ScoreRow } from '../../domain/scores/score.ts';
import { UnknownMomentError } from '../../proof/as-of.ts';
import { isAfter, type JournalPosition, parsePosition } from '../../store/journal/journal.ts';

/** For a caller who may not read the responses, rows change only as the disclosure ledger does. */
export function changed(shown: ScoreRow, next: ScoreRow): boolean {
  return shown.id !== next.id || JSON.stringify(shown.counts) !== JSON.stringify(next.counts);
}

/** Whether the client's position comes before this one. */
export const isBefore = (position: string, place: JournalPosition) => {
  const parsed = parsePosition(position);
  return parsed !== null && isAfter(place, parsed);
};

/** Null if the journal does not reach back so far, or a change was not recorded. @throws every other error */
export function isUnknown(error: unknown): null {
  if (error instanceof UnknownMomentError || error instanceof UnexplainedChangeError) return null;
  throw error;
}
