/** A stream at its end: the answer was delivered, and the library completes the operation. */
export async function* nothingMore(): AsyncGenerator<never> {}

/** A stream that yields nothing and ends when it is returned: for graphql-ws, the life of the subscription. */
export function untilReturned(onReturn: () => void): AsyncIterableIterator<never> {
  let end: (result: IteratorResult<never>) => void = () => undefined;
  const ended = new Promise<IteratorResult<never>>((resolve) => {
    end = resolve;
  });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => ended,
    return: () => {
      onReturn();
      end({ done: true, value: undefined });
      return ended;
    },
  };
}
