import { GraphNotReadyError } from './driver.ts';

/** Work that is done once for all callers; again after a failure. */
export function once(make: () => Promise<void>): () => Promise<void> {
  let made: Promise<void> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** A check that is made at most once in so many milliseconds, for all callers together; after a failure again at once. */
export function forSome(ms: number, check: () => Promise<void>): () => Promise<void> {
  let checked: Promise<void> | undefined;
  let until = 0;
  return () => {
    if (checked && performance.now() < until) return checked;
    const begun = check();
    checked = begun;
    until = performance.now() + ms;
    begun.catch(() => {
      if (checked === begun) checked = undefined;
    });
    return begun;
  };
}

/**
 * Waits for the work so many milliseconds from its first request, for all callers together: later ones are
 * refused at once until it is done.
 * @throws GraphNotReadyError
 */
export function withTimeout(ms: number, work: () => Promise<void>): () => Promise<void> {
  let patience: Promise<never> | undefined;
  return async () => {
    patience ??= new Promise((_, reject) => {
      setTimeout(() => reject(new GraphNotReadyError('its indexes are still being made')), ms).unref();
    });
    patience.catch(() => undefined);
    await Promise.race([work(), patience]);
  };
}
