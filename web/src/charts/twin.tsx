import { type Key, type ReactNode, useState } from 'react';
import { saveFile, toCsv } from '../lib/csv.ts';
import { Button } from '../parts/button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';

interface TwinProps<Row> {
  /** The name of the file, without its ending. */
  readonly name: string;
  /** What the chart shows, for the table's caption. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => Key;
  /** The chart has nothing to show. */
  readonly isEmpty?: boolean;
}

/** The table and the CSV behind a chart. `actions` go into the panel's head; `table` in the place of the chart when it is chosen. */
export function useTwin<Row>({
  name,
  caption,
  columns,
  rows,
  rowKey,
  isEmpty = rows.length === 0,
}: TwinProps<Row>): {
  readonly actions: ReactNode;
  readonly table: ReactNode | null;
} {
  const [isTable, setTable] = useState(false);
  const save = () =>
    saveFile(
      `${name}.csv`,
      toCsv(
        columns.flatMap(({ title, value }) => (value ? [{ title, value }] : [])),
        rows,
      ),
    );
  return {
    actions: isEmpty ? null : (
      <>
        <Button
          look="quiet"
          icon={isTable ? 'chart' : 'table'}
          label={isTable ? `${caption}: show the chart` : `${caption}: show the table`}
          onPress={() => setTable(!isTable)}
        />
        <Button look="quiet" icon="download" label={`${caption}: save as CSV`} onPress={save} />
      </>
    ),
    table: isTable ? <DataTable caption={caption} columns={columns} rows={rows} rowKey={rowKey} /> : null,
  };
}
