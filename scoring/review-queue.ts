import type { ReviewRules } from '../domain/models/review-rules.ts';
import type { Store } from '../store/database/client.ts';
import type { Lease, Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { runFollower } from '../store/journal/follower.ts';
import { idsOf, readChampion } from '../store/models/models.ts';
import { queueDecisionReviews, queueReviews } from '../store/reviews/review-queue.ts';

/** The name of the follower. */
export const REVIEW_QUEUE = 'review queue';
const ENTRIES = 100;

/**
 * Queues the champion's predictions and people's decisions about models for review, by rule: a follower of the
 * journal whose position is saved with its effect, so that nothing is queued twice or missed.
 */
export async function startReviewQueue(deps: {
  readonly store: Store;
  readonly reviewRules: ReviewRules;
  readonly now: () => number;
  readonly loops: Loops | null;
  readonly onError: (error: Error) => void;
  /** The lease for queuing reviews. */
  readonly lease: Lease;
}): Promise<Work> {
  const { store, reviewRules, now, lease, loops, onError } = deps;
  return runFollower({
    name: REVIEW_QUEUE,
    store,
    batch: ENTRIES,
    gathers: true,
    lease,
    loops,
    onError,
    apply: async (session, entries) => {
      const models = idsOf((await readChampion(session))?.parts ?? []);
      for (const { kind, payload } of entries) {
        if (kind !== 'predictions' || payload.model === undefined || !models.includes(payload.model))
          continue;
        await queueReviews(session, reviewRules, payload.model, payload.added, new Date(now()));
      }
      const decided = entries.flatMap(({ kind, payload }) => (kind === 'model' ? (payload.model ?? []) : []));
      await queueDecisionReviews(session, reviewRules, decided, new Date(now()));
    },
  });
}
