import { createClient } from 'graphql-sse';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { refusedWith, requestHeaders } from './session.ts';
import { fetchWhileHeard } from './while-heard.ts';

/*
 * Live updates over server-sent events: the same subscriptions as any client's. A stream that ends is opened again with the
 * position of the last update, so that none is missed. A browser opens six connections to a server, so a screen subscribes
 * once and reads its other panels again when an update arrives.
 */

/** How live the page is. `at`: when the last update or the connection came. */
export interface LiveStatus {
  readonly state: 'off' | 'connecting' | 'live' | 'stale';
  readonly at: number | null;
  /** How long the last change took to be read, in milliseconds; null: none came, or it may not be known. */
  readonly lagMs: number | null;
}

const OFF: LiveStatus = { state: 'off', at: null, lagMs: null };
let status = OFF;
const listeners = new Set<() => void>();
function setStatus(next: LiveStatus): void {
  status = next;
  for (const listener of listeners) listener();
}

/** The status of the page's stream. */
export const useLiveStatus = (): LiveStatus =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => status,
  );

const LONGEST_WAIT_MS = 30_000;
/** The server sends a sign of life every 12 s: a connection that is silent for longer is lost, though nothing has said so. */
const SILENCE_MS = 45_000;

interface Live<T> {
  readonly onUpdate: (data: T) => void;
  /** The position of an update, for `after`. */
  readonly positionOf: (data: T) => string;
  readonly lagOf?: (data: T) => number | null | undefined;
  readonly pause?: boolean;
}

/** Subscribes while the component is shown, and again when the variables change. The document must take `$after`. */
export function useLive<T, V extends { after?: unknown }>(
  document: TypedDocumentString<T, V>,
  variables: Omit<V, 'after'>,
  { onUpdate, positionOf, lagOf = () => null, pause = false }: Live<T>,
): void {
  const handlers = useRef({ onUpdate, positionOf, lagOf });
  handlers.current = { onUpdate, positionOf, lagOf };
  const query = document.toString();
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (pause) return setStatus(OFF);
    const close = openStream<T>(query, JSON.parse(key) as object, {
      onUpdate: (data) => handlers.current.onUpdate(data),
      positionOf: (data) => handlers.current.positionOf(data),
      lagOf: (data) => handlers.current.lagOf(data),
    });
    return () => {
      close();
      setStatus(OFF);
    };
  }, [query, key, pause]);
}

function openStream<T>(
  query: string,
  variables: object,
  { onUpdate, positionOf, lagOf }: Required<Omit<Live<T>, 'pause'>>,
) {
  const client = createClient({
    url: '/graphql',
    credentials: 'same-origin',
    headers: requestHeaders,
    fetchFn: fetchWhileHeard(SILENCE_MS),
    retryAttempts: 0,
  });
  let after: string | null = null;
  let failures = 0;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave: () => void = () => undefined;
  const again = () => {
    if (isOver) return;
    setStatus({ ...status, state: status.at === null ? 'connecting' : 'stale' });
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    timer = setTimeout(begin, wait);
  };
  const begin = () => {
    leave = client.subscribe<T>(
      { query, variables: { ...variables, after } },
      {
        next: ({ data, errors }) => {
          if (errors?.length || !data) {
            // The position is older than what the server keeps: begin with the present.
            after = null;
            return;
          }
          failures = 0;
          after = positionOf(data);
          setStatus({ state: 'live', at: Date.now(), lagMs: lagOf(data) ?? null });
          onUpdate(data);
        },
        error: (error) => {
          const code = (error as { response?: Response }).response?.status;
          if (code === 401) isOver = true;
          refusedWith(code);
          again();
        },
        complete: again,
      },
      {
        // With `after` nothing comes until something changes: an open stream is live all the same.
        connected: () => setStatus({ state: 'live', at: Date.now(), lagMs: null }),
      },
    );
  };
  setStatus({ ...status, state: 'connecting' });
  const back = () => {
    if (status.state !== 'stale') return;
    clearTimeout(timer);
    begin();
  };
  window.addEventListener('online', back);
  begin();
  return () => {
    isOver = true;
    clearTimeout(timer);
    window.removeEventListener('online', back);
    leave();
    client.dispose();
  };
}
