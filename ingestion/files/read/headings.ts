import { cut, headingOf } from '../../../domain/text/text.ts';
import { UnreadableFileError } from './read-row.ts';

/** The map reads columns that the file does not have, or has more than once. */
export class WrongColumnsError extends Error {
  override readonly name = 'WrongColumnsError';
}

const NAMES_TOLD = 30;

/** Names for a message: a limited number. */
export function toldNames(names: Iterable<string>): string {
  const all = [...names];
  const shownNames = all.slice(0, NAMES_TOLD).map((name) => cut(name));
  return `${shownNames.join(', ')}${all.length > shownNames.length ? ` and ${all.length - shownNames.length} more` : ''}`;
}

/** Unique names of a file's columns, in order. */
export interface Headings {
  /** As they stand in the file, one without a text after its position. */
  readonly given: readonly string[];
  readonly names: readonly string[];
  /** Headings that several columns have, with their positions from 1. */
  readonly repeated: ReadonlyMap<string, readonly number[]>;
}

/** Columns of a file: as many as a sheet has. */
export const MOST_COLUMNS = 16_384;

/**
 * Columns with the same heading are named "Why? [1]" and "Why? [2]", one without a heading after its position.
 * @throws UnreadableFileError for more columns than are read
 */
export function headingsOf(row: readonly string[]): Headings {
  if (row.length > MOST_COLUMNS)
    throw new UnreadableFileError(
      `it has ${row.length} columns, and at most ${MOST_COLUMNS} are read: is the separator right?`,
    );
  const given = row.map(givenAt);
  const repeated = new Map([...placesOf(given)].filter(([, places]) => places.length > 1));
  const counts = new Map<string, number>();
  const numbered = given.map((name) => {
    if (!repeated.has(name)) return name;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name} [${count}]`;
  });
  // A heading that is itself spelled like "Why? [2]".
  const places = placesOf(numbered);
  for (const [name, at] of places) if (at.length > 1) repeated.set(name, at);
  const names = numbered.map((name, index) =>
    (places.get(name) as number[]).length > 1 ? `${name} (column ${index + 1})` : name,
  );
  return { given, names, repeated };
}

const givenAt = (cell: string, index: number): string => headingOf(cell) || `column ${index + 1}`;

/** The positions of each name, from 1. */
function placesOf(names: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, name] of names.entries()) {
    const at = places.get(name);
    if (at) at.push(index + 1);
    else places.set(name, [index + 1]);
  }
  return places;
}

/** Whether the row begins with these headings once more: most rows differ in their first cell. */
export function areHeadings(row: readonly string[], given: readonly string[]): boolean {
  return (
    row.length >= given.length && given.every((name, index) => givenAt(row[index] ?? '', index) === name)
  );
}

/**
 * Finds the columns that the map reads. A wrong name would reject every row; it is better reported once.
 * @param separator its name, for the message if the headings are not separated by it
 * @throws WrongColumnsError
 */
export function checkHeadings(
  { names, repeated }: Headings,
  wanted: readonly string[],
  separator: string,
): void {
  const known = new Set(names);
  for (const name of wanted) {
    const places = repeated.get(name);
    if (!places || known.has(name)) continue;
    const spelled = places.map((_, index) => `"${cut(name)} [${index + 1}]"`);
    throw new WrongColumnsError(
      `the map reads the column "${cut(name)}", and the file has ${places.length} of that heading: columns ` +
        `${listed(places.map(String))}; name the one that is meant ${listed(spelled, 'or')} in the map`,
    );
  }
  const missing = [...new Set(wanted)].filter((name) => !known.has(name));
  if (missing.length === 0) return;
  const way =
    names.length === 1 && known.size < new Set(wanted).size
      ? `, as one column by the separator ${separator}; if that is another one, name it with "separator" in the map`
      : '';
  throw new WrongColumnsError(
    `the map reads columns that the file does not have: ${toldNames(missing)}; it has ${toldNames(names)}${way}`,
  );
}

const LISTED = 10;

function listed(all: readonly string[], word = 'and'): string {
  const shownNames = all.slice(0, LISTED);
  const more = all.length > shownNames.length ? ', …' : '';
  return more || shownNames.length < 2
    ? `${shownNames.join(', ')}${more}`
    : `${shownNames.slice(0, -1).join(', ')} ${word} ${shownNames.at(-1)}`;
}
