const QUOTE = '"';
const BACKSLASH = '\\';

/** How a quote within a quoted value is written: twice, or after a backslash. */
export type Quoting = 'doubled' | 'backslash';

/**
 * A row as far as it was read: its values, and the state of the last one if it is quoted and continues on the
 * next line.
 */
export interface RowSoFar {
  readonly values: string[];
  /** Null where the row is complete. */
  open: string | null;
  /** Quotes within quoted values so far. */
  quotes: number;
}

/**
 * Reads a line into the row. A quote opens a quoted value only at the beginning of a value, and closes it only
 * before a separator or the end of the line; anywhere else in an unquoted value it is a character.
 * @returns false if text follows the closing quote of a value
 */
export function readLine(
  row: RowSoFar,
  line: string,
  separator: string,
  quoting: Quoting = 'doubled',
): boolean {
  const { values } = row;
  if (row.open === null && !line.includes(QUOTE)) {
    for (const value of line.split(separator)) values.push(value);
    return true;
  }
  let at = 0;
  let open = row.open === null ? null : `${row.open}\n`;
  for (;;) {
    if (open === null && line[at] === QUOTE) {
      open = '';
      at += 1;
    }
    if (open === null) {
      const end = line.indexOf(separator, at);
      values.push(end === -1 ? line.slice(at) : line.slice(at, end));
      if (end === -1) break;
      at = end + 1;
      continue;
    }
    const quote = line.indexOf(QUOTE, at);
    const backslash = quoting === 'backslash' ? line.indexOf(BACKSLASH, at) : -1;
    if (backslash !== -1 && (quote === -1 || backslash < quote)) {
      // Of other characters, such as the "n" of a path, the backslash is a character too.
      const isEscape = line[backslash + 1] === QUOTE || line[backslash + 1] === BACKSLASH;
      open += line.slice(at, isEscape ? backslash : backslash + 1);
      at = backslash + 1;
      if (!isEscape) continue;
      if (line[at] === QUOTE) row.quotes += 1;
      open += line[at];
      at += 1;
      continue;
    }
    if (quote === -1) {
      row.open = open + line.slice(at);
      return true;
    }
    open += line.slice(at, quote);
    at = quote + 1;
    if (line[at] === QUOTE && quoting === 'doubled') {
      open += QUOTE;
      row.quotes += 1;
      at += 1;
      continue;
    }
    values.push(open);
    open = null;
    if (at === line.length) break;
    if (line[at] !== separator) return false;
    at += 1;
  }
  row.open = null;
  return true;
}
