/*
 * Patterns of segment rules: "*" stands for any characters, "?" for one, everything else for itself, in either case. Parts between
 * stars are found one after the other, each at its first place; none is looked for again, so a value is read once per part.
 */

/** The longest pattern, and how many stars it may have. */
export const LONGEST_PATTERN = 200;
export const MOST_STARS = 20;

/** The pattern as a test of values. */
export function patternOf(pattern: string): (value: string) => boolean {
  const parts = pattern.toLowerCase().replace(/\*+/g, '*').split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  const between = parts.slice(1, -1);
  return (value) => {
    const text = value.toLowerCase();
    if (parts.length === 1) return text.length === first.length && isAt(text, first, 0);
    const end = text.length - last.length;
    if (end < first.length || !isAt(text, first, 0) || !isAt(text, last, end)) return false;
    let from = first.length;
    for (const part of between) {
      const found = placeOf(text, part, from, end);
      if (found === -1) return false;
      from = found + part.length;
    }
    return true;
  };
}

/** Where the part first stands, not before `from` and ending by `end`; -1: nowhere. */
function placeOf(text: string, part: string, from: number, end: number): number {
  if (!part.includes('?')) {
    const found = text.indexOf(part, from);
    return found === -1 || found + part.length > end ? -1 : found;
  }
  for (let at = from; at + part.length <= end; at++) if (isAt(text, part, at)) return at;
  return -1;
}

function isAt(text: string, part: string, at: number): boolean {
  for (let i = 0; i < part.length; i++) if (part[i] !== '?' && part[i] !== text[at + i]) return false;
  return true;
}
