import { formatDay } from '../lib/format.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { MARK_SIGNS, type Mark } from './lines-marks.tsx';

const KINDS: Readonly<Record<Mark['kind'], string>> = {
  import: 'import',
  model: 'change of the model',
  alert: 'alert',
  change: 'change',
  real: 'fired: real',
  'not-real': 'fired: not real',
  undecided: 'fired: too early to tell',
};

/** What the signs below the lines mean. */
export function MarksLegend({ marks }: { readonly marks: readonly Mark[] }) {
  const kinds = [...new Set(marks.map(({ kind }) => kind))];
  return kinds.map((kind) => (
    <li key={kind}>
      {MARK_SIGNS[kind]} {KINDS[kind]}
    </li>
  ));
}

const COLUMNS: readonly Column<Mark>[] = [
  {
    key: 'time',
    title: 'When',
    value: ({ time }) => new Date(time).toISOString(),
    render: ({ time }) => formatDay(time),
  },
  {
    key: 'what',
    title: 'What happened',
    value: ({ label }) => label,
    render: ({ kind, label, link }) => (
      <span dir="auto">
        {MARK_SIGNS[kind]}{' '}
        {link ? (
          <a href={link} target="_blank" rel="noreferrer">
            {label}
          </a>
        ) : (
          label
        )}
      </span>
    ),
  },
  { key: 'concerns', title: 'Concerns', value: ({ concerns }) => concerns || 'everything' },
];

/** The marks of a chart as a table: its twin for readers who do not see signs. Nothing where there are none. */
export function MarksTable({ marks, name }: { readonly marks: readonly Mark[]; readonly name: string }) {
  if (marks.length === 0) return null;
  const newest = [...marks].sort((one, other) => other.time - one.time);
  return (
    <DataTable
      caption="What happened meanwhile"
      columns={COLUMNS}
      rows={newest}
      rowKey={({ kind, time, label }) => `${kind} ${time} ${label}`}
      csvName={`${name}-marks.csv`}
    />
  );
}
