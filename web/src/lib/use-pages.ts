import { useEffect, useRef, useState } from 'react';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { type Read, useRead, useSend } from './api.ts';

const PAGE = 25;

interface Connection<Row> {
  readonly edges: readonly { readonly node: Row }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The rows of a list that were read so far, and how to read older ones. */
interface Pages<T, Row> extends Pick<Read<T>, 'data' | 'error' | 'isLoading' | 'isStale' | 'refresh'> {
  readonly rows: readonly Row[];
  readonly hasOlder: boolean;
  readonly readOlder: () => Promise<void>;
  readonly isReadingOlder: boolean;
  /** Why the older ones could not be read. */
  readonly problem: string | null;
}

/** Reads a list page by page; from its beginning again when `changes` counts on. `connectionOf` finds the list in an answer. */
export function usePages<T, Row>(
  document: TypedDocumentString<T, { first: number; after?: string | null | undefined }>,
  connectionOf: (data: T) => Connection<Row>,
  changes: number,
): Pages<T, Row> {
  const { data, error, isLoading, isStale, refresh } = useRead(
    document,
    { first: PAGE, after: null },
    { policy: 'network-only' },
  );
  const send = useSend();
  const [more, setMore] = useState<Connection<Row> | null>(null);
  const [older, setOlder] = useState<readonly Row[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [isReadingOlder, setReadingOlder] = useState(false);
  // A page that is read already, or of the list before a change, is not added.
  const reading = useRef<object | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after a change
  useEffect(() => {
    if (changes === 0) return;
    reading.current = null;
    setReadingOlder(false);
    setMore(null);
    setOlder([]);
    refresh();
  }, [changes]);
  const first = data === undefined ? null : connectionOf(data);
  const { hasNextPage = false, endCursor = null } = (more ?? first)?.pageInfo ?? {};
  const readOlder = async () => {
    if (reading.current !== null) return;
    const mine = {};
    reading.current = mine;
    setReadingOlder(true);
    const answer = await send(document, { first: PAGE, after: endCursor });
    if (reading.current !== mine) return;
    reading.current = null;
    setReadingOlder(false);
    setProblem(answer.error ?? null);
    if (!answer.data) return;
    const page = connectionOf(answer.data);
    setOlder((before) => [...before, ...page.edges.map(({ node }) => node)]);
    setMore(page);
  };
  return {
    ...{ data, error, isLoading, isStale, refresh, problem, readOlder, isReadingOlder },
    rows: [...(first?.edges.map(({ node }) => node) ?? []), ...older],
    hasOlder: hasNextPage,
  };
}
