import type { Segment } from '../../domain/segments/cell.ts';
import { type Dimension, storedValue } from '../../domain/segments/dimensions.ts';
import { quoted, readName, TEXT_RULES } from '../../domain/text/text.ts';

/**
 * A caller's restricting attributes, from JSON: { "region": ["Germany"] }. A dimension may be named by its
 * field (productLine) or its attribute (product_line); a single value needs no list, null and blank ones are
 * "unknown". The result is by attribute.
 * @throws the error that `mistake` makes of a message that says what would be right.
 */
export function parseAttributes(
  given: unknown,
  dimensions: readonly Dimension[],
  mistake: (message: string) => Error,
): Segment {
  if (given === null || given === undefined) return {};
  if (typeof given !== 'object' || Array.isArray(given))
    throw mistake('attributes: must be an object such as { "region": ["Germany"] }');
  const attributes: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(given)) {
    const dimension = dimensions.find(({ field, attribute }) => field === name || attribute === name);
    if (!dimension) {
      const known = dimensions.map(({ field }) => field).join(', ');
      throw mistake(`attributes: ${quoted(name)} is not a dimension here; there are ${known}`);
    }
    const list: unknown[] = Array.isArray(values) ? values : [values];
    const isValue = (value: unknown) => value === null || typeof value === 'string';
    if (list.length === 0 || !list.every(isValue))
      throw mistake(`attributes.${name}: must be a list of values with at least one, such as ["Germany"]`);
    attributes[dimension.attribute] = list.map((value) => storedValue(value as string | null));
  }
  return attributes;
}

/** Sources that one key may be bound to. */
export const MOST_SOURCES = 50;

/**
 * The sources that a key or token is bound to, as responses name them: a list, or a single one.
 * @throws the error that `mistake` makes of a message that says what would be right.
 */
export function parseSources(given: unknown, mistake: (message: string) => Error): readonly string[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0 || list.length > MOST_SOURCES)
    throw mistake(`sources: must be a list of 1 to ${MOST_SOURCES} sources, such as ["web"]`);
  const sources = list.map((one) => {
    const name = typeof one === 'string' ? readName(TEXT_RULES.source, one) : '';
    if (typeof name !== 'string') throw mistake(`sources: ${name.message}`);
    if (name === '') throw mistake('sources: each must be a text that is not blank, such as "web"');
    return name;
  });
  return [...new Set(sources)];
}

/** The attributes in the form that people write: by field. */
export function attributesByField(
  attributes: Segment,
  dimensions: readonly Dimension[],
): Record<string, readonly string[]> {
  const fieldOf = (name: string) => dimensions.find(({ attribute }) => attribute === name)?.field ?? name;
  return Object.fromEntries(Object.entries(attributes).map(([name, values]) => [fieldOf(name), values]));
}
