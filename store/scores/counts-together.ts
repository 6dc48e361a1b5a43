import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { isAfter, type JournalPosition } from '../journal/journal.ts';
import type { Taken } from '../journal/looks.ts';
import { type CommittedEntry, RememberedCounts, type RememberedUnit } from './remembered-counts.ts';
import { type CountQuery, ENTRIES_COMPARED, type IntervalCounts } from './rollup-statements.ts';

/*
 * One number is often a sum of days in memory, of hours in memory, and of minutes that a statement counts. Each of these is of a moment of
 * its own, and a correction between two of them can move an answer from one to another. The journal says which entries each has:
 * what not all have is added to the counts in memory, so that the number is of one state of the database.
 */

/** Which entries of the journal are in the counts that memory answered with. */
export interface UsedCounts {
  readonly unit: RememberedUnit;
  /** Earlier buckets are not remembered, epoch milliseconds. */
  readonly from: number;
  readonly taken: Taken;
}

const BETWEEN = statement(
  'counts_between',
  `SELECT xact, position, false AS "isFinal", CASE WHEN kind = 'responses' THEN payload -> 'deltas' END AS deltas FROM journal
    WHERE (xact, position) > ($1::bigint, $2::bigint) ORDER BY xact, position LIMIT $3`,
);

/** Every entry up to there is in all of them. */
export const earliestOf = (used: readonly UsedCounts[]): JournalPosition | undefined =>
  used
    .map(({ taken }) => taken.base)
    .reduce<JournalPosition | undefined>(
      (first, base) => (first && isAfter(base, first) ? first : base),
      undefined,
    );

const has = ({ base, beyond }: Taken, entry: JournalPosition): boolean =>
  !isAfter(entry, base) || beyond.includes(entry.position);

/**
 * What is to be added to the counts that memory answered with, so that each has the same entries. `entries`: those beyond the earliest
 * position that a statement's snapshot has, which contains all that memory has; null: memory alone answered. Null: more entries than
 * are compared.
 */
export async function changesBetween(
  store: Session,
  used: readonly UsedCounts[],
  entries: readonly JournalPosition[] | null,
  query: CountQuery,
): Promise<readonly IntervalCounts[] | null> {
  const first = earliestOf(used);
  if (
    !first ||
    (entries ? used.every(({ taken }) => entries.every((entry) => has(taken, entry))) : areEqual(used))
  )
    return [];
  const limit = ENTRIES_COMPARED;
  if (entries?.length === limit) return null;
  const since = await store.rows<CommittedEntry>(BETWEEN, [first.xact, first.position, limit]);
  const positions = entries && new Set(entries.map(({ position }) => position));
  const isWanted = (entry: CommittedEntry) =>
    positions ? positions.has(entry.position) : used.some(({ taken }) => has(taken, entry));
  const wanted = since.filter(isWanted);
  if (since.length === limit || (positions && wanted.length < positions.size)) return null;
  return used.flatMap(({ unit, from, taken }) => {
    const later = new RememberedCounts(unit, from, taken.base, taken.beyond);
    later.take(wanted.filter((entry) => !has(taken, entry)));
    return later.count(query);
  });
}

function areEqual([one, ...others]: readonly UsedCounts[]): boolean {
  const textOf = ({ taken: { base, beyond } }: UsedCounts) =>
    JSON.stringify([base.xact, base.position, [...beyond].sort((a, b) => a - b)]);
  return !one || others.every((other) => textOf(other) === textOf(one));
}
