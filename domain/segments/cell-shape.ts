import type { CellAttributes } from './cell.ts';
import { type Dimension, UNKNOWN } from './dimensions.ts';

/*
 * Cells stay as stored: their keys, and seals over them, are made of their stored attributes. If dimensions
 * were added or removed since, the program sees cells through the configured dimensions.
 */

/**
 * The values of a stored cell in the configured dimensions: "unknown" in dimensions added later, none for
 * removed ones.
 */
export function seenAs(stored: CellAttributes, dimensions: readonly Dimension[]): CellAttributes {
  const isWhole =
    Object.keys(stored).length === dimensions.length &&
    dimensions.every(({ attribute }) => Object.hasOwn(stored, attribute));
  if (isWhole) return stored;
  return Object.fromEntries(
    dimensions.map(({ attribute }) => [
      attribute,
      Object.hasOwn(stored, attribute) ? (stored[attribute] as string) : UNKNOWN,
    ]),
  );
}

/**
 * The attributes as stored: without "unknown" in dimensions added later. So a response without a value there is
 * in the same cell as before, and has the same content.
 */
export function storedAs(attributes: CellAttributes, later: ReadonlySet<string>): CellAttributes {
  if (later.size === 0) return attributes;
  return Object.fromEntries(
    Object.entries(attributes).filter(([name, value]) => value !== UNKNOWN || !later.has(name)),
  );
}

/** The configured dimensions that a stored cell lacks. */
export function lackedBy(stored: CellAttributes, dimensions: readonly Dimension[]): string[] {
  return dimensions.map(({ attribute }) => attribute).filter((name) => !Object.hasOwn(stored, name));
}

/** Stored responses have dimensions that are no longer configured. */
export class DimensionsGoneError extends Error {
  override readonly name = 'DimensionsGoneError';
}

/**
 * @param former attributes of dimensions that are shown no more, as configured
 * @throws DimensionsGoneError saying which, and each way out.
 */
export function checkDimensions(
  cells: Iterable<CellAttributes>,
  dimensions: readonly Dimension[],
  former: readonly string[],
): void {
  const known = new Set([...dimensions.map(({ attribute }) => attribute), ...former]);
  const gone = new Set<string>();
  for (const stored of cells) for (const name of Object.keys(stored)) if (!known.has(name)) gone.add(name);
  if (gone.size === 0) return;
  const fields = [...gone].sort().map(fieldOf);
  const quoted = fields.map((field) => `"${field}"`).join(', ');
  throw new DimensionsGoneError(
    `dimensions: stored responses have the dimensions ${quoted}, which is not configured. ` +
      `Add it to dimensions again (a field keeps its name; its description may change); or, to show it no more, say formerDimensions: ${JSON.stringify(fields)}; ` +
      'or start a new database (another SCORELINE_DATA_DIR or DATABASE_URL) and import the responses there',
  );
}

/** "plan_tier" as it is configured. */
const fieldOf = (attribute: string): string =>
  attribute.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
