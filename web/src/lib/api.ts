import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  type AnyVariables,
  Client,
  type CombinedError,
  cacheExchange,
  fetchExchange,
  mapExchange,
  type RequestPolicy,
  useClient,
  useQuery,
} from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { refusedWith, requestHeaders } from './session.ts';

/** A client for one session: signing in as another caller makes a new one, with an empty cache. */
export function createApiClient(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetch: freshAfterMutations(),
    fetchOptions: () => fetchOptions(),
    exchanges: [
      mapExchange({
        onError: (error) => refusedWith((error.response as Response | undefined)?.status),
      }),
      cacheExchange,
      fetchExchange,
    ],
  });
}

const fetchOptions = (more: RequestInit = {}): RequestInit => ({
  credentials: 'same-origin',
  headers: requestHeaders(),
  ...more,
});

/** `fetch`, except that a request which is not waited for any more never settles: urql would leave its error unhandled. */
const quietFetch: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init);
    const { status, statusText, headers } = response;
    return new Response((await response.text()) || null, { status, statusText, headers });
  } catch (error) {
    if (init?.signal?.aborted) return new Promise(() => undefined);
    throw error;
  }
};

/** More mutations than this while one query is under way: its answer is shown as it is. */
const SENT_AGAIN_AT_MOST = 5;

/**
 * `fetch`, except that a query which was under way when a mutation was answered is sent again: its answer may be from before the
 * mutation. urql answers a query that is asked for again from the one under way, so a screen that reads again after a change would
 * keep what was there before.
 */
function freshAfterMutations(): typeof fetch {
  let answered = 0;
  return async (input, init) => {
    const isMutation = isMutationText(JSON.parse(String(init?.body)).query);
    for (let sent = 1; ; sent++) {
      const before = answered;
      const response = await quietFetch(input, init);
      if (isMutation) answered += 1;
      if (isMutation || answered === before || sent > SENT_AGAIN_AT_MOST) return response;
    }
  };
}

/** What a panel knows of its data. */
export interface Read<T> {
  /** The newest answer; kept while the next one is under way. */
  readonly data: T | undefined;
  /** Not when the server does not answer what is shown and read again: `data` is stale then, and is read once more. */
  readonly error: CombinedError | undefined;
  /** Nothing to show yet. */
  readonly isLoading: boolean;
  /** `data` is of the query before, or is being read again. */
  readonly isStale: boolean;
  /** `data` is of other variables: of the choice before, while the answer to this one is under way. */
  readonly isOfBefore: boolean;
  /** What the answer says beside its data: masked fields, empty windows. */
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  /** Reads it again from the server. */
  readonly refresh: () => void;
}

/** Reads a query, and again when its variables change. `pause` waits. */
export function useRead<T, V>(
  document: TypedDocumentString<T, V>,
  variables: V,
  { pause = false, policy }: { readonly pause?: boolean; readonly policy?: RequestPolicy } = {},
): Read<T> {
  const [{ data, error, fetching, stale, extensions, operation }, execute] = useQuery<T, AnyVariables>({
    query: document.toString(),
    variables: variables as AnyVariables,
    pause,
    ...(policy ? { requestPolicy: policy } : {}),
  });
  // What was shown last stays in place until the new answer is there.
  const [last, setLast] = useState<{ readonly data: T; readonly of: string }>();
  const of = JSON.stringify(operation?.variables);
  useEffect(() => {
    if (data !== undefined && data !== null && !fetching) setLast({ data, of });
  }, [data, fetching, of]);
  const wanted = JSON.stringify(variables);
  const refresh = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  // Nor does it go when it is read again and the server is away: forms that are being filled are part of it.
  const unanswered = last?.of === wanted && isUnanswered(error) ? error : undefined;
  useEffect(() => {
    if (!unanswered) return;
    const timer = setTimeout(refresh, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [unanswered, refresh]);
  const failed = unanswered ? undefined : error;
  const shown = data ?? (failed ? undefined : last?.data);
  return {
    data: shown ?? undefined,
    error: failed,
    isLoading: shown === undefined && !failed,
    isStale: stale || unanswered !== undefined || (fetching && shown !== undefined),
    isOfBefore: fetching && shown !== undefined && of !== wanted,
    extensions,
    refresh,
  };
}

/** So long after a read that the server did not answer, what is shown is read again. */
const AGAIN_MS = 5_000;

/** The server is away, or failed as a whole: that says nothing of what was asked for. */
function isUnanswered(error: CombinedError | undefined): boolean {
  const status = (error?.response as Response | undefined)?.status;
  return error?.networkError !== undefined && (status === undefined || status >= 500);
}

/** What an operation answered: its data, or why it failed, in words. */
export type Outcome<T> =
  | { readonly data: T; readonly error?: undefined }
  | { readonly data?: undefined; readonly error: string };

const isMutationText = (text: string) => /^\s*mutation\b/.test(text);

interface SendOptions {
  /** It arrives although the page is left meanwhile: at most 64 KiB at a time. */
  readonly outlivesPage?: boolean;
}

/** Sends a mutation, or a query on demand. */
export function useSend(): <T, V>(
  document: TypedDocumentString<T, V>,
  variables: V,
  options?: SendOptions,
) => Promise<Outcome<T>> {
  const client = useClient();
  return useMemo(
    () =>
      async (document, variables, { outlivesPage = false } = {}) => {
        const text = document.toString();
        const sent = variables as AnyVariables;
        const context = outlivesPage ? { fetchOptions: () => fetchOptions({ keepalive: true }) } : {};
        const { data, error } = isMutationText(text)
          ? await client.mutation(text, sent, context).toPromise()
          : await client.query(text, sent, { requestPolicy: 'network-only' }).toPromise();
        if (error || data === undefined || data === null) return { error: errorText(error) };
        return { data };
      },
    [client],
  );
}

/** An error in words for people. */
export function errorText(error: CombinedError | undefined): string {
  if (!error) return 'The server sent no answer.';
  const [first] = error.graphQLErrors;
  if (first) return first.message;
  return error.networkError ? 'The server does not answer.' : error.message;
}
