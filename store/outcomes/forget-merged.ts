import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';

/*
 * A merge goes with its persons. While something of one of them is left, all of the merged subjects are kept, because what arrives for one
 * counts as the other's; once nothing is, all go. Callers hold `keepHolds`: no merge is stated or undone meanwhile.
 */

/** A condition for deleting a subject s that nothing refers to. */
export const NOT_MERGED = 'NOT EXISTS (SELECT FROM merged_subject ms WHERE ms.id = s.id)';

const FORGET: readonly Statement[] = [
  statement(
    'merged_forget_statements',
    `UPDATE identity_merge SET from_id = NULL, into_id = NULL, reason = NULL, undo_reason = NULL, gone_at = now()
      WHERE from_id = ANY ($1::uuid[]) OR into_id = ANY ($1::uuid[])`,
  ),
  statement('merged_forget', 'DELETE FROM merged_subject WHERE id = ANY ($1::uuid[])'),
];

/** Of merges that name one of the subjects, which are deleted, only that they were is kept. */
export async function forgetMerges(session: Session, subjectIds: readonly string[]): Promise<void> {
  for (const each of FORGET) await session.rows(each, [subjectIds]);
}

/** Those that another transaction holds are about to get data; waiting for them could deadlock. */
const LOCK = statement(
  'merged_idle_lock',
  `SELECT s.id, m.root_id AS root, (SELECT count(*)::integer FROM merged_subject n WHERE n.root_id = m.root_id) AS members,
      s.held OR EXISTS (SELECT FROM response_key k WHERE k.subject_id = s.id) OR EXISTS (SELECT FROM source_event e WHERE e.subject_id = s.id)
        OR EXISTS (SELECT FROM restricted_response x WHERE x.subject_id = s.id OR (x.row->>'account_id')::uuid = s.id)
        OR EXISTS (SELECT FROM response r WHERE r.account_id = s.id)
        OR EXISTS (SELECT FROM source_event e WHERE e.stood IS NOT NULL AND (e.stood->>'account_id')::uuid = s.id)
        OR EXISTS (SELECT FROM outcome o WHERE s.id IN (o.subject_id, o.account_id, o.staff_id, o.owner_id)) AS used
    FROM merged_subject m JOIN subject_key s ON s.id = m.id
    WHERE m.root_id IN (SELECT root_id FROM merged_subject WHERE id = ANY ($1::uuid[])) ORDER BY s.id FOR UPDATE OF s SKIP LOCKED`,
);
const DELETE = statement('merged_idle_delete', 'DELETE FROM subject_key WHERE id = ANY ($1::uuid[])');

/** Deletes merged subjects among these, and all that are merged with them, where nothing of any is left; returns their ids. */
export async function dropIdleMerged(session: Session, subjectIds: readonly string[]): Promise<string[]> {
  if (subjectIds.length === 0) return [];
  const rows = await session.rows<{ id: string; root: string; members: number; used: boolean }>(LOCK, [
    subjectIds,
  ]);
  const idle = rows.flatMap(({ id, root, members }) => {
    const group = rows.filter((row) => row.root === root);
    return members === group.length && group.every(({ used }) => !used) ? id : [];
  });
  if (idle.length === 0) return [];
  await session.rows(DELETE, [idle]);
  await forgetMerges(session, idle);
  return idle;
}
