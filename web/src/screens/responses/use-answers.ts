import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ResponsesPageQuery, ResponsesPageQueryVariables } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { HEAD, PAGE } from './documents.ts';

/** An answer as a row of the list. */
export type AnswerRow = ResponsesPageQuery['responses']['edges'][number]['node'];
/** Which answers the list has. */
export type ListQuery = Omit<ResponsesPageQueryVariables, 'first' | 'after'>;

export interface Answers {
  readonly rows: readonly AnswerRow[];
  readonly hasNext: boolean;
  /** How far a filter has looked, in the list's order, when it has not looked at all answers. */
  readonly searchedTo: string | null;
  readonly isLoading: boolean;
  /** The rows are of the query before. */
  readonly isStale: boolean;
  readonly error: string | null;
  /** How many newer answers there are; `most` stands for that many or more. */
  readonly fresh: number;
  /** Reads the next page. */
  readonly more: () => void;
  /** Reads the list again from its beginning. */
  readonly reload: () => void;
  /** Looks for newer answers. */
  readonly look: () => void;
}

interface State {
  /** The ids of the rows; grows with them. */
  readonly ids: Set<string>;
  readonly rows: readonly AnswerRow[];
  readonly cursor: string | null;
  readonly hasNext: boolean;
  readonly searchedTo: string | null;
  readonly isLoading: boolean;
  readonly isStale: boolean;
  readonly error: string | null;
}

const NOTHING: Omit<State, 'ids'> = {
  rows: [],
  cursor: null,
  hasNext: false,
  searchedTo: null,
  isLoading: true,
  isStale: false,
  error: null,
};
const PAGE_SIZE = 100;
/** A filter that finds little is followed through so many pages; then the person decides. */
const PAGES_AT_ONCE = 5;
/** New answers are counted up to here. */
export const MOST_FRESH = 50;

/** The pages of a list, read as it is scrolled. Null waits. */
export function useAnswers(query: ListQuery | null): Answers {
  const send = useSend();
  const key = query === null ? null : JSON.stringify(query);
  const asked = useMemo(() => (key === null ? null : (JSON.parse(key) as ListQuery)), [key]);
  const [state, setState] = useState<State>(() => ({ ...NOTHING, ids: new Set() }));
  const [fresh, setFresh] = useState(0);
  const [round, setRound] = useState(0);
  // A page that arrives for an earlier query, or an earlier reading of it, is dropped.
  const turn = useRef(0);
  const load = useCallback(
    async (before: State) => {
      if (asked === null) return;
      turn.current += 1;
      const mine = turn.current;
      let next = before;
      for (let page = 1; page <= PAGES_AT_ONCE; page++) {
        const { data, error } = await send(PAGE, { ...asked, first: PAGE_SIZE, after: next.cursor });
        if (turn.current !== mine) return;
        if (!data) return setState({ ...next, isLoading: false, error });
        next = extended(next, data.responses);
        const isEnough = next.rows.length - before.rows.length >= PAGE_SIZE / 2;
        const isDone = !next.hasNext || isEnough || page === PAGES_AT_ONCE;
        setState({ ...next, isLoading: !isDone });
        if (isDone) return;
      }
    },
    [asked, send],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` reads it again
  useEffect(() => {
    setState((before) => ({ ...before, isLoading: true, isStale: before.rows.length > 0, error: null }));
    setFresh(0);
    void load({ ...NOTHING, ids: new Set() });
    return () => {
      turn.current += 1;
    };
  }, [load, round]);
  const current = useRef(state);
  current.current = state;
  const more = useCallback(() => {
    const before = current.current;
    if (before.isLoading || !before.hasNext) return;
    setState({ ...before, isLoading: true, error: null });
    void load({ ...before, error: null });
  }, [load]);
  const look = useCallback(async () => {
    if (asked === null || current.current.isLoading) return;
    // Oldest first, newer ones follow when the list is read to its end.
    if (asked.order === 'OLDEST' && current.current.hasNext) return;
    const at = turn.current;
    const { to: _to, order: _order, ...open } = asked;
    const { data } = await send(HEAD, { ...open, first: MOST_FRESH });
    if (!data || turn.current !== at) return;
    const { ids } = current.current;
    setFresh(data.responses.edges.filter(({ node }) => !ids.has(node.id)).length);
  }, [asked, send]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const { cursor: _cursor, ids: _ids, ...shown } = state;
  return { ...shown, fresh, more, reload, look: () => void look() };
}

/** The list with one more page; an answer that moved meanwhile may be in two of them. */
function extended({ ids, ...before }: State, page: ResponsesPageQuery['responses']): State {
  const rows = page.edges.map(({ node }) => node).filter(({ id }) => !ids.has(id));
  for (const { id } of rows) ids.add(id);
  return {
    ids,
    rows: before.rows.length === 0 ? rows : [...before.rows, ...rows],
    cursor: page.pageInfo.endCursor ?? before.cursor,
    hasNext: page.pageInfo.hasNextPage,
    searchedTo: page.searchedTo ?? null,
    isLoading: false,
    isStale: false,
    error: null,
  };
}
