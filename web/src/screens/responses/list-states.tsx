import { memo } from 'react';
import { formatAnswers, formatCount, formatDay } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { NoAnswers } from '../../parts/no-answers.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { type Chosen, isFiltered, NO_FILTERS } from './address.ts';
import { type Answers, MOST_FRESH } from './use-answers.ts';

/** What the list of answers shows. */
export interface ListedProps {
  readonly answers: Answers;
  readonly chosen: Chosen;
  readonly change: (change: Partial<Chosen>, options?: { readonly replace?: boolean }) => void;
  /** Answers of the window with a score; null where the viewer may not know. */
  readonly total: number | null;
  readonly title: string;
  readonly isWide: boolean;
}

const ORDERS = [
  { id: 'NEWEST', label: 'Newest first' },
  { id: 'OLDEST', label: 'Oldest first' },
];

/** How many answers there are, how many are new, and their order. */
export function ListHead({
  answers: { fresh, reload, rows, hasNext, isLoading },
  chosen,
  change,
  total,
  title,
}: Pick<ListedProps, 'answers' | 'chosen' | 'change' | 'total' | 'title'>) {
  const count = isFiltered(chosen)
    ? `${formatCount(rows.length)}${hasNext ? ' or more' : ''} found${total === null ? '' : ` among ${formatAnswers(total)}`}`
    : hasNext
      ? total === null
        ? `${formatCount(rows.length)} or more answers`
        : formatAnswers(Math.max(total, rows.length))
      : formatAnswers(rows.length);
  return (
    <header className="answers-head">
      <h2>{title}</h2>
      <span className="muted small numbers" role="status">
        {isLoading && rows.length === 0 ? 'Reading…' : count}
      </span>
      {fresh > 0 ? (
        <Button look="primary" onPress={reload}>
          {`${fresh >= MOST_FRESH ? `${MOST_FRESH} or more` : formatCount(fresh)} new`}
        </Button>
      ) : null}
      <Order order={chosen.order} change={change} />
    </header>
  );
}

/** It is not drawn again with each page. */
const Order = memo(function Order({ order, change }: Pick<ListedProps, 'change'> & Pick<Chosen, 'order'>) {
  return (
    <span className="answers-order no-print">
      <Picker
        label="Order"
        mode="single"
        options={ORDERS}
        value={[order]}
        onChange={([next]) => change({ order: next === 'OLDEST' ? 'OLDEST' : 'NEWEST' })}
      />
    </span>
  );
});

/** How far a filter has looked, and the way on. */
export function ListFoot({
  answers: { searchedTo, hasNext, isLoading, more, error, rows },
  chosen: { order },
}: Pick<ListedProps, 'answers' | 'chosen'>) {
  if (error !== null && rows.length > 0)
    return (
      <div className="answers-foot small">
        <span>{error}</span>
        <Button onPress={more}>Try again</Button>
      </div>
    );
  if (searchedTo === null || !hasNext) return null;
  return (
    <div className="answers-foot small">
      <span className="muted">
        {order === 'OLDEST' ? 'Searched up to' : 'Searched back to'} {formatDay(searchedTo)}.
      </span>
      <Button onPress={more} isDisabled={isLoading}>
        {isLoading ? 'Searching…' : order === 'OLDEST' ? 'Search further on' : 'Search further back'}
      </Button>
    </div>
  );
}

/** Why the list is empty, and what to do. */
export function NoRows({ answers, chosen, change }: Pick<ListedProps, 'answers' | 'chosen' | 'change'>) {
  const { error, isLoading, reload, searchedTo } = answers;
  if (error !== null) return <Failed error={error} title="The answers could not be read" onRetry={reload} />;
  if (isLoading) return <Skeleton lines={12} />;
  if (searchedTo !== null)
    return (
      <Empty title="Nothing found yet">
        {chosen.order === 'OLDEST' ? 'Later' : 'Older'} answers have not been searched.
      </Empty>
    );
  if (isFiltered(chosen))
    return (
      <Empty
        title="No answer matches"
        actions={<Button onPress={() => change(NO_FILTERS)}>Clear the filters</Button>}
      >
        There are answers in this window, but none with all that is chosen.
      </Empty>
    );
  return <NoAnswers title="There are no answers here" />;
}
