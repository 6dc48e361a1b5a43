import type { RetainedField } from '../../domain/privacy/retention.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { LockedKey } from './data-subject.ts';
import { NOT_HELD } from './old-rows.ts';

/** What every kind of ageing does with the answers that it finds: locks, items as they arrived, and why an answer lacks a field. */

const SUBJECTS_OF = statement(
  'retention_subjects_of',
  `SELECT subject_id AS "subjectId" FROM response_key WHERE id = ANY ($1::uuid[])
    UNION SELECT subject_id FROM source_event WHERE response_id = ANY ($1::uuid[])`,
);
const LOCK_SUBJECTS = statement(
  'retention_lock_subjects',
  'SELECT id, held FROM subject_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE',
);
/** For locked subjects ($3), so that nothing of theirs changes owner meanwhile. */
const LOCK_KEYS = statement(
  'retention_lock_keys',
  `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId" FROM response_key
    WHERE id = ANY ($1::uuid[]) AND answered_at < $2 AND subject_id = ANY ($3::uuid[]) AND NOT cell_id = ANY ($4::integer[])
    ORDER BY id FOR UPDATE`,
);
const EMPTY_ITEMS = statement(
  'retention_empty_items',
  `UPDATE source_event e SET sealed = NULL, content = NULL WHERE e.response_id = ANY ($1::uuid[])
    AND (e.sealed IS NOT NULL OR e.content IS NOT NULL) AND ${NOT_HELD('e.subject_id')}`,
);

/** Locks the subjects of the rows; returns those without a hold. */
export async function lockFree(
  session: Session,
  rows: readonly { readonly subjectId: string | null }[],
): Promise<string[]> {
  const ids = [...new Set(rows.flatMap(({ subjectId }) => subjectId ?? []))];
  const locked = await session.rows<{ id: string; held: boolean }>(LOCK_SUBJECTS, [ids]);
  return locked.filter(({ held }) => !held).map(({ id }) => id);
}

/** Locks old answers with their subjects, and returns those that no hold keeps. */
export async function lockOld(
  session: Session,
  ids: readonly string[],
  { before, held }: { readonly before: Date; readonly held: readonly number[] },
): Promise<{ readonly subjects: string[]; readonly keys: LockedKey[] }> {
  const subjects = await lockFree(session, await session.rows(SUBJECTS_OF, [ids]));
  return { subjects, keys: await session.rows<LockedKey>(LOCK_KEYS, [ids, before, subjects, held]) };
}

/** Deletes the items of answers as they arrived: each has what the answer lost. */
export async function emptyItems(session: Session, responseIds: readonly string[]): Promise<void> {
  if (responseIds.length > 0) await session.rows(EMPTY_ITEMS, [responseIds]);
}

const FORGET_SENT = statement(
  'retention_forget_sent',
  `UPDATE source_event e SET sent = NULL WHERE e.response_id = ANY ($1::uuid[]) AND e.sent IS NOT NULL AND ${NOT_HELD('e.subject_id')}`,
);

/** Deletes what segment rules read of answers: from it they could file them by the lost value again. */
export async function forgetSent(session: Session, responseIds: readonly string[]): Promise<void> {
  if (responseIds.length > 0) await session.rows(FORGET_SENT, [responseIds]);
}

const NOTE = statement(
  'aged_note',
  `INSERT INTO aged_field (response_id, field, dimension, deletion_id) SELECT unnest($1::uuid[]), $2, $3, $4
    ON CONFLICT (response_id, field, dimension) DO UPDATE SET deletion_id = excluded.deletion_id`,
);

/** Records which batch took a field from answers. */
export async function noteAged(
  session: Session,
  responseIds: readonly string[],
  field: { readonly what: RetainedField; readonly dimension: string | null },
  deletionId: number,
): Promise<void> {
  if (responseIds.length === 0) return;
  await session.rows(NOTE, [responseIds, field.what, field.dimension ?? '', deletionId]);
}
