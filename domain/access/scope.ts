import type { Cell, CellDictionary, Segment } from '../segments/cell.ts';
import { segmentMatcher } from '../segments/cell.ts';

/** What a policy grants separately. Each is granted for a set of cells. */
export const FIELD_GROUPS = [
  'readScore',
  'readResponse',
  'readComment',
  'readRespondent',
  'readPrediction',
  /** Staff members by pseudonym: who handled a ticket or led a deal, and what agents decided about them. */
  'readStaff',
  'traceLineage',
  'submitResponse',
  /** Train, promote, roll back, compare models; read their training sets. */
  'manageModels',
  /** Data of data subjects: read, erase, restrict, correct. */
  'manageSubjects',
  /** Review queued responses and decisions. */
  'review',
  /** Acknowledge alerts, work on cases, and approve what agents propose. */
  'manageCases',
  /** Send texts of comments to the language model of `SCORELINE_LLM_URL`: off unless a policy names it. */
  'sendComments',
  /** Read and export the audit log. */
  'readAudit',
  /** Read /metrics. */
  'readMetrics',
  /** API keys, policies, retention. */
  'administer',
] as const;
export type FieldGroup = (typeof FIELD_GROUPS)[number];

/**
 * What one caller may see: a set of cells for each field group, and the smallest count that may be shown. Every
 * read of the database, the graph and the live feed takes a scope; what is outside of it does not exist.
 */
export interface Scope {
  /** Scopes with equal fingerprints give equal answers: part of every cache, loader and cohort key. */
  readonly fingerprint: string;
  /** Scores over fewer responses are suppressed in cells where the caller may not read the responses themselves. */
  readonly smallestCount: number;
  allows(group: FieldGroup, cell: Cell): boolean;
  /** True when `allows(group, …)` holds for every cell, present and future. */
  allowsAll(group: FieldGroup): boolean;
  /** The cells for which the group is granted, whether or not they exist yet: 'all', 'none', or the rule. */
  grant(group: FieldGroup): string;
}

/** The administrator's scope: everything, but that it lets no comment leave, which a policy must allow a role. */
export const EVERYTHING: Scope = {
  fingerprint: 'everything',
  smallestCount: 1,
  allows: (group) => group !== 'sendComments',
  allowsAll: (group) => group !== 'sendComments',
  grant: (group) => (group === 'sendComments' ? 'none' : 'all'),
};

/** Ids of the segment's cells that the caller may see under all of the groups, in the dictionary's order. */
export function visibleCells(
  scope: Scope,
  groups: readonly FieldGroup[],
  dictionary: CellDictionary,
  segment: Segment,
): Cell[] {
  const matches = segmentMatcher(segment);
  return dictionary
    .all()
    .filter((cell) => matches(cell.attributes) && groups.every((group) => scope.allows(group, cell)));
}

/**
 * Whether the caller may see what was made of all responses together (training sets, evaluations, decisions
 * about models): callers who manage models or may see every prediction.
 */
export function readsModelsWhole(scope: Scope): boolean {
  return scope.allowsAll('manageModels') || scope.allowsAll('readPrediction');
}

/** Whether the caller may review decisions about models, which concern all cells. */
export function reviewsDecisions(scope: Scope): boolean {
  return scope.allowsAll('review') && readsModelsWhole(scope);
}

/** What scores count: what respondents said, or what models inferred. */
export type Counted = 'surveyed' | 'inferred';

/** The group that a caller needs to read the counted responses one by one. */
const ANSWERS: Readonly<Record<Counted, readonly FieldGroup[]>> = {
  surveyed: ['readResponse'],
  inferred: ['readResponse', 'readPrediction'],
};

/**
 * Whether the caller may not read the cell's responses one by one and so gets only sums of at least
 * `smallestCount` (docs/guides/small-cells.md).
 */
export function isProtected(scope: Scope, cell: Cell, counted: Counted): boolean {
  return scope.smallestCount > 1 && !ANSWERS[counted].every((group) => scope.allows(group, cell));
}

/**
 * Whether there may be cells for which the group is granted but whose responses the caller may not read.
 * Derived from the rules, not from cells, so that the answer does not depend on the existence of responses.
 */
export function mayBeProtected(scope: Scope, group: FieldGroup, counted: readonly Counted[]): boolean {
  const given = scope.grant(group);
  if (scope.smallestCount <= 1 || given === 'none') return false;
  return counted.some((one) =>
    ANSWERS[one].some((needed) => !scope.allowsAll(needed) && scope.grant(needed) !== given),
  );
}

/** Whether the caller may read every response of every cell, present and future: then no cell is protected. */
export function readsAllAnswers(scope: Scope, counted: Counted): boolean {
  return scope.smallestCount <= 1 || ANSWERS[counted].every((group) => scope.allowsAll(group));
}
