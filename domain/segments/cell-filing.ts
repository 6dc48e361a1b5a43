import type { CellAttributes } from './cell.ts';
import { type Dimension, OTHER, UNKNOWN, valueIn } from './dimensions.ts';

/** How many cells there may be, and how many of them one caller or one source may add. */
export interface CellLimits {
  /**
   * In the database, with the values as sent. There may be a tenth more with "other" in place of a value that
   * found no room.
   */
  readonly limit: number;
  /** What one caller may add at most, as a share of the limit. Administrators have no share. */
  readonly perKey: number;
  /** What responses of one source may add at most, as a share of the limit. */
  readonly perSource: number;
  /** What one caller may add in a minute. */
  readonly perMinute: number;
}

/** The defaults. */
export const DEFAULT_CELL_LIMITS: CellLimits = {
  limit: 10_000,
  perKey: 0.25,
  perSource: 0.5,
  perMinute: 1_000,
};

const OVERFLOW = 0.1;

/** The shares as numbers of cells. */
export interface CellShares {
  /** In the database: cells with the values as sent. */
  readonly sent: number;
  /** In the database: cells in which "other" replaces a value that found no room. */
  readonly overflow: number;
  readonly key: number;
  readonly keyOverflow: number;
  readonly source: number;
  readonly minute: number;
}

/** The limits as numbers of cells; a share is never less than one. */
export function cellShares({ limit, perKey, perSource, perMinute }: CellLimits): CellShares {
  const overflow = Math.ceil(limit * OVERFLOW);
  const share = (of: number, part: number) => Math.max(1, Math.floor(of * part));
  return {
    sent: limit,
    overflow,
    key: share(limit, perKey),
    keyOverflow: share(overflow, perKey),
    source: share(limit, perSource),
    minute: perMinute,
  };
}

/** What exists when a place is looked for. */
export interface FilingView {
  exists(attributes: CellAttributes): boolean;
  /** How many cells have the value in that dimension. */
  cellsWith(attribute: string, value: string): number;
  /** How many values the dimension has. */
  valuesOf(attribute: string): number;
  /** Whether the caller may submit there. */
  permits(attributes: CellAttributes): boolean;
  /** Whether a cell with "other" in it may be added. */
  readonly mayAdd: boolean;
}

/** How many candidates are tried for one combination; with four dimensions there are never more than 16. */
const MOST_CANDIDATES = 64;

/**
 * Where a response is filed whose combination may not become a cell: "other" replaces each value that is new in
 * its dimension, and known values stay. If every value is known and only the combination is new, one value is
 * replaced: that of the dimension with the most values, unless another replacement leads to an existing cell.
 * Only if no cell may be added at all, as many values are replaced as it takes to reach an existing cell, at
 * worst all. Null when the caller may submit to none of these.
 */
export function fileElsewhere(sent: CellAttributes, view: FilingView): CellAttributes | null {
  const names = Object.keys(sent);
  const added = names.filter((name) => view.cellsWith(name, sent[name] as string) === 0);
  const base = replaced(sent, added);
  const known = names
    .filter((name) => base[name] !== OTHER)
    .sort((a, b) => view.valuesOf(b) - view.valuesOf(a));
  let looked = 0;
  for (let count = added.length > 0 ? 0 : 1; count < known.length; count++) {
    let addable: CellAttributes | undefined;
    for (const some of combinations(known, count)) {
      if (++looked > MOST_CANDIDATES) break;
      const candidate = replaced(base, some);
      if (!view.permits(candidate)) continue;
      if (view.exists(candidate)) return candidate;
      addable ??= candidate;
    }
    if (addable && view.mayAdd) return addable;
  }
  const last = replaced(base, known);
  return view.permits(last) ? last : null;
}

function replaced(attributes: CellAttributes, names: readonly string[]): CellAttributes {
  if (names.length === 0) return attributes;
  return { ...attributes, ...Object.fromEntries(names.map((name) => [name, OTHER])) };
}

/** Every choice of so many of the names, the first names first. */
function* combinations(names: readonly string[], count: number, from = 0): Generator<string[]> {
  if (count === 0) yield [];
  else
    for (let i = from; i <= names.length - count; i++)
      for (const rest of combinations(names, count - 1, i + 1)) yield [names[i] as string, ...rest];
}

/** A value that a dimension does not declare, in a dimension that rejects such values. */
export interface Undeclared {
  readonly field: string;
  readonly value: string;
}

/**
 * The attributes with "other" in place of values that their dimension does not declare, or the first such value
 * if its dimension rejects it. A response without a value is always filed under "unknown".
 */
export function asDeclared(
  dimensions: readonly Dimension[],
  sent: CellAttributes,
): { readonly attributes: CellAttributes } | { readonly undeclared: Undeclared } {
  const others: string[] = [];
  for (const { field, attribute, declared } of dimensions) {
    const value = valueIn(sent, attribute);
    if (!declared || value === UNKNOWN || declared.values.has(value)) continue;
    if (declared.others === 'reject') return { undeclared: { field, value } };
    others.push(attribute);
  }
  return { attributes: replaced(sent, others) };
}
