import type { Cell, CellDictionary, Segment } from './cell.ts';
import { matchesSegment } from './cell.ts';

/** What a policy grants separately. Each is granted for a set of cells. */
export const FIELD_GROUPS = [
  'readScore',
  'readResponse',
  'readComment',
  'readRespondent',
  'readPrediction',
  'traceLineage',
  'submitResponse',
  /** Train, promote, roll back, compare models; read their training sets. */
  'manageModels',
  /** What is held of a person: read, erase, restrict, correct. */
  'manageSubjects',
  /** Decide about responses and decisions that are queued for review. */
  'review',
  /** Read and export the audit log. */
  'readAudit',
  /** API keys, policies, retention. */
  'administer',
] as const;
export type FieldGroup = (typeof FIELD_GROUPS)[number];

/**
 * What one caller may see: for each field group a set of cells, and the smallest n that may be shown.
 * Every read of the record, the graph and the live feed takes one; what is outside of it does not exist.
 */
export interface Scope {
  /** Equal fingerprints mean equal answers: part of every cache, loader and cohort key. */
  readonly fingerprint: string;
  /** Scores over fewer responses are suppressed in cells where the caller may not read the responses themselves. */
  readonly smallestCount: number;
  /** What narrows the caller, by attribute; absent where nothing does. */
  readonly narrowedTo?: Segment;
  allows(group: FieldGroup, cell: Cell): boolean;
  /** True when `allows(group, …)` holds for every cell, present and future. */
  allowsAll(group: FieldGroup): boolean;
}

/** The administrator's: everything. */
export const EVERYTHING: Scope = {
  fingerprint: 'everything',
  smallestCount: 1,
  allows: () => true,
  allowsAll: () => true,
};

/** Cell ids of the segment that the caller may see under every one of the groups, in the dictionary's order. */
export function visibleCells(
  scope: Scope,
  groups: readonly FieldGroup[],
  dictionary: CellDictionary,
  segment: Segment,
): Cell[] {
  return dictionary
    .all()
    .filter(
      (cell) =>
        matchesSegment(segment, cell.attributes) && groups.every((group) => scope.allows(group, cell)),
    );
}

/**
 * Whether the caller may know what was made of all responses together (training sets, evaluations, what was decided of
 * models): who manages models, or may see every prediction.
 */
export function readsModelsWhole(scope: Scope): boolean {
  return scope.allowsAll('manageModels') || scope.allowsAll('readPrediction');
}

/** What scores count: what respondents said themselves, or what models inferred of them. */
export type Counted = 'surveyed' | 'inferred';

/** What lets a caller read the counted answers one by one. */
const ANSWERS: Readonly<Record<Counted, readonly FieldGroup[]>> = {
  surveyed: ['readResponse'],
  inferred: ['readResponse', 'readPrediction'],
};

/**
 * Whether the caller may not read the cell's answers one by one, so that what they are told of them is guarded: only
 * sums of at least `smallestCount` (docs/guides/small-cells.md).
 */
export function isGuarded(scope: Scope, cell: Cell, counted: Counted): boolean {
  return scope.smallestCount > 1 && !ANSWERS[counted].every((group) => scope.allows(group, cell));
}

const MOST_CELLS_TRIED = 100;

/**
 * Whether the caller may be granted the group for cells of the segment whose answers they may not read, whether or not such a
 * cell is there yet: what is told differently for it must not depend on whether somebody answered.
 */
export function mayBeGuarded(
  scope: Scope,
  group: FieldGroup,
  segment: Segment,
  counted: readonly Counted[],
): boolean {
  if (counted.every((one) => readsAllAnswers(scope, one))) return false;
  // As the caller is narrowed, so that a cell of theirs is tried; then as the segment is.
  let tried: Record<string, string>[] = [{}];
  for (const [name, values] of Object.entries({ ...scope.narrowedTo, ...segment }))
    tried = tried
      .flatMap((attributes) => values.map((value) => ({ ...attributes, [name]: value })))
      .slice(0, MOST_CELLS_TRIED);
  return tried.some((attributes) => {
    const cell = { id: 0, key: '', attributes };
    return scope.allows(group, cell) && counted.some((one) => isGuarded(scope, cell, one));
  });
}

/** Whether the caller may read every answer of every cell, present and future: then nothing is guarded. */
export function readsAllAnswers(scope: Scope, counted: Counted): boolean {
  return scope.smallestCount <= 1 || ANSWERS[counted].every((group) => scope.allowsAll(group));
}
