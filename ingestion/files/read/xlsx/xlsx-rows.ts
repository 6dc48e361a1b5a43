import type { RowValues } from '../../file-row.ts';
import { type HeadingPlace, joinedHeadings } from '../heading-rows.ts';
import { areHeadings, checkHeadings, type Headings, headingsOf } from '../headings.ts';
import type { ReadRow } from '../read-row.ts';
import { LONGEST_ROW } from '../text-lines.ts';
import type { RawRow } from './sheet-rows.ts';

export interface XlsxOptions {
  /** Columns that the map reads: their cells must have values that can be read. */
  readonly columns: readonly string[];
  readonly headings: HeadingPlace;
}

const isBlank = (values: readonly string[]): boolean => values.every((value) => value.trim() === '');

/**
 * The rows of a sheet under its headings. A row is reported by its number in the sheet.
 * @throws WrongColumnsError
 */
export async function* xlsxRows(
  rows: AsyncIterable<RawRow>,
  { columns, headings: { after, rows: height } }: XlsxOptions,
): AsyncGenerator<ReadRow> {
  const before: (readonly string[])[] = [];
  let headings: Headings | null = null;
  for await (const row of rows) {
    const { line, values } = row;
    if (headings) {
      yield isBlank(values) && row.faults.size === 0 ? { line, blank: true } : read(row, headings, columns);
      continue;
    }
    if (isBlank(values)) continue;
    before.push(values);
    if (before.length < after + height) continue;
    headings = headingsOf(joinedHeadings(before.slice(after)));
    checkHeadings(headings, columns, 'of a sheet');
  }
}

function read(
  { line, values, faults, isTooLong }: RawRow,
  { given, names }: Headings,
  columns: readonly string[],
): ReadRow {
  if (isTooLong) return { line, problem: `the row is longer than ${LONGEST_ROW} characters` };
  for (const [index, fault] of faults)
    if (columns.includes(names[index] ?? '')) return { line, problem: fault };
  if (values.slice(names.length).some((value) => value.trim() !== ''))
    return { line, problem: 'the row has a value to the right of the last heading' };
  if (areHeadings(values, given)) return { line, heading: true };
  const named: Record<string, string> = {};
  for (const [i, name] of names.entries()) named[name] = values[i] ?? '';
  return { line, values: named as RowValues };
}
