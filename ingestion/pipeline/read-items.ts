import { UserError } from '../../domain/errors/user-error.ts';
import { Slice } from '../../domain/text/slices.ts';
import { cut } from '../../domain/text/text.ts';
import { type Outcome, rejected } from './outcome.ts';

/** The body cannot be read; the message says what would be right. */
export class UnreadableBodyError extends UserError {
  override readonly name = 'UnreadableBodyError';
}

/** A piece of a body that is not a JSON value, or too long: rejected on its own. */
export class BadItem {
  readonly outcome: Outcome;
  readonly text: string;

  constructor(outcome: Outcome, text: string) {
    this.outcome = outcome;
    this.text = text;
  }
}

/** Items of one request or delivery. */
export const MOST_ITEMS = 20_000;
/** Characters of one item: a row of a file has up to 1 MiB, plus names and JSON punctuation. */
export const LONGEST_ITEM = 2 * 1024 * 1024;
const LONGEST_REASON = 120;

/**
 * The items of a body: of a JSON array, of one value, or of NDJSON, also if it was sent under another type.
 * They are parsed one by one: a body of 16 MiB at once would block the event loop.
 * @throws UnreadableBodyError when it has more than `most`, or is neither
 */
export async function readItems(text: string, isLines: boolean, most: number): Promise<unknown[]> {
  const items: unknown[] = [];
  const slice = new Slice();
  for await (const item of itemsOf(text, isLines, slice)) {
    if (items.length === most)
      throw new UnreadableBodyError(`more than ${most} responses in one request; send them in parts`);
    items.push(item);
  }
  return items;
}

function itemsOf(text: string, isLines: boolean, slice: Slice): AsyncIterable<unknown> {
  if (isLines) return lineItems(text, slice);
  const first = text.search(/\S/);
  if (text[first] === '[') return arrayItems(text, first + 1, slice);
  return oneItem(text, slice);
}

/** The lines that are not blank, by beginning and end. Yields in between. */
export async function* linesOf(
  text: string,
  slice: Slice,
): AsyncGenerator<readonly [start: number, end: number]> {
  for (let start = 0; start < text.length; ) {
    if (slice.isOver()) await slice.next();
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    if (text.slice(start, end).trim() !== '') yield [start, end];
    start = end + 1;
  }
}

async function* lineItems(text: string, slice: Slice): AsyncGenerator<unknown> {
  for await (const [start, end] of linesOf(text, slice)) {
    const line = text.slice(start, end);
    const item = parseItem(line);
    yield item instanceof SyntaxError
      ? new BadItem(rejected('INVALID', `this line is not JSON: ${reasonOf(item)}`), line)
      : item;
  }
}

async function* oneItem(text: string, slice: Slice): AsyncGenerator<unknown> {
  const isShort = text.length <= LONGEST_ITEM;
  const item = isShort ? parseItem(text) : new SyntaxError('too long');
  if (!(item instanceof SyntaxError)) yield item;
  // Several objects on lines of their own, sent as application/json or without a type.
  else if (holdsLines(text)) yield* lineItems(text, slice);
  else if (isShort) throw new UnreadableBodyError(`the body is not JSON: ${reasonOf(item)}`);
  else yield parseItem(text);
}

/** Whether an object on a line of its own comes first, and another after it. */
function holdsLines(text: string): boolean {
  const body = text.trimStart();
  const end = body.indexOf('\n');
  if (end === -1 || !body.startsWith('{')) return false;
  return body.slice(0, end).trimEnd().endsWith('}') && body.slice(end).trimStart().startsWith('{');
}

/** @param from the place after "[" */
async function* arrayItems(text: string, from: number, slice: Slice): AsyncGenerator<unknown> {
  let number = 0;
  for (let start = from; ; number++) {
    if (slice.isOver()) await slice.next();
    const scan = new ValueScan(text, start);
    while (!scan.isAtEnd()) if (slice.isOver()) await slice.next();
    const { end } = scan;
    const closes = text[end] === ']';
    if (!closes && text[end] !== ',')
      throw new UnreadableBodyError('the body is not JSON: the array is not closed; was it cut off?');
    const isEmpty = closes && number === 0 && text.slice(start, end).trim() === '';
    if (!isEmpty) {
      const item = parseItem(text.slice(start, end));
      if (item instanceof SyntaxError)
        throw new UnreadableBodyError(`the body is not JSON: item ${number}: ${reasonOf(item)}`);
      yield item;
    }
    start = end + 1;
    if (!closes) continue;
    if (text.slice(start).trim() !== '')
      throw new UnreadableBodyError('the body is not JSON: it goes on after its array');
    return;
  }
}

/** Lists and objects within each other: what reads and writes an item calls itself for each. */
const DEEPEST = 500;
/** Fields, values and brackets of one item: a row of a file has two for each of its 2,000 columns. */
const MOST_PARTS = 10_000;
/** Of a row of a file with as many columns as a sheet of Excel has, and of a vendor's payload. */
export const MOST_PARTS_OF_ROW = 40_000;

/** The value; a BadItem if it is too long or names a field twice; the SyntaxError if it is not JSON. */
export function parseItem(text: string, mostParts = MOST_PARTS): unknown {
  if (text.length > LONGEST_ITEM)
    return new BadItem(
      rejected('TOO_LONG', `the item has ${text.length} characters; at most ${LONGEST_ITEM} are read`),
      text,
    );
  const scan = new ValueScan(text, 0);
  while (!scan.isAtEnd());
  if (scan.parts > mostParts)
    return new BadItem(
      rejected('INVALID', `the item has more than ${mostParts} fields and values; at most so many are read`),
      text,
    );
  if (scan.deepest > DEEPEST)
    return new BadItem(
      rejected('INVALID', `the item is nested ${scan.deepest} deep; at most ${DEEPEST} are read`),
      text,
    );
  let item: unknown;
  try {
    item = JSON.parse(text);
  } catch (error) {
    return error as SyntaxError;
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.keys(item).length === scan.members
    ? item
    : new BadItem(rejected('INVALID', 'a field is given twice, and which one counts is not clear'), text);
}

const reasonOf = ({ message }: Error) => cut(message, LONGEST_REASON);

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
/** Characters between two checks of the clock. */
const STRETCH = 16_384;

/** Finds where a value of a list ends, without parsing it: JSON.parse does that, and reports what is wrong. */
class ValueScan {
  readonly #text: string;
  #depth = 0;
  #inText = false;
  /** How deep lists and objects of the value are nested. */
  deepest = 0;
  /** For an object: how many fields it has, duplicates counted twice. */
  members = 0;
  /** How many commas, colons and opening brackets it has, at any depth. */
  parts = 0;
  /** The "," or "]" after it, or the end of the text. */
  end: number;

  constructor(text: string, start: number) {
    this.#text = text;
    this.end = start;
  }

  /** Advances by a stretch; false if the end was not found yet. */
  isAtEnd(): boolean {
    const text = this.#text;
    for (const stop = this.end + STRETCH; this.end < text.length; this.end++) {
      if (this.end >= stop) return false;
      const code = text.charCodeAt(this.end);
      if (this.#inText) {
        if (code === BACKSLASH) this.end += 1;
        else if (code === QUOTE) this.#inText = false;
      } else if (code === QUOTE) this.#inText = true;
      else if (code === COLON) {
        this.parts += 1;
        if (this.#depth === 1) this.members += 1;
      } else if (code === COMMA) {
        if (this.#depth === 0) return true;
        this.parts += 1;
      } else if (OPENING.has(code)) {
        this.parts += 1;
        this.#depth += 1;
        if (this.#depth > this.deepest) this.deepest = this.#depth;
      } else if (CLOSING.has(code)) {
        if (this.#depth === 0) return true;
        this.#depth -= 1;
      }
    }
    return true;
  }
}
