import type { Cell, CellDictionary, Segment } from '../segments/cell.ts';
import { matchesSegment } from '../segments/cell.ts';

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
  /** Read /metrics. */
  'readMetrics',
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
  allows(group: FieldGroup, cell: Cell): boolean;
  /** True when `allows(group, …)` holds for every cell, present and future. */
  allowsAll(group: FieldGroup): boolean;
  /** Names the cells for which the group is granted, whether or not they are there yet: 'all', 'none', or the rule. */
  grant(group: FieldGroup): string;
}

/** The administrator's: everything. */
export const EVERYTHING: Scope = {
  fingerprint: 'everything',
  smallestCount: 1,
  allows: () => true,
  allowsAll: () => true,
  grant: () => 'all',
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

/** Whether the caller may decide about decisions about models: they are about all cells together. */
export function reviewsDecisions(scope: Scope): boolean {
  return scope.allowsAll('review') && readsModelsWhole(scope);
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
export function isProtected(scope: Scope, cell: Cell, counted: Counted): boolean {
  return scope.smallestCount > 1 && !ANSWERS[counted].every((group) => scope.allows(group, cell));
}

/**
 * Whether there may be cells for which the group is granted but whose answers the caller may not read. It goes by the rules,
 * not by cells: what is told differently for it must not depend on whether somebody answered.
 */
export function mayBeProtected(scope: Scope, group: FieldGroup, counted: readonly Counted[]): boolean {
  const given = scope.grant(group);
  if (scope.smallestCount <= 1 || given === 'none') return false;
  return counted.some((one) =>
    ANSWERS[one].some((needed) => !scope.allowsAll(needed) && scope.grant(needed) !== given),
  );
}

/** Whether the caller may read every answer of every cell, present and future: then nothing is guarded. */
export function readsAllAnswers(scope: Scope, counted: Counted): boolean {
  return scope.smallestCount <= 1 || ANSWERS[counted].every((group) => scope.allowsAll(group));
}
