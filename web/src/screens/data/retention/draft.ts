import type { Dimension, RetainedField } from '../../../gql/graphql.ts';
import { formatCount } from '../../../lib/format.ts';
import type { DimensionInfo } from '../../../lib/viewer.tsx';

/** What a rule is about, as the API takes it. */
export interface About {
  readonly field: RetainedField;
  readonly dimension: Dimension | null;
  /** null: every source. */
  readonly source: string | null;
}

/** What the form holds; `what` is a field, or "DIMENSIONS " and the value of the dimension. */
export interface Draft {
  readonly what: string;
  readonly source: string;
  readonly count: string;
  readonly unit: string;
}

/** A period that can be asked about. */
export type Asked = About & { readonly keep: string };

export const FIRST: Draft = { what: 'COMMENTS', source: '', count: '2', unit: 'Y' };

export const UNITS = [
  { id: 'D', label: 'days' },
  { id: 'M', label: 'months' },
  { id: 'Y', label: 'years' },
] as const;

const WORDS: Readonly<Record<Exclude<RetainedField, 'DIMENSIONS'>, string>> = {
  RESPONSES: 'Whole answers',
  COMMENTS: 'Comments',
  SOURCE_EVENTS: 'Items as they arrived',
  OUTCOMES: 'Outcomes',
  QUARANTINE: 'What waits in the quarantine',
};

/** What a rule can be about, with its words. */
export const choices = (dimensions: readonly DimensionInfo[]) => [
  ...Object.entries(WORDS).map(([id, label]) => ({ id, label })),
  ...dimensions.map(({ enumValue, label }) => ({
    id: `DIMENSIONS ${enumValue}`,
    label: `Values of ${label}`,
  })),
];

/** What a rule is about, in words; `dimension` is the name of its field. */
export function whatWords(
  { field, dimension }: { readonly field: RetainedField; readonly dimension?: string | null },
  dimensions: readonly DimensionInfo[],
): string {
  if (field !== 'DIMENSIONS') return WORDS[field];
  return `Values of ${dimensions.find((one) => one.field === dimension)?.label ?? dimension}`;
}

/** What the form says, or what is wrong with its number. */
export function askedOf({ what, source, count, unit }: Draft): Asked | { readonly problem: string } {
  const [field, dimension = null] = what.split(' ');
  if (!/^[1-9]\d{0,5}$/.test(count.trim())) return { problem: 'Write a whole number, such as 90.' };
  return {
    field: field as RetainedField,
    dimension: dimension as Dimension | null,
    source: source.trim() === '' ? null : source.trim(),
    keep: `P${count.trim()}${unit}`,
  };
}

/** What a rule does first: `due` rows are past its period; null: that is not counted. */
export function dueWords({ field, source }: About, due: number | null): string {
  const of = source === null ? 'every source' : source;
  if (due === null)
    return `Items of connections that are bound to ${of} expire at the end of the period, if they do not expire sooner.`;
  const after = 'What becomes older later goes then.';
  if (due === 0) return `Of ${of}, nothing is older now. ${after}`;
  const [rows, verb] = due === 1 ? ['1 row is', 'It'] : [`${formatCount(due)} rows are`, 'They'];
  const gone = field === 'DIMENSIONS' ? `${verb} will count as "unknown"` : `${verb} will be deleted`;
  return `Of ${of}, ${rows} older now. ${gone} by the next run of the agent retention, unless a legal hold keeps them, and this cannot be undone. ${after}`;
}
