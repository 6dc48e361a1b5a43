import type { CaseEventKind, CaseState } from '../../gql/graphql.ts';
import { formatDay, formatSpan } from '../../lib/format.ts';

/** States in words for people, by the API's names: the columns of the board, in their order. */
export const STATE_WORDS: Readonly<Record<CaseState, string>> = {
  OPEN: 'Open',
  IN_PROGRESS: 'In progress',
  CLOSED: 'Closed',
};

/** What happened to a case, in words. */
export const EVENT_WORDS: Readonly<Record<CaseEventKind, string>> = {
  OPENED: 'Opened',
  ASSIGNED: 'Assigned',
  STARTED: 'Started',
  COMMENTED: 'Comment',
  CLOSED: 'Closed',
};

const DAY_MS = 86_400_000;

/** When a case is due: "Due in 3 days", "Overdue by 2 days"; null: no one said when. */
export function dueWords(
  { dueAt, state }: { readonly dueAt?: string | null; readonly state: CaseState },
  now: number,
): { readonly words: string; readonly isLate: boolean } | null {
  if (!dueAt) return null;
  const left = Date.parse(dueAt) - now;
  if (state === 'CLOSED') return { words: `Was due ${formatDay(dueAt)}`, isLate: false };
  if (left < 0) return { words: `Overdue by ${formatSpan(-left / 1_000)}`, isLate: true };
  return { words: left < DAY_MS ? 'Due today' : `Due in ${formatSpan(left / 1_000)}`, isLate: false };
}
