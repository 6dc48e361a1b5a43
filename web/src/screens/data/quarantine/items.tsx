import { useMemo } from 'react';
import { formatAge, formatCount, formatMoment } from '../../../lib/format.ts';
import { useNow } from '../../../lib/use-now.ts';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { sentence } from '../wizard/words.ts';
import { type Item, problemWords, REASON_WORDS, STATUS_WORDS } from './words.ts';

interface ItemsProps {
  readonly items: readonly Item[];
  readonly onOpen: (id: string) => void;
}

/** A page of items, the newest first. */
export function Items({ items, onOpen }: ItemsProps) {
  const now = useNow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what opens an item is made at each drawing and does the same
  const columns = useMemo(() => columnsOf(now, onOpen), [now]);
  return (
    <DataTable
      isStacked
      caption="What could not be stored, the newest first"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
    />
  );
}

const columnsOf = (now: number, onOpen: (id: string) => void): readonly Column<Item>[] => [
  {
    key: 'problem',
    title: 'What is wrong',
    value: problemWords,
    render: (item) => (
      <button
        type="button"
        className="quarantine-open"
        aria-label={`Open: ${problemWords(item)}, arrived ${formatMoment(item.receivedAt)}`}
        onClick={() => onOpen(item.id)}
      >
        {sentence(problemWords(item))}
      </button>
    ),
  },
  { key: 'reason', title: 'Reason', value: ({ reason }) => REASON_WORDS[reason] },
  {
    key: 'received',
    title: 'Arrived',
    value: ({ receivedAt }) => receivedAt,
    render: ({ receivedAt }) => (
      <time dateTime={receivedAt} title={formatMoment(receivedAt)}>
        {formatAge(receivedAt, now)}
      </time>
    ),
  },
  {
    key: 'attempts',
    title: 'Tried again',
    isNumber: true,
    value: ({ attempts }) => attempts,
    render: ({ attempts }) => (attempts === 0 ? null : formatCount(attempts)),
  },
  {
    key: 'state',
    title: 'State',
    value: ({ status }) => STATUS_WORDS[status],
    render: ({ status, dueAt }) =>
      `${STATUS_WORDS[status]}${dueAt && status === 'FETCHING' ? `, next ${formatMoment(dueAt)}` : ''}`,
  },
  {
    key: 'expires',
    title: 'Expires',
    value: ({ expiresAt, settledAt }) => (settledAt ? null : expiresAt),
    render: ({ expiresAt, settledAt }) =>
      settledAt ? null : <time dateTime={expiresAt}>{formatMoment(expiresAt)}</time>,
  },
];
