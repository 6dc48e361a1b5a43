/** A stream at its end: the answer was delivered, and the library completes the operation. */
export async function* nothingMore(): AsyncGenerator<never> {}

/**
 * What an operation becomes that its client has completed. The library would complete and forget whatever has its id by then, so it
 * must hear no more of it; a promise that is never settled is freed with all that waits for it.
 */
export const nothingEver = (): Promise<never> => new Promise(() => undefined);

/**
 * A stream that yields nothing: for graphql-ws, the life of the subscription. It is returned when the client completes it or is gone,
 * and does not end even then (`nothingEver`).
 */
export function untilReturned(onReturn: () => void): AsyncIterableIterator<never> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: nothingEver,
    return: async () => {
      onReturn();
      return { done: true, value: undefined };
    },
  };
}
