import { useEffect, useRef } from 'react';
import { formatAge } from '../../lib/format.ts';
import type { Review } from './use-deck.ts';
import { causeLabel } from './words.ts';

/** The queue beside the review that is looked at. */
export function QueueList({
  ids,
  at,
  reviews,
  onShow,
  hasMore,
}: {
  readonly ids: readonly string[];
  readonly at: string | null;
  readonly reviews: ReadonlyMap<string, Review>;
  readonly onShow: (id: string) => void;
  readonly hasMore: boolean;
}) {
  const current = useRef<HTMLLIElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when another one is looked at
  useEffect(() => {
    // The list alone: the page stays where it is.
    const [item, list] = [current.current, current.current?.closest('nav')];
    if (!item || !list) return;
    const [inner, outer] = [item.getBoundingClientRect(), list.getBoundingClientRect()];
    if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
    if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
  }, [at]);
  const now = Date.now();
  return (
    <nav className="reviews-list" aria-label="Reviews, the longest waiting first">
      <ol>
        {ids.map((id) => {
          const review = reviews.get(id);
          if (!review) return null;
          return (
            <li key={id} ref={id === at ? current : null}>
              <button type="button" aria-current={id === at ? 'true' : undefined} onClick={() => onShow(id)}>
                <span className="reviews-item-head small">
                  <span className={`cause cause-${review.cause.toLowerCase()}`}>
                    {causeLabel(review.cause)}
                  </span>
                  <span className="muted">{formatAge(review.queuedAt, now)}</span>
                </span>
                <span className="reviews-item-text" dir="auto">
                  {review.response?.comment ?? review.decision?.label ?? 'A text that your role may not read'}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      {hasMore && <p className="muted small">More wait; they follow when these are decided.</p>}
    </nav>
  );
}
