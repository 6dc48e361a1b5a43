import type { Session } from '../../store/database/client.ts';
import {
  isAfter,
  type JournalEntry,
  type JournalPosition,
  journalHead,
  readCommitted,
} from '../../store/journal/journal.ts';
import { sharedRead } from '../../store/journal/shared-read.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';

/** Live queries' reads of the journal's end; concurrent ones share a read. */
export interface JournalEnds {
  /** The last entry that followers may read, at this moment or later. */
  head(): Promise<JournalPosition>;
  /** Every committed entry after the position, final or not; null: too many. */
  since(at: JournalPosition): Promise<readonly JournalEntry[] | null>;
}

const MOST = 500;

export function journalEnds(session: Session, cells: StoredCellDictionary): JournalEnds {
  const head = sharedRead<null, JournalPosition>(async () => {
    const last = await journalHead(session);
    // A position had cells that were new there.
    await cells.refresh(session);
    return last;
  });
  const since = sharedRead<JournalPosition, JournalEntry[]>((places) =>
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
