import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import { dropIdleMerged, NOT_MERGED } from './forget-merged.ts';
import { dropIdleAccounts } from './outcome-rights.ts';

/*
 * Outcomes age like responses: what is older than the policy allows is deleted, except what a legal hold keeps. $1 the moment before
 * which they are old, $2 cells under a hold, $3 how many, $4 the source (null: any).
 */

/** No legal hold keeps the outcome `o`; $2: cells under a hold. */
export const FREE = `NOT o.cell_id = ANY ($2::integer[])
  AND NOT EXISTS (SELECT FROM subject_key s WHERE s.id IN (o.subject_id, o.account_id) AND s.held)`;
const OF_SOURCE = '($4::integer IS NULL OR o.source_id = $4)';
/** Outcomes that are old. */
export const OLD_OUTCOMES = `SELECT o.id, o.subject_id AS "subjectId", o.account_id AS "accountId", o.staff_id AS "staffId",
      o.owner_id AS "ownerId" FROM outcome o
    WHERE o.at < $1 AND ${FREE} AND ${OF_SOURCE} ORDER BY o.at, o.id LIMIT $3`;
/** And those whose items arrived before it. */
export const OLD_OUTCOME_ITEMS = `SELECT o.id, o.subject_id AS "subjectId", o.account_id AS "accountId" FROM outcome o
    WHERE o.received_at < $1 AND o.sealed IS NOT NULL AND ${FREE} AND ${OF_SOURCE} LIMIT $3`;
/** And those in cells with a value that is old ($5). */
export const OLD_OUTCOME_PLACES = `SELECT o.id FROM outcome o
    WHERE o.at < $1 AND o.cell_id = ANY ($5::integer[]) AND ${FREE} AND ${OF_SOURCE} LIMIT $3`;
const OLD = statement('outcome_retention_old', OLD_OUTCOMES);
const OLD_ITEMS = statement('outcome_retention_old_items', OLD_OUTCOME_ITEMS);
const LOCK_SUBJECTS = statement(
  'outcome_retention_subjects',
  'SELECT id FROM subject_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE',
);
/** Again for locked subjects: a hold may have been placed, and another content stored, meanwhile. */
const LOCK = statement(
  'outcome_retention_lock',
  `SELECT o.id FROM outcome o WHERE o.id = ANY ($3::uuid[]) AND o.at < $1 AND ${FREE} ORDER BY o.id FOR UPDATE`,
);
const DELETE = statement(
  'outcome_retention_delete',
  `WITH gone AS (DELETE FROM outcome WHERE id = ANY ($1::uuid[]) RETURNING id, cell_id)
    INSERT INTO gone_outcome (id, cell_id) SELECT id, cell_id FROM gone ON CONFLICT DO NOTHING`,
);
const EMPTY = statement(
  'outcome_retention_empty',
  'UPDATE outcome SET sealed = NULL WHERE id = ANY ($1::uuid[])',
);
/** The item has the value too. */
const MOVE = statement(
  'outcome_retention_move',
  `UPDATE outcome o SET cell_id = t.target, sealed = NULL FROM unnest($5::integer[], $6::integer[]) AS t (cell, target)
    WHERE o.id IN (${OLD_OUTCOME_PLACES}) AND o.cell_id = t.cell RETURNING o.id`,
);
const DELETE_IDLE = statement(
  'outcome_retention_idle',
  `DELETE FROM subject_key s WHERE s.id = ANY ($1::uuid[]) AND NOT s.held
    AND NOT EXISTS (SELECT FROM outcome o WHERE o.subject_id = s.id)
    AND NOT EXISTS (SELECT FROM response_key k WHERE k.subject_id = s.id)
    AND NOT EXISTS (SELECT FROM source_event e WHERE e.subject_id = s.id) AND ${NOT_MERGED}`,
);

/** An outcome with the subjects that it names. */
export interface NamedOutcome {
  readonly id: string;
  readonly subjectId: string | null;
  readonly accountId: string | null;
  readonly staffId: string | null;
  readonly ownerId: string | null;
}
type Batch = readonly [before: Date, heldCells: readonly number[], most: number, source: number | null];

const present = (ids: readonly (string | null)[]) => [...new Set(ids.flatMap((id) => id ?? []))];

/** Deletes one batch of outcomes that happened before the moment; returns how many. */
export async function ageOutcomes(session: Session, batch: Batch): Promise<number> {
  const [before, held] = batch;
  const old = await session.rows<NamedOutcome>(OLD, [...batch]);
  return deleteOutcomes(session, old, {
    lock: (ids) => session.rows<{ id: string }>(LOCK, [before, held, ids]),
    remove: DELETE,
  });
}

/**
 * Deletes outcomes in the caller's transaction, with the subjects that nothing names any more; returns how many.
 * @param lock locks those that may still go, once their subjects are locked
 * @param remove deletes outcomes by their ids
 */
export async function deleteOutcomes(
  session: Session,
  found: readonly NamedOutcome[],
  {
    lock,
    remove,
  }: {
    readonly lock: (ids: readonly string[]) => Promise<readonly { readonly id: string }[]>;
    readonly remove: Statement;
  },
): Promise<number> {
  const persons = present(found.map((o) => o.subjectId));
  const others = present(found.flatMap((o) => [o.accountId, o.staffId, o.ownerId]));
  await session.rows(LOCK_SUBJECTS, [[...persons, ...others]]);
  const locked = await lock(found.map(({ id }) => id));
  await session.rows(remove, [locked.map(({ id }) => id)]);
  await session.rows(DELETE_IDLE, [persons]);
  await dropIdleMerged(session, persons);
  await dropIdleAccounts(session, others);
  return locked.length;
}

/** Empties one batch of items that arrived before the moment; returns how many. */
export async function emptyOutcomeItems(session: Session, batch: Batch): Promise<number> {
  const ids = (await session.rows<Pick<NamedOutcome, 'id'>>(OLD_ITEMS, [...batch])).map(({ id }) => id);
  if (ids.length > 0) await session.rows(EMPTY, [ids.sort()]);
  return ids.length;
}

/** Moves one batch of outcomes from cells to those without the old value; returns how many. */
export async function moveOutcomes(
  session: Session,
  batch: Batch,
  targets: ReadonlyMap<number, number>,
): Promise<number> {
  return (await session.rows(MOVE, [...batch, [...targets.keys()], [...targets.values()]])).length;
}
