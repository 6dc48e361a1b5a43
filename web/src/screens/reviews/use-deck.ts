import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { ReviewQueueQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { beforeLeaving } from '../../lib/session.ts';
import { type Choice, deckAfter, EMPTY_DECK } from './deck.ts';
import { Claim, Counts, Decide, Queue, Release } from './documents.ts';
import { choiceWords } from './words.ts';

const PAGE = 100;
/** How long a decision waits before it is sent: decisions are permanent, so this is the time to undo one. */
export const UNDO_MS = 6_000;
/** A review that is only passed on the way to another one is not claimed. */
const CLAIM_AFTER_MS = 500;

export type Review = ReviewQueueQuery['reviewQueue']['edges'][number]['node'];

/** The queue as the reviewer works through it: what is shown, and what can be done with it. */
export function useDeck(decided: boolean) {
  const queue = useRead(Queue, { first: PAGE, decided });
  const counts = useRead(Counts, {});
  const send = useSend();
  const [deck, act] = useReducer(deckAfter, EMPTY_DECK);
  const [notice, setNotice] = useState<string | null>(null);
  const reviews = new Map(queue.data?.reviewQueue.edges.map(({ node }) => [node.id, node]));
  // A decision that waits is shown with what it was about, also when the list does not have it any more.
  const seen = useRef(new Map<string, Review>());
  for (const [id, review] of reviews) seen.current.set(id, review);
  const shown = deck.at === null ? null : (seen.current.get(deck.at) ?? null);

  useEffect(() => {
    if (queue.data && !queue.isStale)
      act({ type: 'load', ids: queue.data.reviewQueue.edges.map(({ node }) => node.id) });
  }, [queue.data, queue.isStale]);

  const { pending } = deck;
  const sending = useRef<(() => Promise<void>) | null>(null);
  const refresh = useRef<() => void>(() => undefined);
  refresh.current = () => {
    queue.refresh();
    counts.refresh();
  };
  useEffect(() => {
    if (pending === null) return;
    let isSent = false;
    const sendNow = async () => {
      if (isSent) return;
      isSent = true;
      clearTimeout(timer);
      // From here on it cannot be undone.
      act({ type: 'sent', id: pending.id });
      const variables = { id: pending.id, input: inputOf(pending.choice, pending.reason) };
      const { error, data } = await send(Decide, variables, { outlivesPage: true });
      if (error !== undefined) {
        setNotice(`Not decided: ${error}`);
        act({ type: 'refused', id: pending.id });
        return;
      }
      const more = data.decideReview.decidedAt === null ? ' It needs another person who decides alike.' : '';
      setNotice(`Sent: ${choiceWords(pending.choice)}.${more}`);
      refresh.current();
    };
    const timer = setTimeout(sendNow, UNDO_MS);
    sending.current = sendNow;
    const stay = beforeLeaving(sendNow);
    return () => {
      stay();
      clearTimeout(timer);
    };
  }, [pending, send]);
  // Leaving the screen sends what waits.
  useEffect(() => () => void sending.current?.(), []);

  useClaim(decided || shown?.blocked ? null : deck.at, pending?.id ?? null, send);

  const decide = useCallback((choice: Choice, reason: string) => {
    // The decision before this one is no longer undone.
    void sending.current?.();
    setNotice(null);
    act({ type: 'decide', choice, reason });
  }, []);
  const undo = useCallback(() => {
    sending.current = null;
    act({ type: 'undo' });
  }, []);
  return { queue, counts, deck, act, shown, reviews: seen.current, notice, decide, undo };
}

/** Claims the review that is looked at, so that no one else decides it meanwhile, and gives it back when it is left. */
function useClaim(id: string | null, pendingId: string | null, send: ReturnType<typeof useSend>): void {
  const decided = useRef(pendingId);
  decided.current = pendingId;
  useEffect(() => {
    if (id === null) return;
    let isClaimed = false;
    const timer = setTimeout(() => {
      isClaimed = true;
      void send(Claim, { id });
    }, CLAIM_AFTER_MS);
    return () => {
      clearTimeout(timer);
      // A decision ends the claim by itself.
      if (isClaimed && decided.current !== id) void send(Release, { id });
    };
  }, [id, send]);
}

function inputOf(choice: Choice, reason: string) {
  if (choice === 'OVERTURN') return { overturn: true, reason };
  return { overturn: false, reason, class: choice === 'CONFIRM' ? null : choice };
}
