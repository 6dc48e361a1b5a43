import { UnreadableFileError } from '../read-row.ts';
import { LONGEST_ROW } from '../text-lines.ts';
import { columnIndex, columnName, MOST_COLUMNS, shownNumber } from './cells.ts';
import { type Sheet, unescaped, type Workbook } from './workbook.ts';
import { readXml } from './xml.ts';
import { unpacked } from './zip.ts';

/** A row as it is in the sheet. */
export interface RawRow {
  /** The row's number in the sheet, from 1. */
  readonly line: number;
  readonly values: readonly string[];
  /** Cells without a value to read, by their column: "the cell C5 holds the error #N/A". */
  readonly faults: ReadonlyMap<number, string>;
  readonly isTooLong: boolean;
}

const MOST_SHEET = 2 * 1024 * 1024 * 1024;
const MOST_ROWS = 1_048_576;

/** The rows of a sheet, with the stored results of its formulas. */
export async function* sheetRows(
  workbook: Workbook,
  sheet: Sheet,
  count?: (packed: number) => void,
): AsyncGenerator<RawRow> {
  const reader = new SheetReader(workbook);
  for await (const _ of readXml(unpacked(workbook.path, sheet.entry, MOST_SHEET, count), reader)) {
    yield* reader.rows;
    reader.rows = [];
    if (reader.isOver) return;
  }
}

class SheetReader {
  rows: RawRow[] = [];
  isOver = false;
  readonly #workbook: Workbook;
  #line = 0;
  #values: string[] = [];
  #faults: Map<number, string> | null = null;
  #length = 0;
  #column = -1;
  #cell = { type: 'n', style: 0, text: '', hasValue: false, hasFormula: false };
  #inValue = false;
  #phonetic = false;

  constructor(workbook: Workbook) {
    this.#workbook = workbook;
  }

  open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === 'c') this.#openCell(attributes);
    else if (name === 'row') this.#openRow(attributes);
    else if (name === 'f') this.#cell.hasFormula = true;
    else if (name === 'rPh') this.#phonetic = true;
    if (name === 'v' || (name === 't' && !this.#phonetic)) {
      this.#inValue = true;
      this.#cell.hasValue = true;
    }
  };

  text = (text: string): void => {
    if (this.#inValue && this.#length + this.#cell.text.length <= LONGEST_ROW) this.#cell.text += text;
  };

  close = (name: string): void => {
    if (name === 'v' || name === 't') this.#inValue = false;
    else if (name === 'rPh') this.#phonetic = false;
    else if (name === 'c') this.#closeCell();
    else if (name === 'row') this.#closeRow();
    else if (name === 'sheetData') this.isOver = true;
  };

  #openRow({ r }: Readonly<Record<string, string>>): void {
    const given = Number(r);
    this.#line = Number.isSafeInteger(given) && given > this.#line ? given : this.#line + 1;
    if (this.#line > MOST_ROWS) throw new UnreadableFileError(`the sheet has more than ${MOST_ROWS} rows`);
    this.#values = [];
    this.#faults = null;
    this.#length = 0;
    this.#column = -1;
  }

  #openCell({ r, t, s }: Readonly<Record<string, string>>): void {
    this.#column = (r === undefined ? null : columnIndex(r)) ?? this.#column + 1;
    this.#cell = { type: t ?? 'n', style: Number(s ?? 0), text: '', hasValue: false, hasFormula: false };
  }

  #closeCell(): void {
    if (this.#column >= MOST_COLUMNS) return;
    const value = this.#valueOf();
    if (value === '') return;
    this.#length += value.length;
    while (this.#values.length < this.#column) this.#values.push('');
    this.#values[this.#column] = value;
  }

  #valueOf(): string {
    const { type, style, text, hasValue, hasFormula } = this.#cell;
    const { strings, styles, from1904 } = this.#workbook;
    if (type === 'e') return this.#fault(`holds the error ${text.slice(0, 20)}`);
    // openpyxl writes an empty value beside a formula.
    if (!hasValue || (text === '' && type === 'n'))
      return hasFormula
        ? this.#fault('has a formula without a stored result; open the workbook in a spreadsheet and save it')
        : '';
    if (type === 's')
      return strings[Number(text)] ?? this.#fault('refers to a text that the workbook does not have');
    if (type === 'b') return text === '1' ? 'true' : 'false';
    if (type === 'n') return shownNumber(text, styles[style] ?? 'number', from1904);
    // "d" is ISO 8601 as it stands; "str" and "inlineStr" are texts.
    return unescaped(text);
  }

  #fault(what: string): string {
    this.#faults ??= new Map();
    this.#faults.set(this.#column, `the cell ${columnName(this.#column)}${this.#line} ${what}`);
    return '';
  }

  #closeRow(): void {
    this.rows.push({
      line: this.#line,
      values: this.#values,
      faults: this.#faults ?? new Map(),
      isTooLong: this.#length > LONGEST_ROW,
    });
  }
}
