import { useEffect, useRef, useState } from 'react';
import type { TraceDirection } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { GROUPS } from './documents.ts';
import type { Level } from './picture.ts';

/** The groups of each opened node, each read once. */
export function useLevels(ids: readonly string[], direction: TraceDirection): Level[] {
  const send = useSend();
  const [read, setRead] = useState<ReadonlyMap<string, Level>>(new Map());
  const asked = useRef(new Set<string>());
  const keyOf = (id: string) => `${direction} ${id}`;
  const keys = ids.map(keyOf).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `keys` stands for ids and direction
  useEffect(() => {
    for (const id of ids) {
      const key = keyOf(id);
      if (asked.current.has(key)) continue;
      asked.current.add(key);
      void send(GROUPS, { id, direction }).then(({ data, error }) => {
        if (error) asked.current.delete(key);
        const level = { id, groups: data?.lineageGroups ?? null, error: error ?? null };
        setRead((before) => new Map(before).set(key, level));
      });
    }
  }, [keys, send]);
  return ids.map((id) => read.get(keyOf(id)) ?? { id, groups: null, error: null });
}
