import type { DataQuarantineQuery, QuarantineReason, QuarantineStatus } from '../../../gql/graphql.ts';
import { formatCount } from '../../../lib/format.ts';
import { reasonWords } from '../wizard/words.ts';

type Page = Extract<NonNullable<DataQuarantineQuery['node']>, { quarantine: object }>['quarantine'];

/** An item that waits, or what became of it. */
export type Item = Page['edges'][number]['node'];

export const REASON_WORDS: Readonly<Record<QuarantineReason, string>> = {
  BODY: 'The delivery cannot be read',
  SCHEMA: 'Not in the form that the mapping expects',
  VALUE: 'A value cannot be stored',
  MAPPING: 'The mapping is missing or does not fit',
  THIN: 'Announced, not fetched yet',
};

export const STATUS_WORDS: Readonly<Record<QuarantineStatus, string>> = {
  WAITING: 'Waits',
  FETCHING: 'Is fetched',
  REPLAYED: 'Replayed',
  DISCARDED: 'Discarded',
  EXPIRED: 'Expired',
};

/** What is wrong, of an item or of some. */
export interface Problem {
  readonly reason: QuarantineReason;
  readonly code: string;
  readonly field?: string | null;
}

/** "the score is not on the scale (score)"; of what no field is known for, the reason. */
export function problemWords({ reason, code, field }: Problem): string {
  if (reason !== 'VALUE' && reason !== 'SCHEMA') return lower(REASON_WORDS[reason]);
  return `${reasonWords(code)}${field ? ` (${field})` : ''}`;
}

const lower = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** "12 × a value cannot be stored, 3 × the delivery cannot be read". */
export const countWords = (
  counts: readonly { readonly reason: QuarantineReason; readonly count: number }[],
): string =>
  counts.map(({ reason, count }) => `${formatCount(count)} × ${lower(REASON_WORDS[reason])}`).join(', ');

/** What a replay has done. */
export interface Replayed {
  readonly replayed: number;
  readonly problems: readonly (Problem & { readonly count: number })[];
}

/** "12 stored, 3 still wrong: 2 × …, 1 × …." `isFetched`: what was announced is among them, and fetched again. */
export function replayWords({ replayed, problems }: Replayed, isFetched = false): string {
  const failed = problems.reduce((sum, { count }) => sum + count, 0);
  if (replayed + failed === 0) return 'Nothing that matches waits.';
  const done = `${formatCount(replayed)} ${isFetched ? 'stored or to be fetched again' : 'stored'}`;
  if (failed === 0) return `${done}, none is wrong any more.`;
  const why = problems.map((one) => `${formatCount(one.count)} × ${problemWords(one)}`).join(', ');
  return `${done}, ${formatCount(failed)} still wrong: ${why}.`;
}
