import { useEffect, useState } from 'react';
import type { DataConnectionsQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { CONNECTIONS } from './documents.ts';

type Connection = DataConnectionsQuery['connections'][number];

/** What the API returns at once. */
const PAGE = 50;

/** Every connection, the oldest first: the pages after the first one are read by themselves. */
export function useConnections() {
  const read = useRead(CONNECTIONS, {});
  const send = useSend();
  const [others, setOthers] = useState<readonly Connection[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const first = read.data?.connections;
  useEffect(() => {
    let isCurrent = true;
    const readOn = async () => {
      const found: Connection[] = [];
      let page: readonly Connection[] = first ?? [];
      while (page.length === PAGE) {
        const { data, error } = await send(CONNECTIONS, { after: page.at(-1)?.id ?? null });
        if (!isCurrent) return;
        if (!data) return setProblem(error);
        page = data.connections;
        found.push(...page);
      }
      setProblem(null);
      setOthers(found);
    };
    void readOn();
    return () => {
      isCurrent = false;
    };
  }, [first, send]);
  const { error, isLoading, refresh } = read;
  return { connections: first && [...first, ...others], error: error ?? problem, isLoading, refresh };
}
