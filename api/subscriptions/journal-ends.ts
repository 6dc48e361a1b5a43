import type { Session } from '../../store/database/client.ts';
import {
  isAfter,
  type JournalEntry,
  type JournalPosition,
  journalHead,
  readCommitted,
} from '../../store/journal/journal.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';

/** What tiles ask of the journal's end; asked at once by many, it is read once. */
export interface JournalEnds {
  /** The last entry that followers may read, at this moment or later. */
  head(): Promise<JournalPosition>;
  /** Every entry after the place that is committed by now, final or not; null: too many. */
  since(at: JournalPosition): Promise<readonly JournalEntry[] | null>;
}

const MOST = 500;

export function journalEnds(session: Session, cells: StoredCellDictionary): JournalEnds {
  const head = shared<null, JournalPosition>(async () => {
    const last = await journalHead(session);
    // A place holds cells that were new there.
    await cells.refresh(session);
    return last;
  });
  const since = shared<JournalPosition, JournalEntry[]>((places) =>
    readCommitted(
      session,
      places.reduce((first, place) => (isAfter(first, place) ? place : first)),
      MOST,
    ),
  );
  return {
    head: () => head(null),
    since: async (at) => {
      const entries = await since(at);
      return entries.length === MOST ? null : entries.filter((entry) => isAfter(entry, at));
    },
  };
}

/** Who asks while a read is going on waits for the next one, which begins later than all of them have asked. */
function shared<Asked, Answer>(read: (asked: readonly Asked[]) => Promise<Answer>) {
  let running: Promise<unknown> = Promise.resolve();
  let next: { asked: Asked[]; answer: Promise<Answer> } | undefined;
  return (one: Asked): Promise<Answer> => {
    if (next) {
      next.asked.push(one);
      return next.answer;
    }
    const asked = [one];
    const answer = running.then(() => {
      next = undefined;
      return read(asked);
    });
    next = { asked, answer };
    running = answer.catch(() => undefined);
    return answer;
  };
}
