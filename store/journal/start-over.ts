import type { Store } from '../database/client.ts';
import { type FollowOptions, type JournalPosition, journalHead } from './journal.ts';
import { resumeFollower } from './journal-trim.ts';

/** Takes in everything in the database; `stopped` says that the follower was stopped. */
export type TakeIn = (stopped: () => boolean) => Promise<void>;

/**
 * The position to continue from. If entries that the follower has yet to read were deleted, it first takes in
 * the database as it is, and continues from the journal's end before that; an interrupted start begins again.
 */
export async function resume(
  store: Store,
  name: string,
  takeIn: TakeIn,
  save: (at: JournalPosition) => Promise<void>,
): Promise<Pick<FollowOptions, 'from' | 'startOver'>> {
  const { from, trimmed } = await resumeFollower(store, name);
  if (!trimmed) return { from };
  return {
    from,
    startOver: async (stopped) => {
      const head = await journalHead(store);
      await takeIn(stopped);
      if (stopped()) return from;
      await save(head);
      return head;
    },
  };
}

/** The same for a follower that only needs entries: it continues from the first that exists. */
export async function resumeAtMark(store: Store, name: string): Promise<JournalPosition> {
  const { from, trimmed } = await resumeFollower(store, name);
  return trimmed ?? from;
}
