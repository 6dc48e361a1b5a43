import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { NpsClass, ResponseOrder, Sentiment } from '../../gql/graphql.ts';

/** What the screen's own filters choose; an empty list is everything. It stands in the address. */
export interface Chosen {
  readonly classes: readonly NpsClass[];
  readonly themes: readonly string[];
  readonly sentiment: readonly Sentiment[];
  readonly sources: readonly string[];
  readonly text: string;
  /** Those that are not counted, instead of those that are. */
  readonly uncounted: boolean;
  readonly order: ResponseOrder;
  /** The id of the open answer. */
  readonly answer: string | null;
}

export const CLASSES: readonly NpsClass[] = ['PROMOTER', 'PASSIVE', 'DETRACTOR'];
export const SENTIMENTS: readonly Sentiment[] = ['POSITIVE', 'NEUTRAL', 'NEGATIVE'];

const lower = <T extends string>(known: readonly T[], given: readonly string[]): T[] =>
  known.filter((one) => given.includes(one.toLowerCase()));

/** What the parameters of an address choose; what they say wrongly is left out. */
export function readChosen(search: string): Chosen {
  const params = new URLSearchParams(search);
  const all = (name: string) => params.getAll(name).filter((value) => value !== '');
  return {
    classes: lower(CLASSES, all('class')),
    themes: all('theme'),
    sentiment: lower(SENTIMENTS, all('sentiment')),
    sources: all('source'),
    text: params.get('q') ?? '',
    uncounted: params.get('counted') === 'no',
    order: params.get('order') === 'oldest' ? 'OLDEST' : 'NEWEST',
    answer: params.get('answer') ?? params.get('response') ?? params.get('id'),
  };
}

/** The parameters with the choice in the place of the one that they describe. */
export function writeChosen(search: string, chosen: Chosen): URLSearchParams {
  const params = new URLSearchParams(search);
  for (const name of [
    'class',
    'theme',
    'sentiment',
    'source',
    'q',
    'counted',
    'order',
    'answer',
    'response',
    'id',
  ])
    params.delete(name);
  for (const one of chosen.classes) params.append('class', one.toLowerCase());
  for (const one of chosen.themes) params.append('theme', one);
  for (const one of chosen.sentiment) params.append('sentiment', one.toLowerCase());
  for (const one of chosen.sources) params.append('source', one);
  if (chosen.text !== '') params.set('q', chosen.text);
  if (chosen.uncounted) params.set('counted', 'no');
  if (chosen.order === 'OLDEST') params.set('order', 'oldest');
  if (chosen.answer !== null) params.set('answer', chosen.answer);
  return params;
}

/** Nothing is left out. */
export const NO_FILTERS: Pick<Chosen, 'classes' | 'themes' | 'sentiment' | 'sources' | 'text' | 'uncounted'> =
  { classes: [], themes: [], sentiment: [], sources: [], text: '', uncounted: false };

/** Whether a filter of the screen leaves anything out. */
export const isFiltered = ({ classes, themes, sentiment, sources, text, uncounted }: Chosen): boolean =>
  classes.length + themes.length + sentiment.length + sources.length > 0 || text !== '' || uncounted;

/** The choice of the address, and what changes it. `replace` leaves no step to go back to. */
export function useChosen(): readonly [
  Chosen,
  (change: Partial<Chosen>, options?: { readonly replace?: boolean }) => void,
] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const chosen = useMemo(() => readChosen(search), [search]);
  const change = useCallback(
    (part: Partial<Chosen>, { replace = false } = {}) => {
      const params = writeChosen(search, { ...readChosen(search), ...part }).toString();
      navigate(params === '' ? path : `${path}?${params}`, { replace });
    },
    [navigate, path, search],
  );
  return [chosen, change];
}
