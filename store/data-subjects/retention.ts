import { matchesSegment } from '../../domain/segments/cell.ts';
import { audit } from '../audit/audit.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { REENCRYPTING } from '../encryption/reencrypt-comments.ts';
import { dropIdleMerged, NOT_MERGED } from '../outcomes/forget-merged.ts';
import {
  ageOutcomes,
  emptyOutcomeItems,
  OLD_OUTCOME_ITEMS,
  OLD_OUTCOMES,
} from '../outcomes/outcome-retention.ts';
import { accountsOf, dropIdleAccounts } from '../outcomes/outcome-rights.ts';
import { reconsider } from '../responses/counting.ts';
import { tombstoneLeaves } from '../seals/leaf-tombstones.ts';
import { keepHolds, type LockedKey } from './data-subject.ts';
import { deleteResponses, type SubjectDeps } from './erase.ts';
import { activeHolds } from './legal-hold.ts';

/** How long each kind is kept, as ISO 8601 durations; kinds that are not named are kept permanently. */
export type Retention = Readonly<Partial<Record<RetainedKind, string>>>;
export type RetainedKind = 'comments' | 'responses' | 'outcomes' | 'sourceEvents';

/** In the order in which they are deleted: what goes with a response needs no batch of its own. */
export const RETAINED_KINDS = [
  'responses',
  'comments',
  'outcomes',
  'sourceEvents',
] as const satisfies RetainedKind[];

/** Rows per transaction. */
export const BATCH = 500;

const NOT_HELD = (subject: string) =>
  `NOT EXISTS (SELECT FROM subject_key s WHERE s.id = ${subject} AND s.held)`;
/** Excludes held persons and held segments ($2: their cells). */
const FREE = `NOT k.cell_id = ANY ($2::integer[]) AND ${NOT_HELD('k.subject_id')}`;
/** What is past its period: $1 the moment, $2 cells under a hold, $3 how many. */
export const OLD = {
  comments: `SELECT r.id, r.answered_at, r.cell_id FROM response r JOIN response_key k ON k.id = r.id
      WHERE r.answered_at < $1 AND r.comment IS NOT NULL AND ${FREE} ORDER BY r.answered_at, r.id LIMIT $3`,
  restrictedComments: `SELECT x.id FROM restricted_response x JOIN response_key k ON k.id = x.id
      WHERE k.answered_at < $1 AND x.row->>'comment' IS NOT NULL AND ${FREE} LIMIT $3`,
  stoodComments: `SELECT e.id FROM source_event e JOIN response_key k ON k.id = e.response_id
      WHERE e.stood IS NOT NULL AND (e.stood->>'answered_at')::timestamptz < $1 AND e.stood->>'comment' IS NOT NULL
        AND ${FREE} AND ${NOT_HELD('e.subject_id')} LIMIT $3`,
  responses: `(SELECT r.id FROM response r JOIN response_key k ON k.id = r.id
      WHERE r.answered_at < $1 AND ${FREE} ORDER BY r.answered_at, r.id LIMIT $3)
    UNION ALL
    (SELECT x.id FROM restricted_response x JOIN response_key k ON k.id = x.id WHERE k.answered_at < $1 AND ${FREE} LIMIT $3)`,
  events: `SELECT e.id, e.subject_id AS "subjectId" FROM source_event e JOIN response_key k ON k.id = e.response_id
    WHERE e.received_at < $1 AND (e.sealed IS NOT NULL OR e.content IS NOT NULL OR e.stood IS NOT NULL) AND ${FREE} AND ${NOT_HELD('e.subject_id')} LIMIT $3`,
  outcomes: OLD_OUTCOMES,
  outcomeItems: OLD_OUTCOME_ITEMS,
};
const OLD_COMMENTS = statement(
  'retention_comments',
  `UPDATE response r SET comment = NULL FROM (${OLD.comments}) old WHERE r.id = old.id AND r.answered_at = old.answered_at AND r.cell_id = old.cell_id AND r.answered_at < $1
    RETURNING r.id`,
);
/** Restricted responses age like others. */
const OLD_RESTRICTED_COMMENTS = statement(
  'retention_restricted_comments',
  `UPDATE restricted_response x SET row = x.row || '{"comment": null}' WHERE x.id IN (${OLD.restrictedComments}) RETURNING x.id`,
);
/** And what a row of an import replaced, which is stored with its event. */
const OLD_STOOD_COMMENTS = statement(
  'retention_stood_comments',
  `UPDATE source_event e SET stood = e.stood || '{"comment": null}' WHERE e.id IN (${OLD.stoodComments}) RETURNING e.id`,
);
const OLD_RESPONSES = statement('retention_responses', OLD.responses);
const OLD_EVENTS = statement('retention_old_events', OLD.events);
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
const EMPTY_EVENTS = statement(
  'retention_empty_events',
  `UPDATE source_event SET sealed = NULL, content = NULL, stood = NULL WHERE id = ANY ($1::uuid[]) AND subject_id = ANY ($2::uuid[])
    AND (sealed IS NOT NULL OR content IS NOT NULL OR stood IS NOT NULL) RETURNING id`,
);
const DELETE_EVENTS = statement(
  'retention_delete_events',
  `DELETE FROM source_event e WHERE e.response_id = ANY ($1::uuid[]) AND ${NOT_HELD('e.subject_id')}`,
);
/** A person without remaining data needs no key. They are locked: nothing of theirs arrives meanwhile. */
const DELETE_IDLE = statement(
  'retention_idle',
  `DELETE FROM subject_key s WHERE s.id = ANY ($1::uuid[]) AND NOT s.held
    AND NOT EXISTS (SELECT FROM response_key k WHERE k.subject_id = s.id)
    AND NOT EXISTS (SELECT FROM outcome o WHERE o.subject_id = s.id OR o.account_id = s.id)
    AND NOT EXISTS (SELECT FROM source_event e WHERE e.subject_id = s.id
      AND (e.sealed IS NOT NULL OR e.content IS NOT NULL OR e.stood IS NOT NULL)) AND ${NOT_MERGED}`,
);
const NOTE = statement(
  'retention_note',
  'INSERT INTO deletion_record (what, keep, before, rows) VALUES ($1, $2, $3, $4) RETURNING id',
);

/** What the policy calls old: a kind, its period, and the moment before which it is past. */
export interface PastPeriod {
  readonly what: RetainedKind;
  readonly keep: string;
  readonly before: Date;
}

/**
 * Deletes one batch of what is past its period, except what a legal hold keeps, in the caller's transaction. A batch leaves a record of
 * the amount and the rule, and an entry in the audit log. Triggers follow: scores of those periods change. Returns the rows.
 * @param now epoch milliseconds.
 */
export async function deleteBatch(
  session: Session,
  deps: Pick<SubjectDeps, 'cells' | 'sign'>,
  past: PastPeriod,
  now: number,
): Promise<number> {
  const rows = await batchOf(session, deps, past.what, past.before);
  if (rows > 0) await note(session, { ...past, rows }, now);
  return rows;
}

interface Deletion extends PastPeriod {
  readonly rows: number;
}

async function note(session: Session, { what, keep, before, rows }: Deletion, now: number): Promise<void> {
  const [kept] = await session.rows<{ id: number }>(NOTE, [what, keep, before, rows]);
  const policy = { actor: 'system', actorName: 'retention policy', role: 'system', policyVersion: null };
  const subject = { deletion: kept?.id, what, keep, before: before.toISOString(), rows };
  await audit(session, { ...policy, purpose: null, at: now, action: 'retention', subject, outcome: 'done' });
}

/** The cells of segments under a legal hold. */
export async function heldCells(
  session: Session,
  cells: Pick<SubjectDeps['cells'], 'all'>,
): Promise<number[]> {
  const held = (await activeHolds(session)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  return cells
    .all()
    .filter(({ attributes }) => held.some((segment) => matchesSegment(segment, attributes)))
    .map(({ id }) => id);
}

async function batchOf(
  session: Session,
  { cells, sign }: Pick<SubjectDeps, 'cells' | 'sign'>,
  kind: RetainedKind,
  before: Date,
): Promise<number> {
  // What is not under a hold now stays so until the transaction ends.
  await keepHolds(session);
  const held = await heldCells(session, cells);
  const parameters = [before, held, BATCH] as const;
  if (kind === 'outcomes') return ageOutcomes(session, parameters);
  if (kind === 'comments') {
    // Predictions and scores stay: only the text goes.
    await session.rows(REENCRYPTING, []);
    const free = await session.rows(OLD_COMMENTS, [...parameters]);
    const aside = await session.rows(OLD_RESTRICTED_COMMENTS, [...parameters]);
    const stood = await session.rows(OLD_STOOD_COMMENTS, [...parameters]);
    return free.length + aside.length + stood.length;
  }
  if (kind === 'sourceEvents') {
    const old = await session.rows<{ id: string; subjectId: string | null }>(OLD_EVENTS, [...parameters]);
    const subjects = await lockFree(session, old);
    const emptied = await session.rows(EMPTY_EVENTS, [old.map(({ id }) => id), subjects]);
    await session.rows(DELETE_IDLE, [subjects]);
    await dropIdleMerged(session, subjects);
    return emptied.length + (await emptyOutcomeItems(session, parameters));
  }
  const ids = (await session.rows<{ id: string }>(OLD_RESPONSES, [...parameters])).map(({ id }) => id);
  const subjects = await lockFree(session, await session.rows(SUBJECTS_OF, [ids]));
  const keys = await session.rows<LockedKey>(LOCK_KEYS, [ids, before, subjects, held]);
  const accounts = await accountsOf(
    session,
    [],
    keys.map(({ id }) => id),
  );
  await deleteResponses(session, keys);
  await session.rows(DELETE_EVENTS, [keys.map(({ id }) => id)]);
  await session.rows(DELETE_IDLE, [subjects]);
  await dropIdleMerged(session, subjects);
  await dropIdleAccounts(session, accounts);
  await tombstoneLeaves(
    session,
    sign,
    keys.map(({ id }) => id),
    'aged',
  );
  // An answer that stood for others may be gone.
  await reconsider(session, sign, { subjectIds: subjects });
  return keys.length;
}

/** Locks the subjects of the rows; returns those without a hold. */
async function lockFree(
  session: Session,
  rows: readonly { readonly subjectId: string | null }[],
): Promise<string[]> {
  const ids = [...new Set(rows.flatMap(({ subjectId }) => subjectId ?? []))];
  const locked = await session.rows<{ id: string; held: boolean }>(LOCK_SUBJECTS, [ids]);
  return locked.filter(({ held }) => !held).map(({ id }) => id);
}

/** One batch of deletions by the policy: amount and rule, no content. */
export interface DeletionRow {
  readonly id: number;
  readonly what: string;
  readonly keep: string;
  readonly before: Date;
  readonly rows: number;
  readonly recordedAt: Date;
}

const LAST = statement('retention_last', 'SELECT max(id) AS id FROM deletion_record');

/** The id of the last batch that was deleted; null: there was none. */
export async function lastDeletion(session: Session): Promise<number | null> {
  const [row] = await session.rows<{ id: number | null }>(LAST, []);
  return row?.id ?? null;
}

const RECORDS = statement(
  'retention_records',
  `SELECT id, what, keep, before, rows, recorded_at AS "recordedAt" FROM deletion_record WHERE id < $1
    ORDER BY id DESC LIMIT $2`,
);

/** Newest first, those below that id (null: from the newest on). */
export function readDeletions(
  session: Session,
  before: number | null,
  limit: number,
): Promise<DeletionRow[]> {
  return session.rows<DeletionRow>(RECORDS, [before ?? Number.MAX_SAFE_INTEGER, limit]);
}
