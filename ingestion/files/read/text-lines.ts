/** Longer rows are a mistake (a lost quote, a binary file), not a response. */
export const LONGEST_ROW = 1024 * 1024;

/** Cuts text into lines as it arrives. LF, CRLF and CR end a line; a line that is too long is null. */
export class LineCutter {
  #rest = '';
  #isTooLong = false;

  /** The lines that this piece completes. */
  push(piece: string): (string | null)[] {
    let text = this.#rest + piece;
    // A CR at the end may be the first half of a CRLF.
    const held = text.endsWith('\r') ? '\r' : '';
    if (held) text = text.slice(0, -1);
    const lines: (string | null)[] = text.includes('\r') ? text.split(/\r\n?|\n/) : text.split('\n');
    const rest = lines.pop() ?? '';
    if (lines.length > 0 && this.#isTooLong) {
      lines[0] = null;
      this.#isTooLong = false;
    }
    for (const [index, line] of lines.entries())
      if (line !== null && line.length > LONGEST_ROW) lines[index] = null;
    if (rest.length > LONGEST_ROW) this.#isTooLong = true;
    this.#rest = this.#isTooLong ? held : rest + held;
    return lines;
  }

  /** The rest when the text ends. */
  end(): (string | null)[] {
    // The CR that was held ends the line.
    const line = this.#isTooLong ? null : this.#rest.replace(/\r$/, '');
    return line === '' && !this.#rest.endsWith('\r') ? [] : [line];
  }
}

/** The lines of a text that arrives in pieces, with a look-ahead of as many lines as requested. */
export class LineBuffer {
  readonly #pieces: AsyncIterator<string>;
  readonly #cutter = new LineCutter();
  #lines: (string | null)[] = [];
  #first = 0;
  #hasEnded = false;

  constructor(text: AsyncIterable<string>) {
    this.#pieces = text[Symbol.asyncIterator]();
  }

  /** The number of the line, from 1, that `at(0)` is. */
  number = 1;

  /** How many lines are available without waiting. */
  get here(): number {
    return this.#lines.length - this.#first;
  }

  /** A line ahead of the current one; only lines that `has` found. */
  at(ahead: number): string | null {
    return this.#lines[this.#first + ahead] ?? null;
  }

  /** Whether the text has that line; reads on until it is available. */
  async has(ahead: number): Promise<boolean> {
    while (this.here <= ahead && !this.#hasEnded) {
      const { value, done } = await this.#pieces.next();
      this.#hasEnded = done === true;
      const lines = done ? this.#cutter.end() : this.#cutter.push(value);
      this.#lines = this.#lines.slice(this.#first).concat(lines);
      this.#first = 0;
    }
    return this.here > ahead;
  }

  /** Advances by so many lines. */
  skip(count: number): void {
    this.#first += count;
    this.number += count;
  }

  /** Ends the reading of the file. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
