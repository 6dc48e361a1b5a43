import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { TraceDirection } from '../../gql/graphql.ts';
import type { OpenGroup } from './picture.ts';

const PREFIX = '/lineage';
/** A chain in an address is bounded, because each of its nodes is read. */
const MOST_OPENED = 20;

/** What the address says of the lineage: /lineage/ID?look=fed&via=ID&via=ID&open=1.Response&find=...&as=list&to=ID. */
export interface LineageAddress {
  readonly id: string | null;
  readonly direction: TraceDirection;
  /** Opened nodes after the start. */
  readonly via: readonly string[];
  readonly open: OpenGroup | null;
  readonly find: string;
  /** null: by the width of the page. */
  readonly as: 'list' | 'picture' | null;
  readonly to: string | null;
}

export function readAddress(path: string, search: string): LineageAddress {
  const params = new URLSearchParams(search);
  const [level, kind] = /^(\d{1,2})\.([A-Za-z]{1,40})$/.exec(params.get('open') ?? '')?.slice(1) ?? [];
  const via = params.getAll('via').slice(0, MOST_OPENED);
  return {
    id: decoded(path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length + 1) : '') || null,
    direction: params.get('look') === 'fed' ? 'DOWNSTREAM' : 'UPSTREAM',
    via,
    open:
      level !== undefined && kind !== undefined && Number(level) <= via.length
        ? { level: Number(level), kind }
        : null,
    find: params.get('find') ?? '',
    as: (['list', 'picture'] as const).find((one) => one === params.get('as')) ?? null,
    to: params.get('to'),
  };
}

/** The address with what changes; the view of the filter row and other parameters stay. */
export function writeAddress(search: string, address: LineageAddress): string {
  const params = new URLSearchParams(search);
  const set = (name: string, value: string | null) => {
    if (value === null || value === '') params.delete(name);
    else params.set(name, value);
  };
  set('look', address.direction === 'DOWNSTREAM' ? 'fed' : null);
  params.delete('via');
  for (const node of address.via.slice(0, MOST_OPENED)) params.append('via', node);
  set('open', address.open && `${address.open.level}.${address.open.kind}`);
  set('find', address.find);
  set('as', address.as);
  set('to', address.to);
  const path = address.id === null ? PREFIX : `${PREFIX}/${encodeURIComponent(address.id)}`;
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The lineage of the address, and what changes it. */
export function useLineageAddress() {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const address = readAddress(path, search);
  const change = useCallback(
    (part: Partial<LineageAddress>, options?: { readonly replace?: boolean }) =>
      navigate(writeAddress(search, { ...readAddress(path, search), ...part }), options),
    [navigate, path, search],
  );
  return [address, change] as const;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
