import { type Key, memo, type ReactNode, useMemo, useState } from 'react';
import { saveFile, toCsv } from '../lib/csv.ts';
import { Button } from './button.tsx';
import './data-table.css';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** What the cell shows; absent: `value`. */
  readonly render?: (row: Row) => ReactNode;
  /** What the table is sorted by and what the CSV has. */
  readonly value?: (row: Row) => string | number | null | undefined;
  /** Numbers stand at the end and line up. */
  readonly isNumber?: boolean;
  /** Only the CSV has it. */
  readonly isOnlyCsv?: boolean;
}

interface DataTableProps<Row> {
  /** What the table shows; read by screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => Key;
  /** The name of the file; absent: no button. */
  readonly csvName?: string;
  readonly empty?: ReactNode;
  /** On a phone each row is a block of named lines. Absent: the table is scrolled, and its first column stays. */
  readonly isStacked?: boolean;
}

interface Sorted {
  readonly key: string;
  readonly isDescending: boolean;
}

/** A table that sorts by its headings and can be saved as CSV. */
export function DataTable<Row>({
  caption,
  columns: all,
  rows,
  rowKey,
  csvName,
  empty,
  isStacked = false,
}: DataTableProps<Row>) {
  const [sorted, setSorted] = useState<Sorted | null>(null);
  const columns = useMemo(() => all.filter(({ isOnlyCsv }) => !isOnlyCsv), [all]);
  const shown = useMemo(() => sortRows(rows, all, sorted), [rows, all, sorted]);
  const sortBy = (key: string) =>
    setSorted((before) =>
      before?.key === key
        ? before.isDescending
          ? null
          : { key, isDescending: true }
        : { key, isDescending: false },
    );
  if (rows.length === 0 && empty) return empty;
  return (
    <div className="table-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard */}
      <section className="table-scroll" tabIndex={0} aria-label={caption}>
        <table className={isStacked ? 'table table-stacked' : 'table'}>
          <caption className="sr">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading key={column.key} column={column} sorted={sorted} onSort={sortBy} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <BodyRow
                key={rowKey(row)}
                row={row}
                columns={columns as readonly Column<unknown>[]}
                isBox={isStacked}
              />
            ))}
          </tbody>
        </table>
      </section>
      {csvName ? (
        <div className="no-print">
          <Button
            look="quiet"
            icon="download"
            onPress={() =>
              saveFile(
                csvName,
                toCsv(
                  all.flatMap(({ title, value }) => (value ? [{ title, value }] : [])),
                  shown,
                ),
              )
            }
          >
            Save as CSV
          </Button>
        </div>
      ) : null}
    </div>
  );
}

interface BodyRowProps {
  readonly row: unknown;
  readonly columns: readonly Column<unknown>[];
  readonly isBox: boolean;
}

/** A row is drawn again only when it or the columns change: keep long tables' columns with `useMemo`. */
const BodyRow = memo(function BodyRow({ row, columns, isBox }: BodyRowProps) {
  return (
    <tr>
      {columns.map(({ key, title, render, value, isNumber }) => (
        <td key={key} className={isNumber ? 'table-number numbers' : ''} data-title={title}>
          <Cell isBox={isBox}>{render ? render(row) : value?.(row)}</Cell>
        </td>
      ))}
    </tr>
  );
});

/** What stands beside its name on a phone is one box. */
const Cell = ({ isBox, children }: { readonly isBox: boolean; readonly children: ReactNode }) =>
  isBox ? <div className="table-cell">{children}</div> : children;

interface HeadingProps<Row> {
  readonly column: Column<Row>;
  readonly sorted: Sorted | null;
  readonly onSort: (key: string) => void;
}

function Heading<Row>({ column: { key, title, value, isNumber }, sorted, onSort }: HeadingProps<Row>) {
  const direction = sorted?.key === key ? (sorted.isDescending ? 'descending' : 'ascending') : undefined;
  return (
    <th scope="col" aria-sort={direction} className={isNumber ? 'table-number' : ''}>
      {value && title ? (
        <button type="button" onClick={() => onSort(key)}>
          {title}
          <span aria-hidden="true">
            {direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''}
          </span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}

/** What has no value comes last in both directions. */
function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorted: Sorted | null,
): readonly Row[] {
  const value = columns.find(({ key }) => key === sorted?.key)?.value;
  if (!value || !sorted) return rows;
  const sign = sorted.isDescending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one) ?? null, value(other) ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * String(a).localeCompare(String(b), undefined, { numeric: true });
  });
}
