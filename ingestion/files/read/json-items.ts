import { LONGEST_ROW } from './text-lines.ts';

/** A piece of a file that should be one value of its array. */
export interface JsonItem {
  readonly line: number;
  readonly text: string;
  /** Why it is invalid, if that is known without parsing it. */
  readonly problem?: string;
}

const [QUOTE, BACKSLASH, COMMA, LF, CR, SPACE, TAB] = [0x22, 0x5c, 0x2c, 0x0a, 0x0d, 0x20, 0x09];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Where an object can begin after a damaged one: at the beginning of a line, or after a comma. */
const BEGINNINGS = /(?:^|[\r\n])[ \t]{0,200}\{|,[ \t]{0,20}\{/g;
const UNCLOSED = 'not JSON: the object is not closed';

/**
 * Cuts a JSON array, or consecutive objects, into values as the text arrives; JSON.parse parses them. An object
 * that is not closed ends where the next one can begin, so that it does not swallow those after it.
 */
export class JsonCutter {
  /** From the first "[" on; outside an array objects follow one another. */
  readonly #isArray: boolean;
  readonly #isWithin: boolean;
  #state: 'before' | 'between' | 'item' | 'lost' | 'after' = 'before';
  #line = 1;
  #wasCr = false;
  /** State of the current item. */
  #itemLine = 1;
  #pieces: string[] = [];
  #length = 0;
  #depth = 0;
  #isObject = false;
  #inText = false;
  #isEscaped = false;
  #problem: string | undefined;
  #items: JsonItem[] = [];

  /** @param within where the array is within an object: the line of the text; what follows the array is no value */
  constructor(isArray: boolean, within?: { readonly line: number }) {
    this.#isArray = isArray;
    this.#isWithin = within !== undefined;
    this.#line = within?.line ?? 1;
    if (!isArray) this.#state = 'between';
  }

  /** The items that this piece completes. */
  push(text: string): JsonItem[] {
    this.#scan(text);
    return this.#taken();
  }

  /** The last items; the last one may be cut off. */
  end(): JsonItem[] {
    while (this.#state === 'item' && this.#length > 0) {
      if (!this.#isObject) this.#finish();
      else this.#recover(true);
    }
    return this.#taken();
  }

  /** Whether the array was closed. */
  get isComplete(): boolean {
    return this.#isArray ? this.#state === 'after' : this.#state !== 'item';
  }

  #taken(): JsonItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #scan(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF || code === CR) {
        if (!(code === LF && this.#wasCr)) this.#line += 1;
        this.#endLine();
      }
      this.#wasCr = code === CR;
      if (this.#state !== 'item') {
        if (!this.#begins(code)) continue;
        from = at;
      }
      const end = this.#step(code);
      if (end === null) continue;
      this.#take(text.slice(from, end === 'with' ? at + 1 : at));
      this.#finish();
      if (end !== 'before') continue;
      // The closing character is handled again, as text between values.
      at -= 1;
      if (code === LF) this.#line -= 1;
    }
    if (this.#state !== 'item') return;
    this.#take(text.slice(from));
    if (this.#length > LONGEST_ROW) this.#recover(false);
  }

  /** A JSON text has no line break: one that continues to the end of the line was not closed. */
  #endLine(): void {
    if (this.#state === 'item' && this.#inText) {
      this.#problem = 'not JSON: a text is not closed in its line';
      this.#inText = false;
      this.#isEscaped = false;
    }
    if (this.#state === 'lost') this.#state = 'between';
  }

  /** Whether an item begins here. */
  #begins(code: number): boolean {
    const isSpace = code === SPACE || code === TAB || code === LF || code === CR;
    if (isSpace || this.#state === 'lost' || (this.#isWithin && this.#state === 'after')) return false;
    if (this.#state === 'before') {
      if (code === OPEN_ARRAY) this.#state = 'between';
      return false;
    }
    if (code === COMMA) return false;
    if (code === CLOSE_ARRAY && this.#isArray && this.#state === 'between') {
      this.#state = 'after';
      return false;
    }
    this.#state = 'item';
    this.#itemLine = this.#line;
    this.#isObject = code === OPEN;
    this.#depth = 0;
    this.#inText = false;
    this.#isEscaped = false;
    this.#problem = undefined;
    return true;
  }

  /** Consumes a character of an item: whether it ends with this one, or before it. */
  #step(code: number): 'with' | 'before' | null {
    if (this.#inText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (code === BACKSLASH) this.#isEscaped = true;
      else if (code === QUOTE) this.#inText = false;
      return null;
    }
    if (code === QUOTE) this.#inText = true;
    else if (code === OPEN || code === OPEN_ARRAY) this.#depth += 1;
    else if (code === CLOSE || code === CLOSE_ARRAY) {
      if (this.#depth === 0) return code === CLOSE_ARRAY ? 'before' : null;
      this.#depth -= 1;
      if (this.#depth === 0 && this.#isObject) return 'with';
    } else if (this.#depth === 0 && (code === COMMA || (!this.#isArray && code === LF))) return 'before';
    return null;
  }

  #take(text: string): void {
    if (text === '') return;
    this.#pieces.push(text);
    this.#length += text.length;
  }

  #finish(): void {
    const text = this.#pieces.join('');
    const problem = this.#problem ?? (text.length > LONGEST_ROW ? TOO_LONG : undefined);
    this.#items.push({ line: this.#itemLine, text, ...(problem ? { problem } : {}) });
    this.#pieces = [];
    this.#length = 0;
    this.#state = 'between';
  }

  /**
   * Cuts an object that does not end where others can begin, and continues with the last of them, which may not
   * be complete yet.
   */
  #recover(isEnd: boolean): void {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    const parts = splitItem({ line: this.#itemLine, text, problem: this.#problem ?? UNCLOSED });
    const last = parts.length > 1 ? parts.pop() : undefined;
    this.#items.push(...parts.map((part) => ({ ...part, text: withoutEnd(part.text) })));
    if (last) {
      this.#line = last.line;
      this.#state = 'between';
      this.#wasCr = false;
      this.#scan(last.text);
      return;
    }
    // Nothing in it can begin another object: the rest is lost up to the next line.
    this.#state = isEnd ? 'between' : 'lost';
  }
}

/** The pieces of a damaged item, cut where others can begin. */
export function splitItem({ line, text, problem }: JsonItem): JsonItem[] {
  const starts = [0];
  for (const match of text.matchAll(BEGINNINGS)) {
    const start = match.index + match[0].length - 1;
    if (start > 0) starts.push(start);
  }
  let at = line;
  return starts.map((start, index) => {
    const piece = text.slice(start, starts[index + 1]);
    const part = { line: at, text: piece, ...(index === 0 && problem ? { problem } : {}) };
    at += piece.match(/\r\n?|\n/g)?.length ?? 0;
    return part;
  });
}

/** Without the comma or bracket after a value. */
export function withoutEnd(piece: string): string {
  let end = piece.length;
  while (end > 0 && ' \t\r\n,]'.includes(piece[end - 1] as string)) end -= 1;
  return piece.slice(0, end);
}

const TOO_LONG = `the item is longer than ${LONGEST_ROW} characters`;
