import { headingOf } from '../../../domain/text/text.ts';
import type { RowValues } from '../file-row.ts';
import { type RowSoFar, readLine } from './csv-line.ts';
import { type Dialect, findDialect } from './dialect.ts';
import { type HeadingPlace, joinedHeadings } from './heading-rows.ts';
import { checkHeadings, type Headings, headingsOf } from './headings.ts';
import { type ReadRow, UnreadableFileError } from './read-row.ts';
import { separatorName } from './separator.ts';
import { type LineBuffer, LONGEST_ROW } from './text-lines.ts';

export interface CsvOptions {
  readonly separator: string;
  /** Columns that the map reads. */
  readonly columns: readonly string[];
  readonly headings: HeadingPlace;
  /** The encoding, for messages. */
  readonly encoding: string;
  /** Whether the values are a response by themselves. */
  readonly isAnswer: (values: RowValues) => boolean;
}

/** What of a file's form is worth telling. */
export interface CsvFound {
  /** Empty values at the end of every row that have no heading. */
  emptyColumns: number;
  /** Quotes within quoted values are written after a backslash. */
  backslashQuotes: boolean;
  /** Rows that repeat the headings. */
  headings: number;
}

/** A damaged row, and the lines after it that may be the rest of it. */
interface Damaged {
  readonly line: number;
  readonly problem: string;
  lines: number;
  /** Blank lines after those: part of it only if more of it follows. */
  blanks: number;
}

const UNCLOSED = 'a quoted value is never closed';
const GOES_ON = 'a quoted value goes on after its closing quote; a quote within it is written twice';
const TOO_LONG = `the row is longer than ${LONGEST_ROW} characters`;

/** Lines after a damaged row that can count as its rest: more are reported one by one. */
const MOST_FRAGMENTS = 100;

/**
 * The rows of a delimited text, whose first row is the headings. A damaged row is reported with its line and
 * costs its first line; reading continues with the next one, so that a quote that is never closed does not
 * swallow the rows after it. Each line is read at most three times, wherever the quotes are: see `#endsBefore`.
 */
export class CsvRows {
  readonly #lines: LineBuffer;
  readonly #options: CsvOptions;
  #headings: Headings = { given: [], names: [], repeated: new Map() };
  #names: ReadonlySet<string> = new Set();
  #dialect: Dialect = { quoting: 'doubled', width: 0 };
  #damaged: Damaged | null = null;
  /** What was found in the rows so far. */
  readonly found: CsvFound = { emptyColumns: 0, backslashQuotes: false, headings: 0 };
  /**
   * The line in which reading within quotes failed. A row that begins before it and leaves a quote open at the
   * end of its line reads the same lines in the same state, and fails in the same place: it need not be read
   * again.
   */
  #endsBefore = 0;

  constructor(lines: LineBuffer, options: CsvOptions) {
    this.#lines = lines;
    this.#options = options;
  }

  async *read(): AsyncGenerator<ReadRow> {
    if (!(await this.#readHeadings())) return;
    while (await this.#lines.has(0)) {
      const row = this.#lines.number < this.#endsBefore ? this.#readOneLine() : await this.#readRow();
      yield* this.#settle(row);
    }
    yield* this.#pending();
  }

  /** @throws UnreadableFileError, WrongColumnsError */
  async #readHeadings(): Promise<boolean> {
    const { after, rows: height } = this.#options.headings;
    const rows: (readonly string[])[] = [];
    while (rows.length < after + height) {
      const row = await this.#readHeadingRow(rows.length < after);
      if (!row) break;
      rows.push(row);
    }
    if (rows.length <= after) return false;
    this.#headings = headingsOf(joinedHeadings(rows.slice(after)));
    this.#names = new Set(this.#headings.names);
    checkHeadings(this.#headings, this.#options.columns, separatorName(this.#options.separator));
    this.#dialect = await findDialect(this.#lines, this.#options.separator, this.#headings.names.length);
    this.found.emptyColumns = this.#dialect.width - this.#headings.names.length;
    this.found.backslashQuotes = this.#dialect.quoting === 'backslash';
    return true;
  }

  /** The next row that is not blank; null at the end. A title before the headings may be any text. */
  async #readHeadingRow(isTitle: boolean): Promise<readonly string[] | null> {
    const lines = this.#lines;
    while ((await lines.has(0)) && lines.at(0)?.trim() === '') lines.skip(1);
    if (!(await lines.has(0))) return null;
    const row = await this.#readRow();
    if ('problem' in row) {
      if (!isTitle) throw new UnreadableFileError(`the headings cannot be read: ${row.problem}`);
      lines.skip(1);
      return [];
    }
    if (!row.isText && !isTitle)
      throw new UnreadableFileError(
        `the headings have bytes that are no character in ${this.#options.encoding}; name the encoding in the map`,
      );
    lines.skip(row.lines);
    const isBlank = row.values.every((value) => value.trim() === '');
    return isBlank && isTitle ? this.#readHeadingRow(isTitle) : row.values;
  }

  /** The row that begins in this line, with its lines. */
  async #readRow(): Promise<Read> {
    const lines = this.#lines;
    const row: RowSoFar = { values: [], open: null, quotes: 0 };
    const { width } = this.#dialect;
    let length = 0;
    let isText = true;
    for (let count = 0; ; count++) {
      if (!(await lines.has(count))) return this.#fail(count, UNCLOSED, false);
      const line = count === 0 ? withoutMark(lines.at(0)) : lines.at(count);
      length += (line?.length ?? 0) + 1;
      if (line === null || length > LONGEST_ROW) return this.#fail(count, TOO_LONG);
      isText &&= line.isWellFormed();
      if (!readLine(row, line, this.#options.separator, this.#dialect.quoting))
        return this.#fail(count, GOES_ON);
      // A wide row of many lines is known to be damaged long before its end is found.
      if (count > 0 && width > 0 && row.values.length > width) return this.#fail(count, this.#counted(row));
      if (row.open !== null) continue;
      if (count > 0 && width > 0 && row.values.length !== width) return this.#fail(count, this.#counted(row));
      return { values: row.values, lines: count + 1, isText };
    }
  }

  /** The row in this line, when an open quote is known never to close. */
  #readOneLine(): Read {
    const line = withoutMark(this.#lines.at(0));
    const row: RowSoFar = { values: [], open: null, quotes: 0 };
    if (line === null) return { problem: TOO_LONG };
    const isRead = readLine(row, line, this.#options.separator, this.#dialect.quoting);
    if (isRead && row.open === null) return { values: row.values, lines: 1, isText: line.isWellFormed() };
    return { problem: isRead ? UNCLOSED : GOES_ON };
  }

  #fail(count: number, problem: string, isInLine = true): Damage {
    const line = this.#lines.number + count;
    this.#endsBefore = Math.max(this.#endsBefore, line);
    return { problem: count > 0 && isInLine ? `${problem} (in line ${line})` : problem };
  }

  #counted({ values }: { readonly values: readonly string[] }): string {
    const { length } = this.#headings.names;
    const { width } = this.#dialect;
    const other = width === length ? `the header has ${length}` : `the first rows have ${width}`;
    if (values.length === width)
      return `something stands after the last column, where the first rows have nothing; a value with a ${separatorName(this.#options.separator)} in it goes in quotes`;
    const counted = `${values.length} ${values.length === 1 ? 'column' : 'columns'} where ${other}`;
    if (values.length < width) return counted;
    return `${counted}; a value with a ${separatorName(this.#options.separator)} in it goes in quotes`;
  }

  /** The results of a row, and of the damaged one before it. */
  *#settle(row: Read): Generator<ReadRow> {
    const lines = this.#lines;
    const line = lines.number;
    if ('problem' in row) {
      yield* this.#pending();
      this.#damaged = { line, problem: row.problem, lines: 0, blanks: 0 };
      lines.skip(1);
      return;
    }
    const { values } = row;
    const isBlank = values.every((value) => value.trim() === '');
    if (this.#damaged && this.#isRest(row, isBlank)) {
      lines.skip(row.lines);
      return;
    }
    yield* this.#pending();
    const { width } = this.#dialect;
    const heading = this.#repeatedHeadings(values);
    if (isBlank) yield { line, blank: true };
    else if (!row.isText)
      yield { line, problem: `the row has bytes that are no character in ${this.#options.encoding}` };
    else if (heading) yield { line, heading: true, ...heading };
    else if (values.length !== width || !this.#isEmptyAfter(values))
      yield { line, problem: this.#counted(row) };
    else yield { line, values: this.#named(values), ...this.#doubtOf(row) };
    lines.skip(row.lines);
  }

  /** Whether the values without a heading are empty. */
  #isEmptyAfter(values: readonly string[]): boolean {
    return values.slice(this.#headings.names.length).every((value) => value.trim() === '');
  }

  /**
   * Whether the row is the headings once more, as in files that were joined. If they are in another order, the
   * rows after them are read by that order. Null for any other row.
   */
  #repeatedHeadings(values: readonly string[]): { readonly doubt?: string } | null {
    const { names } = this.#headings;
    // Most rows differ from headings in their first value.
    if (values.length < names.length || !this.#names.has(headingOf(values[0] as string))) return null;
    const again = headingsOf(values.slice(0, names.length));
    if (!this.#isEmptyAfter(values) || !again.names.every((name) => this.#names.has(name))) return null;
    this.found.headings += 1;
    if (again.names.every((name, i) => name === names[i])) return {};
    this.#headings = again;
    const order = 'in another order; the rows after it are read by that order';
    return { doubt: `line ${this.#lines.number} repeats the headings ${order}` };
  }

  /** Whether the row is the rest of the damaged one before it, which then has more lines. */
  #isRest({ values, lines }: Whole, isBlank: boolean): boolean {
    const damaged = this.#damaged as Damaged;
    if (isBlank) {
      damaged.blanks += lines;
      return true;
    }
    if (values.length >= this.#headings.names.length || damaged.lines >= MOST_FRAGMENTS) return false;
    damaged.lines += damaged.blanks + lines;
    damaged.blanks = 0;
    return true;
  }

  *#pending(): Generator<ReadRow> {
    const damaged = this.#damaged;
    this.#damaged = null;
    if (!damaged) return;
    const { line, problem, lines, blanks } = damaged;
    const rest = lines === 1 ? `line ${line + 1} is` : `lines ${line + 1} to ${line + lines} are`;
    const doubt = `${rest} taken to be the rest of the damaged row in line ${line}`;
    yield { line, problem: `not CSV: ${problem}`, ...(lines > 0 ? { doubt } : {}) };
    for (let i = 1; i <= blanks; i++) yield { line: line + lines + i, blank: true };
  }

  #named(values: readonly string[]): RowValues {
    const { names } = this.#headings;
    const named: Record<string, string> = {};
    for (let i = 0; i < names.length; i++) named[names[i] as string] = values[i] as string;
    return named;
  }

  /** A row with lines that are responses by themselves may have an unclosed quote. */
  #doubtOf({ lines }: Whole): { readonly doubt?: string } {
    const { separator, isAnswer } = this.#options;
    const from = this.#lines.number;
    let answers = 0;
    for (let ahead = 1; ahead < lines; ahead++) {
      const values = beginningOf(this.#lines.at(ahead) ?? '', separator, this.#dialect);
      if (values && isAnswer(this.#named(values))) answers += 1;
    }
    if (answers === 0) return {};
    return {
      doubt:
        `the row in line ${from} goes on to line ${from + lines - 1}, and ${answers} of these lines ` +
        `${answers === 1 ? 'is an answer' : 'are answers'} by ${answers === 1 ? 'itself' : 'themselves'}: was a quote not closed?`,
    };
  }
}

/**
 * The values of a row that begins in the line, or null if none of that width does. Its last one may continue on
 * the next line.
 */
function beginningOf(line: string, separator: string, { width, quoting }: Dialect): string[] | null {
  const row: RowSoFar = { values: [], open: null, quotes: 0 };
  readLine(row, line, separator, quoting);
  const { values, open } = row;
  if (open === null) return values.length === width ? values : null;
  const known = [...values, open];
  return known.length > width ? null : [...known, ...Array<string>(width - known.length).fill('')];
}

interface Whole {
  readonly values: readonly string[];
  readonly lines: number;
  readonly isText: boolean;
}
interface Damage {
  readonly problem: string;
}
type Read = Whole | Damage;

/** Files that were put together have a byte order mark in the middle. */
const withoutMark = (line: string | null): string | null =>
  line?.startsWith('\ufeff') ? line.slice(1) : line;
