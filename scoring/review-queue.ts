import type { ReviewRules } from '../domain/models/review-rules.ts';
import type { Store } from '../store/database/client.ts';
import { hold, type Lease, type Work } from '../store/database/lease.ts';
import { followJournal, saveFollowerPosition } from '../store/journal/journal.ts';
import { resumeAtMark } from '../store/journal/start-over.ts';
import { readChampion } from '../store/models/models.ts';
import { queueDecisionReviews, queueReviews } from '../store/reviews/review-queue.ts';

const NAME = 'review queue';
const ENTRIES = 100;

/**
 * Queues for review, by rule, what the champion says and what people decide about models: a follower of the journal whose position is saved with its effect, so
 * that nothing is queued twice or left out.
 */
export async function startReviewQueue(deps: {
  readonly store: Store;
  readonly reviewRules: ReviewRules;
  readonly now: () => number;
  readonly onError: (error: Error) => void;
  /** Under which reviews are queued. */
  readonly lease: Lease;
}): Promise<Work> {
  const { store, reviewRules, now, onError, lease } = deps;
  return followJournal({
    store,
    limit: ENTRIES,
    from: await resumeAtMark(store, NAME),
    onError,
    handle: async (entries) => {
      const champion = (await readChampion(store))?.id;
      await store.transaction(async (session) => {
        await hold(session, lease);
        for (const { kind, payload } of entries) {
          if (kind !== 'predictions' || payload.model === undefined || payload.model !== champion) continue;
          await queueReviews(session, reviewRules, payload.model, payload.added, new Date(now()));
        }
        const decided = entries.flatMap(({ kind, payload }) =>
          kind === 'model' ? (payload.model ?? []) : [],
        );
        await queueDecisionReviews(session, reviewRules, decided, new Date(now()));
        const last = entries.at(-1);
        if (last) await saveFollowerPosition(session, NAME, last, lease);
      });
    },
  });
}
