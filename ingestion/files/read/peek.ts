import { type RowSoFar, readLine } from './csv-line.ts';
import type { Found } from './file-bytes.ts';
import { bytesOf, decoded, encodingOf, headOf } from './file-bytes.ts';
import { isBinary, isParquet, notText } from './file-kind.ts';
import { WrongColumnsError } from './headings.ts';
import { UnreadableFileError } from './read-row.ts';
import { formatOf, isWorkbook } from './read-rows.ts';
import { findSeparator } from './separator.ts';
import { LineBuffer } from './text-lines.ts';
import { sheetRows } from './xlsx/sheet-rows.ts';
import { openWorkbook, sheetOf } from './xlsx/workbook.ts';

/** The beginning of a table as it stands, before its headings are known. */
export interface Peek {
  readonly kind: 'CSV' | 'XLSX' | 'Parquet' | 'JSON';
  /** The first rows that are not blank; none of JSON and Parquet, which name their columns themselves. */
  readonly rows: readonly (readonly string[])[];
  /** The separator that the rows were read with; null for anything but CSV. */
  readonly separator: string | null;
  /** Of a workbook: its sheets, and which one was read. */
  readonly sheets: readonly { readonly name: string; readonly isHidden: boolean }[];
  readonly sheet: string | null;
  readonly found: Found | null;
}

const MOST_ROWS = 40;
const MOST_LINES = 400;
const SEPARATORS = [',', ';', '\t', '|'];
const isBlank = (values: readonly string[]): boolean => values.every((value) => value.trim() === '');

/**
 * Reads the first rows of a file.
 * @throws UnreadableFileError
 */
export async function peek(
  path: string,
  { name, sheet }: { readonly name: string; readonly sheet?: string | undefined },
): Promise<Peek> {
  try {
    return await begin(path, name, sheet);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof WrongColumnsError || message.startsWith(name)) throw error;
    throw new UnreadableFileError(
      error instanceof UnreadableFileError ? `${name}: ${message}` : `${name} cannot be read: ${message}`,
    );
  }
}

async function begin(path: string, name: string, sheet: string | undefined): Promise<Peek> {
  const head = await headOf(path, name);
  if (await isWorkbook(path, name, head)) return peekWorkbook(path, sheet);
  if (isParquet(head)) return { ...NO_TABLE, kind: 'Parquet', found: null };
  const what = notText(head.bytes);
  if (what) throw new UnreadableFileError(`${name} is ${what}`);
  const found = await encodingOf(path, head, undefined);
  if (isBinary(head.bytes) && !found.encoding.startsWith('utf-16'))
    throw new UnreadableFileError(
      `${name} is not text: it has zero bytes; only CSV, XLSX, Parquet, NDJSON and JSON are read`,
    );
  const text = decoded(bytesOf(path, head.isCompressed), found.encoding);
  const lines = new LineBuffer(text);
  try {
    if (!(await lines.has(0))) return { ...NO_TABLE, kind: 'CSV', found };
    const first = Array.from({ length: 5 }, (_, ahead) => lines.at(ahead) ?? '').join('\n');
    if (formatOf(name, first) !== 'CSV') return { ...NO_TABLE, kind: 'JSON', found };
    const { separator: hinted, from } = await findSeparator(lines, undefined, []);
    await lines.has(MOST_LINES);
    const sample = Array.from(
      { length: Math.min(lines.here, MOST_LINES) },
      (_, ahead) => lines.at(ahead) ?? '',
    );
    const best =
      from === 'sep line' ? { separator: hinted, rows: rowsBy(sample, hinted) } : likeliest(sample);
    return { ...NO_TABLE, kind: 'CSV', ...best, found };
  } finally {
    await lines.close();
  }
}

const NO_TABLE = { rows: [], separator: null, sheets: [], sheet: null } as const;

async function peekWorkbook(path: string, wanted: string | undefined): Promise<Peek> {
  const workbook = await openWorkbook(path);
  const sheet = sheetOf(workbook, wanted);
  const rows: (readonly string[])[] = [];
  for await (const { values } of sheetRows(workbook, sheet)) {
    if (!isBlank(values)) rows.push(values);
    if (rows.length === MOST_ROWS) break;
  }
  const sheets = workbook.sheets.map(({ name, isHidden }) => ({ name, isHidden }));
  return { kind: 'XLSX', rows, separator: null, sheets, sheet: sheet.name, found: null };
}

/** The separator under which most rows have the same number of values, and more of them. */
function likeliest(sample: readonly string[]): Pick<Peek, 'separator' | 'rows'> {
  const tried = SEPARATORS.map((separator) => {
    const rows = rowsBy(sample, separator);
    const { width, count } = usualWidth(rows);
    return { separator, rows, value: (count / Math.max(1, rows.length)) * Math.min(width - 1, 20) };
  });
  return tried.reduce((best, one) => (one.value > best.value ? one : best));
}

/** The number of values that most rows have. */
export function usualWidth(rows: readonly (readonly string[])[]): { width: number; count: number } {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, [width, count]) => (count > best.count ? { width, count } : best), {
    width: 1,
    count: 0,
  });
}

function rowsBy(lines: readonly string[], separator: string): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < lines.length && rows.length < MOST_ROWS; ) {
    const row: RowSoFar = { values: [], open: null, quotes: 0 };
    let next = at;
    let isRead = true;
    do isRead = readLine(row, lines[next++] ?? '', separator);
    while (isRead && row.open !== null && next < lines.length && next - at < 50);
    at = isRead && row.open === null ? next : at + 1;
    if (isRead && row.open === null && !isBlank(row.values)) rows.push(row.values);
  }
  return rows;
}
