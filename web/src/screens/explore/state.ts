import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { ExploreRead } from '../../../explore-queries.ts';
import type { Granularity } from '../../gql/graphql.ts';
import type { View } from '../../lib/url-state.ts';

/** What Explore shows. */
export const SHOWN = ['series', 'snapshot', 'compare', 'heat', 'why'] as const;
export type Shown = (typeof SHOWN)[number];
export const EVERY: readonly Granularity[] = ['HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER'];

/** Chosen values by dimension field. */
export type Segment = View['segment'];

/** What Explore adds to the filter row; it stands in the address too. */
export interface Explored {
  readonly show: Shown;
  /** Fields of dimensions. */
  readonly by: readonly string[];
  /** Null: as fits the window. */
  readonly every: Granularity | null;
  /** Each point is the window that ends with its bucket. */
  readonly isRolling: boolean;
  /** Segments side by side. */
  readonly segments: readonly Segment[];
  /** Whether reasons are divided by theme. */
  readonly themes: boolean;
  /** The table in the place of the chart. */
  readonly isTable: boolean;
}

/** At most so many segments side by side: more lines cannot be distinguished. */
export const MOST_SEGMENTS = 6;

/** What the address says; what it does not say, or says wrongly, is the default. */
export function readExplored(search: string): Explored {
  const params = new URLSearchParams(search);
  const show = params.get('show') as Shown;
  const every = params.get('every')?.toUpperCase() as Granularity | undefined;
  return {
    show: SHOWN.includes(show) ? show : 'series',
    by: (params.get('by') ?? '').split(',').filter((field) => /^[a-z]\w*$/i.test(field)),
    every: every && EVERY.includes(every) ? every : null,
    isRolling: params.get('rolling') === 'true',
    segments: params
      .getAll('seg')
      .map(readSegment)
      .filter((segment) => Object.keys(segment).length > 0)
      .slice(0, MOST_SEGMENTS),
    themes: params.get('themes') === 'true',
    isTable: params.get('as') === 'table',
  };
}

/** The parameters with those of Explore replaced. */
export function writeExplored(search: string, explored: Explored): URLSearchParams {
  const params = new URLSearchParams(search);
  for (const name of ['show', 'by', 'every', 'rolling', 'seg', 'themes', 'as']) params.delete(name);
  if (explored.show !== 'series') params.set('show', explored.show);
  if (explored.by.length > 0) params.set('by', explored.by.join(','));
  if (explored.every) params.set('every', explored.every.toLowerCase());
  if (explored.isRolling) params.set('rolling', 'true');
  for (const segment of explored.segments) params.append('seg', writeSegment(segment));
  if (explored.themes) params.set('themes', 'true');
  if (explored.isTable) params.set('as', 'table');
  return params;
}

/** "region:Japan|Peru;channel:web", each value percent-encoded. */
function writeSegment(segment: Segment): string {
  return Object.entries(segment)
    .map(([field, values]) => `${field}:${values.map(encodeURIComponent).join('|')}`)
    .join(';');
}

function readSegment(text: string): Segment {
  const segment: Record<string, string[]> = {};
  for (const part of text.split(';')) {
    const [field = '', values = ''] = part.split(':');
    const read = values.split('|').map(decoded).filter(Boolean);
    if (/^[a-z]\w*$/i.test(field) && read.length > 0) segment[field] = read;
  }
  return segment;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** What Explore shows, and what changes it. */
export function useExplored(): readonly [Explored, (change: Partial<Explored>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const explored = useMemo(() => readExplored(search), [search]);
  const change = useCallback(
    (part: Partial<Explored>) => {
      const text = writeExplored(search, { ...readExplored(search), ...part }).toString();
      navigate(text === '' ? path : `${path}?${text}`);
    },
    [navigate, path, search],
  );
  return [explored, change];
}

/** "Japan, Air": the values of a segment. */
export const nameOfSegment = (segment: Segment): string =>
  Object.values(segment).flat().join(', ') || 'All answers';

/** What is read, each with the name of its segment; without segments it is one read of everything. */
export const readsOf = (
  segments: readonly Segment[],
  asked: readonly ExploreRead['variables'][],
): ExploreRead[] => asked.map((variables, i) => ({ name: nameOfSegment(segments[i] ?? {}), variables }));
