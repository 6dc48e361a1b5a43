import { type Quoting, type RowSoFar, readLine } from './csv-line.ts';
import type { LineBuffer } from './text-lines.ts';

/* What of a file's CSV differs from RFC 4180, found in its first rows: a file has one dialect. */

export interface Dialect {
  readonly quoting: Quoting;
  /** Values of each row; more than there are headings if every row ends with empty ones. */
  readonly width: number;
}

/** Rows are looked at within these lines and characters. */
const MOST_LINES = 1_000;
const MOST_CHARACTERS = 1024 * 1024;
/** Lines of one row. */
const MOST_LINES_OF_ROW = 50;
/** A single row may have lost the quotes around a value with a separator in it. */
const FEWEST_ROWS = 2;

/** Finds the dialect in the lines after the headings. */
export async function findDialect(lines: LineBuffer, separator: string, headings: number): Promise<Dialect> {
  const sample: string[] = [];
  for (let ahead = 0, length = 0; ahead < MOST_LINES && (await lines.has(ahead)); ahead++) {
    const line = lines.at(ahead) ?? '';
    length += line.length;
    if (length > MOST_CHARACTERS) break;
    sample.push(line);
  }
  const doubled = survey(sample, separator, 'doubled');
  const isEscaped = doubled.quotes === 0 && sample.some((line) => line.includes('\\"'));
  const escaped = isEscaped ? survey(sample, separator, 'backslash') : doubled;
  const isRight = ({ length }: readonly string[]) => length >= headings;
  const isBackslash =
    escaped.quotes > 0 && escaped.damaged <= doubled.damaged && better(escaped, doubled, isRight);
  const found = isBackslash ? escaped : doubled;
  const quoting: Quoting = isBackslash ? 'backslash' : 'doubled';
  return { quoting, width: widthOf(found.rows, headings) };
}

interface Survey {
  readonly rows: readonly (readonly string[])[];
  /** Lines that begin no row. */
  readonly damaged: number;
  /** Quotes within quoted values. */
  readonly quotes: number;
}

function survey(lines: readonly string[], separator: string, quoting: Quoting): Survey {
  const rows: string[][] = [];
  let [damaged, quotes] = [0, 0];
  for (let at = 0; at < lines.length; ) {
    const row: RowSoFar = { values: [], open: null, quotes: 0 };
    let next = at;
    let isRead = true;
    do isRead = readLine(row, lines[next++] as string, separator, quoting);
    while (isRead && row.open !== null && next < lines.length && next - at < MOST_LINES_OF_ROW);
    if (isRead && row.open === null) {
      if (row.values.some((value) => value.trim() !== '')) rows.push(row.values);
      quotes += row.quotes;
      at = next;
      continue;
    }
    // The last rows may go on after the sample.
    if (next < lines.length || !isRead) damaged += 1;
    at += 1;
  }
  return { rows, damaged, quotes };
}

/** Fewer rows that are damaged, or as many and more rows as wide as the headings. */
function better(a: Survey, b: Survey, isRight: (row: readonly string[]) => boolean): boolean {
  if (a.damaged !== b.damaged) return a.damaged < b.damaged;
  const shares = [a, b].map(({ rows }) => rows.filter(isRight).length / Math.max(1, rows.length));
  return (shares[0] ?? 0) > (shares[1] ?? 0) || a.rows.length < b.rows.length;
}

/** Share of rows that have the form of the others: the rest is damaged. */
const NEARLY_ALL = 0.9;

/** The width of rows that all end with the same number of empty values without a heading; else that of the headings. */
function widthOf(rows: readonly (readonly string[])[], headings: number): number {
  const widths = rows.map(({ length }) => length).sort((a, b) => a - b);
  const width = widths[widths.length >> 1] ?? 0;
  if (width <= headings || rows.length < FEWEST_ROWS) return headings;
  const isSo = (row: readonly string[]) =>
    row.length === width && row.slice(headings).every((value) => value.trim() === '');
  return rows.filter(isSo).length >= NEARLY_ALL * rows.length ? width : headings;
}
