/** Where the headings of a table are. */
export interface HeadingPlace {
  /** Rows before them that are not blank: titles and notes. */
  readonly after: number;
  /** How many rows they take. */
  readonly rows: number;
}

export const FIRST_ROW: HeadingPlace = { after: 0, rows: 1 };

/**
 * The headings of several rows as one row: those of the first row. A heading above several columns, which the first row
 * has once and the second row divides, is followed by the column's own: "How satisfied are you with – Price".
 */
export function joinedHeadings([first = [], second = []]: readonly (readonly string[])[]): string[] {
  const upperOf = (index: number): string => first[index]?.trim() ?? '';
  const lowerOf = (index: number): string => second[index]?.trim() ?? '';
  const goesOn = (index: number): boolean => upperOf(index) === '' && lowerOf(index) !== '';
  let left = '';
  return Array.from({ length: Math.max(first.length, second.length) }, (_, index) => {
    const [upper, lower] = [upperOf(index), lowerOf(index)];
    if (upper !== '') left = upper;
    const isAlone = upper === '' ? lower === '' : !goesOn(index + 1);
    if (isAlone) return upper;
    return [left, lower].filter((part) => part !== '').join(' – ');
  });
}
