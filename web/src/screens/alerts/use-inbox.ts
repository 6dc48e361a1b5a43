import { useEffect, useMemo, useState } from 'react';
import type { AlertsListQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { useLive } from '../../lib/live.ts';
import { LIST, LIVE } from './documents.ts';
import { SHOWN } from './words.ts';

export type InboxAlert = AlertsListQuery['alerts']['edges'][number]['node'];
export type Tab = keyof typeof SHOWN;

const PAGE = 50;
const TOGETHER_MS = 400;
const NO_UPDATES: ReadonlyMap<string, InboxAlert> = new Map();

/** The alerts of a tab, changed in place as they change; new ones wait until they are asked for. */
export function useInbox(tab: Tab) {
  const [first, setFirst] = useState(PAGE);
  const read = useRead(LIST, { state: SHOWN[tab], first });
  const [updates, setUpdates] = useState(NO_UPDATES);
  useLive(
    LIVE,
    {},
    {
      positionOf: ({ alertUpdates }) => alertUpdates.position,
      onUpdate: ({ alertUpdates: { alert } }) => setUpdates((before) => new Map(before).set(alert.id, alert)),
    },
  );
  const listed = read.data?.alerts.edges;
  const alerts = useMemo(
    () =>
      (listed ?? []).map(({ node }) => {
        const update = updates.get(node.id);
        // Of two changes in one millisecond the stream delivers the last one at the end.
        return update && update.changedAt >= node.changedAt ? update : node;
      }),
    [listed, updates],
  );
  const waiting = useMemo(() => {
    if (listed === undefined) return 0;
    const known = new Set(listed.map(({ node }) => node.id));
    const newest = listed[0]?.node.raisedAt ?? '';
    return [...updates.values()].filter(
      ({ id, state, raisedAt }) => !known.has(id) && SHOWN[tab].includes(state) && raisedAt >= newest,
    ).length;
  }, [listed, updates, tab]);
  const { refresh } = read;
  // An empty list has no place that could jump: what arrives together is shown together.
  const isEmpty = listed?.length === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when one arrives
  useEffect(() => {
    if (!isEmpty || waiting === 0) return;
    const timer = setTimeout(refresh, TOGETHER_MS);
    return () => clearTimeout(timer);
  }, [isEmpty, waiting]);
  return {
    read,
    alerts,
    waiting: isEmpty ? 0 : waiting,
    hasMore: read.data?.alerts.pageInfo.hasNextPage ?? false,
    more: () => setFirst((count) => count + PAGE),
  };
}
