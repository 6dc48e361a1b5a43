import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Memory } from '../memory/memory.ts';
import { type Dimension, valueIn } from './dimensions.ts';

/** One value for each attribute (snake_case) of the configured dimensions. */
export type CellAttributes = Readonly<Record<string, string>>;

/** The finest segment: one combination of dimension values. */
export interface Cell {
  /** The row number in this database; never shown, because it would reveal how many cells there are. */
  readonly id: number;
  /** Derived from the stored attributes alone (`cellKey`): the public name. */
  readonly key: string;
  readonly attributes: CellAttributes;
  /**
   * What the key is made of, if dimensions were added or removed since (domain/segments/cell-shape.ts); else
   * the attributes.
   */
  readonly stored?: CellAttributes;
}

/**
 * A filter over dimensions by attribute: values are OR-ed, dimensions AND-ed, an absent dimension is
 * unrestricted.
 */
export type Segment = Readonly<Record<string, readonly string[]>>;

/** Cells by id, with the order that every list of cells has (by key). */
export interface CellDictionary {
  get(id: number): Cell | undefined;
  byKey(key: string): Cell | undefined;
  all(): readonly Cell[];
  /** The cells with that value (`valueIn`) of an attribute, found without a walk over all. */
  ofValue(attribute: string, value: string): readonly Cell[];
  /** Changes with every change of the cells, to invalidate lookups. */
  readonly version: number;
  /** What is computed from the cells and kept. */
  readonly memory: Memory;
}

/** 24 hex digits of the SHA-256 of the canonical (RFC 8785) attributes. */
export function cellKey(attributes: CellAttributes): string {
  return createHash('sha256')
    .update(canonicalize(attributes) ?? '')
    .digest('hex')
    .slice(0, 24);
}

/** From this size on a set is faster than a list, including its construction. */
const LONG_LIST = 16;
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function isOneOf(values: readonly string[], value: string): boolean {
  if (values.length < LONG_LIST) return values.includes(value);
  const set = sets.get(values) ?? new Set(values);
  sets.set(values, set);
  return set.has(value);
}

/** Whether the segment's predicate holds for the attributes. */
export function matchesSegment(segment: Segment, attributes: CellAttributes): boolean {
  return segmentMatcher(segment)(attributes);
}

/** The same for many cells. */
export function segmentMatcher(segment: Segment): (attributes: CellAttributes) => boolean {
  const parts = Object.entries(segment);
  return (attributes) => {
    for (const [attribute, values] of parts)
      if (values === undefined || !isOneOf(values, valueIn(attributes, attribute))) return false;
    return true;
  };
}

/** "Economy · Germany · unknown · e-mail": the values in the order of the configured dimensions. */
export function cellLabel(attributes: CellAttributes, dimensions: readonly Dimension[]): string {
  return dimensions.map(({ attribute }) => valueIn(attributes, attribute)).join(' · ');
}

/** A segment with sorted, distinct values, so that equal predicates are equal as text. */
export function normaliseSegment(segment: Segment): Segment {
  const entries = Object.entries(segment).map(
    ([attribute, values]) => [attribute, [...new Set(values)].sort()] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const texts = new WeakMap<Segment, string>();

/** The normalised segment as JSON, made once for each object: the rows of a series share theirs. */
export function segmentText(segment: Segment): string {
  const known = texts.get(segment);
  if (known !== undefined) return known;
  const text = JSON.stringify(normaliseSegment(segment));
  texts.set(segment, text);
  return text;
}
