/** `fetch` for streams, which fails once nothing has arrived for so long: a connection can be lost without an end. */
export function fetchWhileHeard(silenceMs: number): typeof fetch {
  return async (input, init) => {
    const stop = new AbortController();
    init?.signal?.addEventListener('abort', () => stop.abort(), { once: true });
    if (init?.signal?.aborted) stop.abort();
    const timer = setTimeout(() => stop.abort(), silenceMs);
    const response = await fetch(input, { ...init, signal: stop.signal }).finally(() => clearTimeout(timer));
    const { ok, body, status, statusText, headers } = response;
    return ok && body ? new Response(whileHeard(body, silenceMs), { status, statusText, headers }) : response;
  };
}

/** The same stream, which fails once nothing has arrived for so long. */
export function whileHeard(
  stream: ReadableStream<Uint8Array>,
  silenceMs: number,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new ReadableStream({
    pull: async (controller) => {
      const silent = new Promise<null>((done) => {
        timer = setTimeout(() => done(null), silenceMs);
      });
      const part = await Promise.race([reader.read(), silent]).finally(() => clearTimeout(timer));
      if (part?.done) return controller.close();
      if (part) return controller.enqueue(part.value);
      controller.error(new Error(`nothing arrived for ${silenceMs / 1_000} s`));
      await reader.cancel().catch(() => undefined);
    },
    cancel: async (reason) => {
      clearTimeout(timer);
      await reader.cancel(reason);
    },
  });
}
