import type { Store } from '../database/client.ts';
import { type FollowOptions, type JournalPosition, journalHead } from './journal.ts';
import { resumeFollower } from './journal-trim.ts';

/** Takes in all that stands in the record; `stopped` says that nobody waits for it any more. */
export type TakeIn = (stopped: () => boolean) => Promise<void>;

/**
 * Where the named follower goes on. Where entries that it has yet to read were deleted, it first takes in the record as it
 * stands, and goes on from the end that the journal had before that; an interrupted start begins again.
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

/** The same for a follower to whom only entries matter: it goes on from the first that is there. */
export async function resumeAtMark(store: Store, name: string): Promise<JournalPosition> {
  const { from, trimmed } = await resumeFollower(store, name);
  return trimmed ?? from;
}
