import { Slice } from '../../domain/text/slices.ts';
import { stringifyInSlices } from '../stringify.ts';
import type { Filled, Value } from './read-table.ts';
import type { ColumnKind } from './table.ts';

/** How a file is written. */
export interface Format {
  readonly type: string;
  write(filled: Filled, options: { readonly bom: boolean }): Promise<string | Buffer>;
}

export const FORMATS: Readonly<Record<string, Format>> = {
  csv: { type: 'text/csv; charset=utf-8; header=present', write: writeCsv },
  json: { type: 'application/json; charset=utf-8', write: writeJson },
  parquet: { type: 'application/vnd.apache.parquet', write: writeParquet },
  arrow: { type: 'application/vnd.apache.arrow.file', write: writeArrow },
};

/** Spreadsheets take a text that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** RFC 4180, with the byte order mark by which Excel knows UTF-8. */
async function writeCsv(
  { columns, data, rows }: Filled,
  { bom }: { readonly bom: boolean },
): Promise<string> {
  const slice = new Slice();
  const lines = [columns.map(({ name }) => name).join(',')];
  for (let row = 0; row < rows; row++) {
    if (slice.isOver()) await slice.next();
    lines.push(data.map((column) => csvField(column[row] as Value)).join(','));
  }
  return `${bom ? '\uFEFF' : ''}${lines.join('\r\n')}\r\n`;
}

/** A value in CSV: null is an empty field, an empty text is quoted, a text that a spreadsheet would execute gets an apostrophe. */
export function csvField(value: Value): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An array of flat objects. */
async function writeJson({ columns, data, rows }: Filled): Promise<string> {
  const slice = new Slice();
  const list: Record<string, Value>[] = [];
  for (let row = 0; row < rows; row++) {
    if (slice.isOver()) await slice.next();
    list.push(Object.fromEntries(columns.map(({ name }, i) => [name, data[i]?.[row] as Value])));
  }
  return `${await stringifyInSlices(list)}\n`;
}

/** Rows that are encoded at once. */
const BATCH = 5_000;

async function* batches({ data, rows }: Filled): AsyncGenerator<Value[][]> {
  const slice = new Slice();
  for (let from = 0; from < rows; from += BATCH) {
    if (slice.isOver()) await slice.next();
    yield data.map((column) => column.slice(from, from + BATCH));
  }
}

const PARQUET = {
  text: 'STRING',
  integer: 'INT32',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  json: 'JSON',
} as const satisfies Record<ColumnKind, string>;

/** Snappy, a row group for each batch; each column may be null. */
async function writeParquet(filled: Filled): Promise<Buffer> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
  const sources = (data: readonly (readonly Value[])[]) =>
    filled.columns.map(({ name, kind }, i) => ({
      name,
      type: PARQUET[kind],
      nullable: true,
      // The writer takes JSON as values.
      data:
        kind === 'json'
          ? (data[i] ?? []).map((one) => (one === null ? null : JSON.parse(String(one))))
          : [...(data[i] ?? [])],
    }));
  const writer = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: sources(filled.columns.map(() => [])) });
  const file = new ParquetWriter({ writer, schema, createdBy: 'scoreline' });
  for await (const batch of batches(filled))
    await file.write({ columnData: sources(batch), rowGroupSize: BATCH });
  await file.finish();
  return Buffer.from(writer.getBuffer());
}

/** The IPC file format, a record batch for each batch; loaded late, because it is large. */
async function writeArrow(filled: Filled): Promise<Buffer> {
  const arrow = await import('apache-arrow');
  const types = {
    text: new arrow.Utf8(),
    integer: new arrow.Int32(),
    number: new arrow.Float64(),
    boolean: new arrow.Bool(),
    time: new arrow.Timestamp(arrow.TimeUnit.MILLISECOND, 'UTC'),
    json: new arrow.Utf8(),
  };
  const schema = new arrow.Schema(
    filled.columns.map(({ name, kind }) => new arrow.Field(name, types[kind], true)),
  );
  const made = [];
  for await (const batch of batches(filled)) {
    const children = filled.columns.map(
      ({ kind }, i) => arrow.vectorFromArray(batch[i] ?? [], types[kind] as never).data[0],
    );
    const length = batch[0]?.length ?? 0;
    const type = new arrow.Struct(schema.fields);
    made.push(
      new arrow.RecordBatch(
        schema,
        arrow.makeData({ type, length, nullCount: 0, children: children as never }),
      ),
    );
  }
  return Buffer.from(arrow.tableToIPC(new arrow.Table(schema, made), 'file'));
}
