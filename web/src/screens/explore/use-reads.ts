import { useCallback, useEffect, useState } from 'react';
import { type AnyVariables, type CombinedError, useClient } from 'urql';
import type { TypedDocumentString } from '../../gql/graphql.ts';

interface Reads<T> {
  /** In the order of the variables; kept while the next ones are read. */
  readonly data: readonly T[] | undefined;
  readonly error: CombinedError | undefined;
  readonly isLoading: boolean;
  readonly isStale: boolean;
  readonly refresh: () => void;
}

interface Found<T> {
  readonly key: string;
  readonly of: string;
  readonly data?: readonly T[];
  readonly error?: CombinedError;
}

/**
 * Reads one document with several sets of variables: segments side by side. What was read before is shown at once and read again.
 * @param of what the answers are of, in the order of the variables: answers of something else are not kept
 */
export function useReads<T, V>(
  document: TypedDocumentString<T, V>,
  list: readonly V[],
  of: string,
): Reads<T> {
  const client = useClient();
  const key = JSON.stringify(list);
  const [found, setFound] = useState<Found<T>>();
  const [turn, setTurn] = useState(0);
  const query = document.toString();
  useEffect(() => {
    const requestPolicy = turn === 0 ? 'cache-and-network' : 'network-only';
    const list = JSON.parse(key) as AnyVariables[];
    const answers: (T | undefined)[] = list.map(() => undefined);
    // Subscribed to until the next list: an operation that is left as soon as it answers is aborted with an error.
    const subscriptions = list.map((variables, i) =>
      client.query<T>(query, variables, { requestPolicy }).subscribe(({ data, error }) => {
        if (error) setFound({ key, of, error });
        else answers[i] = data;
        if (answers.every((answer) => answer !== undefined)) setFound({ key, of, data: [...answers] as T[] });
      }),
    );
    return () => {
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }, [client, query, key, of, turn]);
  const refresh = useCallback(() => setTurn((before) => before + 1), []);
  const kept = found?.of === of ? found : undefined;
  return {
    data: kept?.data,
    error: kept?.error,
    isLoading: !kept?.data && !kept?.error,
    isStale: found !== undefined && found.key !== key,
    refresh,
  };
}
