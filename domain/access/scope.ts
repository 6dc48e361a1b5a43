import type { Slot } from '../memory/memory.ts';
import { type Cell, type CellDictionary, type Segment, segmentText } from '../segments/cell.ts';
import { cellsIn } from '../segments/cell-index.ts';

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

/** Lists of cells that callers may see, by groups and segment, as long as the cells are those of the version. */
interface Seen {
  readonly version: number;
  readonly lists: WeakMap<Scope, Map<string, readonly Cell[]>>;
  /** How many cells the lists have together, with those of scopes that are gone. */
  size: number;
}

/** Lists begin again beyond it: 8 bytes for each cell of a list. */
const MOST_SEEN = 2_000_000;
/** For the list itself, beside its name. */
const LIST_SIZE = 50;
const CHARACTERS_A_CELL = 4;
const begun = (version: number): Seen => ({ version, lists: new WeakMap(), size: 0 });
const SEEN: Slot<{ now: Seen }> = { begin: () => ({ now: begun(-1) }) };

/** The segment's cells that the caller may see under all of the groups, in the dictionary's order; found once for each version of the cells. */
export function visibleCells(
  scope: Scope,
  groups: readonly FieldGroup[],
  dictionary: CellDictionary,
  segment: Segment,
): readonly Cell[] {
  const memory = dictionary.memory.of(SEEN);
  if (memory.now.version !== dictionary.version || memory.now.size > MOST_SEEN)
    memory.now = begun(dictionary.version);
  const seen = memory.now;
  const ofScope = seen.lists.get(scope) ?? new Map<string, readonly Cell[]>();
  seen.lists.set(scope, ofScope);
  const name = `${groups} ${segmentText(segment)}`;
  const known = ofScope.get(name);
  if (known) return known;
  const found = cellsIn(dictionary, segment).filter((cell) =>
    groups.every((group) => scope.allows(group, cell)),
  );
  ofScope.set(name, found);
  // The caller writes the name: a segment may have many long values.
  seen.size += found.length + LIST_SIZE + name.length / CHARACTERS_A_CELL;
  return found;
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
