import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Encoding } from '../../../domain/text/encoding-names.ts';
import { cut } from '../../../domain/text/text.ts';
import type { RowValues } from '../file-row.ts';
import { type CsvFound, CsvRows } from './csv-rows.ts';
import { bytesOf, decoded, encodingOf, type Found, type Head, headOf } from './file-bytes.ts';
import { isBinary, isParquet, isZip, notText } from './file-kind.ts';
import { FIRST_ROW, type HeadingPlace } from './heading-rows.ts';
import { WrongColumnsError } from './headings.ts';
import { itemRows, lineRows } from './json-rows.ts';
import { type WrappedList, wrappedLists } from './json-wrapper.ts';
import { parquetRows } from './parquet/parquet-rows.ts';
import { type ReadRow, UnreadableFileError } from './read-row.ts';
import { findSeparator, separatorName } from './separator.ts';
import { LineBuffer } from './text-lines.ts';
import { sheetRows } from './xlsx/sheet-rows.ts';
import { openWorkbook, sheetOf, workbookKind } from './xlsx/workbook.ts';
import { xlsxRows } from './xlsx/xlsx-rows.ts';
import { readZipDirectory } from './xlsx/zip.ts';

export interface ReadOptions {
  /** Columns that the map reads. */
  readonly columns?: readonly string[];
  /** As the map declares them; detected if absent. */
  readonly encoding?: Encoding | undefined;
  readonly separator?: string | undefined;
  /** The sheet of a workbook; the largest visible one if absent. */
  readonly sheet?: string | undefined;
  /** Where the headings of a CSV or sheet are. */
  readonly headings?: HeadingPlace | undefined;
  /** What the file is called, for messages and its kind, if not by its path. */
  readonly name?: string | undefined;
  /** Whether the values are a response by themselves. */
  readonly isAnswer?: (values: RowValues) => boolean;
}

/** How a file was read, for the report. */
export interface ReadAs {
  readonly format: 'CSV' | 'XLSX' | 'Parquet' | 'NDJSON' | 'JSON array' | 'JSON objects';
  /** Its name; null for anything but CSV. */
  readonly separator: string | null;
  /** What of the form of a CSV was found so far; null for JSON. */
  readonly found: Readonly<CsvFound> | null;
  /** The field of a JSON object that holds the rows; null if they are not within one. */
  readonly within: string | null;
  /** The sheet of a workbook that is read; null for other files. */
  readonly sheet: string | null;
  readonly encoding: Encoding;
  readonly encodingFrom: Found['encodingFrom'];
}

const WITH_COLUMNS: readonly (ReadAs['format'] | undefined)[] = ['CSV', 'XLSX', 'Parquet'];

/** Whether a file of the format names its columns once, so that a column that it lacks is known from the beginning. */
export const hasHeadings = (format: ReadAs['format'] | undefined): boolean => WITH_COLUMNS.includes(format);

export interface RowSource {
  readonly rows: AsyncIterable<ReadRow>;
  /** Null until the first row was read, or the end. */
  readonly readAs: () => ReadAs | null;
  /** Of the file as stored, compressed or not. */
  readonly totalBytes: number;
  readonly bytesRead: () => number;
}

/**
 * Reads a CSV (with headings), NDJSON or JSON file, plain or gzip, a workbook or a Parquet file, row by row, with only the current
 * piece in memory. A bad row is reported with its line, and reading continues. A file with unknown encoding is read
 * twice.
 * @throws UnreadableFileError for a file that is not text, and while iterating, when the file breaks off;
 * WrongColumnsError while iterating
 */
export async function readRows(path: string, options: ReadOptions = {}): Promise<RowSource> {
  const name = options.name ?? path;
  const { size } = await stat(path);
  const head = await headOf(path, name);
  let bytes = 0;
  const count = (more: number) => {
    bytes += more;
  };
  let readAs: ReadAs | null = null;
  const onFound = (how: ReadAs) => {
    readAs = how;
  };
  const onRead = (share: number) => {
    bytes = Math.floor(share * size);
  };
  const rows = (await isWorkbook(path, name, head))
    ? workbookRows(path, options, count, onFound)
    : isParquet(head)
      ? tableRows(path, options, onRead, onFound)
      : await textRows(path, name, head, options, count, onFound);
  return {
    rows: explained(name, rows),
    readAs: () => readAs,
    totalBytes: size,
    bytesRead: () => Math.min(bytes, size),
  };
}

/** @throws UnreadableFileError for a workbook in another form */
export async function isWorkbook(path: string, name: string, head: Head): Promise<boolean> {
  if (head.isCompressed || !isZip(head.bytes)) return false;
  const kind = await readZipDirectory(path).then(workbookKind, () => null);
  if (kind === 'binary')
    throw new UnreadableFileError(
      `${name} is an Excel workbook in binary form (XLSB); save it as XLSX or CSV`,
    );
  return kind === 'xml';
}

async function* workbookRows(
  path: string,
  { columns = [], sheet: wanted, headings = FIRST_ROW }: ReadOptions,
  count: (bytes: number) => void,
  onFound: (how: ReadAs) => void,
): AsyncGenerator<ReadRow> {
  const workbook = await openWorkbook(path);
  const sheet = sheetOf(workbook, wanted);
  const how = { format: 'XLSX', separator: null, found: null, within: null, sheet: sheet.name } as const;
  onFound({ ...how, encoding: 'utf-8', encodingFrom: 'utf-8' });
  yield* xlsxRows(sheetRows(workbook, sheet, count), { columns, headings });
}

async function* tableRows(
  path: string,
  { columns = [] }: ReadOptions,
  onRead: (share: number) => void,
  onFound: (how: ReadAs) => void,
): AsyncGenerator<ReadRow> {
  const how = { format: 'Parquet', separator: null, found: null, within: null, sheet: null } as const;
  onFound({ ...how, encoding: 'utf-8', encodingFrom: 'utf-8' });
  yield* parquetRows(path, { columns, onRead });
}

/** @throws UnreadableFileError */
async function textRows(
  path: string,
  name: string,
  head: Head,
  options: ReadOptions,
  count: (bytes: number) => void,
  onFound: (how: ReadAs) => void,
): Promise<AsyncGenerator<ReadRow>> {
  const what = notText(head.bytes);
  if (what) throw new UnreadableFileError(`${name} is ${what}`);
  const found = await encodingOf(path, head, options.encoding);
  if (isBinary(head.bytes) && !found.encoding.startsWith('utf-16'))
    throw new UnreadableFileError(
      `${name} is not text: it has zero bytes; only CSV, XLSX, Parquet, NDJSON and JSON are read`,
    );
  const text = decoded(
    bytesOf(path, head.isCompressed, (chunk) => count(chunk.length)),
    found.encoding,
  );
  const again = () => decoded(bytesOf(path, head.isCompressed), found.encoding);
  return rowsOf(name, text, { ...options, ...found }, again, (how) =>
    onFound({ ...how, ...found, sheet: null }),
  );
}

type How = Pick<ReadAs, 'format' | 'separator' | 'found' | 'within'>;

async function* rowsOf(
  path: string,
  text: AsyncGenerator<string>,
  options: ReadOptions & Found,
  again: () => AsyncIterable<string>,
  onFound: (how: How) => void,
): AsyncGenerator<ReadRow> {
  const { columns = [], isAnswer = () => false, encoding } = options;
  const { value: first, done } = await text.next();
  if (done) return;
  const whole = from(first, text);
  const format = formatOf(path, first);
  if (format !== 'CSV') {
    const list = format === 'JSON array' ? null : await wrappedList(again(), columns);
    const isArray = format === 'JSON array' || list !== null;
    onFound({
      format: list ? 'JSON array' : format,
      separator: null,
      found: null,
      within: list?.field ?? null,
    });
    if (list)
      yield* itemRows(skipped(whole, list.at), {
        isArray,
        encoding,
        isAnswer,
        within: { line: list.lines + 1 },
      });
    else if (format === 'NDJSON') yield* lineRows(whole, encoding);
    else yield* itemRows(whole, { isArray, encoding, isAnswer });
    return;
  }
  const lines = new LineBuffer(whole);
  try {
    const { separator } = await findSeparator(lines, options.separator, columns);
    const csv = new CsvRows(lines, {
      separator,
      columns,
      isAnswer,
      encoding,
      headings: options.headings ?? FIRST_ROW,
    });
    onFound({ format, separator: separatorName(separator), found: csv.found, within: null });
    yield* csv.read();
  } finally {
    await lines.close();
  }
}

/** The list of rows within a file that is one object around it; null of any other file. */
async function wrappedList(
  text: AsyncIterable<string>,
  columns: readonly string[],
): Promise<WrappedList | null> {
  const [list, ...others] = (await wrappedLists(text, columns)) ?? [];
  if (!list || others.length === 0) return list ?? null;
  const fields = [list, ...others].map(({ field }) => cut(field)).join(', ');
  throw new UnreadableFileError(
    `it is one JSON object with several lists of objects (${fields}); save the list of responses as a JSON array, or as one object a line`,
  );
}

/** Without so many characters at its beginning. */
async function* skipped(text: AsyncGenerator<string>, count: number): AsyncGenerator<string> {
  let left = count;
  for await (const piece of text) {
    if (piece.length > left) yield piece.slice(left);
    left = Math.max(0, left - piece.length);
  }
}

async function* from(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

const JSON_NAME = /\.(ndjson|jsonl|json)$/i;

/** The format of a text, by the file's name and by how the text begins. */
export function formatOf(path: string, first: string): ReadAs['format'] {
  const isNamed = JSON_NAME.test(basename(path).replace(/\.gz$/i, ''));
  const text = first.trimStart();
  if (text.startsWith('[') && (isNamed || /^\[\s*\{/.test(text))) return 'JSON array';
  if (!isNamed && !/^\{\s*"/.test(text)) return 'CSV';
  // An object whose first line is only its beginning is pretty-printed over several lines.
  const [line = ''] = text.split(/[\r\n]/, 1);
  const isBegun =
    text.startsWith('{') && text.length > line.length && ',{['.includes(line.trimEnd().at(-1) ?? '');
  return isBegun ? 'JSON objects' : 'NDJSON';
}

async function* explained(path: string, rows: AsyncIterable<ReadRow>): AsyncGenerator<ReadRow> {
  let line = 0;
  try {
    for await (const row of rows) {
      line = row.line;
      yield row;
    }
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof WrongColumnsError) throw error;
    if (error instanceof UnreadableFileError) throw new UnreadableFileError(`${path}: ${message}`);
    throw new UnreadableFileError(`${path} cannot be read on after line ${line}: ${message}`);
  }
}
