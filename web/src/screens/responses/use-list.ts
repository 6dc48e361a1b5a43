import { useEffect, useMemo, useRef } from 'react';
import type { ResponsesCountsQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { useLive } from '../../lib/live.ts';
import { useViewer } from '../../lib/viewer.tsx';
import type { Chosen } from './address.ts';
import { COUNTS, LIVE, SOURCES } from './documents.ts';
import type { Facet } from './filters.tsx';
import type { Answers, ListQuery } from './use-answers.ts';

/** How often the list looks for newer answers, at most. */
const LOOK_MS = 2_000;

/** The list's query: the edges of the window come from the score, so that both count the same answers. */
export function useQueryOf(
  chosen: Chosen,
  segment: ListQuery['segment'],
  row: { readonly time: string; readonly until: string } | null,
  isPast: boolean,
  isWithoutWindow: boolean,
): ListQuery | null {
  const { can } = useViewer();
  if (row === null && can('readScore') && !isWithoutWindow) return null;
  const some = <T>(values: readonly T[]): T[] | null => (values.length === 0 ? null : [...values]);
  return {
    segment,
    from: row?.time ?? null,
    to: isPast ? (row?.until ?? null) : null,
    class: some(chosen.classes),
    themes: some(chosen.themes),
    sentiment: some(chosen.sentiment),
    sources: some(chosen.sources),
    text: chosen.text === '' ? null : chosen.text,
    counted: !chosen.uncounted,
    order: chosen.order,
  };
}

/** Looks for newer answers when the score changes. */
export function useFresh(
  { look }: Answers,
  {
    pause,
    ...variables
  }: { readonly segment: ListQuery['segment']; readonly window: string; readonly pause: boolean },
): void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  useLive(LIVE, variables, {
    pause,
    positionOf: ({ npsUpdates }) => npsUpdates.position,
    lagOf: ({ npsUpdates }) => npsUpdates.lagMs,
    onUpdate: () => {
      timer.current ??= setTimeout(() => {
        timer.current = null;
        latest.current();
      }, LOOK_MS);
    },
  });
}

/** The list's answers by source and sentiment, before its own filters. */
export function useCounts(query: ListQuery | null) {
  const { can } = useViewer();
  return useRead(
    COUNTS,
    {
      segment: query?.segment ?? null,
      from: query?.from ?? null,
      to: query?.to ?? null,
      predictions: can('readPrediction'),
    },
    { pause: query === null },
  );
}

/** The sources of the segment, those of the answers that were read so far, and the chosen ones: a segment may have more than one page of them. */
export function useSources(
  { rows }: Answers,
  segment: ListQuery['segment'],
  chosen: Chosen,
  counted: ResponsesCountsQuery['responseCounts'] | undefined,
): Facet[] {
  const { data } = useRead(SOURCES, { segment });
  const seen = useRef({ names: new Set<string>(), rows: 0 });
  // Rows are added at the end, so that only those are looked at; a shorter list is another one.
  if (rows.length < seen.current.rows) seen.current.rows = 0;
  for (const { source } of rows.slice(seen.current.rows)) seen.current.names.add(source);
  seen.current.rows = rows.length;
  const found = seen.current.names.size;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `found` says that there is another name
  return useMemo(() => {
    const bySource = new Map(counted?.sources.map(({ source, responses }) => [source, responses]));
    const known = data?.sources.edges.map(({ node }) => node.name) ?? [];
    return [...new Set([...known, ...bySource.keys(), ...seen.current.names, ...chosen.sources])]
      .sort()
      .map((id) => ({ id, label: id, count: bySource.get(id) ?? (counted?.complete ? 0 : null) }));
  }, [found, data, counted, chosen.sources]);
}
