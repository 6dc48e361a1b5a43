import { nameOfField } from '../../pipeline/field-names.ts';
import { UnreadableFileError } from './read-row.ts';

/* Answers of web APIs: one object whose rows are within it, as in {"count": 2, "responses": [{…}, {…}]}. */

/** A list of objects within the object of a file. */
export interface WrappedList {
  /** Its field, with those that it is within: "data.responses". */
  readonly field: string;
  /** Characters and lines before its "[". */
  readonly at: number;
  readonly lines: number;
}

const LONGEST_KEY = 200;
/** Objects within one another that are looked into. */
const DEEPEST = 5;
/** Values within one another: more are no answer of an API, and each would be kept until it ends. */
const MOST_OPEN = 500;
/** More lists than are named in a message are not counted. */
const MOST_LISTS = 10;

/**
 * The lists of objects within a file that is one JSON object; null if it is none, or a row itself: it has a field that the map reads.
 * Reads no further than it needs to know.
 * @throws UnreadableFileError for values that are nested too deeply
 */
export async function wrappedLists(
  text: AsyncIterable<string>,
  columns: readonly string[],
): Promise<readonly WrappedList[] | null> {
  const scan = new WrapperScan(new Set(columns));
  for await (const piece of text) if (!scan.push(piece)) return null;
  return scan.lists;
}

/** One pass over the characters of an object. */
class WrapperScan {
  readonly lists: WrappedList[] = [];
  readonly #columns: ReadonlySet<string>;
  /** What is open, each with the field that it is in. */
  readonly #open: { readonly sign: string; readonly field: string }[] = [];
  #lists = 0;
  #at = 0;
  #lines = 0;
  #wasCr = false;
  #hasEnded = false;
  #inText = false;
  #isEscaped = false;
  #text = '';
  #key = '';
  /** A list that has just begun: its first value says whether it is one of objects. */
  #begun: WrappedList | null = null;

  constructor(columns: ReadonlySet<string>) {
    this.#columns = columns;
  }

  /** False when the file is not an object around lists. */
  push(piece: string): boolean {
    for (const sign of piece) {
      if (sign === '\r' || (sign === '\n' && !this.#wasCr)) this.#lines += 1;
      this.#wasCr = sign === '\r';
      if (!(this.#inText ? this.#within(sign) : this.#between(sign))) return false;
      this.#at += sign.length;
    }
    return true;
  }

  #within(sign: string): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (sign === '\\') this.#isEscaped = true;
    else if (sign === '"') this.#inText = false;
    if (this.#inText && this.#text.length < LONGEST_KEY) this.#text += sign;
    return true;
  }

  #between(sign: string): boolean {
    if (sign === ' ' || sign === '\t' || sign === '\n' || sign === '\r' || sign === '\ufeff') return true;
    if (this.#hasEnded) return false;
    if (this.#begun && sign === '{' && this.lists.length < MOST_LISTS) this.lists.push(this.#begun);
    this.#begun = null;
    if (sign === '"') {
      this.#inText = true;
      this.#text = '';
    } else if (sign === ':' && this.#isLookedInto()) {
      this.#key = this.#text;
      return !this.#columns.has(nameOfField(this.#key));
    } else if (sign === '{' || sign === '[') this.#begin(sign);
    else if (sign === '}' || sign === ']') {
      if (this.#open.pop()?.sign === '[') this.#lists -= 1;
      this.#hasEnded = this.#open.length === 0;
    }
    return true;
  }

  #begin(sign: string): void {
    if (this.#open.length >= MOST_OPEN)
      throw new UnreadableFileError(
        `line ${this.#lines + 1} has more than ${MOST_OPEN} lists and objects within one another`,
      );
    const within = this.#open.at(-1)?.field ?? '';
    const field = within === '' ? this.#key : `${within}.${this.#key}`;
    if (sign === '[') {
      if (this.#isLookedInto() && this.#open.length > 0)
        this.#begun = { field, at: this.#at, lines: this.#lines };
      this.#lists += 1;
    }
    this.#open.push({ sign, field: this.#open.length === 0 ? '' : field });
  }

  /** Whether the present place is in no list. */
  #isLookedInto(): boolean {
    return this.#lists === 0 && this.#open.length <= DEEPEST;
  }
}
