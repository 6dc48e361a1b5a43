import { LIMITS } from '../limits.ts';

/**
 * Tells, before each write, whether the reader leaves too much unread. What is written in one go (the present rows of
 * many groups, the changes of one tick) nobody could have read in between: only what was left from before counts. So
 * there waits at most LIMITS.unread and what one go writes.
 */
export function tooMuchUnread(unread: () => number): () => boolean {
  let before: number | undefined;
  return () => {
    if (before === undefined) {
      before = unread();
      setImmediate(() => {
        before = undefined;
      });
    }
    return before > LIMITS.unread;
  };
}
