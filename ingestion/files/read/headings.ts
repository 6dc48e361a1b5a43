import { cut, headingOf } from '../../../domain/text/text.ts';

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
  readonly names: readonly string[];
  /** Headings that several columns have, with their positions from 1. */
  readonly repeated: ReadonlyMap<string, readonly number[]>;
}

/**
 * Columns with the same heading are named "Why? [1]" and "Why? [2]", one without a heading after its position.
 */
export function headingsOf(row: readonly string[]): Headings {
  const positions = new Map<string, number[]>();
  const given = row.map((cell, index) => headingOf(cell) || `column ${index + 1}`);
  given.forEach((name, index) => {
    positions.set(name, [...(positions.get(name) ?? []), index + 1]);
  });
  const repeated = new Map([...positions].filter(([, places]) => places.length > 1));
  const numbered = given.map((name, index) => {
    const places = repeated.get(name);
    return places ? `${name} [${places.indexOf(index + 1) + 1}]` : name;
  });
  // A heading that is itself spelled like "Why? [2]".
  const places = new Map<string, number[]>();
  numbered.forEach((name, index) => {
    places.set(name, [...(places.get(name) ?? []), index + 1]);
  });
  for (const [name, at] of places) if (at.length > 1) repeated.set(name, at);
  const names = numbered.map((name, index) =>
    (places.get(name) as number[]).length > 1 ? `${name} (column ${index + 1})` : name,
  );
  return { names, repeated };
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
