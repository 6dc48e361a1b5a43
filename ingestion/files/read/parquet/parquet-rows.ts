import type { RowGroup } from 'hyparquet';
import { cut } from '../../../../domain/text/text.ts';
import type { RowValues } from '../../file-row.ts';
import { checkHeadings, headingsOf } from '../headings.ts';
import { type ReadRow, UnreadableFileError } from '../read-row.ts';
import { LONGEST_ROW } from '../text-lines.ts';
import { MOST_VALUES } from './pages.ts';
import { openParquet, type ParquetColumn, type ParquetFile } from './parquet-file.ts';
import { BadValue, textOf } from './texts.ts';

/** Rows whose values are in memory. */
const ROWS_AT_ONCE = 65_536;

export interface ParquetOptions {
  /** Columns that the map reads: only these are; all of them if there are none. */
  readonly columns: readonly string[];
  /** Gets the share of the rows that was read, from 0 to 1. */
  readonly onRead: (share: number) => void;
}

/**
 * The rows of a Parquet file, each reported by its number from 1. Rows whose part of the file is damaged are reported each.
 * @throws UnreadableFileError, WrongColumnsError
 */
export async function* parquetRows(
  path: string,
  { columns, onRead }: ParquetOptions,
): AsyncGenerator<ReadRow> {
  const file = await openParquet(path);
  try {
    const wanted = wantedOf(file, columns);
    const total = file.groups.reduce((sum, group) => sum + countOf(group), 0);
    let done = 0;
    for (const group of file.groups) {
      yield* groupRows(file, group, wanted, done);
      done += countOf(group);
      onRead(done / total);
    }
  } finally {
    await file.close();
  }
}

interface Wanted extends ParquetColumn {
  /** As the map calls it. */
  readonly heading: string;
}

function wantedOf(file: ParquetFile, columns: readonly string[]): Wanted[] {
  const headings = headingsOf(file.columns.map(({ name }) => name));
  const [twice] = headings.repeated.keys();
  if (twice !== undefined && new Set(file.columns.map(({ name }) => name)).size < file.columns.length)
    throw new UnreadableFileError(`it has several columns of the name "${cut(twice)}"`);
  checkHeadings(headings, columns, 'of a Parquet file');
  const all = file.columns.map((column, index) => ({ ...column, heading: headings.names[index] as string }));
  return columns.length === 0 ? all : all.filter(({ heading }) => columns.includes(heading));
}

function countOf(group: RowGroup): number {
  const count = Number(group.num_rows);
  if (count >= 0 && count <= MOST_VALUES) return count;
  throw new UnreadableFileError(`a row group has more than ${MOST_VALUES} rows; write smaller row groups`);
}

async function* groupRows(
  file: ParquetFile,
  group: RowGroup,
  wanted: readonly Wanted[],
  before: number,
): AsyncGenerator<ReadRow> {
  const count = countOf(group);
  // A list has any number of values in a row, so that rows cannot be found in the middle of a column.
  const whole = new Map<string, unknown[] | BadValue>();
  const problems = new Map<string, BadValue>();
  for (const column of wanted) {
    const problem = await damageOf(file, group, column);
    if (problem) problems.set(column.name, problem);
    else if (!column.isFlat) whole.set(column.name, await valuesOf(file, group, column, 0, count));
  }
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const end = Math.min(count, start + ROWS_AT_ONCE);
    const read = new Map<string, unknown[] | BadValue>(problems);
    for (const column of wanted) {
      if (read.has(column.name)) continue;
      const all = whole.get(column.name);
      const values = all ?? (await valuesOf(file, group, column, start, end));
      read.set(column.name, Array.isArray(values) && all ? values.slice(start, end) : values);
    }
    for (let index = 0; index < end - start; index++)
      yield { line: before + start + index + 1, ...rowOf(wanted, read, index) };
  }
}

/** The damage of a column in a group; null without any. */
async function damageOf(file: ParquetFile, group: RowGroup, column: Wanted): Promise<BadValue | null> {
  try {
    await file.check(group, column);
    return null;
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    return damaged(error);
  }
}

async function valuesOf(
  file: ParquetFile,
  group: RowGroup,
  column: Wanted,
  start: number,
  end: number,
): Promise<unknown[] | BadValue> {
  try {
    const values = await file.values(group, column, start, end);
    return values.length === end - start
      ? values
      : damaged(new Error('it has fewer values than there are rows'));
  } catch (error) {
    return damaged(error);
  }
}

const damaged = (error: unknown) => new BadValue(`the file is damaged here: ${(error as Error).message}`);

function rowOf(
  wanted: readonly Wanted[],
  read: ReadonlyMap<string, unknown[] | BadValue>,
  index: number,
): { values: RowValues } | { problem: string } | { blank: true } {
  const values: Record<string, string> = {};
  let length = 0;
  for (const { heading, name, form } of wanted) {
    const column = read.get(name);
    const text = column instanceof BadValue ? column : textOf(column?.[index], form);
    if (text instanceof BadValue)
      return { problem: `the column "${cut(heading)}" cannot be read: ${text.problem}` };
    length += text.length;
    values[heading] = text;
  }
  if (length > LONGEST_ROW) return { problem: `the row is longer than ${LONGEST_ROW} characters` };
  return length === 0 ? { blank: true } : { values };
}
