import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { CASE_COLUMNS, type CaseRow } from './cases.ts';
import { isSeen, type Seen } from './cell-set.ts';
import type { MomentCursor } from './decisions.ts';

/** A case with the time of its last change. */
export interface ChangedCase extends CaseRow {
  readonly changedAt: Date;
}

/** Every change of a case is an event, its opening too. */
const CHANGED_AT = 'coalesce((SELECT max(e.at) FROM case_event e WHERE e.case_id = c.id), c.opened_at)';
const COLUMNS = `${CASE_COLUMNS}, ${CHANGED_AT} AS "changedAt"`;
const BY_IDS = statement(
  'case_changes_by_ids',
  `SELECT ${COLUMNS} FROM case_record c WHERE c.id = ANY ($1::uuid[]) AND ${isSeen('c.cells', 2)} ORDER BY "changedAt", c.id`,
);
const CHANGED = statement(
  'cases_changed',
  `SELECT ${COLUMNS} FROM case_record c WHERE (${CHANGED_AT}, c.id) > ($1, $2::uuid) AND ${isSeen('c.cells', 4)}
    ORDER BY "changedAt", c.id LIMIT $3`,
);

/** Cases by id, of those that are seen, in the order of their last changes. */
export function readChangesOfCases(
  session: Session,
  seen: Seen,
  ids: readonly string[],
): Promise<ChangedCase[]> {
  return session.rows<ChangedCase>(BY_IDS, [ids, seen]);
}

/** What was changed after that row, the oldest change first, of those that are seen. */
export function readChangedCases(
  session: Session,
  seen: Seen,
  { at, id }: MomentCursor,
  limit: number,
): Promise<ChangedCase[]> {
  return session.rows<ChangedCase>(CHANGED, [at, id, limit, seen]);
}
