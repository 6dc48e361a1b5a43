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

/** Reads one document with several sets of variables: segments side by side. */
export function useReads<T, V>(document: TypedDocumentString<T, V>, list: readonly V[]): Reads<T> {
  const client = useClient();
  const key = JSON.stringify(list);
  const [found, setFound] = useState<{ key: string; data?: readonly T[]; error?: CombinedError }>();
  const [turn, setTurn] = useState(0);
  const query = document.toString();
  useEffect(() => {
    const requestPolicy = turn === 0 ? 'cache-first' : 'network-only';
    const list = JSON.parse(key) as AnyVariables[];
    const answers: (T | undefined)[] = list.map(() => undefined);
    // Subscribed to until the next list: an operation that is left as soon as it answers is aborted with an error.
    const subscriptions = list.map((variables, i) =>
      client.query<T>(query, variables, { requestPolicy }).subscribe(({ data, error }) => {
        if (error) setFound({ key, error });
        else answers[i] = data;
        if (answers.every((answer) => answer !== undefined)) setFound({ key, data: [...answers] as T[] });
      }),
    );
    return () => {
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }, [client, query, key, turn]);
  const refresh = useCallback(() => setTurn((before) => before + 1), []);
  const { data, error } = found ?? {};
  return {
    data,
    error,
    isLoading: !data && !error,
    isStale: found !== undefined && found.key !== key,
    refresh,
  };
}
