import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Basis, SegmentInput } from '../gql/graphql.ts';

/** What the filter row chooses. It stands in the address, so that every view can be sent to a colleague. */
export interface View {
  /** Chosen values by dimension field; a dimension without an entry is free. */
  readonly segment: Readonly<Record<string, readonly string[]>>;
  /** An ISO 8601 duration, as the API takes it. */
  readonly window: string;
  /** The moment at which windows end, RFC 3339; null: now. */
  readonly asOf: string | null;
  readonly compare: Compare;
  readonly basis: Basis;
}

export type Compare = 'previous' | 'year';

export const WINDOWS = ['P7D', 'P30D', 'P90D', 'P12M'] as const;
export const BASES: readonly Basis[] = ['SURVEYED', 'INFERRED', 'COMBINED'];

const DEFAULTS = { window: 'P30D', compare: 'previous', basis: 'SURVEYED' } as const;
/** Dimensions are configured: their fields are set apart from the other parameters. */
const DIMENSION = 's.';
const VIEW_PARAMETERS = ['window', 'asOf', 'vs', 'basis'];
const DURATION = /^P(?:\d{1,4}[DWMY]|T\d{1,4}[HM])$/;

/** The view that the parameters of an address describe; what they do not say, or say wrongly, is the default. */
export function readView(search: string): View {
  const params = new URLSearchParams(search);
  const segment: Record<string, string[]> = {};
  for (const [name, value] of params) {
    if (!name.startsWith(DIMENSION) || value === '') continue;
    const field = name.slice(DIMENSION.length);
    segment[field] = [...(segment[field] ?? []), value];
  }
  const window = params.get('window') ?? '';
  const asOf = params.get('asOf');
  const basis = params.get('basis')?.toUpperCase() as Basis;
  return {
    segment,
    window: DURATION.test(window) ? window : DEFAULTS.window,
    asOf: asOf !== null && !Number.isNaN(Date.parse(asOf)) ? asOf : null,
    compare: params.get('vs') === 'year' ? 'year' : DEFAULTS.compare,
    basis: BASES.includes(basis) ? basis : DEFAULTS.basis,
  };
}

/** The parameters with the view in the place of the one that they describe. */
export function writeView(search: string, view: View): URLSearchParams {
  const params = new URLSearchParams(search);
  for (const name of [...params.keys()])
    if (name.startsWith(DIMENSION) || VIEW_PARAMETERS.includes(name)) params.delete(name);
  for (const [field, values] of Object.entries(view.segment))
    for (const value of values) params.append(`${DIMENSION}${field}`, value);
  if (view.window !== DEFAULTS.window) params.set('window', view.window);
  if (view.asOf !== null) params.set('asOf', view.asOf);
  if (view.compare !== DEFAULTS.compare) params.set('vs', view.compare);
  if (view.basis !== DEFAULTS.basis) params.set('basis', view.basis.toLowerCase());
  return params;
}

/** The view of the address, and what changes it. */
export function useView(): readonly [View, (change: Partial<View>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback(
    (part: Partial<View>) => navigate(pathWith(path, writeView(search, { ...readView(search), ...part }))),
    [navigate, path, search],
  );
  return [view, change];
}

/** A parameter of a screen: the open drawer, a dimension, a search. `replace` leaves no step to go back to. */
export function useParam(
  name: string,
): readonly [string | null, (value: string | null, options?: { readonly replace?: boolean }) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const change = useCallback(
    (value: string | null, { replace = false } = {}) => {
      const params = new URLSearchParams(search);
      if (value === null) params.delete(name);
      else params.set(name, value);
      navigate(pathWith(path, params), { replace });
    },
    [name, navigate, path, search],
  );
  return [new URLSearchParams(search).get(name), change];
}

/**
 * Links to other screens that keep the view. `view` narrows or changes it; `params` are those of the screen.
 * `useHref()('/responses', { segment: { ...view.segment, region: ['Japan'] } })`
 */
export function useHref(): (
  path: string,
  view?: Partial<View>,
  params?: Readonly<Record<string, string>>,
) => string {
  const search = useSearch();
  return useCallback(
    (path, part = {}, params = {}) => {
      const kept = writeView('', { ...readView(search), ...part });
      for (const [name, value] of Object.entries(params)) kept.set(name, value);
      return pathWith(path, kept);
    },
    [search],
  );
}

/** The segment as the API takes it: null when everything is chosen. */
export function segmentInput({ segment }: Pick<View, 'segment'>): SegmentInput | null {
  return Object.keys(segment).length === 0 ? null : (segment as SegmentInput);
}

function pathWith(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}
