import { nameOfField } from '../../pipeline/field-names.ts';
import { BadItem, MOST_PARTS_OF_ROW, parseItem } from '../../pipeline/read-items.ts';
import type { RowValues } from '../file-row.ts';
import { JsonCutter, type JsonItem, splitItem, withoutEnd } from './json-items.ts';
import type { ReadRow } from './read-row.ts';
import { LineCutter, LONGEST_ROW } from './text-lines.ts';

export interface JsonOptions {
  readonly isArray: boolean;
  readonly encoding: string;
  /** Whether the values are a response by themselves. */
  readonly isAnswer: (values: RowValues) => boolean;
  /** The array is within an object; the text begins in that line. */
  readonly within?: { readonly line: number };
}

/** Rows of a JSON array, or of consecutive objects over several lines each. */
export async function* itemRows(
  text: AsyncIterable<string>,
  { isArray, encoding, isAnswer, within }: JsonOptions,
): AsyncGenerator<ReadRow> {
  const cutter = new JsonCutter(isArray, within);
  let count = 0;
  let line = within?.line ?? 1;
  const rowOf = (item: JsonItem): ReadRow => {
    count += 1;
    line = item.line;
    return { line, ...(isArray ? { item: count } : {}), ...readItem(item, encoding) };
  };
  const rowsOf = (item: JsonItem) => partsOf(item, encoding, isAnswer).map(rowOf);
  for await (const piece of text) for (const item of cutter.push(piece)) yield* rowsOf(item);
  for (const item of cutter.end()) yield* rowsOf(item);
  if (cutter.isComplete) return;
  const doubt = `the array is not closed at the end of the file, after line ${line}: was it cut off?`;
  yield { line, ...(isArray ? { item: count + 1 } : {}), blank: true, doubt };
}

/** The item; for invalid JSON that swallowed others, those others too. */
function partsOf(item: JsonItem, encoding: string, isAnswer: JsonOptions['isAnswer']): JsonItem[] {
  if (!('problem' in readItem(item, encoding))) return [item];
  const [first, ...others] = splitItem(item).map((part) => ({ ...part, text: withoutEnd(part.text) }));
  const hasAnswer = others.some((part) => {
    const read = readItem(part, encoding);
    return 'values' in read && isAnswer(read.values);
  });
  return first && hasAnswer ? [first, ...others] : [item];
}

const readItem = ({ text, problem }: JsonItem, encoding: string) =>
  problem === undefined ? read(text, encoding) : { problem };

/** Rows of NDJSON: each line that is not blank is one. */
export async function* lineRows(text: AsyncIterable<string>, encoding: string): AsyncGenerator<ReadRow> {
  const cutter = new LineCutter();
  let line = 0;
  const rowOf = (content: string | null): ReadRow | null => {
    line += 1;
    if (content === null) return { line, problem: `the line is longer than ${LONGEST_ROW} characters` };
    // Concatenated files have a byte order mark in the middle.
    const item = content.startsWith('\ufeff') ? content.slice(1) : content;
    return item.trim() === '' ? null : { line, ...read(item, encoding) };
  };
  for await (const piece of text)
    for (const content of cutter.push(piece)) {
      const row = rowOf(content);
      if (row) yield row;
    }
  for (const content of cutter.end()) {
    const row = rowOf(content);
    if (row) yield row;
  }
}

function read(text: string, encoding: string): { values: RowValues } | { problem: string } {
  if (!text.isWellFormed()) return { problem: `the row has bytes that are no character in ${encoding}` };
  const item = parseItem(withExactNumbers(text), MOST_PARTS_OF_ROW);
  if (item instanceof SyntaxError) return { problem: `not JSON: ${item.message}` };
  if (item instanceof BadItem) return { problem: problemOf(item) };
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return { problem: 'a row must be one JSON object' };
  const values: Record<string, string> = {};
  for (const [given, value] of Object.entries(item)) {
    const name = nameOfField(given);
    if (Object.hasOwn(values, name)) return { problem: TWICE };
    values[name] = textOf(value);
  }
  return { values };
}

/** As many digits as a JavaScript number may lose. */
const MANY_DIGITS = 16;
const isDigit = (sign: string | undefined) => sign !== undefined && sign >= '0' && sign <= '9';
/** Whether a number continues to the left: its whole part, its fraction or its exponent. */
const isWithin = (sign: string | undefined) =>
  isDigit(sign) || (sign !== undefined && '.eE+-'.includes(sign));

/** With long whole numbers as texts: otherwise two ids that differ in their last digit would be one number. */
export function withExactNumbers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  const pieces: string[] = [];
  let [done, inText] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '"') inText = !inText;
    else if (inText && sign === '\\') at += 1;
    if (inText || !isDigit(sign)) continue;
    const from = text[at - 1] === '-' ? at - 1 : at;
    let end = at;
    while (isDigit(text[end])) end += 1;
    const isWhole = !isWithin(text[from - 1]) && sign !== '0' && !isWithin(text[end]);
    if (isWhole && end - at >= MANY_DIGITS) {
      pieces.push(text.slice(done, from), '"', text.slice(from, end), '"');
      done = end;
    }
    at = end - 1;
  }
  return pieces.join('') + text.slice(done);
}

const TWICE = 'a field is given twice, and which one counts is not clear';

const problemOf = ({ outcome }: BadItem): string =>
  outcome.status === 'rejected' ? outcome.message : 'it cannot be read';

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
