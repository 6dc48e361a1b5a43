import { headingOf } from '../../domain/text/text.ts';

const known = new Map<string, string>();
const MOST_KNOWN = 10_000;
/** Senders choose the names: longer ones are computed each time. */
const LONGEST_KNOWN = 200;

/**
 * The name of a row's field in the form of headings. Rows of a file have the same ones, so each is computed
 * once.
 */
export function nameOfField(given: string): string {
  if (given.length > LONGEST_KNOWN) return headingOf(given);
  const before = known.get(given);
  if (before !== undefined) return before;
  const name = headingOf(given);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(given, name);
  return name;
}
