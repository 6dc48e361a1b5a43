import { GraphNotReadyError } from './driver.ts';

/** Work that is done once, whoever asks; again after a failure. */
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

/**
 * Waits for the work so many milliseconds from when it was first asked for, all askers together: whoever asks later is refused at
 * once until it is done.
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
