/**
 * A read for several callers at once: those of one turn of the event loop share it. A caller during a read waits for the next one, which
 * begins later than its call.
 */
export function sharedRead<Asked, Answer>(read: (asked: readonly Asked[]) => Promise<Answer>) {
  let running: Promise<unknown> = Promise.resolve();
  let next: { asked: Asked[]; answer: Promise<Answer> } | undefined;
  return (one: Asked): Promise<Answer> => {
    if (next) {
      next.asked.push(one);
      return next.answer;
    }
    const asked = [one];
    const answer = running.then(endOfTurn).then(() => {
      next = undefined;
      return read(asked);
    });
    next = { asked, answer };
    running = answer.catch(() => undefined);
    return answer;
  };
}

const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
