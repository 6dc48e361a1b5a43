import { keepHolds } from '../data-subjects/data-subject.ts';
import { type HoldCells, heldCells } from '../data-subjects/retention.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { deleteOutcomes, FREE, type NamedOutcome } from '../outcomes/outcome-retention.ts';

/*
 * The outcomes and change events of an import go with it; what replaced their content since is of no import, and stays. $1 the import,
 * $2 cells under a legal hold.
 */

/** Outcomes per transaction. */
const SLICE = 500;
const OF_IMPORT = `o.import_id = $1 AND NOT o.restricted AND ${FREE}`;
const OUTCOMES = statement(
  'undo_outcomes',
  `SELECT o.id, o.subject_id AS "subjectId", o.account_id AS "accountId", o.staff_id AS "staffId", o.owner_id AS "ownerId"
    FROM outcome o WHERE ${OF_IMPORT} ORDER BY o.id LIMIT $3`,
);
const LOCK = statement(
  'undo_outcomes_lock',
  `SELECT o.id FROM outcome o WHERE o.id = ANY ($3::uuid[]) AND ${OF_IMPORT} ORDER BY o.id FOR UPDATE`,
);
const DELETE = statement('undo_outcomes_delete', 'DELETE FROM outcome WHERE id = ANY ($1::uuid[])');
const CHANGES = statement('undo_changes', 'DELETE FROM change_event WHERE import_id = $1 RETURNING id');
/** Named in the journal, as new ones are: the graph follows. */
const CHANGES_GONE = statement(
  'undo_changes_gone',
  `SELECT journal_marks('change', jsonb_build_object('changes', $1::jsonb))`,
);
const COUNT = statement(
  'undo_facts_count',
  `SELECT (SELECT count(*) FROM outcome o WHERE ${OF_IMPORT})::integer + (SELECT count(*) FROM change_event WHERE import_id = $1)::integer AS n`,
);

/** How many facts of the import an undo would remove. */
export async function countFacts(session: Session, cells: HoldCells, importId: number): Promise<number> {
  const [row] = await session.rows<{ n: number }>(COUNT, [importId, await heldCells(session, cells)]);
  return row?.n ?? 0;
}

/** Removes one slice of the facts, in the caller's transaction; returns how many: 0, when none are left. */
export async function undoFacts(session: Session, cells: HoldCells, importId: number): Promise<number> {
  await keepHolds(session);
  const held = await heldCells(session, cells);
  const found = await session.rows<NamedOutcome>(OUTCOMES, [importId, held, SLICE]);
  if (found.length === 0) return undoChanges(session, importId);
  return deleteOutcomes(session, found, {
    lock: (ids) => session.rows<{ id: string }>(LOCK, [importId, held, ids]),
    remove: DELETE,
  });
}

async function undoChanges(session: Session, importId: number): Promise<number> {
  const gone = await session.rows<{ id: string }>(CHANGES, [importId]);
  if (gone.length > 0) await session.rows(CHANGES_GONE, [JSON.stringify(gone.map(({ id }) => id))]);
  return gone.length;
}
