import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { FIELD_GROUPS, type FieldGroup, type Scope } from '../../domain/access/scope.ts';
import {
  type Cell,
  type CellAttributes,
  cellKey,
  matchesSegment,
  type Segment,
} from '../../domain/segments/cell.ts';
import { type Dimension, valueIn } from '../../domain/segments/dimensions.ts';
import { attributesByField } from './attributes.ts';
import { CELL_BY_CELL } from './scope-of.ts';

/** For one field group: what a caller sees among some cells, or what a change adds or removes. */
export interface ReportLine {
  readonly group: FieldGroup;
  /** "everything", "nothing", "region: Germany", or one text for each cell. */
  readonly segments: readonly string[];
}

/** Stands for every other value. */
export const ANY_OTHER = '(any other)';
const MOST_CELLS = 20_000;
/** The most lines for a rule that is not a single segment. */
const MOST_LINES = 10;

/** What the scope shows of the cells, in the order of the field groups. */
export function reportOf(
  scope: Scope,
  cells: readonly Cell[],
  dimensions: readonly Dimension[],
): ReportLine[] {
  return FIELD_GROUPS.map((group) => {
    if (scope.allowsAll(group)) return { group, segments: ['everything'] };
    const seen = cells.filter((cell) => scope.allows(group, cell));
    return { group, segments: describeCells(seen, cells, dimensions) };
  });
}

/**
 * What a change of policies adds and removes, and rules whose text changed without a difference on any tried
 * cell.
 */
export interface Difference {
  readonly gained: readonly ReportLine[];
  readonly lost: readonly ReportLine[];
  readonly reworded: readonly FieldGroup[];
}

/**
 * What the scope `after` shows that `before` did not, and the reverse; only the groups that differ. `tried`:
 * cells that need not exist, for policies about values without responses yet.
 */
export function differenceOf(before: Scope, after: Scope, { cells, tried, dimensions }: Tried): Difference {
  const more = (one: Scope, other: Scope): ReportLine[] =>
    FIELD_GROUPS.flatMap((group) => {
      const differs = (cell: Cell) => one.allows(group, cell) && !other.allows(group, cell);
      const gained = cells.filter(differs);
      const today = gained.length > 0 ? describeCells(gained, cells, dimensions) : [];
      // The same on the existing cells, but not on future ones.
      const ahead = today.length === 0 && one.allowsAll(group) && !other.allowsAll(group);
      if (ahead) return [{ group, segments: ['all cells to come'] }];
      const rule = sameRule(one, other, group) ? [] : describeCells(tried.filter(differs), tried, dimensions);
      const segments = [...today, ...(isNew(rule, today) ? ofCellsToCome(rule, today.length > 0) : [])];
      return segments.length > 0 ? [{ group, segments }] : [];
    });
  const [gained, lost] = [more(after, before), more(before, after)];
  const reportedGroups = new Set([...gained, ...lost].map(({ group }) => group));
  const reworded = FIELD_GROUPS.filter(
    (group) => !reportedGroups.has(group) && !sameRule(before, after, group),
  );
  return { gained, lost, reworded };
}

interface Tried {
  readonly cells: readonly Cell[];
  readonly tried: readonly Cell[];
  readonly dimensions: readonly Dimension[];
}

/** Rules decided cell by cell share one name: they are known to be equal only under the same policies. */
function sameRule(one: Scope, other: Scope, group: FieldGroup): boolean {
  if (one.fingerprint === other.fingerprint) return true;
  return one.grant(group) === other.grant(group) && !one.grant(group).startsWith(CELL_BY_CELL);
}

function isNew(rule: readonly string[], today: readonly string[]): boolean {
  return rule.length > 0 && rule[0] !== 'nothing' && rule.join() !== today.join();
}

function ofCellsToCome(rule: readonly string[], some: boolean): string[] {
  const most = rule.slice(0, MOST_LINES).join('; ');
  const others = rule.length > MOST_LINES ? `; and ${rule.length - MOST_LINES} more combinations` : '';
  return [`${some ? 'cells to come included' : 'no cell of today; of cells to come'}: ${most}${others}`];
}

/** The cells as one segment if they are exactly one, else one by one. */
function describeCells(
  seen: readonly Cell[],
  all: readonly Cell[],
  dimensions: readonly Dimension[],
): string[] {
  if (seen.length === 0) return ['nothing'];
  const valuesOf = (cells: readonly Cell[], name: string) =>
    [...new Set(cells.map(({ attributes }) => valueIn(attributes, name)))].sort();
  const isExactly = (segment: Segment) =>
    all.filter(({ attributes }) => matchesSegment(segment, attributes)).length === seen.length;
  let segment: Segment = Object.fromEntries(
    dimensions.map(({ attribute }) => [attribute, valuesOf(seen, attribute)]),
  );
  if (isExactly(segment)) {
    // With as few dimensions as possible: those with most values are left out first.
    const byValues = Object.entries(segment).sort(([, a], [, b]) => b.length - a.length);
    for (const [name] of byValues) {
      const { [name]: _, ...rest } = segment;
      if (isExactly(rest)) segment = rest;
    }
    const said = Object.entries(attributesByField(segment, dimensions));
    return [said.map(([field, values]) => `${field}: ${values.join(', ')}`).join(' and ') || 'all cells'];
  }
  return seen.map(({ attributes }) =>
    dimensions.map(({ attribute }) => valueIn(attributes, attribute)).join(' · '),
  );
}

/** Policies name more combinations of values than can be tried. */
export class TooManyValuesError extends Error {
  override readonly name = 'TooManyValuesError';
}

/**
 * Cells for trying policies that need not exist: every combination of the values that attributes and policies
 * name, plus any other value.
 * @throws Error when there are too many.
 */
export function exampleCells(
  attributes: Segment,
  policies: readonly Readonly<Record<string, PolicyJson>>[],
  dimensions: readonly Dimension[],
): Cell[] {
  const literals = policies.flatMap((byId) =>
    Object.values(byId).flatMap(({ conditions }) => texts(conditions)),
  );
  let combinations: CellAttributes[] = [{}];
  for (const { attribute } of dimensions) {
    const values = new Set([...(attributes[attribute] ?? []), ...literals, ANY_OTHER]);
    if (combinations.length * values.size > MOST_CELLS)
      throw new TooManyValuesError(
        'these policies name too many values to try them all: run it where the database is',
      );
    combinations = combinations.flatMap((one) =>
      [...values].map((value) => ({ ...one, [attribute]: value })),
    );
  }
  return combinations.map((one, i) => ({ id: i + 1, key: cellKey(one), attributes: one }));
}

function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'Value' && typeof inner === 'string' ? [inner] : texts(inner),
  );
}
